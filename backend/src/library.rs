//! The library: rows in the database and bytes in the store, kept together.
//!
//! A row comes before its bytes and goes after them (`db::object`), so whatever a crash leaves in
//! the store has a row that says so, and [`Library::recover`] takes it away. Called by the upload
//! and file handlers, and by the purge.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, TryStreamExt};
use sharesync_protocol::api::{ContentDigest, ScanState, UploadedFile};
use sharesync_protocol::{FileId, FolderId, UserId};
use sharesync_service_kit::clock::Clock;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::blob::{Damaged, Hashed, Incoming, Object, ObjectWriter, Place, Sealing, Store};
use crate::db::file::NewFile;
use crate::db::file_change::{self, Change};
use crate::db::object::{Doomed, Released};
use crate::db::{Db, file, new_id, object};
use crate::delivery::Counted;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::retention::{Lifetime, Retention};
use crate::scanning::{NotScanned, Scanner, Verdict};
use crate::validation::{TypeRules, Validation};

/// Objects removed from the store between two looks at the database.
const SWEEP_BATCH: u32 = 100;

/// An upload's particulars, known before its bytes.
pub struct Upload {
    /// Whose library it goes to.
    pub owner: UserId,
    /// The folder that it goes to.
    pub folder: FolderId,
    /// The name asked for; checked already.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// Bytes it may have at most.
    pub max_size: u64,
    /// Whether it is for the operators.
    pub handed_in: bool,
    /// For how long it is to be kept.
    pub lifetime: Lifetime,
}

/// Everybody's files.
#[derive(Clone)]
pub struct Library {
    db: Db,
    store: Store,
    clock: Clock,
    retention: Retention,
    /// Work that outlives its request; waited for at shutdown.
    tasks: TaskTracker,
    events: Events,
    checks: Checks,
}

/// What is looked at before something becomes a file, or is handed out.
#[derive(Clone)]
pub struct Checks {
    /// Whether it is what it claims to be, and harms nobody who opens it.
    pub validation: Validation,
    /// Whether there are viruses in it.
    pub scanner: Scanner,
}

impl Library {
    /// The library of a database and a store.
    pub fn new(
        db: Db,
        store: Store,
        clock: Clock,
        retention: Retention,
        tasks: TaskTracker,
        events: Events,
        checks: Checks,
    ) -> Self {
        Self { db, store, clock, retention, tasks, events, checks }
    }

    /// Takes a file in; when this returns, the file is durable and in its owner's library. When it
    /// fails, or is dropped on the way, nothing stays.
    pub async fn take_in<E>(
        &self,
        upload: Upload,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<UploadedFile>
    where
        Error: From<E>,
    {
        let now = self.clock.now_ms();
        let object = self.store.new_object(new_id(now));
        object::begin(&self.db, &object, now).await?;
        let mut unfinished = Unfinished::begin(self.clone(), object);
        write(unfinished.writer(), upload.max_size, content).await?;
        // From here on nobody's leaving stops it: either all of it happens, or none.
        let committed = self.tasks.spawn(unfinished.commit(upload));
        committed.await.map_err(Error::internal)?
    }

    async fn enter(
        &self,
        upload: &Upload,
        object: &Incoming,
        size: u64,
        hashed: &Hashed,
    ) -> Result<UploadedFile> {
        let verdict = self.screen(&upload.name, object, size, Some(hashed.crc32)).await?;
        let now = self.clock.now_ms();
        let file = NewFile {
            owner: upload.owner,
            folder: upload.folder,
            object: object.id,
            name: &upload.name,
            size,
            digest: ContentDigest::Whole(hashed.sha256),
            crc32: Some(hashed.crc32),
            verdict: verdict.as_ref(),
            content_type: &upload.content_type,
            expires_at: self.expiry(upload.lifetime, now),
            handed_in: upload.handed_in,
            sent: None,
        };
        let entered = file::insert(&self.db, &file, now).await?;
        self.has_entered(&entered);
        self.events.file_changed(upload.owner, entered.id);
        Ok(entered)
    }

    /// Looks at an object that is about to become a file of this name. An error that
    /// [refuses its content](Error::refuses_content) where it must not; otherwise what is known of viruses in it: none where that
    /// waits for the scanner, and nobody for it.
    pub async fn screen(
        &self,
        name: &str,
        object: &Incoming,
        size: u64,
        crc32: Option<u32>,
    ) -> Result<Option<Verdict>> {
        let Incoming { id, place, key } = object.clone();
        let object = Object { id, place, size, crc32, key };
        self.checks.validation.check(name, size, self.fetching(object.clone())).await?;
        if self.checks.scanner.is_apart() {
            return Ok(None);
        }
        Ok(Some(self.look(&object).await?))
    }

    /// Looks whether an object that is about to become a file of this name is of a type that whoever asked for it takes.
    pub async fn check_asked(
        &self,
        asked: &TypeRules,
        name: &str,
        object: &Incoming,
        size: u64,
    ) -> Result<()> {
        let Incoming { id, place, key } = object.clone();
        let object = Object { id, place, size, crc32: None, key };
        Validation::check_asked(asked, name, size, self.fetching(object)).await
    }

    /// Reads bytes of an object into memory, from a place and up to one: for a few of them.
    fn fetching(
        &self,
        object: Object,
    ) -> impl Fn(u64, u64) -> BoxFuture<'static, Result<Vec<u8>>> + Send + use<> {
        let library = self.clone();
        move |from, to| {
            let (library, object) = (library.clone(), object.clone());
            Box::pin(async move {
                let pieces = library.read(object, from, to).await?;
                let pieces: Vec<Bytes> = pieces.try_collect().await?;
                Ok(pieces.concat())
            })
        }
    }

    /// Looks for viruses in an object.
    pub async fn look(&self, object: &Object) -> Result<Verdict, NotScanned> {
        if !self.checks.scanner.reads(object.size) {
            return Ok(Verdict::Unscanned);
        }
        let content = self.read(object.clone(), 0, object.size).await;
        let content = content.map_err(NotScanned::Unreadable)?;
        // Nothing is said of a part as if it were the whole.
        self.checks.scanner.look(Counted::new(content, 0, object.size, |_, _| ())).await
    }

    /// Has a new file looked at for viruses, where it waits for that, and says in the log where one is known to be in it.
    pub fn has_entered(&self, file: &UploadedFile) {
        match file.scan.scan {
            ScanState::Pending => self.checks.scanner.wake(),
            ScanState::Infected => log_quarantine(file.id, file.scan.scan_found.as_deref()),
            ScanState::Clean | ScanState::Unscanned => {}
        }
    }

    /// Changes a file of the owner's. Another name has to be one that its content may have: an error that
    /// [refuses its content](Error::refuses_content) where it must not. Otherwise as [`file_change::change`].
    pub async fn change(&self, owner: UserId, id: FileId, change: &Change<'_>) -> Result<()> {
        let now = self.clock.now_ms();
        if let Some(name) = change.name {
            let (known, object) = file::named_object(&self.db, owner, id, now).await?;
            let (validation, size) = (&self.checks.validation, object.size);
            validation.check_rename(&known, name, size, self.fetching(object)).await?;
        }
        file_change::change(&self.db, owner, id, change, now).await?;
        self.events.file_changed(owner, id);
        Ok(())
    }

    /// Removes a file of the owner's for good; its bytes go right after.
    pub async fn remove(&self, owner: UserId, id: FileId) -> Result<()> {
        let object = file::delete(&self.db, owner, id, self.clock.now_ms()).await?;
        self.events.file_changed(owner, id);
        self.remove_later(object);
        Ok(())
    }

    /// When a file expires that is stored now; never where it is kept.
    pub fn expiry(&self, lifetime: Lifetime, now: i64) -> Option<i64> {
        self.retention.expiry(lifetime, now)
    }

    /// Removes the bytes of a doomed object, behind whoever asks.
    pub fn remove_later(&self, object: Uuid) {
        let library = self.clone();
        self.tasks.spawn(async move { library.remove_object(object).await });
    }

    /// Takes away what a crash left: uploads that nobody is writing any more, and bytes whose
    /// removal was cut off. To be called before any request is served; the bytes go in the
    /// background.
    pub async fn recover(&self) -> Result<()> {
        let left = object::doom_abandoned(&self.db, i64::MAX).await?;
        if left > 0 {
            tracing::info!(uploads = left, "removing uploads that were cut off by a stop");
        }
        for id in self.store.incoming().await? {
            if let Some(object) = object::live_in_bucket(&self.db, id).await? {
                self.tidy(&object).await;
            }
        }
        if let Err(cause) = self.end_strays().await {
            tracing::warn!(%cause, "uploads to the bucket that nobody knows of could not be ended");
        }
        self.sweep_later();
        Ok(())
    }

    /// Removes the bytes of doomed objects, behind whoever asks.
    pub fn sweep_later(&self) {
        let library = self.clone();
        self.tasks.spawn(async move {
            if let Err(cause) = library.sweep().await {
                tracing::warn!(%cause, "bytes could not be removed; the purge will go on");
            }
        });
    }

    /// Ends uploads to the bucket that a stop left between beginning and remembering them.
    async fn end_strays(&self) -> Result<()> {
        for (id, multipart) in self.store.multiparts().await? {
            if object::multipart(&self.db, id).await?.as_ref() != Some(&multipart) {
                self.store.abort_parts(id, &multipart).await?;
            }
        }
        Ok(())
    }

    /// Removes the bytes of doomed objects. Answers how many objects went.
    pub async fn sweep(&self) -> Result<u64> {
        let mut swept = 0;
        loop {
            let all = object::doomed(&self.db, SWEEP_BATCH).await?;
            let mut gone = Vec::new();
            for doomed in all {
                match self.remove_bytes(&doomed).await {
                    Ok(()) => gone.push(doomed.id),
                    // The others need not wait for it.
                    Err(cause) => tracing::warn!(%cause, "an object could not be removed"),
                }
            }
            if gone.is_empty() {
                return Ok(swept);
            }
            object::forget_all(&self.db, &gone).await?;
            swept += gone.len() as u64;
        }
    }

    /// The bytes of an object from `from` up to `to`, for somebody who fetches it; otherwise as [`read`](Self::read).
    pub async fn send(
        &self,
        object: &Released,
        from: u64,
        to: u64,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        self.read(Object::clone(object), from, to).await
    }

    /// An address that gives an object's bytes to anybody, with that type and disposition, for that long. None where they are
    /// to pass through the server.
    pub async fn address(
        &self,
        object: &Released,
        content_type: &str,
        disposition: &str,
        valid_for: Duration,
    ) -> Result<Option<String>> {
        Ok(self.store.address(object, content_type, disposition, valid_for).await?)
    }

    /// The bytes of an object from `from` up to `to`, for whoever looks after it. [`Error::Damaged`] where the first of them
    /// are not what was stored; where later ones are not, they do not come. Either is remembered.
    pub async fn read(
        &self,
        object: Object,
        from: u64,
        to: u64,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let id = object.id;
        match self.store.read(object, from, to).await {
            Ok(pieces) => {
                let library = self.clone();
                Ok(pieces.inspect_err(move |cause| library.damaged_later(id, cause)))
            }
            Err(cause) if Damaged::is_said_by(&cause) => Err(self.damaged(id).await?),
            Err(cause) => Err(cause.into()),
        }
    }

    /// Reads an object of which no CRC-32 is known, as one that was stored before there were seals, or that went past the
    /// server, and remembers it, if its bytes are still what was stored; [`Error::Damaged`] where they are not. On the disk it
    /// gets a seal.
    pub async fn seal(&self, object: &Object, digest: &ContentDigest) -> Result<u32> {
        let hashed = self.store.hash(object.clone(), digest.part_size()).await?;
        if !hashed.is(digest) {
            return Err(self.damaged(object.id).await?);
        }
        if object.place == Place::Disk {
            self.store.seal(object.into(), Sealing::of(object.size)).await?;
        }
        object::sealed(&self.db, object.id, hashed.crc32).await?;
        Ok(hashed.crc32)
    }

    /// Remembers that an object's bytes are not what was stored, and says so in the log. Answers what its taker is told:
    /// [`Error::NotFound`] where the bytes are gone because the file is.
    pub async fn damaged(&self, object: Uuid) -> Result<Error> {
        if !object::damaged(&self.db, object, self.clock.now_ms()).await? {
            return Ok(Error::NotFound);
        }
        tracing::error!(%object, "stored bytes are damaged: they are not what was stored");
        Ok(Error::Damaged)
    }

    /// The same behind a download under way, where that is what broke it off.
    fn damaged_later(&self, object: Uuid, cause: &io::Error) {
        if Damaged::is_said_by(cause) {
            let library = self.clone();
            self.tasks.spawn(async move {
                if let Err(cause) = library.damaged(object).await {
                    tracing::error!(%cause, %object, "damage could not be remembered");
                }
            });
        }
    }

    /// Puts an object that came through the server, and is sealed, where it is read from. As good when done twice.
    pub async fn settle(&self, object: &Incoming) -> Result<()> {
        if !self.store.settles_in_parts(object).await? {
            return Ok(self.store.settle(object).await?);
        }
        // What a stop has left of another attempt.
        if let Some(before) = object::multipart(&self.db, object.id).await? {
            self.store.abort_parts(object.id, &before).await?;
            object::forget_multipart(&self.db, object.id, &before).await?;
        }
        let multipart = self.store.begin_parts(object.id).await?;
        object::begin_multipart(&self.db, object.id, &multipart).await?;
        Ok(self.store.settle_in_parts(object, &multipart).await?)
    }

    /// Removes what is left on the disk of an object that has gone to the bucket. What fails here the next start tries again.
    pub async fn tidy(&self, object: &Incoming) {
        if let Err(cause) = self.store.tidy(object).await {
            tracing::warn!(%cause, "what went to the bucket is still on the disk, too");
        }
    }

    /// Takes an object away that did not become a file's, and its bytes only once that is settled: a commit that failed may
    /// have happened all the same, where the line to the database broke, or come to light after a crash, where the disk
    /// refused to sync.
    async fn give_up(&self, id: Uuid) {
        match object::give_up(&self.db, id).await {
            Ok(true) => self.remove_object(id).await,
            Ok(false) => {}
            Err(cause) => {
                tracing::warn!(%cause, "an upload could not be given up; the purge will do it");
            }
        }
    }

    /// Removes an object's bytes and then its row. What fails here the purge tries again.
    async fn remove_object(&self, id: Uuid) {
        if let Err(cause) = self.try_to_remove(id).await {
            tracing::warn!(%cause, "an object could not be removed; the purge will try again");
        }
    }

    async fn try_to_remove(&self, id: Uuid) -> Result<()> {
        let Some(doomed) = object::doomed_one(&self.db, id).await? else { return Ok(()) };
        self.remove_bytes(&doomed).await?;
        object::forget(&self.db, id).await
    }

    async fn remove_bytes(&self, doomed: &Doomed) -> io::Result<()> {
        self.store.remove(doomed.id, doomed.place, doomed.multipart.as_deref()).await
    }
}

/// Says in the log that a file is in quarantine.
pub fn log_quarantine(file: FileId, found: Option<&str>) {
    tracing::warn!(%file, found, "a virus was found in a stored file: it is in quarantine");
}

/// Writes content as it comes, up to the limit.
async fn write<E>(
    writer: &mut ObjectWriter,
    max_size: u64,
    content: impl Stream<Item = Result<Bytes, E>>,
) -> Result<()>
where
    Error: From<E>,
{
    let mut content = std::pin::pin!(content);
    let mut size = 0;
    while let Some(piece) = content.next().await {
        let piece = piece?;
        size += piece.len() as u64;
        if size > max_size {
            return Err(Error::TooLarge { limit: max_size });
        }
        writer.write(piece).await?;
    }
    if size == 0 { Err(Error::EmptyFile) } else { Ok(()) }
}

/// An upload under way. Dropping it, as when the uploader goes away, removes what there is of it.
struct Unfinished {
    library: Library,
    object: Incoming,
    /// Absent once the upload has been committed or given up.
    writer: Option<ObjectWriter>,
}

impl Unfinished {
    fn begin(library: Library, object: Incoming) -> Self {
        let writer = Some(library.store.write(object.clone(), 0, None, ()));
        Self { library, object, writer }
    }

    fn writer(&mut self) -> &mut ObjectWriter {
        self.writer.as_mut().expect("taken only by what ends the upload")
    }

    async fn commit(mut self, upload: Upload) -> Result<UploadedFile> {
        let writer = self.writer.take().expect("an upload is committed once");
        let stored = self.finish(writer, &upload).await;
        if stored.is_err() {
            self.library.give_up(self.object.id).await;
        }
        stored
    }

    async fn finish(&self, writer: ObjectWriter, upload: &Upload) -> Result<UploadedFile> {
        let (written, ()) = writer.finish().await?;
        let sealing = Sealing::of(written.size);
        let hashed = self.library.store.seal(self.object.clone(), sealing).await?;
        if hashed.sha256 != written.sha256 {
            return Err(Error::internal(Damaged));
        }
        self.library.settle(&self.object).await?;
        let file = self.library.enter(upload, &self.object, written.size, &hashed).await?;
        self.library.tidy(&self.object).await;
        Ok(file)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            let (library, object) = (self.library.clone(), self.object.id);
            self.library.tasks.spawn(async move {
                writer.abandon().await;
                library.give_up(object).await;
            });
        }
    }
}
