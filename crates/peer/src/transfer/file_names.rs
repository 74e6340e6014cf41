//! Names of files, on the way out and on the way in. Names come from other people's machines and are about to be
//! given to this one's file system, or shown on its terminal.

use sharesync_protocol::transfer::{MAX_NAME_BYTES, MAX_PATH_BYTES};

/// What a file is called whose name has nothing left.
const NAMELESS: &str = "file";
/// Most bytes of an ending that is kept when a name is shortened, its dot included.
const MAX_ENDING_BYTES: usize = 16;

/// Text of another machine as a terminal may show it: control characters, and those that turn the direction of what
/// follows, are shown as `_`.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { '_' } else { c }).collect()
}

fn is_unseen(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The name as an offer carries it: without a folder, short enough.
pub(super) fn name_to_offer(name: &str) -> String {
    let name = shorten(&name.replace(['/', '\\', '\0'], "_"), MAX_NAME_BYTES);
    if name.is_empty() { NAMELESS.to_owned() } else { name }
}

/// The folders of a file, from the outermost, as an offer carries them: the innermost of those that are too many;
/// nothing for a file in none.
pub(super) fn path_to_offer(folders: &[String]) -> Option<String> {
    let named = folders.iter().filter(|name| !matches!(name.as_str(), "" | "." | ".."));
    let folders: Vec<String> = named.map(|name| name_to_offer(name)).collect();
    let fits = |from: &usize| folders[*from..].join("/").len() <= MAX_PATH_BYTES;
    let from = (0..folders.len()).find(fits)?;
    Some(folders[from..].join("/"))
}

/// The name under which a received file or folder is saved: never a path, never a device, never hidden unless
/// `hidden` allows it, and of at most `limit` bytes.
pub(super) fn name_to_save(name: &str, hidden: bool, limit: usize) -> String {
    let plain = printable(name).replace(['/', '\\', '<', '>', ':', '"', '|', '?', '*'], "_");
    let leads = |c: char| c.is_whitespace() || (c == '.' && !hidden);
    let rest = plain.trim_start_matches(leads);
    let visible = if rest.len() == plain.len() { plain.clone() } else { format!("_{rest}") };
    let safe = if is_device(&visible) { format!("_{visible}") } else { visible };
    // Once more after it was cut: Windows forgets what a name ends with, and then it is another.
    let name = trim_ending(&shorten(trim_ending(&safe), limit)).to_owned();
    if name.is_empty() { NAMELESS.to_owned() } else { name }
}

fn trim_ending(name: &str) -> &str {
    name.trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Whether Windows keeps the name for a device, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |port: &str| {
        let mut rest = stem.strip_prefix(port).unwrap_or_default().chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || numbered("com")
        || numbered("lpt")
}

/// Cuts a name to so many bytes, and keeps its ending, which says what it is.
pub(super) fn shorten(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    let ending = match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= MAX_ENDING_BYTES => &name[dot..],
        _ => "",
    };
    let stem = &name[..name.len() - ending.len()];
    let cut = stem.floor_char_boundary(limit.saturating_sub(ending.len()));
    format!("{}{ending}", &stem[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_saved_so_that_they_lead_nowhere() {
        for (name, saved) in [
            ("report.pdf", "report.pdf"),
            ("naïve “quote” 😀.txt", "naïve “quote” 😀.txt"),
            ("../../etc/passwd", "__.._etc_passwd"),
            ("/etc/passwd", "_etc_passwd"),
            ("..\\x", "__x"),
            ("..", "_"),
            (".", "_"),
            (".bashrc", "_bashrc"),
            (" .bashrc", "_bashrc"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("Com7 .log", "_Com7 .log"),
            ("LPT¹", "_LPT¹"),
            ("COM10", "COM10"),
            ("console", "console"),
            ("a:b?.txt", "a_b_.txt"),
            ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
            ("line\nbreak\0", "line_break_"),
            ("\u{1b}]0;owned\u{7}", "_]0;owned_"),
            ("\u{9b}31mred", "_31mred"),
            ("trailing. ", "trailing"),
            ("   ", "_"),
        ] {
            assert_eq!(name_to_save(name, false, 240), saved, "{name:?}");
        }
    }

    #[test]
    fn hidden_names_stay_hidden_only_where_that_is_allowed() {
        assert_eq!(name_to_save(".bashrc", true, 240), ".bashrc");
        assert_eq!(name_to_save("..", true, 240), "file");
        assert_eq!(name_to_save(" .x", true, 240), "_.x");
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_keeps_its_ending() {
        let saved = name_to_save(&format!("{}.tar.gz", "é".repeat(200)), false, 255);
        assert!(saved.len() <= 255 && saved.ends_with("é.gz"), "{saved}");
        let dotted = name_to_save(&format!("{}. {}", "x".repeat(238), "y".repeat(40)), false, 240);
        assert_eq!(dotted, "x".repeat(238));
    }

    #[test]
    fn paths_are_offered_without_what_leads_elsewhere_and_keep_the_innermost_folders() {
        let path = |folders: &[&str]| {
            path_to_offer(&folders.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(path(&["photos", "2024"]).as_deref(), Some("photos/2024"));
        assert_eq!(path(&["..", "", "etc", "."]).as_deref(), Some("etc"));
        assert_eq!(path(&["a\\b"]).as_deref(), Some("a_b"));
        assert_eq!(path(&[]), None);
        let many: Vec<String> = (0..300).map(|at| format!("folder {at}")).collect();
        let path = path_to_offer(&many).unwrap();
        assert!(path.len() <= MAX_PATH_BYTES && path.ends_with("/folder 299"));
    }
}
