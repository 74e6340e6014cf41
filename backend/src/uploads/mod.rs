//! Uploads that outlive a lost line, a closed page and a restart, in parts of any order or in sequence. What was taken is
//! on the disk, or in the bucket, for good; the file is made when all of it is there. Called by their handlers and by the purge.

mod append;
mod direct;
mod part;
mod turns;

use sharesync_protocol::api::{ContentDigest, Sha256Digest, UploadedFile};
use sharesync_protocol::{FileId, FolderId, RequestId, UploadId, UserId};
use sharesync_service_kit::clock::Clock;
use tokio_util::task::TaskTracker;

use crate::blob::{Damaged, Incoming, Sealing, Store};
use crate::db::file::NewFile;
use crate::db::upload::{self, NewUpload, Sender, Sent, Upload};
use crate::db::{Db, file, file_request, new_id, upload_part};
use crate::error::{Error, Result};
use crate::events::Events;
use crate::library::Library;
use crate::retention::Lifetime;
use crate::scanning::Verdict;
use crate::validation::TypeRules;
use direct::Looks;
use turns::PartTurns;

pub use append::{Checksum, Chunk};
pub use part::ExpectedPart;

/// Bytes of a part, where the file does not have too many of those: few enough that little is lost with a line.
const PART_BYTES: u64 = 8 * 1024 * 1024;
/// Parts that an upload may have, as on S3.
const MOST_PARTS: u64 = 10_000;
/// How long an upload waits for its next bytes: a week.
const WAITS_MS: i64 = 7 * 24 * 3600 * 1000;
/// How long one does that is sent to a request, whose owner it takes room from: a day.
const SENT_WAITS_MS: i64 = 24 * 3600 * 1000;
/// How long it is remembered what file an upload became, for whoever did not hear: a day.
const REMEMBERED_MS: i64 = 24 * 3600 * 1000;
/// Uploads given up between two looks at the database.
const BATCH: u32 = 200;

/// What is going to be sent.
pub struct Announced {
    /// Whose library it goes to.
    pub owner: UserId,
    /// The folder that it goes to.
    pub folder: FolderId,
    /// The name asked for; checked already.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// Bytes; none where that is not known yet.
    pub size: Option<u64>,
    /// Whether its bytes come one after the other.
    pub in_sequence: bool,
    /// What a tus client says of the file, word for word.
    pub metadata: Option<String>,
    /// What the content's digest must be.
    pub sha256: Option<Sha256Digest>,
    /// Whether it is for the operators.
    pub handed_in: bool,
    /// The request that it is sent to, and by whom.
    pub sent: Option<Sent>,
    /// For how long the file is to be kept, from when it is one.
    pub lifetime: Lifetime,
}

/// What is known of the content of an upload that is whole.
struct Content {
    digest: ContentDigest,
    /// What a ZIP says of it, unless it went past the server.
    crc32: Option<u32>,
}

/// Everybody's uploads.
#[derive(Clone)]
pub struct Uploads {
    db: Db,
    store: Store,
    library: Library,
    turns: PartTurns,
    looks: Looks,
    clock: Clock,
    /// Work that outlives its request; waited for at shutdown.
    tasks: TaskTracker,
    events: Events,
}

impl Uploads {
    /// The uploads into a library.
    pub fn new(
        db: Db,
        store: Store,
        library: Library,
        clock: Clock,
        tasks: TaskTracker,
        events: Events,
    ) -> Self {
        Self {
            db,
            store,
            library,
            turns: PartTurns::default(),
            looks: Looks::default(),
            clock,
            tasks,
            events,
        }
    }

    /// Begins an upload. [`Error::EmptyFile`] where there is nothing to send, [`Error::QuotaExceeded`] where it does
    /// not fit.
    pub async fn begin(&self, announced: &Announced) -> Result<Upload> {
        if announced.size == Some(0) {
            return Err(Error::EmptyFile);
        }
        let now = self.clock.now_ms();
        let new = NewUpload {
            owner: announced.owner,
            folder: announced.folder,
            object: &self.store.new_object(new_id(now)),
            name: &announced.name,
            content_type: &announced.content_type,
            size: announced.size,
            part_size: announced.size.filter(|_| !announced.in_sequence).map(part_size),
            metadata: announced.metadata.as_deref(),
            sha256: announced.sha256,
            handed_in: announced.handed_in,
            sent: announced.sent.as_ref(),
            expires_at: now + waits(announced.sent.is_some()),
            lifetime: announced.lifetime,
        };
        let id = upload::begin(&self.db, &new, now).await?;
        self.events.upload_moved(announced.owner, id);
        upload::under_way(&self.db, id, now).await
    }

    /// Makes the file of an upload that is all there; the same file each time it is asked again.
    /// [`Error::UploadIncomplete`] where it is not, or not any more; [`Error::ChecksumMismatch`] where the content is not
    /// what its sender said; [`Error::Damaged`] where it cannot be read any more. Where its [content is
    /// refused](Error::refuses_content) nothing stays of it.
    pub async fn complete(
        &self,
        sender: Sender,
        id: UploadId,
        sha256: Option<Sha256Digest>,
    ) -> Result<UploadedFile> {
        let uploads = self.clone();
        // Nobody's leaving stops it: either all of it happens, or none.
        let completed =
            self.tasks.spawn(async move { uploads.put_together(sender, id, sha256).await });
        completed.await.map_err(Error::internal)?
    }

    async fn put_together(
        &self,
        sender: Sender,
        id: UploadId,
        sha256: Option<Sha256Digest>,
    ) -> Result<UploadedFile> {
        let _turn = self.turns.whole(id).await;
        let now = self.clock.now_ms();
        let upload = upload::get(&self.db, sender, id, now).await?;
        let owner = upload.owner;
        if let Some(file) = upload.file() {
            return self.became(owner, file).await;
        }
        let promised: Vec<_> = [upload.sha256(), sha256].into_iter().flatten().collect();
        let Content { digest, crc32 } = if upload.is_direct() {
            self.join(&upload, &promised).await?
        } else {
            self.gather(&upload, &promised).await?
        };
        let object = upload.object();
        let sent = upload.sent();
        let screened = self.screen(&upload, sent.as_ref(), &object, crc32).await;
        if screened.as_ref().is_err_and(Error::refuses_content) {
            // It would be refused each time it is asked again.
            self.give_up(owner, id).await?;
        }
        let verdict = screened?;
        let file = NewFile {
            owner,
            folder: upload.folder(),
            object: object.id,
            name: &upload.name,
            size: upload.size,
            digest,
            crc32,
            verdict: verdict.as_ref(),
            content_type: &upload.content_type,
            expires_at: self.library.expiry(upload.lifetime(), now),
            handed_in: upload.handed_in,
            sent: sent.as_ref(),
        };
        let file = upload::complete(&self.db, &upload, &file, now + REMEMBERED_MS, now).await?;
        self.library.has_entered(&file);
        self.library.tidy(&object).await;
        if upload.is_sent() {
            self.events.files_changed(owner);
        } else {
            self.events.upload_completed(owner, id, &file);
        }
        Ok(file)
    }

    /// Looks at what is about to become a file; what is sent to a request has to be what that takes, too.
    async fn screen(
        &self,
        upload: &Upload,
        sent: Option<&Sent>,
        object: &Incoming,
        crc32: Option<u32>,
    ) -> Result<Option<Verdict>> {
        if let Some(sent) = sent {
            let types = file_request::types_of(&self.db, sent.request).await?;
            let asked = TypeRules::allowing(&types)?;
            self.library.check_asked(&asked, &upload.name, object, upload.size).await?;
        }
        self.library.screen(&upload.name, object, upload.size, crc32).await
    }

    /// Makes an object, for good, of what has come through the server.
    async fn gather(&self, upload: &Upload, promised: &[Sha256Digest]) -> Result<Content> {
        if !upload.is_whole() {
            return Err(Error::UploadIncomplete { missing: upload.size - upload.received() });
        }
        // Where the whole is known, there is no need to look at its parts.
        let part_size = upload.part_size().filter(|_| promised.is_empty());
        let sealing = Sealing { size: upload.size, tail: upload.tail.clone(), part_size };
        let hashed = match self.store.seal(upload.object(), sealing).await {
            Err(cause) if Damaged::is_said_by(&cause) => return Err(Error::Damaged),
            sealed => sealed?,
        };
        if promised.iter().any(|promised| *promised != hashed.sha256) {
            return Err(Error::ChecksumMismatch);
        }
        self.check_parts(upload.id, &hashed.parts).await?;
        self.library.settle(&upload.object()).await?;
        Ok(Content { digest: ContentDigest::Whole(hashed.sha256), crc32: Some(hashed.crc32) })
    }

    /// Holds parts against what was acknowledged of them, which they are not where the disk has changed one, or where it
    /// failed while one was sent again. Such are to be sent once more: [`Error::UploadIncomplete`].
    async fn check_parts(&self, id: UploadId, found: &[Sha256Digest]) -> Result<()> {
        let acknowledged = upload_part::all(&self.db, id).await?;
        let mut missing = 0;
        for (part, found) in acknowledged.into_iter().zip(found) {
            if part.sha256 != *found {
                upload_part::forget(&self.db, id, part.number).await?;
                missing += part.size;
            }
        }
        if missing > 0 { Err(Error::UploadIncomplete { missing }) } else { Ok(()) }
    }

    /// The file that an upload became.
    pub async fn became(&self, owner: UserId, file: FileId) -> Result<UploadedFile> {
        Ok(file::get(&self.db, owner, file, self.clock.now_ms()).await?.file)
    }

    /// Gives an upload up; its bytes go right after.
    pub async fn abort(&self, sender: Sender, id: UploadId) -> Result<()> {
        let _turn = self.turns.whole(id).await;
        let upload = upload::get(&self.db, sender, id, self.clock.now_ms()).await?;
        self.give_up(upload.owner, id).await
    }

    /// Gives up what is under way to a request, which takes nothing more.
    pub async fn abort_sent(&self, request: RequestId) -> Result<()> {
        loop {
            let under_way = upload::to_request(&self.db, request, BATCH).await?;
            if under_way.is_empty() {
                return Ok(());
            }
            for (id, owner) in under_way {
                let _turn = self.turns.whole(id).await;
                match self.give_up(owner, id).await {
                    // It became a file at the last moment, or its sender gave it up.
                    Ok(()) | Err(Error::NotFound) => {}
                    Err(other) => return Err(other),
                }
            }
        }
    }

    /// The same, for whoever has the turn of the whole.
    async fn give_up(&self, owner: UserId, id: UploadId) -> Result<()> {
        let aborted = upload::abort(&self.db, owner, id, None).await?;
        self.library.remove_later(aborted.object_id);
        if !aborted.was_sent {
            self.events.upload_given_up(owner, id, aborted.name, aborted.size);
        }
        Ok(())
    }

    /// Gives up what has waited for too long, and forgets what became a file long ago. Answers how many were given up.
    pub async fn purge(&self) -> Result<u64> {
        let now = self.clock.now_ms();
        let mut given_up = 0;
        loop {
            let abandoned = upload::abandoned(&self.db, now, BATCH).await?;
            let found = abandoned.len();
            for (id, owner) in abandoned {
                let _turn = self.turns.whole(id).await;
                match upload::abort(&self.db, owner, id, Some(now)).await {
                    Ok(aborted) => {
                        given_up += 1;
                        if !aborted.was_sent {
                            self.events.upload_given_up(owner, id, aborted.name, aborted.size);
                        }
                    }
                    // A part came at the last moment.
                    Err(Error::NotFound) => {}
                    Err(other) => return Err(other),
                }
            }
            if found < BATCH as usize {
                break;
            }
        }
        while upload::forget_completed(&self.db, now, BATCH).await? == u64::from(BATCH) {}
        Ok(given_up)
    }
}

/// How long an upload waits for its next bytes, in milliseconds.
fn waits(is_sent: bool) -> i64 {
    if is_sent { SENT_WAITS_MS } else { WAITS_MS }
}

/// Bytes of the parts of a file: whole mebibytes.
fn part_size(size: u64) -> u64 {
    const MIB: u64 = 1024 * 1024;
    PART_BYTES.max(size.div_ceil(MOST_PARTS).next_multiple_of(MIB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_has_more_parts_than_s3_takes() {
        const GIB: u64 = 1024 * 1024 * 1024;
        assert_eq!(part_size(1), PART_BYTES);
        assert_eq!(part_size(70 * GIB), PART_BYTES);
        for size in [79 * GIB, 1024 * GIB, 5 * 1024 * GIB] {
            assert!(size.div_ceil(part_size(size)) <= MOST_PARTS, "{size}");
            assert_eq!(part_size(size) % (1024 * 1024), 0);
        }
    }
}
