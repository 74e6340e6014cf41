//! Share links and what they lead to.

use std::collections::HashMap;

use sharesync_protocol::api::SharedFile;
use sharesync_protocol::{FileId, ShareSlug, UserId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::statement::query;
use super::{Db, Tx, count_from_db, file, from_db, scan};
use crate::error::{Error, Result};

/// A share link to be made.
pub struct NewShare<'a> {
    /// Names it.
    pub slug: &'a ShareSlug,
    /// Whose it is.
    pub owner: UserId,
    /// What it leads to, in the order to show.
    pub files: &'a [FileId],
    /// Argon2id hash in PHC form, where a password is asked for.
    pub password_hash: Option<&'a str>,
    /// When it stops working.
    pub expires_at: Option<i64>,
    /// How many times each file may be downloaded.
    pub max_downloads: Option<u32>,
    /// Whether its owner is told when a file was fetched.
    pub notify: bool,
}

/// A share link as it is stored.
#[derive(Clone)]
pub struct Share {
    /// What names it.
    pub slug: ShareSlug,
    /// The username of its owner.
    pub owner: String,
    /// Argon2id hash in PHC form, where a password is asked for.
    pub password_hash: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// When it stops working.
    pub expires_at: Option<i64>,
    /// How many times each file may be downloaded.
    pub max_downloads: Option<u32>,
    /// Whether its owner is told when a file was fetched.
    pub notify: bool,
    /// Downloads completed.
    pub downloads: u32,
}

impl Share {
    /// Whether it has stopped working.
    pub fn is_expired(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    slug: String,
    owner: String,
    password_hash: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    max_downloads: Option<i64>,
    notify: bool,
    downloads: i64,
}

impl From<Row> for Share {
    fn from(row: Row) -> Self {
        Self {
            slug: ShareSlug(row.slug),
            owner: row.owner,
            password_hash: row.password_hash,
            created_at: row.created_at,
            expires_at: row.expires_at,
            max_downloads: row.max_downloads.map(count_from_db),
            notify: row.notify,
            downloads: count_from_db(row.downloads),
        }
    }
}

#[derive(sqlx::FromRow)]
struct FileRow {
    slug: String,
    id: Uuid,
    name: String,
    size: i64,
    content_type: String,
    scan: String,
}

/// Makes a share link. [`Error::NotFound`] where one of the files is not the owner's, [`Error::Quarantined`] where one is
/// in quarantine.
pub async fn insert(db: &Db, share: &NewShare<'_>, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    query(
        "insert into share
            (slug, account_id, password_hash, created_at, expires_at, max_downloads, notify)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(share.slug.as_str())
    .bind(share.owner.0)
    .bind(share.password_hash)
    .bind(now)
    .bind(share.expires_at)
    .bind(share.max_downloads)
    .bind(share.notify)
    .execute(&mut tx)
    .await?;
    for (position, file) in (0_u32..).zip(share.files) {
        let entered = query(concat!(
            "insert into share_file (slug, file_id, position)
             select $1, id, $3 from file
             where id = $2 and account_id = $4 and ",
            file::is_there!("$5"),
            " on conflict do nothing"
        ))
        .bind(share.slug.as_str())
        .bind(file.0)
        .bind(position)
        .bind(share.owner.0)
        .bind(now)
        .execute(&mut tx)
        .await?;
        // Zero rows: not theirs, or named twice.
        if entered == 0 && !share.files[..position as usize].contains(file) {
            return Err(Error::NotFound);
        }
    }
    let is_infected: bool = query(
        "select exists
            (select 1 from share_file
             join file on file.id = share_file.file_id
             join object on object.id = file.object_id
             where share_file.slug = $1 and object.scan = 'infected')",
    )
    .bind(share.slug.as_str())
    .fetch_value(&mut tx)
    .await?;
    if is_infected {
        return Err(Error::Quarantined);
    }
    tx.commit().await?;
    Ok(())
}

/// A share link as it is stored, with what follows appended.
macro_rules! select_shares {
    ($rest:literal) => {
        concat!(
            "select share.slug, account.username as owner, share.password_hash,
                    share.created_at, share.expires_at, share.max_downloads, share.notify,
                    (select count(*) from download
                     where share_slug = share.slug and completed_at is not null) as downloads
             from share join account on account.id = share.account_id ",
            $rest
        )
    };
}

/// The share link of that name.
pub async fn get(db: &Db, slug: &ShareSlug) -> Result<Share> {
    let row: Option<Row> = query(select_shares!("where share.slug = $1"))
        .bind(slug.as_str())
        .fetch_optional(db.reader())
        .await?;
    row.map(Share::from).ok_or(Error::NotFound)
}

/// One page of an owner's share links, newest first, made before the one named; of all, or of those
/// that lead to one file.
pub async fn page(
    db: &Db,
    owner: UserId,
    before: Option<&ShareSlug>,
    file: Option<FileId>,
    limit: u32,
) -> Result<Vec<Share>> {
    let rows: Vec<Row> = query(select_shares!(
        "where share.account_id = $1
           and ($2 is null or (share.created_at, share.slug) <
                (select created_at, slug from share where slug = $2))
           and ($3 is null or exists
                (select 1 from share_file
                 where share_file.slug = share.slug and share_file.file_id = $3))
         order by share.created_at desc, share.slug desc limit $4"
    ))
    .bind(owner.0)
    .bind(before.map(ShareSlug::as_str))
    .bind(file.map(|id| id.0))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(Share::from).collect())
}

/// What share links lead to, each in its order; files that are gone or expired are left out.
pub async fn files(
    db: &Db,
    shares: &[Share],
    now: i64,
) -> Result<HashMap<ShareSlug, Vec<SharedFile>>> {
    if shares.is_empty() {
        return Ok(HashMap::new());
    }
    let places: Vec<String> = (2..).take(shares.len()).map(|place| format!("${place}")).collect();
    let named = query(AssertSqlSafe(format!(
        "select share_file.slug, file.id, file.name, file.size, file.content_type, object.scan
         from share_file
         join file on file.id = share_file.file_id
         join object on object.id = file.object_id
         where {} and share_file.slug in ({})
         order by share_file.position",
        file::is_there!("$1"),
        places.join(", ")
    )));
    let named = shares.iter().fold(named.bind(now), |named, share| named.bind(share.slug.as_str()));
    let rows: Vec<FileRow> = named.fetch_all(db.reader()).await?;
    let mut files: HashMap<ShareSlug, Vec<SharedFile>> = HashMap::new();
    for row in rows {
        files.entry(ShareSlug(row.slug)).or_default().push(SharedFile {
            id: FileId(row.id),
            name: row.name,
            size: from_db(row.size),
            content_type: row.content_type,
            scan: scan::state(&row.scan),
        });
    }
    Ok(files)
}

/// Keeps a share link as it is until the transaction ends, so that what is counted of it stays true.
pub(super) async fn hold(tx: &mut Tx, slug: &str) -> Result<()> {
    let _held: Option<String> = query("select slug from share where slug = $1")
        .bind(slug)
        .holding()
        .fetch_optional_value(tx)
        .await?;
    Ok(())
}

/// Whether the share link is the owner's; [`Error::NotFound`] where it is not.
pub async fn check_owner(db: &Db, owner: UserId, slug: &ShareSlug) -> Result<()> {
    let owned: bool =
        query("select exists (select 1 from share where slug = $1 and account_id = $2)")
            .bind(slug.as_str())
            .bind(owner.0)
            .fetch_value(db.reader())
            .await?;
    if owned { Ok(()) } else { Err(Error::NotFound) }
}

/// Ends a share link of the owner's.
pub async fn delete(db: &Db, owner: UserId, slug: &ShareSlug) -> Result<()> {
    let gone = query("delete from share where slug = $1 and account_id = $2")
        .bind(slug.as_str())
        .bind(owner.0)
        .execute(db.writer())
        .await?;
    if gone == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Removes up to `batch` share links that lead to nothing any more. Answers how many went.
pub async fn purge(db: &Db, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from share where slug in
            (select slug from share
             where not exists (select 1 from share_file where share_file.slug = share.slug)
             limit $1)",
    )
    .bind(batch)
    .execute(db.writer())
    .await?)
}
