//! Uploads under way: what is to come, and how much of it is there for good.

use sharesync_protocol::api::{PurgeReason, Purgeable, Sha256Digest, UploadSession, UploadedFile};
use sharesync_protocol::{FileId, FolderId, RequestId, UploadId, UserId};
use uuid::Uuid;

use super::file::{self, NewFile};
use super::purge_record::{self, Removed};
use super::statement::query;
use super::{
    Db, Tx, account, below, count_from_db, file_request, folder, from_db, new_id, object, quota,
    to_db,
};
use crate::blob::{Incoming, Place};
use crate::error::{Error, Result};
use crate::retention::Lifetime;

/// Uploads that one account may have under way: a batch of any size that a person sends, and no flood of rows.
const MOST_UNDER_WAY: u32 = 1000;

/// An upload that is to begin.
pub struct NewUpload<'a> {
    /// Whose library it goes to.
    pub owner: UserId,
    /// The folder that it goes to.
    pub folder: FolderId,
    /// What its bytes are written to.
    pub object: &'a Incoming,
    /// The name asked for; checked already.
    pub name: &'a str,
    /// Media type.
    pub content_type: &'a str,
    /// Bytes; none where that is not known yet.
    pub size: Option<u64>,
    /// Bytes of every part but the last; none where they come one after the other.
    pub part_size: Option<u64>,
    /// What a tus client says of the file, word for word.
    pub metadata: Option<&'a str>,
    /// What the content's digest must be.
    pub sha256: Option<Sha256Digest>,
    /// Whether it is for the operators.
    pub handed_in: bool,
    /// The request that it is sent to, and by whom.
    pub sent: Option<&'a Sent>,
    /// For how long the file is to be kept.
    pub lifetime: Lifetime,
    /// When it is given up.
    pub expires_at: i64,
}

/// To which request something is sent by somebody who has no account.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The request.
    pub request: RequestId,
    /// Who they are, as they call themselves.
    pub sender: Option<String>,
}

/// Who sends, and may go on with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// Whose library it goes to.
    Owner(UserId),
    /// Somebody to a request.
    Requested(RequestId),
}

/// An upload, as it is.
#[derive(Clone, sqlx::FromRow)]
pub struct Upload {
    /// Its name.
    #[sqlx(try_from = "Uuid")]
    pub id: UploadId,
    /// Whose library it goes to.
    #[sqlx(rename = "account_id", try_from = "Uuid")]
    pub owner: UserId,
    folder_id: Option<Uuid>,
    object_id: Uuid,
    #[sqlx(flatten)]
    key: object::KeyRow,
    in_bucket: bool,
    /// The upload of its parts to the bucket, from when there is one.
    pub multipart: Option<String>,
    /// The name asked for.
    pub name: String,
    /// Media type.
    pub content_type: String,
    /// Bytes; where that is not known yet, as many as came.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// Whether more may come than these.
    pub size_is_known: bool,
    part_size: Option<i64>,
    /// Bytes that came one after the other.
    #[sqlx(try_from = "i64")]
    pub appended: u64,
    /// The last segment of these, where they are encrypted and end within one.
    pub tail: Option<Vec<u8>>,
    /// What a tus client said of the file, word for word.
    pub metadata: Option<String>,
    sha256: Option<Vec<u8>>,
    /// Whether it is for the operators.
    pub handed_in: bool,
    created_at: i64,
    /// When it is given up, or where it is complete, forgotten.
    pub expires_at: i64,
    file_id: Option<Uuid>,
    request_id: Option<Uuid>,
    sender: Option<String>,
    #[sqlx(flatten)]
    lifetime: LifetimeRow,
    #[sqlx(try_from = "i64")]
    in_parts: u64,
}

#[derive(Clone, sqlx::FromRow)]
struct LifetimeRow {
    expires_in: Option<i64>,
    keep: bool,
}

impl Upload {
    /// What the content's digest must be, where its sender said so at the beginning.
    pub fn sha256(&self) -> Option<Sha256Digest> {
        self.sha256.clone().and_then(|bytes| bytes.try_into().ok())
    }

    /// The folder that it goes to.
    pub fn folder(&self) -> FolderId {
        self.folder_id.map_or(folder::home(self.owner), FolderId)
    }

    /// For how long the file is to be kept.
    pub fn lifetime(&self) -> Lifetime {
        match self.lifetime.expires_in {
            _ if self.lifetime.keep => Lifetime::Kept,
            Some(seconds) => Lifetime::For(from_db(seconds)),
            None => Lifetime::Usual,
        }
    }

    /// What its bytes are written to.
    pub fn object(&self) -> Incoming {
        Incoming {
            id: self.object_id,
            key: self.key.clone().into(),
            place: object::place(self.in_bucket),
        }
    }

    /// Whether its parts go past the server, straight to the bucket.
    pub fn is_direct(&self) -> bool {
        let object = self.object();
        object.place == Place::Bucket && object.key.is_none() && self.part_size.is_some()
    }

    /// Whether it is sent to a request.
    pub fn is_sent(&self) -> bool {
        self.request_id.is_some()
    }

    /// The request that it is sent to, and by whom.
    pub fn sent(&self) -> Option<Sent> {
        let sent = |id| Sent { request: RequestId(id), sender: self.sender.clone() };
        self.request_id.map(sent)
    }

    /// The file that it became.
    pub fn file(&self) -> Option<FileId> {
        self.file_id.map(FileId)
    }

    /// Bytes of every part but the last; none where they come one after the other.
    pub fn part_size(&self) -> Option<u64> {
        self.part_size.map(from_db)
    }

    /// Bytes that are there for good.
    pub fn received(&self) -> u64 {
        self.appended + self.in_parts
    }

    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.size_is_known && self.received() == self.size
    }

    /// How many parts it has; none where its bytes come one after the other.
    pub fn parts(&self) -> u32 {
        let parts = self.part_size().map_or(0, |part_size| self.size.div_ceil(part_size));
        u32::try_from(parts).unwrap_or(u32::MAX)
    }

    /// Where a part begins and ends, in bytes. [`Error::NotFound`] where it has no such part.
    pub fn extent(&self, number: u32) -> Result<(u64, u64)> {
        let part_size = self.part_size().filter(|_| (1..=self.parts()).contains(&number));
        let part_size = part_size.ok_or(Error::NotFound)?;
        let from = u64::from(number - 1) * part_size;
        Ok((from, self.size.min(from + part_size)))
    }
}

impl From<Upload> for UploadSession {
    fn from(upload: Upload) -> Self {
        Self {
            received: upload.received(),
            part_size: upload.part_size(),
            id: upload.id,
            name: upload.name,
            size: upload.size,
            content_type: upload.content_type,
            hand_in: upload.handed_in,
            folder_id: upload.folder_id.and_then(|id| folder::shown(id, upload.owner.0)),
            created_at: upload.created_at,
            expires_at: upload.expires_at,
        }
    }
}

/// An upload that was given up.
#[derive(sqlx::FromRow)]
pub struct Aborted {
    /// Where its bytes are, which are to go.
    pub object_id: Uuid,
    /// The name that was asked for.
    pub name: String,
    /// Bytes that were charged for it.
    #[sqlx(try_from = "i64")]
    pub size: u64,
    /// Whether it was sent to a request.
    pub was_sent: bool,
}

/// Uploads as they are, with what follows appended.
macro_rules! select_uploads {
    ($rest:literal) => {
        concat!(
            "select upload.id, account_id, folder_id, object_id, wrapped_key, key_name,
                    place = 'bucket' as in_bucket, multipart, name, content_type, size,
                    size_is_known, part_size, appended, tail, metadata, sha256, handed_in,
                    upload.created_at, expires_at, file_id, request_id, sender, expires_in, keep,
                    (select cast(coalesce(sum(upload_part.size), 0) as bigint) from upload_part
                     where upload_part.upload_id = upload.id) as in_parts
             from upload join object on object.id = upload.object_id ",
            $rest
        )
    };
}

/// Begins an upload: its bytes are charged, its object announced. [`Error::QuotaExceeded`] where it does not fit,
/// [`Error::TooMany`] where there are enough under way; where it is sent to a request that does not take it, errors as
/// those of [`file_request::admit`].
pub async fn begin(db: &Db, upload: &NewUpload<'_>, now: i64) -> Result<UploadId> {
    let mut tx = db.begin().await?;
    // Which holds the account, too: nobody else begins one meanwhile.
    quota::charge(&mut tx, upload.owner, upload.size.unwrap_or(0)).await?;
    match upload.sent {
        Some(sent) => file_request::admit(&mut tx, sent.request, now).await?,
        None => check_under_way(&mut tx, upload.owner).await?,
    }
    object::announce(&mut tx, upload.object, now).await?;
    let id = new_id(now);
    let expires_in = match upload.lifetime {
        Lifetime::For(seconds) => Some(seconds),
        Lifetime::Usual | Lifetime::Kept => None,
    };
    query(
        "insert into upload (id, account_id, object_id, name, content_type, size, size_is_known,
                             part_size, metadata, sha256, handed_in, created_at, expires_at,
                             folder_id, request_id, sender, expires_in, keep)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(id)
    .bind(upload.owner.0)
    .bind(upload.object.id)
    .bind(upload.name)
    .bind(upload.content_type)
    .bind(to_db(upload.size.unwrap_or(0)))
    .bind(upload.size.is_some())
    .bind(upload.part_size.map(to_db))
    .bind(upload.metadata)
    .bind(upload.sha256.as_ref().map(|digest| digest.0.as_slice()))
    .bind(upload.handed_in)
    .bind(now)
    .bind(upload.expires_at)
    .bind(upload.folder.0)
    .bind(upload.sent.map(|sent| sent.request.0))
    .bind(upload.sent.and_then(|sent| sent.sender.as_deref()))
    .bind(expires_in.map(to_db))
    .bind(upload.lifetime == Lifetime::Kept)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(UploadId(id))
}

/// What others send to an account is counted by itself: they keep nobody from sending to their own.
async fn check_under_way(tx: &mut Tx, owner: UserId) -> Result<()> {
    let under_way: i64 = query(
        "select count(*) from upload
         where account_id = $1 and file_id is null and request_id is null",
    )
    .bind(owner.0)
    .fetch_value(&mut *tx)
    .await?;
    if count_from_db(under_way) >= MOST_UNDER_WAY {
        return Err(Error::TooMany { limit: MOST_UNDER_WAY });
    }
    Ok(())
}

/// An upload of somebody's. [`Error::NotFound`] where it is another's, gone or expired.
pub async fn get(db: &Db, sender: Sender, id: UploadId, now: i64) -> Result<Upload> {
    let (statement, sender) = match sender {
        Sender::Owner(owner) => (
            query(select_uploads!(
                "where upload.id = $1 and expires_at > $2
                   and account_id = $3 and request_id is null"
            )),
            owner.0,
        ),
        Sender::Requested(request) => (
            query(select_uploads!("where upload.id = $1 and expires_at > $2 and request_id = $3")),
            request.0,
        ),
    };
    let found = statement.bind(id.0).bind(now).bind(sender).fetch_optional(db.reader()).await?;
    found.ok_or(Error::NotFound)
}

/// An upload that still takes parts, whoever asks. [`Error::NotFound`] where it is complete, gone or expired.
pub async fn under_way(db: &Db, id: UploadId, now: i64) -> Result<Upload> {
    let found =
        query(select_uploads!("where upload.id = $1 and expires_at > $2 and file_id is null"))
            .bind(id.0)
            .bind(now)
            .fetch_optional(db.reader())
            .await?;
    found.ok_or(Error::NotFound)
}

/// One page of somebody's uploads under way, newest first; not what others send them.
pub async fn page(
    db: &Db,
    owner: UserId,
    before: Option<UploadId>,
    limit: u32,
    now: i64,
) -> Result<Vec<UploadSession>> {
    let found: Vec<Upload> = query(select_uploads!(
        "where account_id = $1 and file_id is null and request_id is null and expires_at > $2
           and upload.id < $3
         order by upload.id desc limit $4"
    ))
    .bind(owner.0)
    .bind(now)
    .bind(below(before.map(|id| id.0)))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(found.into_iter().map(UploadSession::from).collect())
}

/// Bytes have come behind those that were there, and are durable: counts them for good, with their last segment where they
/// have one, and keeps the upload for longer.
/// Where its size is not known they are charged. [`Error::Superseded`] where others came first, or it takes no more.
pub async fn append(
    db: &Db,
    upload: &mut Upload,
    bytes: u64,
    tail: Option<Vec<u8>>,
    expires_at: i64,
) -> Result<()> {
    let grown = if upload.size_is_known { 0 } else { bytes };
    let mut tx = db.begin().await?;
    if grown > 0 {
        quota::charge(&mut tx, upload.owner, grown).await?;
    }
    let appended = query(
        "update upload set appended = appended + $3, size = size + $4, expires_at = $5, tail = $6
         where id = $1 and appended = $2 and file_id is null",
    )
    .bind(upload.id.0)
    .bind(to_db(upload.appended))
    .bind(to_db(bytes))
    .bind(to_db(grown))
    .bind(expires_at)
    .bind(tail.as_deref())
    .execute(&mut tx)
    .await?;
    if appended == 0 {
        return Err(Error::Superseded);
    }
    tx.commit().await?;
    upload.appended += bytes;
    upload.size += grown;
    upload.tail = tail;
    upload.expires_at = expires_at;
    Ok(())
}

/// An upload that was begun without that gets its size, which is charged. [`Error::QuotaExceeded`] where it does not
/// fit, [`Error::Superseded`] where it got one in the meantime.
pub async fn declare_size(db: &Db, upload: &Upload, size: u64) -> Result<()> {
    let mut tx = db.begin().await?;
    quota::charge(&mut tx, upload.owner, size - upload.size).await?;
    let declared = query(
        "update upload set size = $3, size_is_known = true
         where id = $1 and size = $2 and not size_is_known",
    )
    .bind(upload.id.0)
    .bind(to_db(upload.size))
    .bind(to_db(size))
    .execute(&mut tx)
    .await?;
    if declared == 0 {
        return Err(Error::Superseded);
    }
    tx.commit().await
}

/// The upload's bytes are whole and durable: makes a file of them, which has been charged already, and remembers until
/// `remembered_until` which. [`Error::NotFound`] where the upload was given up in the meantime.
pub async fn complete(
    db: &Db,
    upload: &Upload,
    file: &NewFile<'_>,
    remembered_until: i64,
    now: i64,
) -> Result<UploadedFile> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, upload.owner).await?;
    let entered = file::enter(&mut tx, file, now).await?;
    query("update upload set file_id = $2, expires_at = $3 where id = $1")
        .bind(upload.id.0)
        .bind(entered.id.0)
        .bind(remembered_until)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(entered)
}

/// Gives an upload of somebody's up and its bytes back; one whose time is over only, and with an entry of it, where
/// `expired_by` says by when.
/// Answers what it was; its object is doomed. [`Error::NotFound`] where it is another's, complete or gone.
pub async fn abort(
    db: &Db,
    owner: UserId,
    id: UploadId,
    expired_by: Option<i64>,
) -> Result<Aborted> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    let aborted: Option<Aborted> = query(
        "delete from upload
         where id = $1 and account_id = $2 and file_id is null
           and ($3 is null or expires_at <= $3)
         returning object_id, name, size, request_id is not null as was_sent",
    )
    .bind(id.0)
    .bind(owner.0)
    .bind(expired_by)
    .fetch_optional(&mut tx)
    .await?;
    let aborted = aborted.ok_or(Error::NotFound)?;
    object::doom(&mut tx, aborted.object_id).await?;
    quota::give_back(&mut tx, owner, aborted.size).await?;
    if let Some(now) = expired_by {
        let (what, reason) = (Purgeable::Upload, PurgeReason::Abandoned);
        let removed = Removed { what, subject: id.0, owner, bytes: aborted.size, reason };
        purge_record::write(&mut tx, &removed, now).await?;
    }
    tx.commit().await?;
    Ok(aborted)
}

/// Up to `batch` uploads whose time is over, with their owners, that never became files.
pub async fn abandoned(db: &Db, now: i64, batch: u32) -> Result<Vec<(UploadId, UserId)>> {
    let found: Vec<(Uuid, Uuid)> = query(
        "select id, account_id from upload where expires_at <= $1 and file_id is null limit $2",
    )
    .bind(now)
    .bind(batch)
    .fetch_all(db.reader())
    .await?;
    Ok(found.into_iter().map(|(id, owner)| (UploadId(id), UserId(owner))).collect())
}

/// Up to `batch` uploads under way to a request, with its owner.
pub async fn to_request(
    db: &Db,
    request: RequestId,
    batch: u32,
) -> Result<Vec<(UploadId, UserId)>> {
    let found: Vec<(Uuid, Uuid)> = query(
        "select id, account_id from upload where request_id = $1 and file_id is null limit $2",
    )
    .bind(request.0)
    .bind(batch)
    .fetch_all(db.reader())
    .await?;
    Ok(found.into_iter().map(|(id, owner)| (UploadId(id), UserId(owner))).collect())
}

/// Forgets up to `batch` uploads that became files long enough ago. Answers how many.
pub async fn forget_completed(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from upload where id in
            (select id from upload where expires_at <= $1 and file_id is not null limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
