//! What a file's name has to be like, as shells write it: `*` is any text, `?` is one character, and nothing else is special.
//! Capitals make no difference.

use std::str::FromStr;

/// A pattern of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<char>);

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.contains(['/', '[', ']', '{', '}', '\\']) {
            return Err("a pattern is of a name, such as *.pdf, with * and ? only".to_owned());
        }
        Ok(Self(folded(text)))
    }
}

impl Pattern {
    /// Whether a name is like that. Takes as many steps as both have characters, multiplied.
    pub fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (&self.0, folded(name));
        let (mut at, mut here) = (0, 0);
        // Where the last `*` was, and how much of the name it stands for so far.
        let mut star = None;
        while here < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, here));
                    at += 1;
                }
                Some(&c) if c == '?' || c == name[here] => {
                    at += 1;
                    here += 1;
                }
                _ => {
                    let Some((star_at, until)) = star else { return false };
                    star = Some((star_at, until + 1));
                    (at, here) = (star_at + 1, until + 1);
                }
            }
        }
        pattern[at..].iter().all(|c| *c == '*')
    }
}

fn folded(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_matched_as_in_a_shell_whatever_their_capitals() {
        for (pattern, name, matches) in [
            ("*.pdf", "report.pdf", true),
            ("*.pdf", "REPORT.PDF", true),
            ("*.pdf", "report.pdf.exe", false),
            ("*.pdf", ".pdf", true),
            ("*", "", true),
            ("scan-??.tif*", "scan-07.tiff", true),
            ("scan-??.tif*", "scan-7.tiff", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("été?", "ÉTÉ1", true),
            ("a", "ab", false),
        ] {
            let matched = pattern.parse::<Pattern>().unwrap().matches(name);
            assert_eq!(matched, matches, "{pattern} {name}");
        }
    }

    #[test]
    fn what_a_shell_would_take_otherwise_is_no_pattern() {
        for text in ["", "in/*.pdf", "[a-z]*", "*.{jpg,png}", "\\*"] {
            assert!(text.parse::<Pattern>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_made_to_take_long_does_not() {
        let pattern: Pattern = format!("{}b", "*a".repeat(60)).parse().unwrap();
        assert!(!pattern.matches(&"a".repeat(4000)));
    }
}
