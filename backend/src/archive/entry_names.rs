//! What files are called inside an archive: nothing that could leave the folder it is unpacked in, and no two that
//! some disk takes for one. Names were checked when the files were stored (`names`); here they meet every other system.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::names::{self, Candidates};

/// Names for files of these names, in their order; before a name stand the folders that it lies in, separated by `/`.
pub fn of<'a>(stored: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::new();
    let names = stored.into_iter().map(|stored| {
        let (folders, name) = stored.rsplit_once('/').unwrap_or(("", stored));
        let folder: String =
            folders.split('/').filter(|f| !f.is_empty()).map(|f| harmless(f) + "/").collect();
        let harmless = harmless(name);
        let free = Candidates::of(&harmless)
            .not_among(vec![])
            .map(|candidate| format!("{folder}{candidate}"))
            .find(|candidate| taken.insert(comparable(candidate)));
        free.expect("numbers do not run out")
    });
    names.collect()
}

/// A name that is a file's in the folder itself, on Unix and on Windows: no folder, drive or stream of another file
/// in it, and not what stands for a folder, also once Windows has taken the dots and spaces off its end.
fn harmless(name: &str) -> String {
    let is_harmful = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
    let harmless = name.replace(is_harmful, "_");
    let is_nothing = harmless.trim_end_matches(['.', ' ']).is_empty();
    if is_nothing || names::check(&harmless).is_err() { "_".into() } else { harmless }
}

/// Equal where macOS or Windows would take two names for the same file.
fn comparable(path: &str) -> String {
    let names = path.split('/').map(|name| name.trim_end_matches(['.', ' ']));
    names.collect::<Vec<_>>().join("/").nfc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_folder_it_is_unpacked_in() {
        for (stored, expected) in [
            ("../../etc/passwd", "_/_/etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            ("a/../b", "a/_/b"),
            ("a/C:/b", "a/C_/b"),
            ("..\\a", ".._a"),
            ("C:evil.exe", "C_evil.exe"),
            ("a.txt:stream", "a.txt_stream"),
            ("..", "_"),
            (".. ", "_"),
            ("...", "_"),
            ("", "_"),
            ("a\0b\n", "a_b_"),
            ("photo\u{202E}gpj.exe", "_"),
        ] {
            assert_eq!(of([stored]), [expected], "{stored:?}");
        }
    }

    #[test]
    fn what_is_merely_odd_stays_as_it_is() {
        for name in ["it's “quoted” \"x\"", "ʕ•ᴥ•ʔ 🐻.txt", ".env", "a b.txt", "..a"]
        {
            assert_eq!(of([name]), [name]);
        }
    }

    #[test]
    fn files_lie_in_their_folders() {
        let names = of(["a.txt", "photos/a.txt", "Photos/A.txt", "photos/2026/a.txt"]);
        assert_eq!(names, ["a.txt", "photos/a.txt", "Photos/A (1).txt", "photos/2026/a.txt"]);
    }

    #[test]
    fn no_two_are_one_on_any_disk() {
        let names = of(["A.txt", "a.txt", "a.TXT", "a (1).txt", "ä", "a\u{308}", "b.", "b"]);
        assert_eq!(
            names,
            [
                "A.txt",
                "a (1).txt",
                "a (2).TXT",
                "a (1) (1).txt",
                "ä",
                "a\u{308} (1)",
                "b.",
                "b (1)"
            ]
        );
        let twice: Vec<_> = std::iter::repeat_n("report.pdf", 300).collect();
        let distinct: HashSet<_> = of(twice).into_iter().collect();
        assert_eq!(distinct.len(), 300);
    }
}
