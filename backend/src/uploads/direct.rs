//! Uploads whose parts go past the server, straight to the bucket: what is there the bucket is asked, and the database has
//! what it said last.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sharesync_bucket::{Part, PresignedPart};
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{ContentDigest, PartsDigest, ReceivedPart, Sha256Digest};
use uuid::Uuid;

use super::{Content, Uploads, WAITS_MS};
use crate::blob::{DirectPart, Object, of_parts};
use crate::db::upload::Upload;
use crate::db::{object, upload_part};
use crate::error::{Error, Result};

/// The turn that the bucket is asked in, so that nothing older overwrites what it said last, and that parts begin to be sent
/// in: parts are numbered from 1.
const LOOKS: u32 = 0;
/// How long what the bucket said is good enough for whoever only watches; and so much longer for every part that an upload
/// has, since all of them are listed.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
const LOOK_AGAIN_PER_PART: Duration = Duration::from_millis(10);

/// When the bucket is to be asked again about each upload that is being sent. In memory: nothing but the asking depends on it.
#[derive(Clone, Default)]
pub(super) struct Looks(Arc<Mutex<HashMap<UploadId, Instant>>>);

impl Looks {
    /// Whether it is time to ask again, which is taken for done.
    fn is_due(&self, upload: &Upload) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        looks.retain(|_, due| *due > now);
        if looks.contains_key(&upload.id) {
            return false;
        }
        looks.insert(upload.id, now + LOOK_AGAIN + LOOK_AGAIN_PER_PART * upload.parts());
        true
    }
}

impl Uploads {
    /// The upload, with what its parts go to the bucket by: from now on, where there was none. Every now and then, what has come
    /// is counted behind it.
    pub async fn aim(&self, mut upload: Upload) -> Result<Upload> {
        if upload.multipart.is_none() {
            // Several lanes ask for their first address at once: one of them begins.
            let _turn = self.turns.part(upload.id, LOOKS).await;
            upload.multipart = Some(self.multipart(upload.object().id).await?);
        }
        if self.looks.is_due(&upload) {
            let (uploads, upload) = (self.clone(), upload.clone());
            self.tasks.spawn(async move {
                let _turn = uploads.turns.part(upload.id, LOOKS).await;
                if let Err(cause) = uploads.look(&upload).await {
                    tracing::warn!(%cause, "what has come of an upload could not be counted");
                }
            });
        }
        Ok(upload)
    }

    /// An address in the bucket that takes a part of an upload which [`aim`](Self::aim) has seen.
    pub async fn direct_address(
        &self,
        upload: &Upload,
        part: DirectPart,
        valid_for: Duration,
    ) -> Result<PresignedPart> {
        let multipart = upload.multipart.as_deref().ok_or(Error::NotFound)?;
        Ok(self.store.part_address(upload.object().id, multipart, part, valid_for).await?)
    }

    /// The parts that are there, for good.
    pub async fn parts(&self, upload: &Upload) -> Result<Vec<ReceivedPart>> {
        if upload.is_direct() && upload.file().is_none() {
            let _turn = self.turns.part(upload.id, LOOKS).await;
            self.look(upload).await?;
        }
        upload_part::all(&self.db, upload.id).await
    }

    /// Makes an object, for good, of parts that are in the bucket. Its digest is that of its parts, unless somebody has
    /// promised one of the whole: then it is read.
    pub(super) async fn join(&self, upload: &Upload, promised: &[Sha256Digest]) -> Result<Content> {
        let id = upload.object().id;
        let there = self.look(upload).await?;
        let parts = upload_part::all(&self.db, upload.id).await?;
        let came: u64 = parts.iter().map(|part| part.size).sum();
        if came != upload.size {
            return Err(Error::UploadIncomplete { missing: upload.size - came });
        }
        // Where the bucket knows of none any more, a stop came between that and remembering it.
        if let (Some(multipart), Some(there)) = (&upload.multipart, &there) {
            match self.store.complete_parts(id, multipart, there).await {
                // Another server was first: what follows sees to it.
                Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
                completed => completed?,
            }
        }
        let place = upload.object().place;
        if self.store.stored_size(id, place).await? != Some(upload.size) {
            return Err(Error::internal("the bucket has made another object of the parts"));
        }
        if promised.is_empty() {
            return Ok(Content { digest: digest(upload, &parts), crc32: None });
        }
        let object = Object { id, place, size: upload.size, crc32: None, key: None };
        let hashed = self.store.hash(object, None).await?;
        if promised.iter().any(|promised| *promised != hashed.sha256) {
            self.begin_anew(upload).await?;
            return Err(Error::ChecksumMismatch);
        }
        Ok(Content { digest: ContentDigest::Whole(hashed.sha256), crc32: Some(hashed.crc32) })
    }

    /// Asks the bucket what has come, and remembers it. Answers that; none where nothing was begun to be sent there, or where the
    /// bucket has made an object of it already.
    async fn look(&self, upload: &Upload) -> Result<Option<Vec<Part>>> {
        let Some(multipart) = &upload.multipart else { return Ok(None) };
        let object = upload.object();
        let there = match self.store.parts(object.id, multipart).await {
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => {
                if self.store.stored_size(object.id, object.place).await? == Some(upload.size) {
                    return Ok(None);
                }
                // Whoever looks after the bucket has tidied up: it begins anew.
                object::forget_multipart(&self.db, object.id, multipart).await?;
                vec![]
            }
            there => there?,
        };
        let received: Vec<_> = there.iter().filter_map(|part| received(upload, part)).collect();
        let expires_at = self.clock.now_ms() + WAITS_MS;
        if upload_part::replace(&self.db, upload.id, &received, expires_at).await? {
            self.events.upload_moved(upload.owner, upload.id);
        }
        Ok(Some(there))
    }

    /// Takes back an object that the bucket has made: parts can be sent no more to what it was made of.
    async fn begin_anew(&self, upload: &Upload) -> Result<()> {
        let object = upload.object();
        self.store.remove(object.id, object.place, upload.multipart.as_deref()).await?;
        if let Some(multipart) = &upload.multipart {
            object::forget_multipart(&self.db, object.id, multipart).await?;
        }
        upload_part::replace(&self.db, upload.id, &[], upload.expires_at).await?;
        Ok(())
    }

    /// Begins to send an object's parts to the bucket, unless that was begun. Answers by what, which may be what another
    /// server has begun meanwhile.
    async fn multipart(&self, object: Uuid) -> Result<String> {
        if let Some(begun) = object::multipart(&self.db, object).await? {
            return Ok(begun);
        }
        let begun = self.store.begin_parts(object).await?;
        let agreed = object::begin_multipart(&self.db, object, &begun).await?;
        if agreed.as_ref() != Some(&begun) {
            self.store.abort_parts(object, &begun).await?;
        }
        agreed.ok_or(Error::NotFound)
    }
}

/// A part that is what an address was made for.
fn received(upload: &Upload, part: &Part) -> Option<ReceivedPart> {
    let (from, to) = upload.extent(part.number).ok()?;
    let sha256 = part.sha256.filter(|_| part.size == to - from)?;
    Some(ReceivedPart { number: part.number, size: part.size, sha256: Sha256Digest(sha256) })
}

/// By what a content is known that came in these parts.
fn digest(upload: &Upload, parts: &[ReceivedPart]) -> ContentDigest {
    let digests: Vec<_> = parts.iter().map(|part| part.sha256).collect();
    match (digests.as_slice(), upload.part_size()) {
        ([all], _) => ContentDigest::Whole(*all),
        (digests, part_size) => ContentDigest::Parts(PartsDigest {
            sha256: of_parts(digests),
            part_size: part_size.unwrap_or(upload.size),
        }),
    }
}
