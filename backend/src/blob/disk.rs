//! Objects on the local disk: `objects/ab/<id>`, and `incoming/<id>` while being written, by one writer or by several
//! in places of their own.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::{JoinError, spawn_blocking};
use uuid::Uuid;

use super::content_hasher::Hashed;
use super::master_key::{MasterKeys, WrappedKey};
use super::object::{self, Incoming, Layout, Object, Opened, Place, Sealing};
use super::object_reader::Reading;
use super::object_writer::{ObjectWriter, Sink, Writing};
use super::segments::{self, SegmentKey, SegmentWriter};

/// Objects under one folder.
#[derive(Clone)]
pub struct DiskStore {
    root: PathBuf,
    keys: MasterKeys,
}

impl DiskStore {
    /// Opens the store, making its folders where they are missing.
    pub fn open(root: &Path, keys: MasterKeys) -> io::Result<Self> {
        fs::create_dir_all(root.join("objects"))?;
        fs::create_dir_all(root.join("incoming"))?;
        Ok(Self { root: root.to_owned(), keys })
    }

    /// Whether objects are encrypted that are new.
    pub fn is_encrypting(&self) -> bool {
        self.keys.current().is_some()
    }

    /// An object that is going to be written, of a name that no other has had: encrypted where there is a key for that.
    pub fn new_object(&self, id: Uuid, place: Place) -> Incoming {
        Incoming { id, place, key: self.keys.make(id) }
    }

    /// Begins to write bytes of an object that nobody reads yet, the first of them at `at`; where that lies within a segment,
    /// the `tail` of those before. Nobody else may write there meanwhile: `turn` is kept until nothing is being written any
    /// more, also where the writer is dropped.
    pub fn write<T: Send + 'static>(
        &self,
        object: Incoming,
        at: u64,
        tail: Option<Vec<u8>>,
        turn: T,
    ) -> ObjectWriter<T> {
        let store = self.clone();
        let written = spawn_blocking(move || {
            let incoming = store.incoming_path(object.id);
            let mut options = OpenOptions::new();
            options.write(true);
            // A stop between settling and remembering it leaves an upload that is settled and still takes parts.
            let file = match options.open(store.object_path(object.id)) {
                Ok(file) => file,
                Err(_) => options.create(true).truncate(false).open(&incoming)?,
            };
            let sink = match store.segment_key(object.id, object.key.as_ref())? {
                None => Sink::Plain(file, at),
                Some(key) => Sink::Encrypted(SegmentWriter::new(file, key, at, tail.as_deref())?),
            };
            Ok(Writing::new(sink, parent(&incoming).to_owned(), turn))
        });
        ObjectWriter::new(written)
    }

    /// Seals an object, settled or not; what was written behind its bytes and never counted, as where a line broke, is cut
    /// off. Durable once this returns.
    pub async fn seal(&self, object: Incoming, sealing: Sealing) -> io::Result<Hashed> {
        let store = self.clone();
        blocking(move || {
            let open = |path| OpenOptions::new().read(true).write(true).open(path);
            let file = open(store.incoming_path(object.id))
                .or_else(|_| open(store.object_path(object.id)))?;
            if let Some(tail) = &sealing.tail {
                segments::put_back(&file, sealing.size, tail)?;
            }
            let key = store.segment_key(object.id, object.key.as_ref())?;
            object::seal(file, &sealing, object.place, key)
        })
        .await
    }

    /// What all of a settled object's bytes come to, as they are on the disk.
    pub async fn hash(&self, object: Object) -> io::Result<Hashed> {
        let store = self.clone();
        blocking(move || store.open_object(&object)?.hash(None, |_, _| Ok(()))).await
    }

    /// Puts an object, whose bytes are durable, where it is read from; that outlives a crash once this returns. One
    /// that is there already is as good as put there.
    pub async fn settle(&self, id: Uuid) -> io::Result<()> {
        let (incoming, settled) = (self.incoming_path(id), self.object_path(id));
        blocking(move || settle(&incoming, &settled)).await
    }

    /// The bytes from `from` up to `to`, read as they are taken, the first of them before this returns.
    /// [`Damaged`](super::Damaged) where what lies there is not what was sealed.
    pub async fn read(
        &self,
        object: Object,
        from: u64,
        to: u64,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let store = self.clone();
        let object = blocking(move || store.open_object(&object)).await?;
        Reading { object, from, to }.begin().await
    }

    /// The names of what is being written, or was when the server stopped.
    pub async fn incoming(&self) -> io::Result<Vec<Uuid>> {
        let folder = self.root.join("incoming");
        blocking(move || {
            let mut found = vec![];
            collect(&folder, &mut found)?;
            Ok(found.into_iter().map(|(id, _)| id).collect())
        })
        .await
    }

    /// Everything that lies in the store, finished or not, by what its name says, and where; what has no name of ours is not
    /// ours.
    pub async fn list(&self) -> io::Result<Vec<(Uuid, PathBuf)>> {
        let root = self.root.clone();
        blocking(move || {
            let mut found = vec![];
            collect(&root.join("incoming"), &mut found)?;
            collect(&root.join("objects"), &mut found)?;
            Ok(found)
        })
        .await
    }

    /// Bytes that an object has on the disk, with its seal; none where it is not there.
    pub async fn stored_size(&self, id: Uuid) -> io::Result<Option<u64>> {
        match tokio::fs::metadata(self.object_path(id)).await {
            Ok(about) => Ok(Some(about.len())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
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

    fn open_object(&self, object: &Object) -> io::Result<Opened> {
        let file = File::open(self.object_path(object.id))?;
        let layout = match self.segment_key(object.id, object.key.as_ref())? {
            Some(key) => Layout::Encrypted(key),
            None => Layout::Plain { is_sealed: object.crc32.is_some() },
        };
        Ok(Opened { file, size: object.size, layout })
    }

    pub(super) fn segment_key(
        &self,
        id: Uuid,
        key: Option<&WrappedKey>,
    ) -> io::Result<Option<SegmentKey>> {
        key.map(|key| self.keys.unwrap(id, key)).transpose()
    }

    pub(super) fn incoming_path(&self, id: Uuid) -> PathBuf {
        self.root.join("incoming").join(id.simple().to_string())
    }

    /// The ids' last two digits are random: they spread objects over 256 folders.
    fn object_path(&self, id: Uuid) -> PathBuf {
        let name = id.simple().to_string();
        self.root.join("objects").join(&name[30..]).join(&name)
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    joined(spawn_blocking(work)).await
}

pub(super) async fn joined<T>(
    task: impl Future<Output = Result<io::Result<T>, JoinError>>,
) -> io::Result<T> {
    task.await.map_err(io::Error::other)?
}

fn settle(incoming: &Path, settled: &Path) -> io::Result<()> {
    let folder = parent(settled);
    match fs::create_dir(folder) {
        Ok(()) => sync_folder(parent(folder))?,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(e),
    }
    match fs::rename(incoming, settled) {
        Err(e) if e.kind() == io::ErrorKind::NotFound && settled.exists() => {}
        renamed => renamed?,
    }
    sync_folder(folder)
}

fn collect(folder: &Path, found: &mut Vec<(Uuid, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), found)?;
        } else if let Some(Ok(id)) = entry.file_name().to_str().map(Uuid::parse_str) {
            found.push((id, entry.path()));
        }
    }
    Ok(())
}

fn parent(path: &Path) -> &Path {
    path.parent().expect("the store's paths have folders")
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;
    use std::sync::Arc;

    use futures_util::TryStreamExt;
    use sha2::{Digest, Sha256};
    use sharesync_protocol::api::Sha256Digest;

    use sharesync_service_kit::secret::RootSecret;

    use super::*;
    use crate::blob::object::BLOCK_BYTES;
    use crate::blob::object_writer::{WRITE_BYTES, Written};

    fn store() -> (tempfile::TempDir, DiskStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = DiskStore::open(folder.path(), MasterKeys::default()).unwrap();
        (folder, store)
    }

    /// Stores that keep objects as they are, and encrypted.
    fn both() -> [(tempfile::TempDir, DiskStore); 2] {
        let folder = tempfile::tempdir().unwrap();
        let keys = MasterKeys::new(RootSecret::new(vec![1; 32]).as_ref(), None);
        let encrypting = DiskStore::open(folder.path(), keys).unwrap();
        [store(), (folder, encrypting)]
    }

    fn files_in(folder: &Path) -> usize {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files_in(&path) } else { 1 })
            .sum()
    }

    async fn read_all(
        store: &DiskStore,
        object: Object,
        from: u64,
        to: u64,
    ) -> io::Result<Vec<u8>> {
        let pieces = store.read(object, from, to).await?;
        Ok(pieces.try_collect::<Vec<_>>().await?.concat())
    }

    /// Seals what was written and puts it where it is read from.
    async fn settled(store: &DiskStore, written: &Incoming, size: u64) -> Object {
        let sums = store.seal(written.clone(), Sealing::of(size)).await.unwrap();
        store.settle(written.id).await.unwrap();
        let Incoming { id, place, key } = written.clone();
        Object { id, size, place, crc32: Some(sums.crc32), key }
    }

    fn new_object(store: &DiskStore, id: u128) -> Incoming {
        store.new_object(Uuid::from_u128(id), Place::Disk)
    }

    fn unsealed(id: Uuid) -> Object {
        Object { id, size: 11, place: Place::Disk, crc32: None, key: None }
    }

    async fn write(store: &DiskStore, to: &Incoming, at: u64, pieces: &[&[u8]]) -> Written {
        let mut writer = store.write(to.clone(), at, None, ());
        for piece in pieces {
            writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
        }
        writer.finish().await.unwrap().0
    }

    fn digest(content: &[u8]) -> Sha256Digest {
        Sha256Digest(Sha256::digest(content).into())
    }

    #[tokio::test]
    async fn what_was_settled_is_read_back_in_any_range() {
        for (_folder, store) in both() {
            let new = new_object(&store, 7);
            let written = write(&store, &new, 0, &[b"hello ", b"world"]).await;
            assert_eq!((written.size, written.sha256), (11, digest(b"hello world")));
            assert!(store.read(unsealed(new.id), 0, 4).await.is_err());
            let object = settled(&store, &new, 11).await;
            assert_eq!(read_all(&store, object.clone(), 0, 11).await.unwrap(), b"hello world");
            assert_eq!(read_all(&store, object, 4, 7).await.unwrap(), b"o w");
        }
    }

    #[tokio::test]
    async fn an_object_of_many_gatherings_is_whole() {
        let content: Vec<u8> =
            (0..WRITE_BYTES * 3 + 5).map(|i| u8::try_from(i % 251).unwrap()).collect();
        for (_folder, store) in both() {
            let new = new_object(&store, 11);
            let written = write(&store, &new, 0, &content.chunks(60_000).collect::<Vec<_>>()).await;
            assert_eq!((written.size, written.sha256), (content.len() as u64, digest(&content)));
            let object = settled(&store, &new, written.size).await;
            assert!(read_all(&store, object.clone(), 0, written.size).await.unwrap() == content);
            let (from, to) = (WRITE_BYTES - 7, WRITE_BYTES * 2 + 7);
            let part = read_all(&store, object, from as u64, to as u64).await.unwrap();
            assert!(part == content[from..to]);
        }
    }

    #[tokio::test]
    async fn an_object_may_be_written_in_parts_of_any_order_and_each_anew() {
        let part = usize::try_from(BLOCK_BYTES * 2).unwrap();
        let content: Vec<u8> = (0..part * 2 + 9).map(|i| u8::try_from(i % 251).unwrap()).collect();
        for (_folder, store) in both() {
            let new = new_object(&store, 9);
            let second = write(&store, &new, part as u64, &[&content[part..]]).await;
            assert_eq!(second.sha256, digest(&content[part..]));
            write(&store, &new, 0, &[&content[9..]]).await;
            write(&store, &new, part as u64, &[&content[part..]]).await;
            write(&store, &new, 0, &[&content[..part]]).await;
            let object = settled(&store, &new, content.len() as u64).await;
            assert_eq!(store.hash(object.clone()).await.unwrap().sha256, digest(&content));
            let size = object.size;
            assert!(read_all(&store, object, 0, size).await.unwrap() == content);
        }
    }

    #[tokio::test]
    async fn what_a_stop_left_settled_is_settled_again_and_written_to() {
        for (_folder, store) in both() {
            let new = new_object(&store, 10);
            write(&store, &new, 0, &[b"hello"]).await;
            settled(&store, &new, 5).await;
            write(&store, &new, 0, &[b"Jello"]).await;
            let object = settled(&store, &new, 5).await;
            assert_eq!(read_all(&store, object, 0, 5).await.unwrap(), b"Jello");
        }
        let (_folder, store) = store();
        assert!(store.settle(Uuid::from_u128(1)).await.is_err(), "there is no such object");
    }

    #[tokio::test]
    async fn a_last_segment_that_a_stop_has_torn_is_put_back_before_it_is_sealed() {
        let [_, (_folder, store)] = both();
        let new = new_object(&store, 12);
        let tail = write(&store, &new, 0, &[b"hello"]).await.tail;
        let torn = OpenOptions::new().write(true).open(store.incoming_path(new.id)).unwrap();
        torn.write_all_at(&[0; 9], 0).unwrap();
        let sealing = Sealing { tail, ..Sealing::of(5) };
        let sealed = store.seal(new, sealing).await.unwrap();
        assert_eq!(sealed.sha256, digest(b"hello"));
    }

    #[tokio::test]
    async fn a_turn_lasts_until_nothing_is_written_any_more() {
        let (folder, store) = store();
        let id = Uuid::from_u128(13);
        let turn = Arc::new(());
        let mut writer =
            store.write(Incoming { id, place: Place::Disk, key: None }, 0, None, Arc::clone(&turn));
        for _ in 0..4 {
            writer.write(Bytes::from(vec![1; WRITE_BYTES])).await.unwrap();
        }
        drop(writer);
        while Arc::strong_count(&turn) > 1 {
            tokio::task::yield_now().await;
        }
        let path = folder.path().join("incoming").join(id.simple().to_string());
        let size = || fs::metadata(&path).unwrap().len();
        let was = size();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        assert_eq!(size(), was);
    }

    #[tokio::test]
    async fn what_was_given_up_is_not_served_and_leaves_no_trace() {
        let (folder, store) = store();
        let id = Uuid::from_u128(8);
        let mut writer = store.write(Incoming { id, place: Place::Disk, key: None }, 0, None, ());
        writer.write(Bytes::from(vec![1; WRITE_BYTES])).await.unwrap();
        assert!(store.read(unsealed(id), 0, 4).await.is_err());
        writer.abandon().await;
        store.remove(id).await.unwrap();
        store.remove(id).await.unwrap();
        assert_eq!(files_in(folder.path()), 0);
    }
}
