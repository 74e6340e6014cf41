//! Files: names in somebody's library, each owning one object.

use sharesync_protocol::api::{ContentDigest, FileSummary, Metric, ReceivedBy, UploadedFile};
use sharesync_protocol::{FileId, FolderId, UserId};
use uuid::Uuid;

use super::naming::{self, Named};
use super::object::Released;
use super::statement::query;
use super::tally::{self, Tally};
use super::upload::Sent;
use super::{
    Db, Tx, above, account, digest, file_request, folder, from_db, hand_in, new_id, object, quota,
    scan, to_db,
};
use crate::blob::Object;
use crate::error::{Error, Result};
use crate::scanning::Verdict;
use crate::{names, preview};

/// Whether a file is there for anybody: not in the trash, and not expired by the moment of a parameter.
macro_rules! is_there {
    ($now:literal) => {
        concat!(
            "(file.trash_id is null and (file.expires_at is null or file.expires_at > ",
            $now,
            "))"
        )
    };
}
pub(super) use is_there;

/// Names of which it is worked out in one transaction by what they are sorted and looked for.
const KEYS_BATCH: u32 = 1000;

/// A file to be entered into a library, its bytes being durable.
pub struct NewFile<'a> {
    /// Whose it is.
    pub owner: UserId,
    /// The folder that it goes to; where that is gone, it lies in none.
    pub folder: FolderId,
    /// Its bytes in the store.
    pub object: Uuid,
    /// The name asked for.
    pub name: &'a str,
    /// Bytes.
    pub size: u64,
    /// By what its content is known.
    pub digest: ContentDigest,
    /// What a ZIP says of it, where that is known.
    pub crc32: Option<u32>,
    /// What is known of viruses in it; none where it is to wait for that.
    pub verdict: Option<&'a Verdict>,
    /// Media type.
    pub content_type: &'a str,
    /// When it expires.
    pub expires_at: Option<i64>,
    /// Whether it is for the operators.
    pub handed_in: bool,
    /// The request that it was sent to, and by whom.
    pub sent: Option<&'a Sent>,
}

/// A file as it is served.
pub struct Servable {
    /// Its bytes in the store.
    pub object: Released,
    /// What it is called.
    pub name: String,
    /// By what its content is known.
    pub digest: ContentDigest,
    /// Media type.
    pub content_type: String,
    /// When it was stored.
    pub created_at: i64,
}

#[derive(sqlx::FromRow)]
struct ServableRow {
    #[sqlx(flatten)]
    object: object::Row,
    name: String,
    #[sqlx(flatten)]
    digest: digest::Row,
    content_type: String,
    created_at: i64,
}

/// What a library shows of a file.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: Uuid,
    account_id: Uuid,
    folder_id: Uuid,
    name: String,
    size: i64,
    #[sqlx(flatten)]
    digest: digest::Row,
    #[sqlx(flatten)]
    scan: scan::Row,
    content_type: String,
    created_at: i64,
    expires_at: Option<i64>,
    #[sqlx(try_from = "i64")]
    shares: u32,
    #[sqlx(try_from = "i64")]
    downloads: u32,
    damaged: bool,
    request_title: Option<String>,
    sender: Option<String>,
}

impl From<Row> for FileSummary {
    fn from(row: Row) -> Self {
        Self {
            preview: preview::of(&row.name).map(|preview| preview.kind),
            file: UploadedFile {
                id: FileId(row.id),
                name: row.name,
                folder_id: folder::shown(row.folder_id, row.account_id),
                size: from_db(row.size),
                content_type: row.content_type,
                digest: row.digest.into(),
                scan: row.scan.into(),
                created_at: row.created_at,
                expires_at: row.expires_at,
            },
            shares: row.shares,
            downloads: row.downloads,
            damaged: row.damaged,
            received: row.request_title.map(|request| ReceivedBy { request, sender: row.sender }),
        }
    }
}

/// Enters a file into its owner's library: its bytes become live, the quota is charged and a free
/// name is found, all in one transaction. [`Error::QuotaExceeded`] where it does not fit;
/// [`Error::NotFound`] where the object was given up in the meantime.
pub async fn insert(db: &Db, file: &NewFile<'_>, now: i64) -> Result<UploadedFile> {
    let mut tx = db.begin().await?;
    quota::charge(&mut tx, file.owner, file.size).await?;
    let entered = enter(&mut tx, file, now).await?;
    tx.commit().await?;
    Ok(entered)
}

/// The same, where its owner has been charged and is held.
pub(super) async fn enter(tx: &mut Tx, file: &NewFile<'_>, now: i64) -> Result<UploadedFile> {
    if !object::settle(tx, file.object, file.crc32, file.verdict, now).await? {
        return Err(Error::NotFound);
    }
    let id = new_id(now);
    let is_there = folder::is_there(tx, file.owner, file.folder).await?;
    let folder = if is_there { file.folder } else { folder::home(file.owner) };
    let name = naming::free(tx, Named::File, folder.0, file.name).await?;
    let received = match file.sent {
        Some(sent) => Some(file_request::receive(tx, sent.request, now).await?),
        None => None,
    };
    query(
        "insert into file (id, account_id, object_id, folder_id, name, name_key, size, sha256,
                           digest_part_size, content_type, created_at, expires_at, handed_in_at,
                           request_id, request_number, request_title, sender)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(id)
    .bind(file.owner.0)
    .bind(file.object)
    .bind(folder.0)
    .bind(&name)
    .bind(names::key(&name))
    .bind(to_db(file.size))
    .bind(file.digest.sha256().0.as_slice())
    .bind(file.digest.part_size().map(to_db))
    .bind(file.content_type)
    .bind(now)
    .bind(file.expires_at)
    .bind(file.handed_in.then_some(now))
    .bind(file.sent.map(|sent| sent.request.0))
    .bind(received.as_ref().map(|received| received.number))
    .bind(received.as_ref().map(|received| received.title.as_str()))
    .bind(file.sent.and_then(|sent| sent.sender.as_deref()))
    .execute(&mut *tx)
    .await?;
    tally::enter(tx, Tally::once(Metric::Uploads, file.size), now).await?;
    tally::enter(tx, Tally::stored(file.content_type, 1, to_db(file.size)), now).await?;
    if let Some(verdict) = file.verdict {
        scan::count(tx, verdict, now).await?;
    }
    if file.handed_in {
        hand_in::tell_operators(tx, FileId(id), now).await?;
    }
    if matches!(file.verdict, Some(Verdict::Infected { .. })) {
        scan::tell(tx, FileId(id), file.owner, now).await?;
    }
    Ok(UploadedFile {
        id: FileId(id),
        name,
        folder_id: folder::shown(folder.0, file.owner.0),
        size: file.size,
        content_type: file.content_type.into(),
        digest: file.digest,
        scan: scan::result(file.verdict),
        created_at: now,
        expires_at: file.expires_at,
    })
}

/// What a library shows of a file, `$1` being the time.
macro_rules! summary_columns {
    () => {
        concat!(
            "file.id, file.account_id, file.folder_id, file.name, file.size, ",
            digest::columns!(),
            ", ",
            scan::columns!(),
            ", file.content_type, file.created_at, file.expires_at,
                    file.request_title, file.sender,
                    (select count(*) from share_file join share on share.slug = share_file.slug
                     where share_file.file_id = file.id
                       and (share.expires_at is null or share.expires_at > $1)) as shares,
                    (select count(*) from download
                     where download.file_id = file.id and completed_at is not null) as downloads,
                    object.damaged_at is not null as damaged"
        )
    };
}
pub(super) use summary_columns;

/// One file of the owner's. [`Error::NotFound`] where it is another's, or gone.
pub async fn get(db: &Db, owner: UserId, id: FileId, now: i64) -> Result<FileSummary> {
    let row: Option<Row> = query(concat!(
        "select ",
        summary_columns!(),
        " from file join object on object.id = file.object_id
          where ",
        is_there!("$1"),
        " and file.account_id = $2 and file.id = $3"
    ))
    .bind(now)
    .bind(owner.0)
    .bind(id.0)
    .fetch_optional(db.reader())
    .await?;
    row.map(FileSummary::from).ok_or(Error::NotFound)
}

/// What somebody's own file is called, and its bytes in the store, for whoever looks after them. [`Error::NotFound`] where it
/// is another's, or gone.
pub async fn named_object(
    db: &Db,
    owner: UserId,
    id: FileId,
    now: i64,
) -> Result<(String, Object)> {
    let found: Option<NamedObject> = query(concat!(
        "select file.name, ",
        object::columns!(),
        " from file join object on object.id = file.object_id
         where account_id = $1 and file.id = $2 and ",
        is_there!("$3")
    ))
    .bind(owner.0)
    .bind(id.0)
    .bind(now)
    .fetch_optional(db.reader())
    .await?;
    let NamedObject { name, object } = found.ok_or(Error::NotFound)?;
    Ok((name, object))
}

#[derive(sqlx::FromRow)]
struct NamedObject {
    name: String,
    #[sqlx(flatten, try_from = "object::Row")]
    object: Object,
}

/// Puts a file into a folder that is there, under a name that is free in it, within a transaction that holds the account.
pub(super) async fn put(
    tx: &mut Tx,
    owner: UserId,
    id: FileId,
    to: FolderId,
    now: i64,
) -> Result<()> {
    let found: Option<(String, Uuid)> = query(concat!(
        "select name, folder_id from file where id = $1 and account_id = $2 and ",
        is_there!("$3")
    ))
    .bind(id.0)
    .bind(owner.0)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let (name, folder) = found.ok_or(Error::NotFound)?;
    if folder == to.0 {
        return Ok(());
    }
    let name = naming::free(tx, Named::File, to.0, &name).await?;
    query("update file set folder_id = $2, name = $3, name_key = $4 where id = $1")
        .bind(id.0)
        .bind(to.0)
        .bind(&name)
        .bind(names::key(&name))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Works out what names are sorted and looked for by that were stored before there was that.
pub(super) async fn work_out_keys(db: &Db) -> Result<()> {
    loop {
        let mut tx = db.begin().await?;
        let named: Vec<(Uuid, String)> =
            query("select id, name from file where name_key = '' limit $1")
                .bind(KEYS_BATCH)
                .fetch_all(&mut tx)
                .await?;
        for (id, name) in &named {
            query("update file set name_key = $2 where id = $1")
                .bind(*id)
                .bind(names::key(name))
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        if named.is_empty() {
            return Ok(());
        }
    }
}

/// Removes a file of its owner's for good, past the trash, and gives the quota back. Answers its object, which is doomed.
pub async fn delete(db: &Db, owner: UserId, id: FileId, now: i64) -> Result<Uuid> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    let row: Option<(Uuid, i64, String)> = query(concat!(
        "delete from file where account_id = $1 and id = $2 and ",
        is_there!("$3"),
        " returning object_id, size, content_type"
    ))
    .bind(owner.0)
    .bind(id.0)
    .bind(now)
    .fetch_optional(&mut tx)
    .await?;
    let (object, size, content_type) = row.ok_or(Error::NotFound)?;
    object::doom(&mut tx, object).await?;
    quota::give_back(&mut tx, owner, from_db(size)).await?;
    tally::enter(&mut tx, Tally::stored(&content_type, -1, -size), now).await?;
    tx.commit().await?;
    Ok(object)
}

/// Whose a file is, by username, and what it is called.
pub async fn owner_and_name(db: &Db, id: FileId) -> Result<Option<(String, String)>> {
    Ok(query(
        "select account.username, file.name from file
         join account on account.id = file.account_id where file.id = $1",
    )
    .bind(id.0)
    .fetch_optional(db.reader())
    .await?)
}

/// A file to be served to whoever has a good address for it, unless its bytes are not to be
/// [handed out](object::Row::release).
pub async fn servable(db: &Db, id: FileId, now: i64) -> Result<Servable> {
    let found: Option<ServableRow> = query(concat!(
        "select ",
        object::columns!(),
        ", ",
        digest::columns!(),
        ", name, content_type, file.created_at
         from file join object on object.id = file.object_id
         where file.id = $1 and ",
        is_there!("$2")
    ))
    .bind(id.0)
    .bind(now)
    .fetch_optional(db.reader())
    .await?;
    let ServableRow { object, name, digest, content_type, created_at } =
        found.ok_or(Error::NotFound)?;
    let (object, digest) = (object.release()?, digest.into());
    Ok(Servable { object, name, digest, content_type, created_at })
}

/// A file, as whoever looks after the store sees it.
#[derive(sqlx::FromRow)]
pub struct StoredFile {
    /// The file.
    #[sqlx(try_from = "Uuid")]
    pub id: FileId,
    /// Its name in its owner's library.
    pub name: String,
    /// Whose it is.
    pub username: String,
    /// Its bytes in the store.
    #[sqlx(flatten, try_from = "object::Row")]
    pub object: Object,
    /// By what they are known.
    #[sqlx(flatten, try_from = "digest::Row")]
    pub digest: ContentDigest,
}

/// Files as whoever looks after the store sees them, with what follows appended.
macro_rules! select_stored {
    ($rest:literal) => {
        concat!(
            "select file.id, file.name, account.username, ",
            digest::columns!(),
            ", ",
            object::columns!(),
            " from file
             join account on account.id = file.account_id
             join object on object.id = file.object_id ",
            $rest
        )
    };
}

/// Everybody's files, oldest first: up to `limit` that follow `after`.
pub async fn stored(db: &Db, after: Option<FileId>, limit: u32) -> Result<Vec<StoredFile>> {
    Ok(query(select_stored!("where file.id > $1 order by file.id limit $2"))
        .bind(above(after.map(|id| id.0)))
        .bind(limit)
        .fetch_all(db.reader())
        .await?)
}

/// Up to `limit` files whose bytes were last looked through before a moment, those first that were so the longest ago,
/// without as many as are passed over.
pub async fn unverified_since(
    db: &Db,
    before: i64,
    passed_over: u32,
    limit: u32,
) -> Result<Vec<StoredFile>> {
    Ok(query(select_stored!(
        "where object.state = 'live' and verified_at < $1
         order by verified_at, object.id limit $2 offset $3"
    ))
    .bind(before)
    .bind(limit)
    .bind(passed_over)
    .fetch_all(db.reader())
    .await?)
}
