//! The library by names: what lies at a path such as `Photos/2024/a.jpg`. Whoever takes such a path asks here.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sharesync_protocol::api::{FilePage, FileSummary, Folder, FolderPage};
use sharesync_protocol::{FileId, FolderId};
use unicode_normalization::UnicodeNormalization;

use crate::api::Api;
use crate::failure::{Failure, Result};

/// What lies at a path.
pub enum Found {
    /// The library itself.
    Root,
    /// A folder.
    Folder(Folder),
    /// A file.
    File(Box<FileSummary>),
}

/// What lies at a path: of a file and a folder of one name the file, unless the path ends with `/`. Fails where nothing does.
pub async fn find(api: &Api, path: &str) -> Result<Found> {
    let steps = steps(path)?;
    let Some((last, before)) = steps.split_last() else { return Ok(Found::Root) };
    let parent = walk(api, before, path).await?;
    if !path.ends_with('/')
        && let Some(file) = file_in(api, parent, last).await?
    {
        return Ok(Found::File(Box::new(file)));
    }
    match folder_in(api, parent, last).await? {
        Some(folder) => Ok(Found::Folder(folder)),
        None => Err(missing(path)),
    }
}

/// The folder at a path; `None` for the library itself. Fails where there is none.
pub async fn folder(api: &Api, path: &str) -> Result<Option<FolderId>> {
    walk(api, &steps(path)?, path).await
}

/// The names that a path is made of, outermost first.
pub fn steps(path: &str) -> Result<Vec<&str>> {
    let steps: Vec<_> = path.split('/').filter(|step| !step.is_empty() && *step != ".").collect();
    if steps.contains(&"..") {
        return Err(Failure::usage(format!(
            "{path}: paths in the library go down only, without `..`"
        )));
    }
    Ok(steps)
}

/// A path of a name in a folder.
pub fn join(folder: &str, name: &str) -> String {
    let folder = folder.trim_matches('/');
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Files that lie in a folder, by name.
pub async fn files(api: &Api, folder: Option<FolderId>) -> Result<Vec<FileSummary>> {
    let path = format!("/api/files?sort=name&folder_id={}", name_of(folder));
    api.all(&path, |page: FilePage| (page.items, page.next_cursor)).await
}

/// Folders that lie in a folder, by name.
pub async fn folders(api: &Api, folder: Option<FolderId>) -> Result<Vec<Folder>> {
    let path = format!("/api/folders?parent_id={}", name_of(folder));
    api.all(&path, |page: FolderPage| (page.items, page.next_cursor)).await
}

/// The folder of a name in another, if there is one.
pub async fn folder_in(api: &Api, parent: Option<FolderId>, name: &str) -> Result<Option<Folder>> {
    let path = format!("/api/folders?q={}", utf8_percent_encode(name, NON_ALPHANUMERIC));
    let mut found = None;
    let items = |page: FolderPage| (page.items, page.next_cursor);
    api.each_page(&path, items, |page| {
        let is_it = |folder: &Folder| folder.parent_id == parent && is_called(&folder.name, name);
        found = page.into_iter().find(is_it);
        found.is_none()
    })
    .await?;
    Ok(found)
}

/// The file of a name in a folder, if there is one.
pub async fn file_in(
    api: &Api,
    parent: Option<FolderId>,
    name: &str,
) -> Result<Option<FileSummary>> {
    let path = format!("/api/files?q={}", utf8_percent_encode(name, NON_ALPHANUMERIC));
    let mut found = None;
    let items = |page: FilePage| (page.items, page.next_cursor);
    api.each_page(&path, items, |page| {
        let is_it =
            |row: &FileSummary| row.file.folder_id == parent && is_called(&row.file.name, name);
        found = page.into_iter().find(is_it);
        found.is_none()
    })
    .await?;
    Ok(found)
}

/// What is meant by paths that are to be changed or shared.
#[derive(Default)]
pub struct Chosen {
    /// Files.
    pub files: Vec<FileId>,
    /// Folders.
    pub folders: Vec<FolderId>,
}

/// What lies at each of these paths. Fails where something does not, or where the whole library is meant.
pub async fn choose(api: &Api, paths: &[String]) -> Result<Chosen> {
    let mut chosen = Chosen::default();
    for path in paths {
        match find(api, path).await? {
            Found::File(file) => chosen.files.push(file.file.id),
            Found::Folder(folder) => chosen.folders.push(folder.id),
            Found::Root => return Err(Failure::usage(format!("{path} is the whole library"))),
        }
    }
    Ok(chosen)
}

async fn walk(api: &Api, steps: &[&str], path: &str) -> Result<Option<FolderId>> {
    let mut at = None;
    for step in steps {
        let folder = folder_in(api, at, step).await?.ok_or_else(|| missing(path))?;
        at = Some(folder.id);
    }
    Ok(at)
}

fn missing(path: &str) -> Failure {
    Failure::not_found("nothing of that name is in the library").about(path)
}

fn name_of(folder: Option<FolderId>) -> String {
    folder.map_or_else(|| "root".to_owned(), |folder| folder.to_string())
}

/// Whether two names are the same, however their accents are written (UAX #15).
fn is_called(name: &str, asked: &str) -> bool {
    name == asked || name.nfc().eq(asked.nfc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_with_and_without_slashes_around_it() {
        for path in ["Photos/2024", "/Photos/2024/", "./Photos//2024"] {
            assert_eq!(steps(path).unwrap(), ["Photos", "2024"], "{path}");
        }
        assert!(steps("/").unwrap().is_empty() && steps("Photos/../..").is_err());
        assert_eq!((join("", "a"), join("/Photos/", "a")), ("a".into(), "Photos/a".into()));
    }

    #[test]
    fn a_name_is_the_same_however_its_accents_are_written() {
        assert!(is_called("Zo\u{eb}.txt", "Zoe\u{308}.txt"));
        assert!(!is_called("Zo\u{eb}.txt", "Zoe.txt") && !is_called("A.txt", "a.txt"));
    }
}
