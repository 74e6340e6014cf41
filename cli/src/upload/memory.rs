//! Uploads that are not over, remembered by the file that is sent, so that the same command goes on with them.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use sharesync_protocol::UploadId;
use sharesync_protocol::api::BeginUpload;

use super::source::{Seen, Source};
use crate::config::{Places, Server};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::state_file::StateFile;

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
        let identity = format!("{identity:?} {announced:?}");
        let file = StateFile::open(&self.folder, &identity)?.ok_or_else(|| {
            let message = "another `sharesync` sends it already";
            Failure::new(ExitCode::Refused, "busy", message)
        })?;
        // What is no id was not written to its end.
        let upload = file.text().trim().parse().ok();
        Ok(Remembered { file, upload })
    }
}

/// What is remembered of one upload.
pub(super) struct Remembered {
    file: StateFile,
    upload: Option<UploadId>,
}

impl Remembered {
    /// The upload that was begun.
    pub fn upload(&self) -> Option<UploadId> {
        self.upload
    }

    /// Remembers an upload.
    pub fn keep(&mut self, upload: UploadId) -> Result<()> {
        self.file.keep(upload.to_string())?;
        self.upload = Some(upload);
        Ok(())
    }

    /// There is nothing to go on with any more.
    pub fn forget(&mut self) {
        self.upload = None;
        self.file.forget();
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        // Nor is there with what is no id.
        if self.upload.is_none() {
            self.file.forget();
        }
    }
}
