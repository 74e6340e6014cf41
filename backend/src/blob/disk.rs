//! Objects on the local disk: `objects/ab/<id>`, and `incoming/<id>` while being written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

/// Bytes gathered before they are hashed and written: one trip to a blocking thread each.
const WRITE_BYTES: usize = 256 * 1024;
/// Bytes read from disk at a time.
const READ_BYTES: usize = 128 * 1024;

/// Objects under one folder.
#[derive(Clone, Debug)]
pub struct DiskStore {
    root: PathBuf,
}

impl DiskStore {
    /// Opens the store, making its folders where they are missing.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join("objects"))?;
        fs::create_dir_all(root.join("incoming"))?;
        Ok(Self { root: root.to_owned() })
    }

    /// Begins to write an object.
    pub fn create(&self, id: Uuid) -> ObjectWriter {
        let (path, settled) = (self.incoming_path(id), self.object_path(id));
        let written = spawn_blocking(move || {
            let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
            Ok(Incoming { file, path, settled, hasher: Sha256::new(), size: 0 })
        });
        ObjectWriter { gathered: BytesMut::new(), written }
    }

    /// The bytes from `from` up to `to`, read as they are taken.
    pub async fn read(
        &self,
        id: Uuid,
        from: u64,
        to: u64,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let mut file = tokio::fs::File::open(self.object_path(id)).await?;
        file.seek(SeekFrom::Start(from)).await?;
        Ok(ReaderStream::with_capacity(file.take(to - from), READ_BYTES))
    }

    /// Removes an object, finished or not. One that is not there is as good as removed.
    pub async fn remove(&self, id: Uuid) -> io::Result<()> {
        for path in [self.incoming_path(id), self.object_path(id)] {
            match tokio::fs::remove_file(path).await {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
    }

    fn incoming_path(&self, id: Uuid) -> PathBuf {
        self.root.join("incoming").join(id.simple().to_string())
    }

    /// The ids' last two digits are random: they spread objects over 256 folders.
    fn object_path(&self, id: Uuid) -> PathBuf {
        let name = id.simple().to_string();
        self.root.join("objects").join(&name[30..]).join(&name)
    }
}

/// An object being written, at most two gatherings of bytes behind its source. To be finished or
/// abandoned.
#[derive(Debug)]
pub struct ObjectWriter {
    gathered: BytesMut,
    /// What is on the disk, once the write under way is done.
    written: JoinHandle<io::Result<Incoming>>,
}

/// An object that is whole and on the disk, its folder entry included.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
}

impl ObjectWriter {
    /// Adds bytes; waits while the disk is behind.
    pub async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        self.gathered.extend_from_slice(&bytes);
        if self.gathered.len() >= WRITE_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    /// Makes the object durable: content synced, then renamed into place, then the folder synced.
    pub async fn finish(mut self) -> io::Result<Written> {
        self.flush().await?;
        let incoming = joined(self.written).await?;
        joined(spawn_blocking(move || incoming.settle())).await
    }

    /// Gives the object up: returns once nothing is being written any more, so that what there is
    /// of it can be removed for good.
    pub async fn abandon(self) {
        if !self.written.is_finished() {
            let _ = self.written.await;
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        let mut incoming = joined(&mut self.written).await?;
        let bytes = self.gathered.split();
        self.gathered.reserve(WRITE_BYTES);
        self.written = spawn_blocking(move || {
            incoming.append(&bytes)?;
            Ok(incoming)
        });
        Ok(())
    }
}

/// What is on the disk of an object being written.
#[derive(Debug)]
struct Incoming {
    file: File,
    path: PathBuf,
    settled: PathBuf,
    hasher: Sha256,
    size: u64,
}

impl Incoming {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    fn settle(self) -> io::Result<Written> {
        self.file.sync_all()?;
        settle(&self.path, &self.settled)?;
        Ok(Written { size: self.size, sha256: self.hasher.finalize().into() })
    }
}

async fn joined<T>(task: impl Future<Output = Result<io::Result<T>, JoinError>>) -> io::Result<T> {
    task.await.map_err(io::Error::other)?
}

fn settle(incoming: &Path, settled: &Path) -> io::Result<()> {
    let folder = settled.parent().expect("objects lie in folders");
    match fs::create_dir(folder) {
        Ok(()) => sync_folder(folder.parent().expect("folders lie in `objects`"))?,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(e),
    }
    fs::rename(incoming, settled)?;
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    fn store() -> (tempfile::TempDir, DiskStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = DiskStore::open(folder.path()).unwrap();
        (folder, store)
    }

    fn files_in(folder: &Path) -> usize {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files_in(&path) } else { 1 })
            .sum()
    }

    async fn read_all(store: &DiskStore, id: Uuid, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let pieces = store.read(id, from, to).await?;
        Ok(pieces.try_collect::<Vec<_>>().await?.concat())
    }

    #[tokio::test]
    async fn what_was_finished_is_read_back_in_any_range() {
        let (_folder, store) = store();
        let id = Uuid::from_u128(7);
        let mut writer = store.create(id);
        writer.write(Bytes::from_static(b"hello ")).await.unwrap();
        writer.write(Bytes::from_static(b"world")).await.unwrap();
        let written = writer.finish().await.unwrap();
        assert_eq!(written.size, 11);
        assert_eq!(written.sha256, <[u8; 32]>::from(Sha256::digest(b"hello world")));
        assert_eq!(read_all(&store, id, 0, 11).await.unwrap(), b"hello world");
        assert_eq!(read_all(&store, id, 4, 7).await.unwrap(), b"o w");
    }

    #[tokio::test]
    async fn an_object_of_many_gatherings_is_whole() {
        let (_folder, store) = store();
        let id = Uuid::from_u128(11);
        let content: Vec<u8> =
            (0..WRITE_BYTES * 3 + 5).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let mut writer = store.create(id);
        for piece in content.chunks(60_000) {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        let written = writer.finish().await.unwrap();
        assert_eq!(written.size, content.len() as u64);
        assert_eq!(written.sha256, <[u8; 32]>::from(Sha256::digest(&content)));
        assert!(read_all(&store, id, 0, written.size).await.unwrap() == content);
    }

    #[tokio::test]
    async fn what_was_given_up_is_not_served_and_leaves_no_trace() {
        let (folder, store) = store();
        let id = Uuid::from_u128(8);
        let mut writer = store.create(id);
        writer.write(Bytes::from(vec![1; WRITE_BYTES])).await.unwrap();
        assert!(store.read(id, 0, 4).await.is_err());
        writer.abandon().await;
        store.remove(id).await.unwrap();
        store.remove(id).await.unwrap();
        assert_eq!(files_in(folder.path()), 0);
    }

    #[tokio::test]
    async fn an_object_is_never_written_over() {
        let (_folder, store) = store();
        let incoming = store.create(Uuid::from_u128(12));
        let again = store.create(Uuid::from_u128(12));
        let (one, other) = (incoming.finish().await, again.finish().await);
        assert!(one.is_err() != other.is_err());
    }
}
