//! Downloads: who asked for what, and how much of it was delivered.

use sharesync_protocol::api::Download;
use sharesync_protocol::{FileId, ShareSlug, UserId};
use uuid::Uuid;

use super::statement::query;
use super::{Db, Tx, below, count_from_db, file, from_db, mail, new_id, share, to_db};
use crate::error::{Error, Result};
use crate::mail::Message;

/// A download for which an address is handed out.
pub struct Grant {
    /// Names the download.
    pub id: Uuid,
    /// What is fetched.
    pub file: FileId,
    /// Who fetches it, where they are signed in.
    pub by: Option<UserId>,
    /// When the address stops working.
    pub expires_at: i64,
}

impl Grant {
    /// A new one, whose address works for so many seconds.
    pub fn new(file: FileId, by: Option<UserId>, seconds: u64, now: i64) -> Self {
        Self { id: new_id(now), file, by, expires_at: now + seconds.cast_signed() * 1000 }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    file_id: Uuid,
    file_name: String,
    by: Option<String>,
    requested_at: i64,
    started_at: Option<i64>,
    bytes: i64,
    completed_at: Option<i64>,
    direct: bool,
}

impl From<Row> for Download {
    fn from(row: Row) -> Self {
        Self {
            file_id: FileId(row.file_id),
            file_name: row.file_name,
            by: row.by,
            requested_at: row.requested_at,
            started_at: row.started_at,
            bytes: from_db(row.bytes),
            completed_at: row.completed_at,
            completed: row.completed_at.is_some(),
            direct: row.direct,
        }
    }
}

/// Takes a place in a share link for a download of one of its files, if the link still works and a
/// place is free. A place is held by a completed download for good, and by an unfinished one until
/// its address expires; the statement that counts them is the one that inserts.
pub async fn reserve(db: &Db, slug: &ShareSlug, grant: &Grant, now: i64) -> Result<bool> {
    let mut tx = db.begin().await?;
    share::hold(&mut tx, slug.as_str()).await?;
    let reserved = reserve_in(&mut tx, slug, grant, now).await?;
    tx.commit().await?;
    Ok(reserved)
}

/// The same, within a transaction that holds the link.
pub(super) async fn reserve_in(
    tx: &mut Tx,
    slug: &ShareSlug,
    grant: &Grant,
    now: i64,
) -> Result<bool> {
    let reserved = query(concat!(
        "insert into download (id, file_id, share_slug, account_id, requested_at, url_expires_at)
         select $1, file.id, share.slug, $4, $5, $6
         from share
         join share_file on share_file.slug = share.slug
         join file on file.id = share_file.file_id
         where share.slug = $2 and file.id = $3
           and (share.expires_at is null or share.expires_at > $5)
           and ",
        file::is_there!("$5"),
        " and (share.max_downloads is null or share.max_downloads >
                (select count(*) from download
                 where share_slug = $2 and file_id = $3
                   and (completed_at is not null or url_expires_at > $5)))",
    ))
    .bind(grant.id)
    .bind(slug.as_str())
    .bind(grant.file.0)
    .bind(grant.by.map(|user| user.0))
    .bind(now)
    .bind(grant.expires_at)
    .execute(tx)
    .await?;
    Ok(reserved == 1)
}

/// Places taken in a share link, of the file that has fewest taken.
pub async fn fewest_taken(db: &Db, slug: &ShareSlug, now: i64) -> Result<u32> {
    let taken = query(
        "select coalesce(min(taken), 0) from
            (select count(download.id) as taken
             from share_file
             left join download on download.share_slug = share_file.slug
                and download.file_id = share_file.file_id
                and (download.completed_at is not null or download.url_expires_at > $2)
             where share_file.slug = $1
             group by share_file.file_id) as places",
    )
    .bind(slug.as_str())
    .bind(now)
    .fetch_value(db.reader())
    .await?;
    Ok(count_from_db(taken))
}

/// Notes that bytes of a share link's file are leaving. [`Error::NotFound`] where the link is
/// gone; [`Error::UsedUp`] where its downloads are limited and this one is complete.
pub async fn begin_shared(db: &Db, id: Uuid, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let limited: Option<(bool,)> = query(
        "update download set started_at = coalesce(started_at, $2) where id = $1
         returning completed_at is not null and exists
            (select 1 from share where slug = share_slug and max_downloads is not null)",
    )
    .bind(id)
    .bind(now)
    .fetch_optional(&mut tx)
    .await?;
    match limited {
        None => Err(Error::NotFound),
        Some((true,)) => Err(Error::UsedUp),
        Some((false,)) => Ok(tx.commit().await?),
    }
}

/// Notes that bytes are leaving to somebody known, whose addresses have no row before this.
pub async fn begin_own(db: &Db, grant: &Grant, now: i64) -> Result<()> {
    query(
        "insert into download (id, file_id, account_id, requested_at, url_expires_at, started_at)
         values ($1, $2, $3, $4, $5, $4)
         on conflict (id) do nothing",
    )
    .bind(grant.id)
    .bind(grant.file.0)
    .bind(grant.by.map(|user| user.0))
    .bind(now)
    .bind(grant.expires_at)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Whether a download takes one of the places of a link that has so many.
pub async fn is_limited(db: &Db, id: Uuid) -> Result<bool> {
    let limited: Option<Uuid> = query(
        "select download.id from download join share on share.slug = download.share_slug
         where download.id = $1 and share.max_downloads is not null",
    )
    .bind(id)
    .fetch_optional_value(db.reader())
    .await?;
    Ok(limited.is_some())
}

/// Notes that a download was sent to fetch its bytes from the bucket.
pub async fn directed(db: &Db, id: Uuid) -> Result<()> {
    query("update download set direct = true where id = $1").bind(id).execute(db.writer()).await?;
    Ok(())
}

/// Notes that bytes `from..to` of a file of `size` bytes were delivered. The download is complete
/// once the pieces reach the end of the file without a gap. Where it is the first complete one of a file
/// through a link whose owner wants to know, they are mailed; answers whether.
pub async fn delivered(db: &Db, id: Uuid, from: u64, to: u64, size: u64, now: i64) -> Result<bool> {
    let mut tx = db.begin().await?;
    let share = query("select share_slug from download where id = $1").bind(id);
    let share: Option<Option<String>> = share.fetch_optional_value(&mut tx).await?;
    if let Some(slug) = share.flatten() {
        // Which one is the first is decided there.
        share::hold(&mut tx, &slug).await?;
    }
    let completed = query(
        "update download
         set bytes = case when bytes < $3 then $3 else bytes end, completed_at = $4
         where id = $1 and bytes >= $2 and $3 >= $5 and completed_at is null",
    )
    .bind(id)
    .bind(to_db(from))
    .bind(to_db(to))
    .bind(now)
    .bind(to_db(size))
    .execute(&mut tx)
    .await?;
    if completed == 0 {
        query("update download set bytes = $3 where id = $1 and bytes >= $2 and bytes < $3")
            .bind(id)
            .bind(to_db(from))
            .bind(to_db(to))
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        return Ok(false);
    }
    let owner: Option<(Uuid, String)> = query(
        "select download.file_id, account.email
         from download
         join share on share.slug = download.share_slug
         join account on account.id = share.account_id
         where download.id = $1 and share.notify and account.disabled_at is null
           and not exists
            (select 1 from download as other
             where other.share_slug = download.share_slug and other.file_id = download.file_id
               and other.completed_at is not null and other.id <> download.id)",
    )
    .bind(id)
    .fetch_optional(&mut tx)
    .await?;
    if let Some((file, address)) = &owner {
        let message = Message::Fetched { file: FileId(*file) };
        mail::queue(&mut tx, address, &message, now).await?;
    }
    tx.commit().await?;
    Ok(owner.is_some())
}

/// Whose file a download is of, and which, once it is complete.
pub async fn completed(db: &Db, id: Uuid) -> Result<Option<(UserId, FileId)>> {
    let row: Option<(Uuid, Uuid)> = query(
        "select file.account_id, file.id from download
         join file on file.id = download.file_id
         where download.id = $1 and download.completed_at is not null",
    )
    .bind(id)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(owner, file)| (UserId(owner), FileId(file))))
}

/// A download and its place in the list, with what follows appended.
macro_rules! select_downloads {
    ($rest:literal) => {
        concat!(
            "select download.id, download.file_id, file.name as file_name,
                    account.username as by, requested_at, started_at, bytes, completed_at,
                    direct
             from download
             join file on file.id = download.file_id
             left join account on account.id = download.account_id ",
            $rest
        )
    };
}

/// Downloads of a share link, newest first, older than `before`.
pub async fn of_share(
    db: &Db,
    slug: &ShareSlug,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<(Uuid, Download)>> {
    let query = query(select_downloads!(
        "where share_slug = $1 and download.id < $2
         order by download.id desc limit $3"
    ));
    Ok(listed(
        query.bind(slug.as_str()).bind(below(before)).bind(limit).fetch_all(db.reader()).await?,
    ))
}

/// Downloads of a file, by whatever address, newest first, older than `before`.
pub async fn of_file(
    db: &Db,
    file: FileId,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<(Uuid, Download)>> {
    let query = query(select_downloads!(
        "where download.file_id = $1 and download.id < $2
         order by download.id desc limit $3"
    ));
    Ok(listed(query.bind(file.0).bind(below(before)).bind(limit).fetch_all(db.reader()).await?))
}

fn listed(rows: Vec<Row>) -> Vec<(Uuid, Download)> {
    rows.into_iter().map(|row| (row.id, row.into())).collect()
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::Role;

    use super::*;
    use crate::db::scratch::Scratch;

    /// Whether a place is given at a moment in a link that ends, to a file that ends.
    async fn reserved_at(now: i64, link_ends: Option<i64>, file_ends: Option<i64>) -> bool {
        let scratch = Scratch::open().await;
        let db = &scratch.db;
        let owner = scratch.account("sam", Role::Standard).await;
        let file = scratch.file(owner, file_ends).await;
        let slug = scratch.share(owner, file, link_ends, None).await;
        let grant = Grant { id: new_id(now), file, by: None, expires_at: now + 1 };
        reserve(db, &slug, &grant, now).await.unwrap()
    }

    #[tokio::test]
    async fn what_ends_while_a_password_is_being_checked_gives_no_place() {
        assert!(reserved_at(10, None, None).await);
        assert!(reserved_at(9, Some(10), Some(10)).await);
        assert!(!reserved_at(10, Some(10), None).await);
        assert!(!reserved_at(10, None, Some(10)).await);
    }
}
