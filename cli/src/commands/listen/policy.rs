//! What is taken where nobody is asked. An offer is taken whole or not at all.

use std::fmt;

use sharesync_peer::transfer::saved_name;
use sharesync_protocol::transfer::OfferedFile;

use super::pattern::Pattern;
use crate::commands::words::count;
use crate::p2p::{bytes_of, name_of};
use crate::size;

/// What is taken of one sender at one time.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Bytes of all files.
    pub max_size: u64,
    /// Bytes of each.
    pub max_file_size: Option<u64>,
    /// How many files.
    pub max_files: usize,
    /// What each of their names is like; anything, where there are none.
    pub allow: Vec<Pattern>,
    /// Whether names may begin with a dot.
    pub hidden: bool,
}

/// Why an offer is declined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There are so many files.
    TooManyFiles(usize),
    /// They have so many bytes.
    TooLarge(u64),
    /// This file is too large.
    FileTooLarge(String),
    /// This file's name is like none of those that are allowed.
    NameNotAllowed(String),
    /// The disk has too little space for so many bytes.
    NoSpace(u64),
    /// Whoever sits here does not want them.
    NotWanted,
}

impl Policy {
    /// Whether an offer is taken.
    pub fn judge(&self, offered: &[OfferedFile]) -> Result<(), Refusal> {
        if offered.len() > self.max_files {
            return Err(Refusal::TooManyFiles(offered.len()));
        }
        if let Some(file) = offered.iter().find(|file| !self.allows(file)) {
            return Err(Refusal::NameNotAllowed(name_of(file)));
        }
        let most = self.max_file_size.unwrap_or(u64::MAX);
        if let Some(file) = offered.iter().find(|file| file.size > most) {
            return Err(Refusal::FileTooLarge(name_of(file)));
        }
        let bytes = bytes_of(offered);
        if bytes > self.max_size { Err(Refusal::TooLarge(bytes)) } else { Ok(()) }
    }

    /// Held against what the file would be called here, for that is what it would be.
    fn allows(&self, file: &OfferedFile) -> bool {
        let name = saved_name(&file.name, self.hidden);
        self.allow.is_empty() || self.allow.iter().any(|pattern| pattern.matches(&name))
    }
}

impl Refusal {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooManyFiles(_) => "too_many_files",
            Self::TooLarge(_) => "too_large",
            Self::FileTooLarge(_) => "file_too_large",
            Self::NameNotAllowed(_) => "name_not_allowed",
            Self::NoSpace(_) => "no_space",
            Self::NotWanted => "not_wanted",
        }
    }

    /// The file that it is about, where it is about one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::FileTooLarge(name) | Self::NameNotAllowed(name) => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyFiles(files) => write!(f, "{} are too many", count(*files, "file")),
            Self::TooLarge(bytes) => write!(f, "{} are too much", size::words(*bytes)),
            Self::FileTooLarge(name) => write!(f, "{name} is too large, and all are declined"),
            Self::NameNotAllowed(name) => {
                write!(f, "{name} has a name that is not allowed, and all are declined")
            }
            Self::NoSpace(bytes) => {
                write!(f, "the disk has too little space for {}", size::words(*bytes))
            }
            Self::NotWanted => f.write_str("they are not wanted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64) -> OfferedFile {
        OfferedFile {
            name: name.to_owned(),
            path: None,
            size,
            media_type: String::new(),
            modified_at: 0,
        }
    }

    fn policy(allow: &[&str]) -> Policy {
        let allow = allow.iter().map(|text| text.parse().unwrap()).collect();
        Policy { max_size: 100, max_file_size: Some(60), max_files: 2, allow, hidden: false }
    }

    #[test]
    fn limits_hold_at_what_they_say() {
        let policy = policy(&[]);
        assert_eq!(policy.judge(&[file("a", 60), file("b", 40)]), Ok(()));
        let too_large = Err(Refusal::FileTooLarge("b".to_owned()));
        assert_eq!(policy.judge(&[file("a", 1), file("b", 61)]), too_large);
        assert_eq!(policy.judge(&[file("a", 60), file("b", 41)]), Err(Refusal::TooLarge(101)));
        let three = [file("a", 1), file("b", 1), file("c", 1)];
        assert_eq!(policy.judge(&three), Err(Refusal::TooManyFiles(3)));
    }

    #[test]
    fn one_name_that_is_not_allowed_is_enough() {
        let policy = policy(&["*.pdf", "*.txt"]);
        assert_eq!(policy.judge(&[file("A.PDF", 1), file("b.txt", 1)]), Ok(()));
        let declined = Err(Refusal::NameNotAllowed("b.sh".to_owned()));
        assert_eq!(policy.judge(&[file("a.pdf", 1), file("b.sh", 1)]), declined);
    }

    #[test]
    fn names_are_judged_as_they_would_be_here() {
        let policy = policy(&["*.pdf"]);
        // Whitespace and dots at the end do not stay.
        assert_eq!(policy.judge(&[file("a.pdf. ", 1)]), Ok(()));
        assert!(policy.judge(&[file("x.pdf.sh. ", 1)]).is_err());
        assert!(
            policy
                .judge(&[file(&format!("{}.sh.{}pdf", "x".repeat(230), " ".repeat(20)), 1)])
                .is_err()
        );
    }
}
