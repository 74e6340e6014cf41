//! The folder that received files go to. Used by `receive` and `listen`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use sharesync_peer::transfer::{Block, DirectoryStore, Failure as TransferFailure, Found, Store};
use sharesync_protocol::transfer::{FailureCode, OfferedFile};

use crate::failure::{Failure, Result};

/// A folder, and what names are like in it.
#[derive(Clone)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Whether names may begin with a dot.
    pub hidden: bool,
    /// What tells the unfinished files of a command from those of others; nothing, where it need not.
    pub purpose: &'static str,
}

impl Folder {
    /// A store for one transfer there. What `transfer` says is the same when a later process is to go on with it.
    pub fn store(&self, transfer: &str) -> Result<DirectoryStore> {
        let digest = Sha256::digest(transfer);
        let key = digest.first_chunk().expect("a digest has 32 bytes");
        let store = DirectoryStore::open_for(self.purpose, &self.path, key, self.hidden);
        store.map_err(|error| Failure::file("write to", &self.path, &error))
    }

    /// The same, or one that takes nothing, where the folder cannot be written to any more.
    pub fn store_or_none(&self, transfer: &str) -> Arc<dyn Store> {
        match self.store(transfer) {
            Ok(store) => Arc::new(store),
            Err(failure) => Arc::new(NoStore(failure.message)),
        }
    }

    /// Removes what is unfinished of this purpose, and nobody works on. What cannot be removed stays, and does no harm.
    pub fn tidy_up(&self) {
        let _ = DirectoryStore::discard_all(self.purpose, &self.path);
    }

    /// The folder from everywhere. Not as the disk has it, which may make it only now.
    pub fn absolute(path: &Path) -> PathBuf {
        std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
    }
}

/// A folder that could be written to a moment ago, and cannot any more: whatever is offered is not taken.
struct NoStore(String);

impl NoStore {
    fn failed<T>(&self) -> std::result::Result<T, TransferFailure> {
        let said = "a file could not be written";
        Err(TransferFailure::new(FailureCode::Unwritable, said).because(&self.0))
    }
}

impl Store for NoStore {
    fn find(&self, _: &[OfferedFile]) -> std::result::Result<Found, TransferFailure> {
        self.failed()
    }

    fn begin(&self, _: &[OfferedFile], _: &[u32]) -> std::result::Result<(), TransferFailure> {
        self.failed()
    }

    fn write(&self, _: &[Block]) -> std::result::Result<(), TransferFailure> {
        self.failed()
    }

    fn finish(&self, _: &[u32]) -> std::result::Result<(), TransferFailure> {
        self.failed()
    }

    fn close(&self, _: bool) {}
}
