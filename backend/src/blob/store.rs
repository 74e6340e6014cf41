//! All bytes of a server: on its own disk and, where it has one, in a bucket, where whatever is new goes then. Opened when
//! the server starts.
//!
//! What passes through the server on its way to the bucket is written to the disk first, and so durable there, for as long as
//! it is not whole: a bucket takes no bytes of which it does not have all. What is not encrypted may go past the server, part
//! by part, to addresses that are signed for it, and is fetched so, too.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::Either;
use futures_util::{Stream, StreamExt, TryStreamExt};
use sharesync_bucket::{Bucket, Part, PresignedPart, UnderWay};
use sharesync_protocol::api::Sha256Digest;
use uuid::Uuid;

use super::bucket_reader::Remote;
use super::content_hasher::{ContentHasher, Hashed};
use super::disk::DiskStore;
use super::object::{Incoming, Object, Place, Sealing};
use super::object_writer::ObjectWriter;

/// Before the names of all objects in the bucket, which may have other things in it.
const PREFIX: &str = "objects/";

/// A server's disk and bucket.
#[derive(Clone)]
pub struct Store {
    disk: DiskStore,
    bucket: Option<Bucket>,
}

/// Something that lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Its name.
    pub id: Uuid,
    /// Where.
    pub place: StoredAt,
}

/// Where something lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredAt {
    /// On the disk, in this file.
    Disk(PathBuf),
    /// In the bucket, under this name.
    Bucket(String),
}

impl fmt::Display for StoredObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            StoredAt::Disk(path) => write!(f, "{}", path.display()),
            StoredAt::Bucket(name) => write!(f, "{name} in the bucket"),
        }
    }
}

impl Store {
    /// A disk, and a bucket for what is new.
    pub fn new(disk: DiskStore, bucket: Option<Bucket>) -> Self {
        Self { disk, bucket }
    }

    /// An error where the bucket is out of reach.
    pub async fn check(&self) -> io::Result<()> {
        match &self.bucket {
            Some(bucket) => Ok(Box::pin(bucket.check()).await?),
            None => Ok(()),
        }
    }

    /// The origin that parts are sent to which go past the server, where they do.
    pub async fn origin(&self) -> io::Result<Option<String>> {
        match &self.bucket {
            Some(bucket) if !self.disk.is_encrypting() => Ok(Some(bucket.origin().await?)),
            _ => Ok(None),
        }
    }

    /// An object that is going to be written, of a name that no other has had: encrypted where there is a key for that.
    pub fn new_object(&self, id: Uuid) -> Incoming {
        let place = if self.bucket.is_some() { Place::Bucket } else { Place::Disk };
        self.disk.new_object(id, place)
    }

    /// Begins to write bytes of an object that nobody reads yet: see [`DiskStore::write`].
    pub fn write<T: Send + 'static>(
        &self,
        object: Incoming,
        at: u64,
        tail: Option<Vec<u8>>,
        turn: T,
    ) -> ObjectWriter<T> {
        self.disk.write(object, at, tail, turn)
    }

    /// Seals an object that was written through the server, settled or not. Durable once this returns.
    pub async fn seal(&self, object: Incoming, sealing: Sealing) -> io::Result<Hashed> {
        self.disk.seal(object, sealing).await
    }

    /// Whether an object that was written through the server is too large to be put into the bucket at once.
    pub async fn settles_in_parts(&self, object: &Incoming) -> io::Result<bool> {
        match object.place {
            Place::Disk => Ok(false),
            Place::Bucket => {
                let about = tokio::fs::metadata(self.disk.incoming_path(object.id)).await?;
                Ok(!self.bucket()?.takes_at_once(about.len()))
            }
        }
    }

    /// The same as [`settle`](Self::settle) of one that is, by an upload that was begun for that.
    pub async fn settle_in_parts(&self, object: &Incoming, multipart: &str) -> io::Result<()> {
        let file = self.disk.incoming_path(object.id);
        let size = tokio::fs::metadata(&file).await?.len();
        let (bucket, name) = (self.bucket()?, name(object.id));
        Ok(bucket
            .put_parts_of_file(&name, multipart, &file, sharesync_bucket::part_size(size))
            .await?)
    }

    /// Puts an object that was written through the server and sealed where it is read from, for good once this returns. As
    /// good when done twice.
    pub async fn settle(&self, object: &Incoming) -> io::Result<()> {
        match object.place {
            Place::Disk => self.disk.settle(object.id).await,
            Place::Bucket => {
                let file = self.disk.incoming_path(object.id);
                Ok(Box::pin(self.bucket()?.put_file(&name(object.id), &file)).await?)
            }
        }
    }

    /// Removes what is left on the disk of an object that has been settled, and whose file is there for good.
    pub async fn tidy(&self, object: &Incoming) -> io::Result<()> {
        match object.place {
            Place::Disk => Ok(()),
            Place::Bucket => self.disk.remove(object.id).await,
        }
    }

    /// The names of what was being written on its way to the bucket, or may have been; none where there is no bucket.
    pub async fn incoming(&self) -> io::Result<Vec<Uuid>> {
        match self.bucket {
            Some(_) => self.disk.incoming().await,
            None => Ok(vec![]),
        }
    }

    /// What all of a settled object's bytes come to, and its parts where these have a size.
    pub async fn hash(&self, object: Object, part_size: Option<u64>) -> io::Result<Hashed> {
        if object.place == Place::Disk && part_size.is_none() {
            return self.disk.hash(object).await;
        }
        let (size, mut hasher) = (object.size, ContentHasher::new(part_size));
        let mut pieces = std::pin::pin!(self.read(object, 0, size).await?);
        while let Some(piece) = pieces.try_next().await? {
            hasher.update(&piece);
        }
        Ok(hasher.finish())
    }

    /// The bytes from `from` up to `to`, read as they are taken, the first of them before this returns.
    /// [`Damaged`](super::Damaged) where what lies there is not what was stored.
    pub async fn read(
        &self,
        object: Object,
        from: u64,
        to: u64,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        match object.place {
            Place::Disk => Ok(Either::Left(self.disk.read(object, from, to).await?)),
            Place::Bucket => {
                let key = self.disk.segment_key(object.id, object.key.as_ref())?;
                let remote = Remote { name: name(object.id), size: object.size, key };
                Ok(Either::Right(remote.read(self.bucket()?, from, to).await?))
            }
        }
    }

    /// An address that gives an object's bytes to anybody, with that type and disposition, for that long. None where they are
    /// to pass through the server.
    pub async fn address(
        &self,
        object: &Object,
        content_type: &str,
        disposition: &str,
        valid_for: Duration,
    ) -> io::Result<Option<String>> {
        if object.place == Place::Disk || object.key.is_some() {
            return Ok(None);
        }
        let name = name(object.id);
        let address = self.bucket()?.presign_read(&name, content_type, disposition, valid_for);
        Ok(Some(Box::pin(address).await?))
    }

    /// Begins an upload of an object's parts that goes past the server. Answers its name.
    pub async fn begin_parts(&self, id: Uuid) -> io::Result<String> {
        Ok(Box::pin(self.bucket()?.begin_parts(&name(id))).await?)
    }

    /// An address that takes a part of such an upload, of that length and digest, for that long.
    pub async fn part_address(
        &self,
        id: Uuid,
        multipart: &str,
        part: DirectPart,
        valid_for: Duration,
    ) -> io::Result<PresignedPart> {
        let DirectPart { number, size, sha256 } = part;
        let name = name(id);
        let address =
            self.bucket()?.presign_part(&name, multipart, number, size, &sha256.0, valid_for);
        Ok(Box::pin(address).await?)
    }

    /// The parts of such an upload that are in the bucket. [`io::ErrorKind::NotFound`] where there is no such upload, or not any
    /// more.
    pub async fn parts(&self, id: Uuid, multipart: &str) -> io::Result<Vec<Part>> {
        Ok(Box::pin(self.bucket()?.parts(&name(id), multipart)).await?)
    }

    /// Makes the object of such an upload. [`io::ErrorKind::NotFound`] as above.
    pub async fn complete_parts(
        &self,
        id: Uuid,
        multipart: &str,
        parts: &[Part],
    ) -> io::Result<()> {
        Ok(Box::pin(self.bucket()?.complete_parts(&name(id), multipart, parts)).await?)
    }

    /// Gives such an upload up. As good when done twice.
    pub async fn abort_parts(&self, id: Uuid, multipart: &str) -> io::Result<()> {
        Ok(Box::pin(self.bucket()?.abort_parts(&name(id), multipart)).await?)
    }

    /// All such uploads that are under way, by the names of their objects.
    pub async fn multiparts(&self) -> io::Result<Vec<(Uuid, String)>> {
        let Some(bucket) = &self.bucket else { return Ok(vec![]) };
        let under_way = Box::pin(bucket.under_way(PREFIX)).await?;
        let ours = |UnderWay { key, upload }: UnderWay| Some((id_of(&key)?, upload));
        Ok(under_way.into_iter().filter_map(ours).collect())
    }

    /// Bytes that an object has where it lies, with its seal; none where it is not there.
    pub async fn stored_size(&self, id: Uuid, place: Place) -> io::Result<Option<u64>> {
        match place {
            Place::Disk => self.disk.stored_size(id).await,
            Place::Bucket => Ok(Box::pin(self.bucket()?.size(&name(id))).await?),
        }
    }

    /// Everything that lies in the store, finished or not, by what its name says; what has no name of ours is not ours.
    pub async fn list(&self) -> io::Result<Vec<StoredObject>> {
        let on_disk = self.disk.list().await?.into_iter();
        let mut found: Vec<_> =
            on_disk.map(|(id, path)| StoredObject { id, place: StoredAt::Disk(path) }).collect();
        if let Some(bucket) = &self.bucket {
            let mut listed = std::pin::pin!(bucket.list(PREFIX));
            while let Some(object) = listed.next().await {
                let key = object?.key;
                found.extend(
                    id_of(&key).map(|id| StoredObject { id, place: StoredAt::Bucket(key) }),
                );
            }
        }
        Ok(found)
    }

    /// Removes something that was listed and that nobody has.
    pub async fn remove_orphan(&self, orphan: &StoredObject) -> io::Result<()> {
        match &orphan.place {
            StoredAt::Disk(path) => tokio::fs::remove_file(path).await,
            StoredAt::Bucket(name) => Ok(Box::pin(self.bucket()?.remove(name)).await?),
        }
    }

    /// Removes an object, finished or not, and what went past the server for it. One that is not there is as good as removed.
    pub async fn remove(&self, id: Uuid, place: Place, multipart: Option<&str>) -> io::Result<()> {
        self.disk.remove(id).await?;
        if place == Place::Bucket {
            let (bucket, name) = (self.bucket()?, name(id));
            if let Some(multipart) = multipart {
                Box::pin(bucket.abort_parts(&name, multipart)).await?;
            }
            Box::pin(bucket.remove(&name)).await?;
        }
        Ok(())
    }

    fn bucket(&self) -> io::Result<&Bucket> {
        // No server starts without one while something lies there.
        self.bucket.as_ref().ok_or_else(|| io::Error::other("there is no bucket"))
    }
}

/// A part that is to go past the server.
#[derive(Clone, Copy, Debug)]
pub struct DirectPart {
    /// Its number; the first is 1.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// Their digest.
    pub sha256: Sha256Digest,
}

fn name(id: Uuid) -> String {
    format!("{PREFIX}{}", id.simple())
}

/// None where it is no name of ours.
fn id_of(name: &str) -> Option<Uuid> {
    Uuid::parse_str(name.strip_prefix(PREFIX)?).ok()
}

#[cfg(test)]
mod tests {
    use sharesync_bucket::Settings;
    use sharesync_service_kit::secret::RootSecret;
    use sharesync_test_bucket::BucketServer;

    use super::*;
    use crate::blob::{Damaged, MasterKeys};

    const MIB: u64 = 1024 * 1024;

    /// A store with a bucket that takes 6 MiB at once.
    async fn store(keys: MasterKeys) -> (BucketServer, tempfile::TempDir, Store) {
        let server = BucketServer::start().await;
        let settings = Settings {
            endpoint: Some(server.endpoint()),
            public_endpoint: None,
            region: "us-east-1".into(),
            name: server.bucket().into(),
            access_key: server.access_key().into(),
            secret_key: server.secret_key().into(),
            path_style: true,
        };
        let folder = tempfile::tempdir().unwrap();
        let disk = DiskStore::open(folder.path(), keys).unwrap();
        let bucket = Bucket::new(&settings).with_put_limit(6 * MIB);
        (server, folder, Store::new(disk, Some(bucket)))
    }

    fn encrypting() -> MasterKeys {
        MasterKeys::new(RootSecret::new(vec![1; 32]).as_ref(), None)
    }

    fn content(size: u64) -> Vec<u8> {
        (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect()
    }

    /// Puts content into the bucket through the disk.
    async fn settled(store: &Store, id: u128, content: &[u8]) -> Object {
        let new = store.new_object(Uuid::from_u128(id));
        let mut writer = store.write(new.clone(), 0, None, ());
        writer.write(Bytes::copy_from_slice(content)).await.unwrap();
        let size = writer.finish().await.unwrap().0.size;
        let hashed = store.seal(new.clone(), Sealing::of(size)).await.unwrap();
        if store.settles_in_parts(&new).await.unwrap() {
            let multipart = store.begin_parts(new.id).await.unwrap();
            store.settle_in_parts(&new, &multipart).await.unwrap();
        } else {
            store.settle(&new).await.unwrap();
            store.settle(&new).await.unwrap();
        }
        store.tidy(&new).await.unwrap();
        assert!(store.incoming().await.unwrap().is_empty());
        let Incoming { id, place, key } = new;
        Object { id, place, size, crc32: Some(hashed.crc32), key }
    }

    async fn read(store: &Store, object: &Object, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let pieces = store.read(object.clone(), from, to).await?;
        Ok(pieces.try_collect::<Vec<_>>().await?.concat())
    }

    #[tokio::test]
    async fn what_went_through_the_server_is_read_back_in_any_range_small_or_large() {
        for keys in [MasterKeys::default(), encrypting()] {
            let (_server, _folder, store) = store(keys).await;
            for (id, size) in [(1, 11), (2, 700_000), (3, 7 * MIB + 5)] {
                let content = content(size);
                let object = settled(&store, id, &content).await;
                let ranges = [(0, size), (1, 2), (size - 1, size), (size / 2, size / 2 + 1)];
                for (from, to) in
                    ranges.into_iter().chain([(0, size.min(65_536)), (size / 3, size)])
                {
                    let place = |at| usize::try_from(at).unwrap();
                    let expected = &content[place(from)..place(to)];
                    let found = read(&store, &object, from, to).await.unwrap();
                    assert!(found == expected, "{size}: {from}..{to}");
                }
                let hashed = store.hash(object.clone(), Some(65_537)).await.unwrap();
                assert_eq!(hashed.crc32, object.crc32.unwrap());
                assert_eq!(hashed.parts.len() as u64, size.div_ceil(65_537));
            }
        }
    }

    #[tokio::test]
    async fn a_changed_segment_in_the_bucket_is_told() {
        let (server, _folder, store) = store(encrypting()).await;
        let object = settled(&store, 1, &content(700_000)).await;
        let place = server.file_of(&name(object.id));
        let mut bytes = std::fs::read(&place).unwrap();
        bytes[300_000] ^= 1;
        std::fs::write(&place, bytes).unwrap();
        assert_eq!(read(&store, &object, 0, 65_536).await.unwrap().len(), 65_536);
        let told = read(&store, &object, 299_990, 300_001).await.unwrap_err();
        assert!(Damaged::is_said_by(&told), "{told}");
    }

    #[tokio::test]
    async fn everything_that_lies_anywhere_is_listed_and_can_be_removed() {
        let (_server, _folder, store) = store(MasterKeys::default()).await;
        let settled = settled(&store, 1, b"in the bucket").await;
        let unfinished = store.new_object(Uuid::from_u128(2));
        let mut writer = store.write(unfinished.clone(), 0, None, ());
        writer.write(Bytes::from_static(b"on the disk")).await.unwrap();
        writer.finish().await.unwrap();
        let listed = store.list().await.unwrap();
        let ids: Vec<_> = listed.iter().map(|object| object.id).collect();
        assert_eq!(ids, [unfinished.id, settled.id]);
        store.remove_orphan(&listed[0]).await.unwrap();
        store.remove(settled.id, Place::Bucket, None).await.unwrap();
        store.remove(settled.id, Place::Bucket, None).await.unwrap();
        assert!(store.list().await.unwrap().is_empty());
    }
}
