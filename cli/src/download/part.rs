//! A file on its way here: its bytes in a `.part` beside its place, and in the state folder of what they are, so that the
//! next command goes on with them. Whoever fetches holds a lock on it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sharesync_protocol::api::Sha256Digest;
use tempfile::TempPath;

use super::claims::there_already;
use crate::config::{Places, make_private_folder};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::saved_digest::SavedDigest;

/// What is remembered of the bytes in a `.part`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
struct Note {
    /// What they are of.
    of: String,
    /// The entity tag (RFC 9110 §8.8.3) that they came with.
    etag: Option<String>,
}

/// A file on its way here.
pub struct Part {
    place: PathBuf,
    path: PathBuf,
    note_path: PathBuf,
    note: Note,
    file: File,
    /// Bytes that are there.
    length: u64,
}

impl Part {
    /// What there is of a file that is to lie at a place. `of` says what file; bytes of another are not gone on with. Fails
    /// where somebody fetches it already, or where something of that name is there that was not fetched.
    pub fn open(places: &Places, place: &Path, of: String) -> Result<Self> {
        let (path, note_path) = paths(places, place)?;
        // One that is cut short, since whoever wrote it was killed, says nothing of the bytes, but that they are ours.
        let known: Option<Note> =
            fs::read(&note_path).ok().map(|text| serde_json::from_slice(&text).unwrap_or_default());
        if known.is_none() {
            if path.symlink_metadata().is_ok() {
                return Err(there_already(&path));
            }
            // Before the file, so that a file is never without.
            write_note(&note_path, &Note { of: of.clone(), etag: None })?;
        }
        let failed = |error| Failure::file("write to", &path, &error);
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = format!("another `sharesync` fetches {} already", place.display());
                return Err(Failure::new(ExitCode::LocalFile, "busy", message));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let known = known.filter(|note| note.of == of);
        let length = match known {
            Some(Note { etag: Some(_), .. }) => file.seek(SeekFrom::End(0)),
            _ => file.set_len(0).map(|()| 0),
        };
        let length = length.map_err(failed)?;
        let note = known.unwrap_or(Note { of, etag: None });
        let place = place.to_owned();
        let part = Self { place, path, note_path, note, file, length };
        part.write_note()?;
        Ok(part)
    }

    /// Bytes that are there.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The tag that they came with.
    pub fn etag(&self) -> Option<&str> {
        self.note.etag.as_deref()
    }

    /// Takes what is there into a digest.
    pub fn digest(&mut self, digest: &mut SavedDigest) -> Result<()> {
        let mut read = || {
            self.file.seek(SeekFrom::Start(0))?;
            let mut buffer = vec![0; 256 * 1024];
            loop {
                match self.file.read(&mut buffer)? {
                    0 => return Ok(()),
                    count => digest.update(&buffer[..count]),
                }
            }
        };
        read().map_err(|error| Failure::file("read", &self.path, &error))
    }

    /// Begins anew, with what has this tag.
    pub fn restart(&mut self, etag: Option<String>) -> Result<()> {
        let truncated = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        truncated.map_err(|error| Failure::file("write to", &self.path, &error))?;
        self.length = 0;
        self.note.etag = etag;
        self.write_note()
    }

    /// More of it.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file
            .write_all(bytes)
            .map_err(|error| Failure::file("write to", &self.path, &error))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// All of it is there, and right: it gets its name, if nothing else has got that.
    pub fn finish(self) -> Result<()> {
        self.sync()?;
        if self.name(&self.place)? { Ok(()) } else { Err(there_already(&self.place)) }
    }

    /// Has what is there on the disk for good.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|error| Failure::file("write to", &self.path, &error))
    }

    /// Gives it a name in its folder, for good, unless something has that. Answers whether it has it now.
    pub fn name(&self, place: &Path) -> Result<bool> {
        let failed = |error| Failure::file("write", place, &error);
        let mut path = TempPath::try_from_path(&self.path).map_err(failed)?;
        path.disable_cleanup(true);
        match path.persist_noclobber(place) {
            Ok(()) => {}
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(failed(error.error)),
        }
        sync_folder_of(place).map_err(failed)?;
        let _ = fs::remove_file(&self.note_path);
        Ok(true)
    }

    /// What is there is worth nothing.
    pub fn discard(self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.note_path);
    }

    fn write_note(&self) -> Result<()> {
        write_note(&self.note_path, &self.note)
    }
}

fn write_note(path: &Path, note: &Note) -> Result<()> {
    make_private_folder(path.parent().unwrap_or(Path::new(".")))?;
    let text = serde_json::to_vec(note).expect("a note is JSON");
    fs::write(path, text).map_err(|error| Failure::file("remember the download in", path, &error))
}

/// Where a file is until it is whole, and where it is remembered what it is, by the place where it is to lie.
fn paths(places: &Places, place: &Path) -> Result<(PathBuf, PathBuf)> {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let path = place.with_file_name(name);
    let folder = fs::canonicalize(folder_of(place));
    let folder = folder.map_err(|error| Failure::file("write to", &path, &error))?;
    let whole_path = folder.join(path.file_name().unwrap_or_default());
    let key = Sha256::digest(whole_path.as_os_str().as_encoded_bytes());
    let note_path = places.state_folder("downloads")?.join(Sha256Digest(key.into()).to_string());
    Ok((path, note_path))
}

fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What has got a name in a folder keeps it, whatever becomes of the computer.
fn sync_folder_of(place: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(place))?.sync_all() } else { Ok(()) }
}

/// Whether the whole file that a process had beside a place has got a name since, so that only the end of that is missing:
/// `named` is what it was to be called.
pub fn has_got_name(places: &Places, place: &Path, named: &Path) -> Result<bool> {
    let (path, note_path) = paths(places, place)?;
    let failed = |error| Failure::file("read", &path, &error);
    match path.symlink_metadata() {
        Ok(part) => {
            // Where a file system cannot rename without overwriting, a file has both names for a moment.
            let is_same = named.symlink_metadata().is_ok_and(|named| is_same_file(&part, &named));
            if !is_same {
                return Ok(false);
            }
            fs::remove_file(&path).map_err(failed)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    sync_folder_of(place).map_err(failed)?;
    let _ = fs::remove_file(note_path);
    Ok(true)
}

#[cfg(unix)]
fn is_same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same_file(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    false
}

/// Bytes that have come of a file that is to lie at a place.
pub fn length_so_far(places: &Places, place: &Path) -> u64 {
    let Ok((path, note_path)) = paths(places, place) else { return 0 };
    if note_path.exists() { path.metadata().map_or(0, |metadata| metadata.len()) } else { 0 }
}

/// Removes what has come of a file that nobody goes on with.
pub fn abandon(places: &Places, place: &Path) {
    // What cannot be removed stays, and does no harm.
    if let Ok((path, note_path)) = paths(places, place)
        && note_path.exists()
    {
        let _ = fs::remove_file(path);
        let _ = fs::remove_file(note_path);
    }
}

impl Drop for Part {
    /// What nothing has come of leaves nothing behind.
    fn drop(&mut self) {
        if self.length == 0 && self.path.metadata().is_ok_and(|metadata| metadata.len() == 0) {
            let _ = fs::remove_file(&self.path);
            let _ = fs::remove_file(&self.note_path);
        }
    }
}
