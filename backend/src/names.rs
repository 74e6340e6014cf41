//! File names: which are taken in, and what a name becomes when it is taken.
//!
//! A name is a label and never part of a path on the server; the rules keep out what would
//! mislead a person or the system that a file is saved on.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result};

/// Longest name in bytes, as on most file systems.
const MAX_BYTES: usize = 255;

/// Checks a file's name. [`Error::InvalidName`] says what is wrong with it.
pub fn check(name: &str) -> Result<()> {
    let refuse = |why| Err(Error::InvalidName(why));
    if name.trim().is_empty() || name == "." || name == ".." {
        return refuse("A file needs a name.");
    }
    if name.len() > MAX_BYTES {
        return refuse("The name is longer than 255 bytes.");
    }
    if name.contains(['/', '\\']) {
        return refuse("The name holds a slash: send the file's name without its folder.");
    }
    if name.contains(|c: char| c.is_control() || reorders_text(c)) {
        return refuse("The name holds invisible control characters.");
    }
    Ok(())
}

/// As what a name is sorted and looked for: without regard to case, to marks on letters and to how they are written
/// (Unicode Standard Annex 15). Never empty.
pub fn key(name: &str) -> String {
    let key: String = name.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    if key.is_empty() { name.into() } else { key.to_lowercase() }
}

/// The media type that a name tells of.
pub fn media_type(name: &str) -> String {
    mime_guess::from_path(name).first_or_octet_stream().to_string()
}

/// The characters that make `exe.gpj` read as `jpg.exe` (Unicode Standard Annex 9, §2).
fn reorders_text(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// What a file may be called when its name is taken: `report.pdf`, `report (1).pdf`, …
pub struct Candidates<'a> {
    name: &'a str,
    stem: &'a str,
    extension: &'a str,
}

impl<'a> Candidates<'a> {
    /// The candidates for a wanted name.
    pub fn of(name: &'a str) -> Self {
        let (stem, extension) = match name.rfind('.') {
            Some(dot) if dot > 0 => name.split_at(dot),
            _ => (name, ""),
        };
        // ` (4294967295)` must still fit; a cut falls between characters.
        let room = MAX_BYTES.saturating_sub(extension.len() + 13);
        let stem = &stem[..stem.floor_char_boundary(room)];
        Self { name, stem, extension }
    }

    /// All numbered candidates lie in this range of names, the end excluded: `(` is followed by `)`.
    pub fn numbered_range(&self) -> (String, String) {
        (format!("{} (", self.stem), format!("{} )", self.stem))
    }

    /// The candidates in order, without those known to be taken.
    pub fn not_among(&self, taken: Vec<String>) -> impl Iterator<Item = String> {
        let taken: HashSet<String> = taken.into_iter().collect();
        let numbered = (1_u32..).map(|n| format!("{} ({n}){}", self.stem, self.extension));
        std::iter::once(self.name.to_owned())
            .chain(numbered)
            .filter(move |name| !taken.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(name: &str, taken: &[&str]) -> Vec<String> {
        let taken = taken.iter().map(ToString::to_string).collect();
        Candidates::of(name).not_among(taken).take(3).collect()
    }

    #[test]
    fn names_are_looked_for_as_people_write_them() {
        for (name, wanted) in [
            ("Résumé.PDF", "resume.pdf"),
            ("re\u{301}sume\u{301}.pdf", "resume.pdf"),
            ("ＦＵＬＬ", "full"),
            ("Ωmega", "ωmega"),
            ("\u{301}", "\u{301}"),
        ] {
            assert_eq!(key(name), wanted);
        }
    }

    #[test]
    fn a_number_goes_before_the_extension() {
        assert_eq!(candidates("a.tar.gz", &[]), ["a.tar.gz", "a.tar (1).gz", "a.tar (2).gz"]);
        assert_eq!(candidates("a.b", &["a (1).b"]), ["a.b", "a (2).b", "a (3).b"]);
    }

    #[test]
    fn a_dot_at_the_start_begins_no_extension() {
        assert_eq!(candidates(".env", &[]), [".env", ".env (1)", ".env (2)"]);
    }

    #[test]
    fn numbered_names_of_long_ones_stay_within_the_limit() {
        let long = format!("{}.pdf", "ä".repeat(125));
        check(&long).unwrap();
        let numbered = &candidates(&long, &[])[1];
        check(numbered).unwrap();
        assert!(numbered.ends_with("ä (1).pdf"));
    }

    #[test]
    fn every_numbered_name_lies_in_the_range_asked_of_the_database() {
        let candidates = Candidates::of("a.b");
        let (from, to) = candidates.numbered_range();
        for name in candidates.not_among(vec![]).skip(1).take(200) {
            assert!(from <= name && name < to, "{name}");
        }
    }

    #[test]
    fn names_that_mislead_are_refused() {
        for name in ["", " ", ".", "..", "../a", "a/b", "a\\b", "/etc/passwd", "a\0b", "a\nb"] {
            assert!(check(name).is_err(), "{name:?}");
        }
        assert!(check("photo\u{202E}gpj.exe").is_err());
        assert!(check(&"a".repeat(256)).is_err());
    }

    #[test]
    fn names_that_are_merely_odd_are_taken() {
        for name in
            ["CON", "a:b", "it's \"quoted\"", "ʕ•ᴥ•ʔ 🐻.txt", "<img src=x onerror=alert(1)>", "..."]
        {
            check(name).unwrap();
        }
    }
}
