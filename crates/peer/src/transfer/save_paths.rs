//! What received files are called in the folder that they go to. Names come from other people's machines: they are
//! made safe here, and where one is taken another is found, so that nothing is overwritten. Used by `FolderTree`.

use super::file_names::name_to_save;

/// Most bytes of a name, the same that a page keeps to.
const MAX_SAVED_BYTES: usize = 240;
/// Most characters of an ending, without its dot.
const MAX_ENDING_CHARS: usize = 15;

/// What a file or a folder is called, if nothing is called so already.
pub fn saved_name(name: &str, hidden: bool) -> String {
    name_to_save(name, hidden, MAX_SAVED_BYTES)
}

/// The names to try for a file: `report.pdf`, `report (1).pdf`, and so on.
pub(super) fn free_file_names(name: &str) -> impl Iterator<Item = String> + use<> {
    let at = ending_of(name).filter(|at| *at > 0).unwrap_or(name.len());
    free_names(name[..at].to_owned(), name[at..].to_owned())
}

/// The names to try for a folder, which has no ending.
pub(super) fn free_folder_names(name: &str) -> impl Iterator<Item = String> + use<> {
    free_names(name.to_owned(), String::new())
}

fn free_names(stem: String, ending: String) -> impl Iterator<Item = String> {
    (0..u32::MAX).map(move |count| {
        if count == 0 {
            return format!("{stem}{ending}");
        }
        let mark = format!(" ({count}){ending}");
        let cut = stem.floor_char_boundary(MAX_SAVED_BYTES.saturating_sub(mark.len()));
        format!("{}{mark}", &stem[..cut])
    })
}

/// Where the ending of a name begins that says what the file is: `.pdf`, `.tar.gz`.
fn ending_of(name: &str) -> Option<usize> {
    let dot = name.rfind('.')?;
    let ending = &name[dot + 1..];
    let short = (1..=MAX_ENDING_CHARS).contains(&ending.chars().count());
    if !short || ending.contains(char::is_whitespace) {
        return None;
    }
    let before = dot.checked_sub(4).filter(|at| name.is_char_boundary(*at));
    before.filter(|at| name[*at..dot].eq_ignore_ascii_case(".tar")).or(Some(dot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_is_followed_by_numbered_ones_before_its_ending() {
        for (name, second, third) in [
            ("report.pdf", "report (1).pdf", "report (2).pdf"),
            ("archive.tar.gz", "archive (1).tar.gz", "archive (2).tar.gz"),
            ("README", "README (1)", "README (2)"),
            ("v1.2 of it", "v1.2 of it (1)", "v1.2 of it (2)"),
            (".gitignore", ".gitignore (1)", ".gitignore (2)"),
        ] {
            let names: Vec<String> = free_file_names(name).take(3).collect();
            assert_eq!(names, [name, second, third]);
        }
        let names: Vec<String> = free_folder_names("photos.2024").take(2).collect();
        assert_eq!(names, ["photos.2024", "photos.2024 (1)"]);
    }

    #[test]
    fn numbered_names_are_never_too_long() {
        let name = saved_name(&format!("{}.pdf", "é".repeat(125)), false);
        let next = free_file_names(&name).nth(1).unwrap();
        assert!(next.len() <= MAX_SAVED_BYTES && next.ends_with("é (1).pdf"), "{next}");
        let long = free_folder_names(&saved_name(&"x".repeat(255), false)).nth(12).unwrap();
        assert!(long.len() <= MAX_SAVED_BYTES && long.ends_with("x (12)"), "{long}");
    }
}
