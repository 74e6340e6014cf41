//! Uploads whose parts go past the server, straight to the bucket: what is there the bucket is asked, and the database has
//! what it said last.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use sharesync_bucket::{Part, PresignedPart};
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{ContentDigest, PartsDigest, ReceivedPart, Sha256Digest};
use uuid::Uuid;

use super::{Content, Uploads, waits};
use crate::blob::{DirectPart, Object, of_parts};
use crate::db::upload::{self, Upload};
use crate::db::{object, upload_part};
use crate::error::{Error, Result};

/// The turn that the bucket is asked in, so that nothing older overwrites what it said last, and that parts begin to be sent
/// in: parts are numbered from 1.
const LOOKS: u32 = 0;
/// How long what the bucket said is good enough for whoever only watches; and so much longer for every part that an upload
/// has, since all of them are listed.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
const LOOK_AGAIN_PER_PART: Duration = Duration::from_millis(10);
/// How long after its last address was asked for an upload is looked at.
const WATCHED: Duration = Duration::from_mins(10);
/// Uploads that the bucket is asked about at once.
const AT_ONCE: usize = 8;

/// The uploads that are being sent, and when the bucket is to be asked about each. In memory: nothing but the asking
/// depends on it.
#[derive(Clone, Default)]
pub(super) struct Looks(Arc<Mutex<HashMap<UploadId, Look>>>);

struct Look {
    parts: u32,
    /// When an address was asked for last.
    addressed: Instant,
    due: Instant,
}

impl Look {
    /// The longer no address was asked for, the longer every part takes.
    fn put_off(&mut self, now: Instant) {
        let wait = LOOK_AGAIN + LOOK_AGAIN_PER_PART * self.parts;
        self.due = now + wait.max((now - self.addressed) / 2);
    }
}

impl Looks {
    /// An address for one of its parts is asked for.
    fn addressed(&self, upload: &Upload, now: Instant) {
        let mut looks = self.locked();
        let look = looks.entry(upload.id).or_insert_with(|| {
            let mut look = Look { parts: upload.parts(), addressed: now, due: now };
            look.put_off(now);
            look
        });
        look.addressed = now;
    }

    /// The uploads that it is time for; which is taken for done.
    fn due(&self, now: Instant) -> Vec<UploadId> {
        let mut looks = self.locked();
        looks.retain(|_, look| now - look.addressed < WATCHED);
        let due = looks.iter_mut().filter(|(_, look)| look.due <= now);
        due.map(|(id, look)| {
            look.put_off(now);
            *id
        })
        .collect()
    }

    /// There is nothing to look for any more.
    fn forget(&self, id: UploadId) {
        self.locked().remove(&id);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<UploadId, Look>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Uploads {
    /// The upload, with what its parts go to the bucket by: from now on, where there was none. What comes is counted
    /// [behind it](Self::watch).
    pub async fn aim(&self, mut upload: Upload) -> Result<Upload> {
        if upload.multipart.is_none() {
            // Several lanes ask for their first address at once: one of them begins.
            let _turn = self.turns.part(upload.id, LOOKS).await;
            upload.multipart = Some(self.multipart(upload.object().id).await?);
        }
        self.looks.addressed(&upload, Instant::now());
        Ok(upload)
    }

    /// Counts what has come of the uploads that are being sent, where it is time to. Called again and again by the job.
    pub async fn watch(&self) {
        stream::iter(self.looks.due(Instant::now()))
            .for_each_concurrent(AT_ONCE, |id| async move {
                match self.count(id).await {
                    // That something is out of reach is in the log.
                    Ok(()) | Err(Error::Unavailable) => {}
                    // It is complete, or was given up.
                    Err(Error::NotFound) => self.looks.forget(id),
                    Err(cause) => {
                        tracing::warn!(%cause, "what has come of an upload could not be counted");
                    }
                }
            })
            .await;
    }

    async fn count(&self, id: UploadId) -> Result<()> {
        let _turn = self.turns.part(id, LOOKS).await;
        let upload = upload::under_way(&self.db, id, self.clock.now_ms()).await?;
        self.look(&upload).await?;
        Ok(())
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
        let expires_at = self.clock.now_ms() + waits(upload.is_sent());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_looked_at_ever_more_seldom_behind_its_last_address() {
        let looks = Looks::default();
        let id = UploadId(Uuid::from_u128(1));
        let begun = Instant::now();
        let look = Look { parts: 100, addressed: begun, due: begun };
        looks.locked().insert(id, look);
        let seconds: Vec<u64> = (0..=700)
            .filter(|second| !looks.due(begun + Duration::from_secs(*second)).is_empty())
            .collect();
        assert_eq!(seconds, [0, 4, 8, 12, 18, 27, 41, 62, 93, 140, 210, 315, 473]);
        assert!(looks.locked().is_empty());
    }
}
