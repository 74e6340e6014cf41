//! Bytes that come to an upload one after the other, as tus sends them: whatever came before a line broke is kept.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use sharesync_protocol::{UploadId, UserId};

use super::turns::{HeldPart, PartTurn};
use super::{Uploads, WAITS_MS};
use crate::blob::ObjectWriter;
use crate::db::upload::{self, Sender, Upload};
use crate::error::{Error, Result};

/// The turn that bytes are appended in: parts are numbered from 1.
const APPENDS: u32 = 0;
/// Bytes that are made durable together, so that a stop in the middle of a long request costs no more than these.
const STRETCH_BYTES: u64 = 32 * 1024 * 1024;

/// What the bytes of one request must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-1 (FIPS 180-4), against accidents.
    Sha1([u8; 20]),
    /// SHA-256 (FIPS 180-4).
    Sha256([u8; 32]),
}

/// Where bytes of a request go.
#[derive(Clone, Copy, Debug)]
pub struct Chunk {
    /// The first one's place in the file.
    pub at: u64,
    /// Bytes that the file may have where its size has not been said.
    pub max_size: u64,
    /// What they must be: then all of them are kept or none.
    pub checksum: Option<Checksum>,
}

impl Uploads {
    /// Where an upload's next byte goes. Whoever is still sending it is told that their turn is over, and what came from
    /// them is counted.
    pub async fn offset(&self, owner: UserId, id: UploadId) -> Result<Upload> {
        let _turn = self.turns.part(id, APPENDS).await;
        self.in_sequence(owner, id).await
    }

    /// Says how large an upload is that was begun without that. [`Error::BadRequest`] where it has another size already,
    /// or more bytes; [`Error::QuotaExceeded`] where it does not fit.
    pub async fn declare_size(&self, owner: UserId, id: UploadId, size: u64) -> Result<()> {
        let _turn = self.turns.part(id, APPENDS).await;
        let upload = self.in_sequence(owner, id).await?;
        if size == 0 {
            return Err(Error::EmptyFile);
        }
        if upload.size_is_known && upload.size == size {
            return Ok(());
        }
        if upload.size_is_known || size < upload.size {
            return Err(Error::BadRequest("the upload has another length".into()));
        }
        upload::declare_size(&self.db, &upload, size).await?;
        self.events.upload_moved(owner, id);
        Ok(())
    }

    /// Takes bytes in; when this returns, they are there for good. Where the sender goes away, what has come is.
    /// [`Error::OffsetMismatch`] where they do not go on where the upload ends, [`Error::ChunkMismatch`] where they are not
    /// what their checksum says, [`Error::TooLarge`] where they are more than the file has.
    pub async fn append<E>(
        &self,
        owner: UserId,
        id: UploadId,
        chunk: Chunk,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Upload>
    where
        Error: From<E>,
    {
        let PartTurn { over, mut held } = self.turns.part(id, APPENDS).await;
        let mut upload = self.in_sequence(owner, id).await?;
        if chunk.at != upload.appended {
            return Err(Error::OffsetMismatch { offset: upload.appended });
        }
        let limit = if upload.size_is_known { upload.size } else { chunk.max_size };
        let mut content = std::pin::pin!(content);
        if upload.file().is_some() {
            // Whoever did not hear that all is there sends nothing more.
            return match content.next().await {
                None => Ok(upload),
                Some(_) => Err(Error::TooLarge { limit }),
            };
        }
        let mut check = chunk.checksum.map(Check::new);
        loop {
            let mut stretch = Stretch::begin(self, upload, held, check.is_some());
            let filled = tokio::select! {
                filled = stretch.fill(&mut content, limit, check.as_mut()) => filled,
                () = over.cancelled() => Err(Error::Superseded),
            };
            match filled {
                Ok(_) if check.as_ref().is_some_and(|check| !check.holds()) => {
                    return Err(Error::ChunkMismatch);
                }
                Err(cause) if check.is_some() || stretch.is_lost() => return Err(cause),
                Err(cause) => {
                    stretch.keep().await?;
                    return Err(cause);
                }
                Ok(Filled::ToTheEnd) => return Ok(stretch.keep().await?.0),
                Ok(Filled::Full) => (upload, held) = stretch.keep().await?,
            }
        }
    }

    /// An upload of somebody's whose bytes come in sequence.
    async fn in_sequence(&self, owner: UserId, id: UploadId) -> Result<Upload> {
        let upload = upload::get(&self.db, Sender::Owner(owner), id, self.clock.now_ms()).await?;
        if upload.part_size().is_some() { Err(Error::NotFound) } else { Ok(upload) }
    }
}

/// What became of a stretch.
enum Filled {
    /// It has all the bytes of one.
    Full,
    /// There was no more to come.
    ToTheEnd,
}

/// Bytes that are made durable together. Dropping it, as when the sender goes away, keeps what came.
struct Stretch {
    uploads: Uploads,
    upload: Upload,
    /// Whether what is not whole is worth nothing.
    whole_only: bool,
    /// Absent once what came has been kept, or the disk has not taken it.
    writer: Option<ObjectWriter<HeldPart>>,
    came: u64,
}

impl Stretch {
    fn begin(uploads: &Uploads, upload: Upload, held: HeldPart, whole_only: bool) -> Self {
        let (object, tail) = (upload.object(), upload.tail.clone());
        let writer = Some(uploads.store.write(object, upload.appended, tail, held));
        Self { uploads: uploads.clone(), upload, whole_only, writer, came: 0 }
    }

    /// Writes as bytes come, so many that the file has at most `limit`.
    async fn fill<E>(
        &mut self,
        content: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
        limit: u64,
        mut check: Option<&mut Check>,
    ) -> Result<Filled>
    where
        Error: From<E>,
    {
        let writer = self.writer.as_mut().expect("taken only by what keeps the stretch");
        while let Some(piece) = content.next().await {
            let piece = piece?;
            if self.upload.appended + self.came + piece.len() as u64 > limit {
                return Err(Error::TooLarge { limit });
            }
            self.came += piece.len() as u64;
            if let Some(check) = &mut check {
                check.add(&piece);
            }
            if let Err(cause) = writer.write(piece).await {
                self.writer = None;
                return Err(cause.into());
            }
            if self.came >= STRETCH_BYTES && !self.whole_only {
                return Ok(Filled::Full);
            }
        }
        Ok(Filled::ToTheEnd)
    }

    /// Whether the disk did not take it: then none of it counts.
    fn is_lost(&self) -> bool {
        self.writer.is_none()
    }

    /// Makes what came durable, and counts it; nobody's leaving stops that.
    async fn keep(mut self) -> Result<(Upload, HeldPart)> {
        let writer = self.writer.take().expect("a stretch is kept once");
        let (uploads, upload) = (self.uploads.clone(), self.upload.clone());
        let kept = self.uploads.tasks.spawn(keep(uploads, upload, writer));
        kept.await.map_err(Error::internal)?
    }
}

impl Drop for Stretch {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take().filter(|_| !self.whole_only) {
            let (uploads, upload) = (self.uploads.clone(), self.upload.clone());
            self.uploads.tasks.spawn(async move {
                if let Err(cause) = keep(uploads, upload, writer).await {
                    tracing::warn!(%cause, "what came of an upload could not be kept");
                }
            });
        }
    }
}

async fn keep(
    uploads: Uploads,
    mut upload: Upload,
    writer: ObjectWriter<HeldPart>,
) -> Result<(Upload, HeldPart)> {
    let (written, held) = writer.finish().await?;
    if written.size > 0 {
        let expires_at = uploads.clock.now_ms() + WAITS_MS;
        upload::append(&uploads.db, &mut upload, written.size, written.tail, expires_at).await?;
        uploads.events.upload_moved(upload.owner, upload.id);
    }
    Ok((upload, held))
}

/// A checksum that is compared once all has come.
enum Check {
    Sha1(Sha1, [u8; 20]),
    Sha256(Sha256, [u8; 32]),
}

impl Check {
    fn new(expected: Checksum) -> Self {
        match expected {
            Checksum::Sha1(expected) => Self::Sha1(Sha1::new(), expected),
            Checksum::Sha256(expected) => Self::Sha256(Sha256::new(), expected),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hasher, _) => hasher.update(bytes),
            Self::Sha256(hasher, _) => hasher.update(bytes),
        }
    }

    fn holds(&self) -> bool {
        match self {
            Self::Sha1(hasher, expected) => hasher.clone().finalize().as_slice() == expected,
            Self::Sha256(hasher, expected) => hasher.clone().finalize().as_slice() == expected,
        }
    }
}
