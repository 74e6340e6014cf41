//! What is sent: a file on the disk, or bytes that were set aside. Read as blocks, on threads that may wait.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::OFlags;
use sharesync_protocol::transfer::{BLOCK_BYTES, FailureCode, MAX_FILE_BYTES, OfferedFile};
use thiserror::Error;

use super::block_map::{block_length, blocks_in};
use super::digest::{Digest, block_digest, file_digest};
use super::failure::Failure;
use super::file_names::{name_to_offer, path_to_offer};

/// Something that cannot be offered.
#[derive(Debug, Error)]
pub enum SourceError {
    /// It cannot be read.
    #[error("{} cannot be read: {error}", path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is neither a file nor, where one may be, a folder.
    #[error("{} is not a file", .0.display())]
    NoFile(PathBuf),
    /// It has more than [`MAX_FILE_BYTES`].
    #[error("{} is too large", .0.display())]
    TooLarge(PathBuf),
    /// There are more than [`sharesync_protocol::transfer::MAX_FILES`].
    #[error("these are too many files")]
    TooMany,
}

/// How a file was when it was offered; it has to stay so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(file: &File) -> io::Result<(Self, std::fs::Metadata)> {
        let found = file.metadata()?;
        Ok((Self { size: found.len(), modified: (found.mtime(), found.mtime_nsec()) }, found))
    }
}

enum Content {
    /// Opened again for every conversation: ten thousand files are too many to keep open.
    OnDisk {
        path: PathBuf,
        follow: bool,
    },
    SetAside(Arc<File>),
}

/// A file to send; one may be sent to several receivers at a time.
pub struct Source {
    offered: OfferedFile,
    content: Content,
    stamp: Stamp,
    /// Digests of the blocks that were read by anybody: no two receivers are sent different ones.
    digests: Mutex<BTreeMap<u32, Digest>>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("offered", &self.offered).finish_non_exhaustive()
    }
}

impl Source {
    /// A file that a person named; a symbolic link is followed. Opens it, to know that it can be read.
    pub fn file(path: &Path) -> Result<Self, SourceError> {
        Self::open_file(path, &[], true)
    }

    /// A file found in these folders, from the outermost.
    pub(super) fn in_folders(path: &Path, folders: &[String]) -> Result<Self, SourceError> {
        Self::open_file(path, folders, false)
    }

    fn open_file(path: &Path, folders: &[String], follow: bool) -> Result<Self, SourceError> {
        let unreadable = |error| SourceError::Unreadable { path: path.to_owned(), error };
        let (stamp, found) =
            open(path, follow).and_then(|file| Stamp::of(&file)).map_err(unreadable)?;
        if !found.is_file() {
            return Err(SourceError::NoFile(path.to_owned()));
        }
        if stamp.size > MAX_FILE_BYTES {
            return Err(SourceError::TooLarge(path.to_owned()));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (seconds, nanoseconds) = stamp.modified;
        let offered = OfferedFile {
            name: name_to_offer(&name),
            path: path_to_offer(folders),
            size: stamp.size,
            media_type: String::new(),
            modified_at: modified_at(seconds, nanoseconds),
        };
        let content = Content::OnDisk { path: path.to_owned(), follow };
        Ok(Self { offered, content, stamp, digests: Mutex::default() })
    }

    /// Bytes of which it is not known how many there are, standard input for one. A file's size is offered before it
    /// is sent, and what is lost on the way is read again: so they are first copied, all of them, to a file without a
    /// name in the system's folder for temporary files, which is gone with the process. Blocks until they end.
    /// `modified_at` is in milliseconds since the Unix epoch.
    pub fn set_aside(
        name: &str,
        mut bytes: impl Read,
        modified_at: i64,
    ) -> Result<Self, SourceError> {
        let unreadable = |error| SourceError::Unreadable { path: name.into(), error };
        let mut copy = || -> io::Result<(File, Stamp)> {
            let mut file = tempfile::tempfile()?;
            io::copy(&mut bytes, &mut file)?;
            let (stamp, _) = Stamp::of(&file)?;
            Ok((file, stamp))
        };
        let (file, stamp) = copy().map_err(unreadable)?;
        let offered = OfferedFile {
            name: name_to_offer(name),
            path: None,
            size: stamp.size,
            media_type: String::new(),
            modified_at,
        };
        let content = Content::SetAside(Arc::new(file));
        Ok(Self { offered, content, stamp, digests: Mutex::default() })
    }

    /// The file as it is offered.
    pub fn offered(&self) -> &OfferedFile {
        &self.offered
    }

    /// Opens it. `unreadable` where it is not what was offered any more.
    pub(super) fn open(&self) -> Result<OpenSource<'_>, Failure> {
        let file = match &self.content {
            Content::OnDisk { path, follow } => open(path, *follow).map(Arc::new),
            Content::SetAside(file) => Ok(file.clone()),
        };
        let opened = OpenSource { source: self, file: file.map_err(|e| self.unreadable(e))? };
        opened.expect_unchanged()?;
        Ok(opened)
    }

    /// Its digest, if all its blocks have been read.
    pub(super) fn digest(&self) -> Option<String> {
        let digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        let is_whole = digests.len() as u64 == blocks_in(self.stamp.size);
        is_whole.then(|| file_digest(digests.values()))
    }

    /// Whether this block's digest is known.
    pub(super) fn has_read(&self, block: u32) -> bool {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&block)
    }

    fn unreadable(&self, reason: impl fmt::Display) -> Failure {
        Failure::new(FailureCode::Unreadable, "a file could not be read")
            .because(format_args!("{:?}: {reason}", self.offered.name))
    }
}

/// A source that is being read.
pub(super) struct OpenSource<'a> {
    source: &'a Source,
    file: Arc<File>,
}

impl OpenSource<'_> {
    /// A block and its digest. `unreadable` where the file is not what was offered any more.
    pub(super) fn read(&self, block: u32) -> Result<(Vec<u8>, Digest), Failure> {
        let mut bytes = vec![0; block_length(self.source.stamp.size, block) as usize];
        let at = u64::from(block) * u64::from(BLOCK_BYTES);
        self.file.read_exact_at(&mut bytes, at).map_err(|e| self.source.unreadable(e))?;
        self.expect_unchanged()?;
        let digest = block_digest(&bytes);
        let mut digests = self.source.digests.lock().unwrap_or_else(PoisonError::into_inner);
        if *digests.entry(block).or_insert(digest) != digest {
            return Err(self.source.unreadable("it has changed"));
        }
        Ok((bytes, digest))
    }

    fn expect_unchanged(&self) -> Result<(), Failure> {
        let (stamp, _) = Stamp::of(&self.file).map_err(|e| self.source.unreadable(e))?;
        if stamp == self.source.stamp {
            return Ok(());
        }
        Err(self.source.unreadable("it has changed since it was offered"))
    }
}

/// Opens a file to read it, without waiting for what is no file: a pipe that nobody writes to.
fn open(path: &Path, follow: bool) -> io::Result<File> {
    let no_follow = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
    let flags = (OFlags::NONBLOCK | no_follow).bits();
    OpenOptions::new().read(true).custom_flags(flags.cast_signed()).open(path)
}

/// Milliseconds since the Unix epoch, of seconds and nanoseconds.
fn modified_at(seconds: i64, nanoseconds: i64) -> i64 {
    const BOUND: i64 = (1 << 53) - 1;
    seconds.saturating_mul(1000).saturating_add(nanoseconds / 1_000_000).clamp(-BOUND, BOUND)
}
