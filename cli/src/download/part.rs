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
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = place.with_file_name(name);
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new(".")));
        let folder = folder.map_err(|error| Failure::file("write to", &path, &error))?;
        let whole_path = folder.join(path.file_name().unwrap_or_default());
        let key = Sha256::digest(whole_path.as_os_str().as_encoded_bytes());
        let note_path =
            places.state_folder("downloads")?.join(Sha256Digest(key.into()).to_string());
        let known: Option<Note> =
            fs::read(&note_path).ok().and_then(|text| serde_json::from_slice(&text).ok());
        if known.is_none() && path.symlink_metadata().is_ok() {
            return Err(there_already(&path));
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
        self.file.sync_all().map_err(|error| Failure::file("write to", &self.path, &error))?;
        let path = TempPath::try_from_path(&self.path);
        let mut path = path.map_err(|error| Failure::file("write", &self.place, &error))?;
        path.disable_cleanup(true);
        path.persist_noclobber(&self.place).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => there_already(&self.place),
            _ => Failure::file("write", &self.place, &error.error),
        })?;
        let _ = fs::remove_file(&self.note_path);
        Ok(())
    }

    /// What is there is worth nothing.
    pub fn discard(self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.note_path);
    }

    fn write_note(&self) -> Result<()> {
        let folder = self.note_path.parent().unwrap_or(Path::new("."));
        make_private_folder(folder)?;
        let text = serde_json::to_vec(&self.note).expect("a note is JSON");
        fs::write(&self.note_path, text)
            .map_err(|error| Failure::file("remember the download in", &self.note_path, &error))
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
