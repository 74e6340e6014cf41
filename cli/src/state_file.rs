//! Small files in the state folder in which a command remembers what is not over, so that the same command goes on with it.
//! Whoever works on it holds a lock on the file.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sharesync_protocol::api::Sha256Digest;

use crate::failure::{Failure, Result};

/// One of them, locked.
pub struct StateFile {
    path: PathBuf,
    file: File,
    text: String,
}

impl StateFile {
    /// The one of this identity, which its name does not tell; `None` where another process works on it.
    pub fn open(folder: &Path, identity: &str) -> Result<Option<Self>> {
        let digest = Sha256Digest(Sha256::digest(identity).into());
        let path = folder.join(digest.to_string());
        let failed = |error| Failure::file("remember it in", &path, &error);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        Ok(Some(Self { path, file, text }))
    }

    /// What is remembered; empty where that is nothing. It may have been cut short.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Remembers this, in place of what was.
    pub fn keep(&mut self, text: String) -> Result<()> {
        if self.text == text {
            return Ok(());
        }
        let mut write = || {
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(text.as_bytes())
        };
        write().map_err(|error| Failure::file("remember it in", &self.path, &error))?;
        self.text = text;
        Ok(())
    }

    /// There is nothing to go on with any more.
    pub fn forget(&mut self) {
        self.text.clear();
        let _ = self.file.set_len(0);
        let _ = fs::remove_file(&self.path);
    }
}

impl Drop for StateFile {
    fn drop(&mut self) {
        if self.text.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}
