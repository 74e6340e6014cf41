//! File requests: addresses by which others upload into a folder of somebody's, their rules, and what came by them.

use sharesync_protocol::api::{FolderStep, OwnedFileRequest, Role};
use sharesync_protocol::{FolderId, RequestId, RequestSlug, UserId};
use uuid::Uuid;

use super::statement::query;
use super::{Db, Tx, account, below, count_from_db, file, folder, from_db, mail, to_db};
use crate::error::{Error, Result};
use crate::mail::Message;

/// Requests that one account may have.
const MOST_REQUESTS: u32 = 1000;
/// Uploads to one request that may be under way.
const MOST_UNDER_WAY: u32 = 100;
/// How long a mail about files that came waits for more of them, in milliseconds: who sends ten is told of once.
const NOTICE_WAITS_MS: i64 = 60_000;

/// A request to be made.
pub struct NewRequest<'a> {
    /// Its name.
    pub id: RequestId,
    /// What stands in its address.
    pub slug: &'a RequestSlug,
    /// Who asks.
    pub owner: UserId,
    /// Where files go; none for a new folder of the name that is given with it.
    pub into: Destination<'a>,
    /// What is asked for.
    pub title: &'a str,
    /// What is said besides.
    pub message: Option<&'a str>,
    /// Argon2id hash in PHC form, where a password is asked for.
    pub password_hash: Option<&'a str>,
    /// When it takes nothing more.
    pub expires_at: Option<i64>,
    /// How many files it takes.
    pub max_files: Option<u32>,
    /// Bytes that a file may have.
    pub max_file_size: Option<u64>,
    /// Media types that it takes, separated by commas.
    pub types: &'a str,
    /// Whether its owner is mailed when files have come.
    pub notify: bool,
}

/// Where files go.
pub enum Destination<'a> {
    /// A folder of the owner's.
    Folder(FolderId),
    /// A new one, called so, or the like.
    New(&'a str),
}

/// What becomes of a request's rules: none where one stays as it is.
#[derive(Default)]
#[expect(clippy::option_option, reason = "a rule may stay, change or go")]
pub struct Change<'a> {
    /// What is asked for.
    pub title: Option<&'a str>,
    /// What is said besides.
    pub message: Option<Option<&'a str>>,
    /// The hash of its password, or that it has none any more.
    pub password_hash: Option<Option<&'a str>>,
    /// When it takes nothing more, if ever.
    pub expires_at: Option<Option<i64>>,
    /// How many files it takes, if limited.
    pub max_files: Option<Option<u32>>,
    /// Bytes that a file may have, if limited.
    pub max_file_size: Option<Option<u64>>,
    /// Media types that it takes, separated by commas.
    pub types: Option<&'a str>,
    /// Whether its owner is mailed when files have come.
    pub notify: Option<bool>,
}

/// A request that works, but for its time and the number of its files.
#[derive(sqlx::FromRow)]
pub struct FileRequest {
    /// Its name.
    #[sqlx(try_from = "Uuid")]
    pub id: RequestId,
    slug: String,
    /// Who asks.
    #[sqlx(rename = "account_id", try_from = "Uuid")]
    pub owner: UserId,
    /// Their username.
    pub username: String,
    role: String,
    folder_id: Uuid,
    /// What is asked for.
    pub title: String,
    /// What is said besides.
    pub message: Option<String>,
    /// Argon2id hash in PHC form, where a password is asked for.
    pub password_hash: Option<String>,
    /// When it takes nothing more.
    pub expires_at: Option<i64>,
    max_files: Option<i64>,
    max_file_size: Option<i64>,
    /// Media types that it takes, separated by commas; all, where there are none.
    pub types: String,
    received: i64,
}

impl FileRequest {
    /// What stands in its address.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// What its owner is.
    pub fn role(&self) -> Role {
        account::role_from_db(&self.role)
    }

    /// Where files go.
    pub fn folder(&self) -> FolderId {
        FolderId(self.folder_id)
    }

    /// How many files it takes still, those that are under way not counted.
    pub fn files_left(&self) -> Option<u32> {
        let left = |max: i64| count_from_db(max).saturating_sub(count_from_db(self.received));
        self.max_files.map(left)
    }

    /// Bytes that a file may have, where its owner limits that.
    pub fn max_file_size(&self) -> Option<u64> {
        self.max_file_size.map(from_db)
    }

    /// Whether it takes nothing more.
    pub fn is_expired(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

#[derive(sqlx::FromRow)]
struct OwnedRow {
    id: Uuid,
    slug: String,
    account_id: Uuid,
    folder_id: Uuid,
    folder_name: String,
    folder_in_trash: bool,
    title: String,
    message: Option<String>,
    password_required: bool,
    created_at: i64,
    expires_at: Option<i64>,
    max_files: Option<i64>,
    max_file_size: Option<i64>,
    types: String,
    notify: bool,
    received: i64,
    last_received_at: Option<i64>,
}

impl OwnedRow {
    fn shown(self, base: &str) -> (RequestId, OwnedFileRequest) {
        let step = |id| FolderStep { id, name: self.folder_name };
        let owned = OwnedFileRequest {
            url: format!("{base}/r/{}", self.slug),
            slug: RequestSlug(self.slug),
            title: self.title,
            message: self.message,
            folder: folder::shown(self.folder_id, self.account_id).map(step),
            folder_in_trash: self.folder_in_trash,
            password_required: self.password_required,
            created_at: self.created_at,
            expires_at: self.expires_at,
            max_files: self.max_files.map(count_from_db),
            max_file_size: self.max_file_size.map(from_db),
            types: types(&self.types),
            notify: self.notify,
            received: count_from_db(self.received),
            last_received_at: self.last_received_at,
        };
        (RequestId(self.id), owned)
    }
}

/// Media types, as they are stored.
pub fn types(stored: &str) -> Vec<String> {
    stored.split(',').filter(|named| !named.is_empty()).map(str::to_owned).collect()
}

/// Makes a request. [`Error::NotFound`] where its folder is another's or gone, [`Error::TooMany`] where there are enough.
pub async fn insert(db: &Db, new: &NewRequest<'_>, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, new.owner).await?;
    let there: i64 = query("select count(*) from file_request where account_id = $1")
        .bind(new.owner.0)
        .fetch_value(&mut tx)
        .await?;
    if count_from_db(there) >= MOST_REQUESTS {
        return Err(Error::TooMany { limit: MOST_REQUESTS });
    }
    let folder = match new.into {
        Destination::Folder(id) if folder::is_there(&mut tx, new.owner, id).await? => id,
        Destination::Folder(_) => return Err(Error::NotFound),
        Destination::New(name) => folder::make_like(&mut tx, new.owner, name, now).await?,
    };
    query(
        "insert into file_request
            (id, slug, account_id, folder_id, title, message, password_hash, created_at, expires_at,
             max_files, max_file_size, types, notify)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(new.id.0)
    .bind(new.slug.as_str())
    .bind(new.owner.0)
    .bind(folder.0)
    .bind(new.title)
    .bind(new.message)
    .bind(new.password_hash)
    .bind(now)
    .bind(new.expires_at)
    .bind(new.max_files)
    .bind(new.max_file_size.map(to_db))
    .bind(new.types)
    .bind(new.notify)
    .execute(&mut tx)
    .await?;
    tx.commit().await
}

/// The request that an address leads to, whatever its time and the number of its files. [`Error::NotFound`] where it leads
/// to none, or to one that has ended, whose owner is disabled or whose folder is in the trash or gone.
pub async fn open(db: &Db, slug: &RequestSlug) -> Result<FileRequest> {
    let found: Option<FileRequest> = query(
        "select file_request.id, slug, file_request.account_id, account.username, account.role,
                file_request.folder_id, title, message, file_request.password_hash,
                file_request.expires_at, max_files, max_file_size, types, received
         from file_request
         join account on account.id = file_request.account_id
         join folder on folder.id = file_request.folder_id
         where slug = $1 and ended_at is null and account.disabled_at is null
           and folder.trash_id is null",
    )
    .bind(slug.as_str())
    .fetch_optional(db.reader())
    .await?;
    found.ok_or(Error::NotFound)
}

/// Requests as their owner sees them, with what follows appended.
macro_rules! select_owned {
    ($rest:literal) => {
        concat!(
            "select file_request.id, slug, file_request.account_id, file_request.folder_id,
                    folder.name as folder_name, folder.trash_id is not null as folder_in_trash,
                    title, message, password_hash is not null as password_required,
                    file_request.created_at, file_request.expires_at, max_files, max_file_size,
                    types, notify, received, last_received_at
             from file_request join folder on folder.id = file_request.folder_id
             where file_request.account_id = $1 and ended_at is null and ",
            $rest
        )
    };
}

/// A request of somebody's. [`Error::NotFound`] where it is another's, or has ended.
pub async fn get(
    db: &Db,
    owner: UserId,
    slug: &RequestSlug,
    base: &str,
) -> Result<OwnedFileRequest> {
    let row: Option<OwnedRow> = query(select_owned!("slug = $2"))
        .bind(owner.0)
        .bind(slug.as_str())
        .fetch_optional(db.reader())
        .await?;
    Ok(row.ok_or(Error::NotFound)?.shown(base).1)
}

/// One page of somebody's requests, newest first; with the id of each, for the next page.
pub async fn page(
    db: &Db,
    owner: UserId,
    before: Option<RequestId>,
    limit: u32,
    base: &str,
) -> Result<Vec<(RequestId, OwnedFileRequest)>> {
    let rows: Vec<OwnedRow> =
        query(select_owned!("file_request.id < $2 order by file_request.id desc limit $3"))
            .bind(owner.0)
            .bind(below(before.map(|id| id.0)))
            .bind(limit)
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().map(|row| row.shown(base)).collect())
}

/// Changes the rules of a request of the owner's. [`Error::NotFound`] where it is another's, or has ended.
pub async fn change(db: &Db, owner: UserId, slug: &RequestSlug, change: &Change<'_>) -> Result<()> {
    let changed = query(
        "update file_request set
            title = coalesce($3, title),
            message = case when $4 then $5 else message end,
            password_hash = case when $6 then $7 else password_hash end,
            expires_at = case when $8 then $9 else expires_at end,
            max_files = case when $10 then $11 else max_files end,
            max_file_size = case when $12 then $13 else max_file_size end,
            types = coalesce($14, types),
            notify = coalesce($15, notify)
         where slug = $1 and account_id = $2 and ended_at is null",
    )
    .bind(slug.as_str())
    .bind(owner.0)
    .bind(change.title)
    .bind(change.message.is_some())
    .bind(change.message.flatten())
    .bind(change.password_hash.is_some())
    .bind(change.password_hash.flatten())
    .bind(change.expires_at.is_some())
    .bind(change.expires_at.flatten())
    .bind(change.max_files.is_some())
    .bind(change.max_files.flatten())
    .bind(change.max_file_size.is_some())
    .bind(change.max_file_size.flatten().map(to_db))
    .bind(change.types)
    .bind(change.notify)
    .execute(db.writer())
    .await?;
    if changed == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// The media types that a request takes; all, where there are none. [`Error::NotFound`] where it has ended.
pub async fn types_of(db: &Db, id: RequestId) -> Result<Vec<String>> {
    let stored: Option<String> =
        query("select types from file_request where id = $1 and ended_at is null")
            .bind(id.0)
            .fetch_optional_value(db.reader())
            .await?;
    Ok(types(&stored.ok_or(Error::NotFound)?))
}

/// Makes sure that a request takes one more file, within the transaction that begins to take it and holds its owner's
/// account. [`Error::Expired`], [`Error::Full`], [`Error::TooMany`]; [`Error::NotFound`] where it has ended.
pub(super) async fn admit(tx: &mut Tx, id: RequestId, now: i64) -> Result<()> {
    let held: Option<(Option<i64>, Option<i64>, i64)> = query(
        "select expires_at, max_files, received from file_request
         where id = $1 and ended_at is null",
    )
    .bind(id.0)
    .holding()
    .fetch_optional(&mut *tx)
    .await?;
    let (expires_at, max_files, received) = held.ok_or(Error::NotFound)?;
    if expires_at.is_some_and(|at| at <= now) {
        return Err(Error::Expired);
    }
    let under_way: i64 =
        query("select count(*) from upload where request_id = $1 and file_id is null")
            .bind(id.0)
            .fetch_value(&mut *tx)
            .await?;
    if max_files.is_some_and(|max| received + under_way >= max) {
        return Err(Error::Full);
    }
    if count_from_db(under_way) >= MOST_UNDER_WAY {
        return Err(Error::TooMany { limit: MOST_UNDER_WAY });
    }
    Ok(())
}

/// As what a file has come to a request.
pub(super) struct Received {
    /// The how-manieth.
    pub number: i64,
    /// As what the request is known.
    pub title: String,
}

/// A file comes to a request, within the transaction that enters it: counts it, and has its owner mailed of it and of those
/// that follow it, if they want that.
pub(super) async fn receive(tx: &mut Tx, id: RequestId, now: i64) -> Result<Received> {
    let (number, title, told, email): (i64, String, Option<i64>, String) = query(
        "update file_request set received = received + 1, last_received_at = $2,
            told = case when notify then coalesce(told, received) end
         where id = $1
         returning received, title, told,
            (select email from account where account.id = file_request.account_id)",
    )
    .bind(id.0)
    .bind(now)
    .fetch_one(&mut *tx)
    .await?;
    // Otherwise one waits that will tell of it.
    if let Some(told) = told.filter(|told| *told == number - 1) {
        let message = Message::Received { request: id, told };
        mail::queue_for(tx, &email, &message, now, now + NOTICE_WAITS_MS).await?;
    }
    Ok(Received { number, title })
}

/// What there is to tell of files that came.
pub struct Notice {
    /// Whom it is told, by username.
    pub username: String,
    /// What is asked for.
    pub title: String,
    /// Names of files, and who sent them: some of them.
    pub files: Vec<(String, Option<String>)>,
    /// How many came.
    pub count: u32,
}

/// What there is to tell of files that came behind so many others; none where there are none of them any more. What comes
/// from now on another mail tells of.
pub async fn notice(
    db: &Db,
    id: RequestId,
    told: i64,
    limit: u32,
    now: i64,
) -> Result<Option<Notice>> {
    query("update file_request set told = null where id = $1 and told = $2")
        .bind(id.0)
        .bind(told)
        .execute(db.writer())
        .await?;
    let asked: Option<(String, String)> = query(
        "select account.username, title from file_request
         join account on account.id = file_request.account_id
         where file_request.id = $1 and ended_at is null and account.disabled_at is null",
    )
    .bind(id.0)
    .fetch_optional(db.reader())
    .await?;
    let Some((username, title)) = asked else { return Ok(None) };
    let files: Vec<(String, Option<String>, i64)> = query(concat!(
        "select name, sender, count(*) over () from file
         where request_id = $1 and request_number > $2 and ",
        file::is_there!("$3"),
        " order by request_number limit $4"
    ))
    .bind(id.0)
    .bind(told)
    .bind(now)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let Some((.., count)) = files.first() else { return Ok(None) };
    let count = count_from_db(*count);
    let files = files.into_iter().map(|(name, sender, _)| (name, sender)).collect();
    Ok(Some(Notice { username, title, files, count }))
}

/// Ends a request of somebody's: it takes nothing more. [`Error::NotFound`] where it is another's, or has ended.
pub async fn end(db: &Db, owner: UserId, slug: &RequestSlug, now: i64) -> Result<RequestId> {
    let ended: Option<Uuid> = query(
        "update file_request set ended_at = $3
         where slug = $1 and account_id = $2 and ended_at is null returning id",
    )
    .bind(slug.as_str())
    .bind(owner.0)
    .bind(now)
    .fetch_optional_value(db.writer())
    .await?;
    ended.map(RequestId).ok_or(Error::NotFound)
}

/// Requests that take nothing more, for they were ended or their folders are gone, up to so many.
pub async fn ended(db: &Db, now: i64, batch: u32) -> Result<Vec<RequestId>> {
    let mut tx = db.begin().await?;
    // From now on nobody begins anything.
    query("update file_request set ended_at = $1 where folder_id is null and ended_at is null")
        .bind(now)
        .execute(&mut tx)
        .await?;
    let ended: Vec<Uuid> = query("select id from file_request where ended_at is not null limit $1")
        .bind(batch)
        .fetch_values(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(ended.into_iter().map(RequestId).collect())
}

/// Forgets a request that has ended, unless something is under way to it. Answers whether it is gone.
pub async fn forget(db: &Db, id: RequestId) -> Result<bool> {
    let mut tx = db.begin().await?;
    // Whoever sent them may still ask what became of them, of nobody.
    query("update upload set request_id = null where request_id = $1 and file_id is not null")
        .bind(id.0)
        .execute(&mut tx)
        .await?;
    let gone = query(
        "delete from file_request where id = $1 and ended_at is not null
           and not exists (select 1 from upload where request_id = file_request.id)",
    )
    .bind(id.0)
    .execute(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(gone == 1)
}
