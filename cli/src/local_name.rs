//! Names under which what comes from a server is kept here. Whoever shares something chooses its name, and must not choose
//! where it lies.

use std::path::PathBuf;

use crate::output::is_unshown;

/// Bytes of a name that every file system takes, with room for `.part` and a number.
const MOST_BYTES: usize = 240;

/// Whose names they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// One's own library.
    Own,
    /// Somebody else's link: nothing that comes by it is hidden.
    Others,
}

/// A name that is one, and only one, whatever the server calls the file.
pub fn safe(name: &str, origin: Origin) -> String {
    let is_bad = |c: char| {
        is_unshown(c) || matches!(c, '/' | '\\') || cfg!(windows) && r#"<>:"|?*"#.contains(c)
    };
    let mut safe = name.replace(is_bad, "_");
    if cfg!(windows) {
        safe.truncate(safe.trim_end_matches([' ', '.']).len());
    }
    if matches!(&*safe, "" | "." | "..") {
        return "file".into();
    }
    if origin == Origin::Others && safe.starts_with('.') {
        safe.replace_range(..1, "_");
    }
    shortened(safe)
}

/// The way to a file, folder by folder, each a name that is one.
pub fn safe_path(path: &str, origin: Origin) -> PathBuf {
    path.split('/').filter(|step| !step.is_empty()).map(|step| safe(step, origin)).collect()
}

/// A name with a number before its ending, for the second of that name.
pub fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => format!("{stem} ({number}).{ending}"),
        _ => format!("{name} ({number})"),
    }
}

/// The same name in few enough bytes, with its ending where that is short.
fn shortened(name: String) -> String {
    if name.len() <= MOST_BYTES {
        return name;
    }
    let ending = name.rfind('.').map_or("", |at| &name[at..]);
    let ending = if ending.len() <= 16 { ending } else { "" };
    let mut end = MOST_BYTES - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for (name, kept) in [
            ("../../.ssh/authorized_keys", "_._.._.ssh_authorized_keys"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("a\\b", "a_b"),
            ("a\0b\n", "a_b_"),
            (".profile", "_profile"),
            ("photo\u{202e}gpj.exe", "photo_gpj.exe"),
            ("Ünïcode 文件.txt", "Ünïcode 文件.txt"),
        ] {
            assert_eq!(safe(name, Origin::Others), kept);
        }
        assert_eq!(safe(".gitignore", Origin::Own), ".gitignore");
        assert_eq!(safe_path("/a/../../b//.c", Origin::Others), PathBuf::from("a/file/file/b/_c"));
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = safe(&format!("{}.jpeg", "ü".repeat(200)), Origin::Own);
        assert!(long.len() <= MOST_BYTES && long.ends_with("ü.jpeg"));
    }

    #[test]
    fn a_number_stands_before_the_ending() {
        assert_eq!(numbered("a.tar.gz", 1), "a.tar (1).gz");
        assert_eq!(numbered("README", 2), "README (2)");
        assert_eq!(numbered(".profile", 1), ".profile (1)");
    }
}
