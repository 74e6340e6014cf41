//! Uploads that are not over, remembered by the file that is sent, so that the same command goes on with them. One small
//! file each in the state folder, which whoever sends holds a lock on.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{BeginUpload, Sha256Digest};

use super::source::{Seen, Source};
use crate::config::{Places, Server};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};

/// What is remembered of uploads.
pub struct Memory {
    folder: PathBuf,
}

impl Memory {
    /// This user's.
    pub fn open(places: &Places) -> Result<Self> {
        Ok(Self { folder: places.state_folder("uploads")? })
    }

    /// What is remembered of one file on its way to one place. Fails where somebody sends it already.
    pub(super) fn of(
        &self,
        server: &Server,
        source: &Source,
        seen: &Seen,
        announced: &BeginUpload,
    ) -> Result<Remembered> {
        let file = fs::canonicalize(&source.path);
        let file = file.map_err(|error| Failure::file("read", &source.path, &error))?;
        let modified =
            seen.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
        let identity = (server.name(), file, modified.map(|since| since.as_nanos()));
        let digest = Sha256::digest(format!("{identity:?} {announced:?}"));
        let path = self.folder.join(Sha256Digest(digest.into()).to_string());
        let failed = |error| Failure::file("remember the upload in", &path, &error);
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message = "another `sharesync` sends it already";
                return Err(Failure::new(ExitCode::Refused, "busy", message));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        // What is no id was not written to its end.
        let upload = text.trim().parse().ok();
        Ok(Remembered { path, file, upload })
    }
}

/// What is remembered of one upload.
pub(super) struct Remembered {
    path: PathBuf,
    file: File,
    upload: Option<UploadId>,
}

impl Remembered {
    /// The upload that was begun.
    pub fn upload(&self) -> Option<UploadId> {
        self.upload
    }

    /// Remembers an upload.
    pub fn keep(&mut self, upload: UploadId) -> Result<()> {
        if self.upload == Some(upload) {
            return Ok(());
        }
        let mut write = || {
            self.file.set_len(0)?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(upload.to_string().as_bytes())
        };
        write().map_err(|error| Failure::file("remember the upload in", &self.path, &error))?;
        self.upload = Some(upload);
        Ok(())
    }

    /// There is nothing to go on with any more.
    pub fn forget(&mut self) {
        self.upload = None;
        let _ = self.file.set_len(0);
        let _ = fs::remove_file(&self.path);
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        if self.upload.is_none() {
            let _ = fs::remove_file(&self.path);
        }
    }
}
