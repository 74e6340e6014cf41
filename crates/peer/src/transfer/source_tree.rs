//! All files of a folder, to send.

use std::io;
use std::path::{Path, PathBuf};

use sharesync_protocol::transfer::MAX_FILES;

use super::source::{Source, SourceError};

/// What was found in a folder.
#[derive(Debug, Default)]
pub struct SourceTree {
    /// Its files and those of the folders in it, by their names, folder by folder.
    pub files: Vec<Source>,
    /// What is not sent: symbolic links, which are not followed, and what is neither file nor folder.
    pub skipped: Vec<PathBuf>,
}

/// Finds the files of a folder, which are offered in folders from its own name on. Fails with the name of the first
/// that cannot be read, before anything is offered. Blocks.
pub fn read_tree(folder: &Path) -> Result<SourceTree, SourceError> {
    let mut tree = SourceTree::default();
    // What `.` and `..` are called is known by their full names only.
    let full = folder.canonicalize().map_err(|error| unreadable(folder, error))?;
    let name = full.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut waiting = vec![(folder.to_owned(), name.into_iter().collect::<Vec<_>>())];
    while let Some((folder, names)) = waiting.pop() {
        let mut inner = tree.read_folder(&folder, &names)?;
        // The last is taken first.
        inner.reverse();
        waiting.append(&mut inner);
    }
    Ok(tree)
}

type Folder = (PathBuf, Vec<String>);

impl SourceTree {
    /// Takes the files of one folder; returns the folders in it.
    fn read_folder(&mut self, folder: &Path, names: &[String]) -> Result<Vec<Folder>, SourceError> {
        let entries = folder.read_dir().and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| unreadable(folder, error))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        let mut inner = Vec::new();
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| unreadable(&path, error))?;
            if kind.is_dir() {
                let name = entry.file_name().to_string_lossy().into_owned();
                inner.push((path, names.iter().cloned().chain([name]).collect()));
            } else if kind.is_file() {
                if self.files.len() == MAX_FILES {
                    return Err(SourceError::TooMany);
                }
                self.files.push(Source::in_folders(&path, names)?);
            } else {
                self.skipped.push(path);
            }
        }
        Ok(inner)
    }
}

fn unreadable(path: &Path, error: io::Error) -> SourceError {
    SourceError::Unreadable { path: path.to_owned(), error }
}
