//! Files: names in somebody's library, each owning one object.

use sharesync_protocol::api::{ContentDigest, FileSummary, PurgeReason, Purgeable, UploadedFile};
use sharesync_protocol::{FileId, UserId};
use uuid::Uuid;

use super::object::Released;
use super::purge_record::{self, Removed};
use super::statement::query;
use super::{
    Db, Tx, Unique, above, account, below, digest, from_db, hand_in, new_id, object, quota, scan,
    to_db, violates_unique,
};
use crate::blob::Object;
use crate::error::{Error, Result};
use crate::names::Candidates;
use crate::scanning::Verdict;

/// A file to be entered into a library, its bytes being durable.
pub struct NewFile<'a> {
    /// Whose it is.
    pub owner: UserId,
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
    /// When the purge takes it.
    pub expires_at: Option<i64>,
    /// Whether it is for the operators.
    pub handed_in: bool,
}

/// A file as it is served.
pub struct Servable {
    /// Its bytes in the store.
    pub object: Released,
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
    #[sqlx(flatten)]
    digest: digest::Row,
    content_type: String,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
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
}

impl From<Row> for FileSummary {
    fn from(row: Row) -> Self {
        Self {
            file: UploadedFile {
                id: FileId(row.id),
                name: row.name,
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
    let name = insert_under_free_name(tx, file, id, now).await?;
    if file.handed_in {
        hand_in::tell_operators(tx, FileId(id), now).await?;
    }
    if matches!(file.verdict, Some(Verdict::Infected { .. })) {
        scan::tell(tx, FileId(id), file.owner, now).await?;
    }
    Ok(UploadedFile {
        id: FileId(id),
        name,
        size: file.size,
        content_type: file.content_type.into(),
        digest: file.digest,
        scan: scan::result(file.verdict),
        created_at: now,
        expires_at: file.expires_at,
    })
}

/// Takes the wanted name or the first free `name (1)`, `name (2)` …; the unique constraint decides
/// what is free, here it is only guessed well.
async fn insert_under_free_name(
    tx: &mut Tx,
    file: &NewFile<'_>,
    id: Uuid,
    now: i64,
) -> Result<String> {
    let candidates = Candidates::of(file.name);
    let (from, to) = candidates.numbered_range();
    let taken: Vec<String> =
        query("select name from file where account_id = $1 and name >= $2 and name < $3")
            .bind(file.owner.0)
            .bind(from)
            .bind(to)
            .fetch_values(&mut *tx)
            .await?;
    for name in candidates.not_among(taken) {
        let inserted = query(
            "insert into file (id, account_id, object_id, name, size, sha256, digest_part_size,
                               content_type, created_at, expires_at, handed_in_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             on conflict (account_id, name) do nothing",
        )
        .bind(id)
        .bind(file.owner.0)
        .bind(file.object)
        .bind(&name)
        .bind(to_db(file.size))
        .bind(file.digest.sha256().0.as_slice())
        .bind(file.digest.part_size().map(to_db))
        .bind(file.content_type)
        .bind(now)
        .bind(file.expires_at)
        .bind(file.handed_in.then_some(now))
        .execute(&mut *tx)
        .await?;
        if inserted == 1 {
            return Ok(name);
        }
    }
    Err(Error::NameTaken)
}

/// What a library shows of a file, `$1` being the time, with what follows appended.
macro_rules! select_summaries {
    ($rest:literal) => {
        concat!(
            "select file.id, file.name, file.size, ",
            digest::columns!(),
            ", ",
            scan::columns!(),
            ", file.content_type, file.created_at, file.expires_at,
                    (select count(*) from share_file join share on share.slug = share_file.slug
                     where share_file.file_id = file.id
                       and (share.expires_at is null or share.expires_at > $1)) as shares,
                    (select count(*) from download
                     where download.file_id = file.id and completed_at is not null) as downloads,
                    object.damaged_at is not null as damaged
             from file join object on object.id = file.object_id
             where (file.expires_at is null or file.expires_at > $1) ",
            $rest
        )
    };
}

/// One page of a library, newest first: files older than `before`, at most `limit`.
pub async fn page(
    db: &Db,
    owner: UserId,
    before: Option<FileId>,
    limit: u32,
    now: i64,
) -> Result<Vec<FileSummary>> {
    let rows: Vec<Row> = query(select_summaries!(
        "and file.account_id = $2 and file.id < $3 order by file.id desc limit $4"
    ))
    .bind(now)
    .bind(owner.0)
    .bind(below(before.map(|id| id.0)))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(FileSummary::from).collect())
}

/// One file of the owner's. [`Error::NotFound`] where it is another's, or gone.
pub async fn get(db: &Db, owner: UserId, id: FileId, now: i64) -> Result<FileSummary> {
    let row: Option<Row> = query(select_summaries!("and file.account_id = $2 and file.id = $3"))
        .bind(now)
        .bind(owner.0)
        .bind(id.0)
        .fetch_optional(db.reader())
        .await?;
    row.map(FileSummary::from).ok_or(Error::NotFound)
}

/// Gives a file another name. [`Error::NameTaken`] where the owner has one of that name.
pub async fn rename(db: &Db, owner: UserId, id: FileId, name: &str, now: i64) -> Result<()> {
    let renamed = query(
        "update file set name = $3
         where account_id = $1 and id = $2 and (expires_at is null or expires_at > $4)",
    )
    .bind(owner.0)
    .bind(id.0)
    .bind(name)
    .bind(now)
    .execute(db.writer())
    .await;
    match renamed {
        Ok(1) => Ok(()),
        Ok(_) => Err(Error::NotFound),
        Err(e) if violates_unique(&e, &Unique::FILE_NAME) => Err(Error::NameTaken),
        Err(e) => Err(e.into()),
    }
}

/// Takes a file out of its owner's library and gives the quota back. Answers its object, which is
/// doomed.
pub async fn delete(db: &Db, owner: UserId, id: FileId) -> Result<Uuid> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    let row: Option<(Uuid, i64)> =
        query("delete from file where account_id = $1 and id = $2 returning object_id, size")
            .bind(owner.0)
            .bind(id.0)
            .fetch_optional(&mut tx)
            .await?;
    let (object, size) = row.ok_or(Error::NotFound)?;
    object::doom(&mut tx, object).await?;
    quota::give_back(&mut tx, owner, from_db(size)).await?;
    tx.commit().await?;
    Ok(object)
}

/// Takes up to `batch` expired files out of their libraries. Answers how many files and bytes went.
pub async fn delete_expired(db: &Db, now: i64, batch: u32) -> Result<(u64, u64)> {
    let mut tx = db.begin().await?;
    let owners = query(
        "select distinct account_id from
            (select account_id from file where expires_at <= $1 limit $2) as gone
         order by account_id",
    );
    let owners: Vec<Uuid> = owners.bind(now).bind(batch).fetch_values(&mut tx).await?;
    let mut gone = Vec::new();
    for owner in owners {
        account::hold(&mut tx, UserId(owner)).await?;
        let of_owner: Vec<(Uuid, Uuid, i64)> = query(
            "delete from file where id in
                (select id from file where account_id = $3 and expires_at <= $1 limit $2)
             returning id, object_id, size",
        )
        .bind(now)
        .bind(batch.saturating_sub(u32::try_from(gone.len()).unwrap_or(u32::MAX)))
        .bind(owner)
        .fetch_all(&mut tx)
        .await?;
        let freed = of_owner.iter().map(|(_, _, size)| from_db(*size)).sum();
        quota::give_back(&mut tx, UserId(owner), freed).await?;
        gone.extend(of_owner.into_iter().map(|(id, object, size)| {
            let (owner, bytes) = (UserId(owner), from_db(size));
            let (what, reason) = (Purgeable::File, PurgeReason::Expired);
            (Removed { what, subject: id, owner, bytes, reason }, object)
        }));
    }
    for (removed, object) in &gone {
        object::doom(&mut tx, *object).await?;
        purge_record::write(&mut tx, removed, now).await?;
    }
    tx.commit().await?;
    let bytes = gone.iter().map(|(removed, _)| removed.bytes).sum();
    Ok((gone.len() as u64, bytes))
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
        ", content_type, file.created_at
         from file join object on object.id = file.object_id
         where file.id = $1 and (expires_at is null or expires_at > $2)",
    ))
    .bind(id.0)
    .bind(now)
    .fetch_optional(db.reader())
    .await?;
    let ServableRow { object, digest, content_type, created_at } = found.ok_or(Error::NotFound)?;
    Ok(Servable { object: object.release()?, digest: digest.into(), content_type, created_at })
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
