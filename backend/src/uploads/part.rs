//! Parts of an upload that come in any order, each to an address of its own.

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{ReceivedPart, Sha256Digest};

use super::turns::{HeldPart, PartTurn};
use super::{Uploads, waits};
use crate::blob::ObjectWriter;
use crate::db::upload::{self, Upload};
use crate::db::upload_part;
use crate::error::{Error, Result};

/// A part that an address was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedPart {
    /// Of which upload.
    pub upload: UploadId,
    /// Its number; the first is 1.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// Digest of its bytes, where that was known.
    pub sha256: Option<Sha256Digest>,
}

impl Uploads {
    /// Takes a part in; when this returns, it is there for good. When it fails, or is dropped on the way, none of it is.
    /// [`Error::ChecksumMismatch`], [`Error::TooLarge`] and [`Error::BadRequest`] where it is not the one expected.
    pub async fn take_part<E>(
        &self,
        expected: ExpectedPart,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Sha256Digest>
    where
        Error: From<E>,
    {
        let PartTurn { over, held } = self.turns.part(expected.upload, expected.number).await;
        // Looked at in this turn: it has not been put together.
        let found = upload::under_way(&self.db, expected.upload, self.clock.now_ms()).await?;
        let there = upload_part::digest(&self.db, expected.upload, expected.number).await?;
        if let Some(there) = there.filter(|there| expected.sha256 == Some(*there)) {
            // Only so that its sender can hear so.
            receive(content, expected.size, None).await?;
            return Ok(there);
        }
        if there.is_some() {
            upload_part::forget(&self.db, expected.upload, expected.number).await?;
        }
        let (from, _) = found.extent(expected.number)?;
        let mut writer = self.store.write(found.object(), from, None, held);
        tokio::select! {
            received = receive(content, expected.size, Some(&mut writer)) => received?,
            () = over.cancelled() => return Err(Error::Superseded),
        }
        // From here on nobody's leaving stops it.
        let uploads = self.clone();
        let kept = self.tasks.spawn(async move {
            let sha256 = uploads.keep_part(&found, expected, writer).await?;
            uploads.events.upload_moved(found.owner, found.id);
            Ok(sha256)
        });
        kept.await.map_err(Error::internal)?
    }

    async fn keep_part(
        &self,
        upload: &Upload,
        expected: ExpectedPart,
        writer: ObjectWriter<HeldPart>,
    ) -> Result<Sha256Digest> {
        let (written, _held) = writer.finish().await?;
        if expected.sha256.is_some_and(|sha256| sha256 != written.sha256) {
            return Err(Error::ChecksumMismatch);
        }
        let ExpectedPart { number, size, .. } = expected;
        let part = ReceivedPart { number, size, sha256: written.sha256 };
        let expires_at = self.clock.now_ms() + waits(upload.is_sent());
        upload_part::record(&self.db, upload.id, &part, expires_at).await?;
        Ok(written.sha256)
    }
}

/// Takes in as many bytes as a part has, as they come; without a writer, only to have heard them.
async fn receive<E>(
    content: impl Stream<Item = Result<Bytes, E>>,
    size: u64,
    mut writer: Option<&mut ObjectWriter<HeldPart>>,
) -> Result<()>
where
    Error: From<E>,
{
    let mut content = std::pin::pin!(content);
    let mut came = 0;
    while let Some(piece) = content.next().await {
        let piece = piece?;
        came += piece.len() as u64;
        if came > size {
            return Err(Error::TooLarge { limit: size });
        }
        if let Some(writer) = &mut writer {
            writer.write(piece).await?;
        }
    }
    if came == size {
        Ok(())
    } else {
        Err(Error::BadRequest(format!("the part has {size} bytes, and {came} came")))
    }
}
