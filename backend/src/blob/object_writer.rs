//! Bytes of an object on their way to the disk. Made by the disk store.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};
use sharesync_protocol::api::Sha256Digest;
use tokio::task::{JoinHandle, spawn_blocking};

use super::disk::{blocking, joined, sync_folder};
use super::segments::SegmentWriter;

/// Bytes gathered before they are hashed and written: one trip to a blocking thread each.
pub(super) const WRITE_BYTES: usize = 256 * 1024;
/// Room that uploads leave on the disk, so that the database can still be written, and with it something deleted: this
/// much, or a twentieth of a small one.
const RESERVE_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of an object being written, at most two gatherings of them behind their source. To be finished or abandoned.
pub struct ObjectWriter<T = ()> {
    gathered: BytesMut,
    /// What is on the disk, once the write under way is done.
    written: JoinHandle<io::Result<Writing<T>>>,
}

/// Bytes that are on the disk.
#[derive(Clone, Debug)]
pub struct Written {
    /// How many.
    pub size: u64,
    /// Their digest.
    pub sha256: Sha256Digest,
    /// Where they are encrypted and end within a segment, that segment as it lies on the disk: whoever goes on behind them
    /// is to say it.
    pub tail: Option<Vec<u8>>,
}

impl<T: Send + 'static> ObjectWriter<T> {
    /// Goes on with a file that is being opened.
    pub(super) fn new(written: JoinHandle<io::Result<Writing<T>>>) -> Self {
        Self { gathered: BytesMut::new(), written }
    }

    /// Adds bytes; waits while the disk is behind.
    pub async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.gathered.extend_from_slice(&bytes);
        if self.gathered.len() >= WRITE_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Makes the bytes durable, and gives the turn back.
    pub async fn finish(mut self) -> io::Result<(Written, T)> {
        self.flush().await?;
        let writing = joined(self.written).await?;
        blocking(move || writing.sync()).await
    }

    /// Gives the bytes up: returns once nothing is being written any more, so that what there is
    /// of the object can be removed for good.
    pub async fn abandon(self) {
        if !self.written.is_finished() {
            let _ = self.written.await;
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        let mut writing = joined(&mut self.written).await?;
        let bytes = self.gathered.split();
        self.gathered.reserve(WRITE_BYTES);
        self.written = spawn_blocking(move || {
            writing.append(&bytes)?;
            Ok(writing)
        });
        Ok(())
    }
}

/// Where bytes go.
pub(super) enum Sink {
    /// Into a file as they are, the next one at a place.
    Plain(File, u64),
    /// Into encrypted segments.
    Encrypted(SegmentWriter),
}

impl Sink {
    fn file(&self) -> &File {
        match self {
            Self::Plain(file, _) => file,
            Self::Encrypted(writer) => writer.file(),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file, at) => {
                file.write_all_at(bytes, *at)?;
                *at += bytes.len() as u64;
                Ok(())
            }
            Self::Encrypted(writer) => writer.write(bytes),
        }
    }

    fn finish(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Plain(..) => Ok(None),
            Self::Encrypted(writer) => writer.finish(),
        }
    }
}

/// What has been written.
pub(super) struct Writing<T> {
    sink: Sink,
    folder: PathBuf,
    hasher: Sha256,
    size: u64,
    turn: T,
}

impl<T> Writing<T> {
    /// Nothing yet, to a file in a folder.
    pub(super) fn new(sink: Sink, folder: PathBuf, turn: T) -> Self {
        Self { sink, folder, hasher: Sha256::new(), size: 0, turn }
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        check_room(self.sink.file())?;
        self.sink.write(bytes)?;
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    fn sync(mut self) -> io::Result<(Written, T)> {
        let tail = self.sink.finish()?;
        self.sink.file().sync_data()?;
        // Its entry there, which another writer may have made a moment ago.
        sync_folder(&self.folder)?;
        let sha256 = Sha256Digest(self.hasher.finalize().into());
        Ok((Written { size: self.size, sha256, tail }, self.turn))
    }
}

/// [`io::ErrorKind::StorageFull`] where a file's disk has no room but what is kept free.
fn check_room(file: &File) -> io::Result<()> {
    let disk = rustix::fs::fstatvfs(file)?;
    let reserve = RESERVE_BYTES.min(disk.f_blocks * disk.f_frsize / 20);
    if disk.f_bavail * disk.f_frsize < reserve {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(())
}
