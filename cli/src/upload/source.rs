//! What is sent: files, and the folders that they were in.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::output::Output;

/// The code of a failure that is a file's change while it was sent.
pub const CHANGED: &str = "changed_meanwhile";

/// A file that is to be sent.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is to be called.
    pub name: String,
    /// The folders that it was in, of those that were named, with `/` between them.
    pub folder: String,
}

/// What tells a file from what it becomes by a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Bytes.
    pub size: u64,
    /// When it was last changed.
    pub modified: Option<SystemTime>,
}

impl Source {
    /// Opens it.
    pub fn open(&self) -> Result<(File, Seen)> {
        let open = || {
            let file = File::open(&self.path)?;
            let metadata = file.metadata()?;
            Ok((file, Seen { size: metadata.len(), modified: metadata.modified().ok() }))
        };
        open().map_err(|error| Failure::file("read", &self.path, &error))
    }

    /// Fails where it has been changed since.
    pub fn check_unchanged(&self, seen: &Seen) -> Result<()> {
        let (_, now) = self.open()?;
        if now == *seen {
            return Ok(());
        }
        let message = "it was changed while it was sent: send it again";
        Err(Failure::new(ExitCode::LocalFile, CHANGED, message))
    }

    /// The way to it in the library, below the folder that it is sent to.
    pub fn shown(&self) -> String {
        crate::library::join(&self.folder, &self.name)
    }
}

/// The files that paths name, and those in the folders that they name, in the order of their names. Links to folders are not
/// followed.
pub fn collect(paths: &[PathBuf], output: &Output) -> Result<Vec<Source>> {
    let mut sources = vec![];
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
        if metadata.is_dir() {
            let folder =
                fs::canonicalize(path).map_err(|error| Failure::file("read", path, &error))?;
            collect_folder(path, &name_of(&folder)?, output, &mut sources)?;
        } else if metadata.is_file() {
            sources.push(Source {
                path: path.clone(),
                name: name_of(path)?,
                folder: String::new(),
            });
        } else {
            let message = format!("{} is neither a file nor a folder", path.display());
            return Err(Failure::new(ExitCode::LocalFile, "local_file", message));
        }
    }
    Ok(sources)
}

fn collect_folder(
    at: &Path,
    folder: &str,
    output: &Output,
    sources: &mut Vec<Source>,
) -> Result<()> {
    let failed = |error| Failure::file("read", at, &error);
    let entries = fs::read_dir(at).map_err(failed)?.collect::<std::io::Result<Vec<_>>>();
    let mut entries = entries.map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| Failure::file("read", &path, &error))?;
        // A link may lead to a file, and be none, or a folder, which may hold itself.
        if kind.is_dir() {
            collect_folder(&path, &format!("{folder}/{}", name_of(&path)?), output, sources)?;
        } else if kind.is_file() || kind.is_symlink() && path.is_file() {
            let (name, folder) = (name_of(&path)?, folder.to_owned());
            sources.push(Source { path, name, folder });
        } else {
            let path = path.to_string_lossy();
            output.warn(format_args!("{} is left out: it is no file", crate::output::shown(&path)));
        }
    }
    Ok(())
}

fn name_of(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| {
        let message = format!("{} has no name that a library takes", path.display());
        Failure::new(ExitCode::LocalFile, "local_file", message)
    })
}
