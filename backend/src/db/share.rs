//! Share links and their rules. What they lead to is `share_content`'s affair, and by which addresses `share_address`'s.

use sharesync_protocol::api::TopShare;
use sharesync_protocol::{AddressId, FileId, FolderId, ShareSlug, UserId};

use super::share_address::{self, NewAddress};
use super::share_content::leads_to;
use super::statement::query;
use super::{Db, Tx, account, count_from_db, file, from_db};
use crate::error::{Error, Result};

/// Recipients that a link may have.
pub const MOST_RECIPIENTS: usize = 50;
/// Characters of a slug that tell links apart, and open none.
const SLUG_SHOWN: usize = 8;

/// A share link to be made.
pub struct NewShare<'a> {
    /// Names it.
    pub slug: &'a ShareSlug,
    /// Whose it is.
    pub owner: UserId,
    /// What it leads to, in the order to show.
    pub files: &'a [FileId],
    /// Folders that it leads to, behind these.
    pub folders: &'a [FolderId],
    /// By which addresses.
    pub addresses: &'a [NewAddress],
    /// Argon2id hash in PHC form, where a password is asked for.
    pub password_hash: Option<&'a str>,
    /// When it stops working.
    pub expires_at: Option<i64>,
    /// How many times each file may be downloaded.
    pub max_downloads: Option<u32>,
    /// Whether one person only may fetch them by each address.
    pub one_time: bool,
    /// Whether names are shown before the password.
    pub names_shown: bool,
    /// Whether its owner is told when a file was fetched.
    pub notify: bool,
}

/// What becomes of a link's rules: none where one stays as it is.
#[derive(Default)]
#[expect(clippy::option_option, reason = "a rule may stay, change or go")]
pub struct Change<'a> {
    /// The hash of its password, or that it has none any more.
    pub password_hash: Option<Option<&'a str>>,
    /// When it stops working, if ever.
    pub expires_at: Option<Option<i64>>,
    /// How many times each file may be downloaded, if limited.
    pub max_downloads: Option<Option<u32>>,
    /// Whether names are shown before the password.
    pub names_shown: Option<bool>,
    /// Whether its owner is told when a file was fetched.
    pub notify: Option<bool>,
    /// More addresses.
    pub addresses: &'a [NewAddress],
    /// Addresses that are not to work any more.
    pub revoked: &'a [AddressId],
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
    /// Whether one person only may fetch them by each address.
    pub one_time: bool,
    /// Whether names are shown before the password.
    pub names_shown: bool,
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
    one_time: bool,
    names_shown: bool,
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
            one_time: row.one_time,
            names_shown: row.names_shown,
            notify: row.notify,
            downloads: count_from_db(row.downloads),
        }
    }
}

/// Makes a share link. [`Error::NotFound`] where one of the files is not the owner's, [`Error::Quarantined`] where one is
/// in quarantine.
pub async fn insert(db: &Db, share: &NewShare<'_>, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    query(
        "insert into share
            (slug, account_id, password_hash, created_at, expires_at, max_downloads, one_time,
             names_shown, notify)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(share.slug.as_str())
    .bind(share.owner.0)
    .bind(share.password_hash)
    .bind(now)
    .bind(share.expires_at)
    .bind(share.max_downloads)
    .bind(share.one_time)
    .bind(share.names_shown)
    .bind(share.notify)
    .execute(&mut tx)
    .await?;
    share_address::insert(&mut tx, share.slug, share.addresses, now).await?;
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
    enter_folders(&mut tx, share).await?;
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

/// [`Error::NotFound`] where one is not the owner's.
async fn enter_folders(tx: &mut Tx, share: &NewShare<'_>) -> Result<()> {
    let first = u32::try_from(share.files.len()).unwrap_or(u32::MAX);
    for (position, folder) in (first..).zip(share.folders) {
        let entered = query(
            "insert into share_folder (slug, folder_id, position)
             select $1, id, $3 from folder
             where id = $2 and account_id = $4 and trash_id is null and parent_id is not null
             on conflict do nothing",
        )
        .bind(share.slug.as_str())
        .bind(folder.0)
        .bind(position)
        .bind(share.owner.0)
        .execute(&mut *tx)
        .await?;
        let before = &share.folders[..(position - first) as usize];
        if entered == 0 && !before.contains(folder) {
            return Err(Error::NotFound);
        }
    }
    Ok(())
}

/// A share link as it is stored, with what follows appended.
macro_rules! select_shares {
    ($($rest:expr),*) => {
        concat!(
            "select share.slug, account.username as owner, share.password_hash,
                    share.created_at, share.expires_at, share.max_downloads, share.one_time,
                    share.names_shown, share.notify,
                    (select count(*) from download
                     where share_slug = share.slug and completed_at is not null) as downloads
             from share join account on account.id = share.account_id ",
            $($rest),*
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

/// One page of an owner's share links, newest first, made before the one named; of all, or of those that lead to one file.
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
                (select 1 from file where file.id = $3 and ",
        leads_to!(),
        "))
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

/// Changes the rules of a link of the owner's. [`Error::NotFound`] where it is another's; [`Error::Invalid`] where
/// recipients are named to a link that is for anybody, or where it would work for more than one person though it is made
/// for one.
pub async fn change(
    db: &Db,
    owner: UserId,
    slug: &ShareSlug,
    change: &Change<'_>,
    now: i64,
) -> Result<()> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    hold(&mut tx, slug.as_str()).await?;
    let found: Option<(bool, i64)> = query(
        "select one_time,
                (select count(*) from share_address
                 where share_slug = share.slug and recipient is not null and revoked_at is null)
         from share where slug = $1 and account_id = $2",
    )
    .bind(slug.as_str())
    .bind(owner.0)
    .fetch_optional(&mut tx)
    .await?;
    let (one_time, recipients) = found.ok_or(Error::NotFound)?;
    if one_time && change.max_downloads.is_some() {
        return Err(Error::invalid("max_downloads", "the link works once"));
    }
    let recipients = count_from_db(recipients) as usize + change.addresses.len();
    if !change.addresses.is_empty() && recipients == change.addresses.len() {
        return Err(Error::invalid("add_recipients", "the link is for anybody who has it"));
    }
    if recipients > MOST_RECIPIENTS {
        return Err(Error::invalid("add_recipients", format!("at most {MOST_RECIPIENTS} in all")));
    }
    query(
        "update share set
            password_hash = case when $3 then $4 else password_hash end,
            expires_at = case when $5 then $6 else expires_at end,
            max_downloads = case when $7 then $8 else max_downloads end,
            names_shown = coalesce($9, names_shown),
            notify = coalesce($10, notify)
         where slug = $1 and account_id = $2",
    )
    .bind(slug.as_str())
    .bind(owner.0)
    .bind(change.password_hash.is_some())
    .bind(change.password_hash.flatten())
    .bind(change.expires_at.is_some())
    .bind(change.expires_at.flatten())
    .bind(change.max_downloads.is_some())
    .bind(change.max_downloads.flatten())
    .bind(change.names_shown)
    .bind(change.notify)
    .execute(&mut tx)
    .await?;
    share_address::insert(&mut tx, slug, change.addresses, now).await?;
    for address in change.revoked {
        share_address::revoke(&mut tx, slug, *address, now).await?;
    }
    tx.commit().await
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

/// Counts a complete download of one of its files.
pub(super) async fn count_download(tx: &mut Tx, slug: &str) -> Result<()> {
    query("update share set downloads = downloads + 1 where slug = $1")
        .bind(slug)
        .execute(tx)
        .await?;
    Ok(())
}

/// How many links have not expired.
pub async fn unexpired(db: &Db, now: i64) -> Result<u64> {
    let unexpired: i64 =
        query("select count(*) from share where expires_at is null or expires_at > $1")
            .bind(now)
            .fetch_value(db.reader())
            .await?;
    Ok(from_db(unexpired))
}

/// The links whose files were fetched the most, the most first.
pub async fn most_fetched(db: &Db, limit: u32) -> Result<Vec<TopShare>> {
    let rows: Vec<(String, String, i64)> = query(
        "select share.slug, account.username, share.downloads
         from share join account on account.id = share.account_id
         where share.downloads > 0
         order by share.downloads desc, share.slug limit $1",
    )
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let top = |(slug, owner, downloads): (String, _, _)| TopShare {
        slug_begins: slug.chars().take(SLUG_SHOWN).collect(),
        owner,
        downloads: from_db(downloads),
    };
    Ok(rows.into_iter().map(top).collect())
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
               and not exists (select 1 from share_folder where share_folder.slug = share.slug)
             limit $1)",
    )
    .bind(batch)
    .execute(db.writer())
    .await?)
}
