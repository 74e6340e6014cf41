//! What was said, held against what lies in a file. `SHARESYNC_WRITE_GOLDEN=1` writes these files anew.

use std::path::Path;

/// Makes sure that it is what the file holds.
#[track_caller]
pub fn expect(name: &str, said: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli").join(name);
    if std::env::var_os("SHARESYNC_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, said).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, golden, "{name}");
}

/// With what differs from run to run replaced: the server, slugs, ids, times.
pub fn settled(said: &str, server: &str) -> String {
    let said = said.replace(server, "SERVER");
    let words = said.split_inclusive([' ', '\n']).map(|word| {
        let (text, end) = word.split_at(word.trim_end_matches([' ', '\n', ',']).len());
        let text = match text.rsplit_once('/') {
            Some((before, slug)) if before.ends_with("/s") || before.ends_with("/r") => {
                assert_eq!(slug.len(), 22, "{text}");
                format!("{before}/SLUG")
            }
            _ if is_like(text, "0000-00-00") => "DATE".into(),
            _ if is_like(text, "00:00") => "TIME".into(),
            _ if text.len() == 36 && text.matches('-').count() == 4 => "ID".into(),
            _ => text.into(),
        };
        format!("{text}{end}")
    });
    words.collect()
}

fn is_like(text: &str, shape: &str) -> bool {
    let same = |(a, b): (char, char)| if b == '0' { a.is_ascii_digit() } else { a == b };
    text.len() == shape.len() && text.chars().zip(shape.chars()).all(same)
}
