//! Downloads: who asked for what, and how much of it was delivered.

use sharesync_protocol::api::{Download, Metric};
use sharesync_protocol::{FileId, ShareSlug, UserId};
use uuid::Uuid;

use super::share_content::leads_to;
use super::statement::query;
use super::tally::{self, Tally};
use super::{Db, TokenHash, Tx, below, count_from_db, file, from_db, mail, new_id, share, to_db};
use crate::error::{Error, Result};
use crate::mail::Message;
use crate::pieces::{self, Pieces};

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

/// By what somebody opens a share link.
#[derive(Clone, Copy)]
pub struct Opener<'a> {
    /// The link.
    pub share: &'a ShareSlug,
    /// The address.
    pub address: &'a ShareSlug,
    /// SHA-256 of what tells them from others, where the link works for one person only.
    pub taker: Option<&'a TokenHash>,
}

/// Whether a download has its place in a limited link: for good once it is complete, and before that for as long as its
/// address lasts or bytes of it are leaving, those of a broken server for a day; `$now` being a parameter.
macro_rules! has_place {
    ($now:literal) => {
        concat!(
            "(download.completed_at is not null or download.url_expires_at > ",
            $now,
            " or download.delivering > 0 and download.started_at > ",
            $now,
            " - 86400000)"
        )
    };
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
    recipient: Option<String>,
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
            recipient: row.recipient,
            requested_at: row.requested_at,
            started_at: row.started_at,
            bytes: from_db(row.bytes),
            completed_at: row.completed_at,
            completed: row.completed_at.is_some(),
            direct: row.direct,
        }
    }
}

/// Takes a place in a share link for a download of one of its files, if the link still works and a place is free, and where
/// it works for one person only, if nobody else has one. The statement that counts them is the one that inserts.
pub async fn reserve(db: &Db, opener: Opener<'_>, grant: &Grant, now: i64) -> Result<bool> {
    let mut tx = db.begin().await?;
    share::hold(&mut tx, opener.share.as_str()).await?;
    let reserved = reserve_in(&mut tx, opener, grant, now).await?;
    tx.commit().await?;
    Ok(reserved)
}

/// The same, within a transaction that holds the link.
pub(super) async fn reserve_in(
    tx: &mut Tx,
    opener: Opener<'_>,
    grant: &Grant,
    now: i64,
) -> Result<bool> {
    let reserved = query(concat!(
        "insert into download
            (id, file_id, share_slug, address, taker, account_id, requested_at, url_expires_at)
         select $1, file.id, share.slug, share_address.slug, $7, $4, $5, $6
         from share_address
         join share on share.slug = share_address.share_slug
         join file on file.account_id = share.account_id
         where share_address.slug = $2 and share_address.revoked_at is null and file.id = $3
           and (share.expires_at is null or share.expires_at > $5)
           and ",
        file::is_there!("$5"),
        " and ",
        leads_to!(),
        " and (share.max_downloads is null or share.max_downloads >
                (select count(*) from download
                 where download.address = $2 and download.file_id = $3 and ",
        has_place!("$5"),
        "))
           and (not share.one_time or not exists
                (select 1 from download
                 where download.address = $2 and (download.taker is null or download.taker <> $7)
                   and ",
        has_place!("$5"),
        "))"
    ))
    .bind(grant.id)
    .bind(opener.address.as_str())
    .bind(grant.file.0)
    .bind(grant.by.map(|user| user.0))
    .bind(now)
    .bind(grant.expires_at)
    .bind(opener.taker.map(<[u8; 32]>::as_slice))
    .execute(tx)
    .await?;
    Ok(reserved == 1)
}

/// Files of a share link of which places are taken by an address, and how many of each.
pub async fn taken(db: &Db, address: &ShareSlug, now: i64) -> Result<Vec<(FileId, u32)>> {
    let taken: Vec<(Uuid, i64)> = query(concat!(
        "select file_id, count(*) from download where address = $1 and ",
        has_place!("$2"),
        " group by file_id"
    ))
    .bind(address.as_str())
    .bind(now)
    .fetch_all(db.reader())
    .await?;
    Ok(taken.into_iter().map(|(file, taken)| (FileId(file), count_from_db(taken))).collect())
}

/// Whether somebody else has what works for one person only.
pub async fn is_anothers(db: &Db, opener: Opener<'_>, now: i64) -> Result<bool> {
    Ok(query(concat!(
        "select exists
            (select 1 from download
             where address = $1 and ($2 is null or taker is null or taker <> $2) and ",
        has_place!("$3"),
        ")"
    ))
    .bind(opener.address.as_str())
    .bind(opener.taker.map(<[u8; 32]>::as_slice))
    .bind(now)
    .fetch_value(db.reader())
    .await?)
}

/// Whether a download through a share link may still begin. [`Error::NotFound`] where the link, or its address, or its owner
/// is gone; [`Error::UsedUp`] where its downloads are limited and this one is complete.
pub async fn check_shared(db: &Db, id: Uuid) -> Result<()> {
    let found: Option<Begun> = query(BEGUN).bind(id).fetch_optional(db.reader()).await?;
    found.ok_or(Error::NotFound)?.check().map(drop)
}

/// Notes that bytes of a share link's file are leaving, from one on: until their end is [noted](delivered), the download has
/// its place. Errors as those of [`check_shared`]; [`Error::TooMany`] where its downloads are limited and it would come in
/// more pieces than can be told apart.
pub async fn begin_shared(db: &Db, id: Uuid, from: u64, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let found: Option<Begun> = query(BEGUN).bind(id).fetch_optional(&mut tx).await?;
    let begun = found.ok_or(Error::NotFound)?.check()?;
    if begun.is_limited && !begun.pieces.parse::<Pieces>().map_err(Error::internal)?.take(from) {
        return Err(Error::TooMany { limit: pieces::MOST });
    }
    let begun = query("update download set started_at = $2 where id = $1 and started_at is null")
        .bind(id)
        .bind(now)
        .execute(&mut tx)
        .await?;
    query("update download set delivering = delivering + 1 where id = $1")
        .bind(id)
        .execute(&mut tx)
        .await?;
    count_starts(&mut tx, begun, "shared", now).await?;
    tx.commit().await
}

/// A download through a link that works.
#[derive(sqlx::FromRow)]
struct Begun {
    is_limited: bool,
    is_complete: bool,
    pieces: String,
}

impl Begun {
    fn check(self) -> Result<Self> {
        if self.is_limited && self.is_complete { Err(Error::UsedUp) } else { Ok(self) }
    }
}

const BEGUN: &str = "select share.max_downloads is not null as is_limited,
            download.completed_at is not null as is_complete, download.pieces
     from download
     join share on share.slug = download.share_slug
     join share_address on share_address.slug = download.address
     join account on account.id = share.account_id
     where download.id = $1 and share_address.revoked_at is null
       and account.disabled_at is null";

/// Nothing is leaving any more that a stop has cut off.
pub async fn recover(db: &Db) -> Result<()> {
    query("update download set delivering = 0 where delivering > 0").execute(db.writer()).await?;
    query("update archive set delivering = 0 where delivering > 0").execute(db.writer()).await?;
    Ok(())
}

/// Notes that bytes are leaving to somebody known, whose addresses have no row before this.
pub async fn begin_own(db: &Db, grant: &Grant, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let begun = query(
        "insert into download (id, file_id, account_id, requested_at, url_expires_at, started_at)
         values ($1, $2, $3, $4, $5, $4)
         on conflict (id) do nothing",
    )
    .bind(grant.id)
    .bind(grant.file.0)
    .bind(grant.by.map(|user| user.0))
    .bind(now)
    .bind(grant.expires_at)
    .execute(&mut tx)
    .await?;
    count_starts(&mut tx, begun, "own", now).await?;
    tx.commit().await
}

/// Enters that so many downloads begin, through a link (`shared`) or by somebody known (`own`).
pub(super) async fn count_starts(tx: &mut Tx, begun: u64, by: &str, now: i64) -> Result<()> {
    let tally = Tally { metric: Metric::DownloadStarts, key: by, count: to_db(begun), bytes: 0 };
    tally::enter(tx, tally, now).await
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

/// Notes that bytes `from..to` of a file of `size` bytes were delivered, and that they leave no more. The download is
/// complete once the pieces are all of the file. Where it is the first complete one of a file
/// through a link whose owner wants to know, they are mailed; answers whether.
pub async fn delivered(db: &Db, id: Uuid, from: u64, to: u64, size: u64, now: i64) -> Result<bool> {
    let mut tx = db.begin().await?;
    let share = query("select share_slug from download where id = $1").bind(id);
    let share: Option<Option<String>> = share.fetch_optional_value(&mut tx).await?;
    let slug = share.flatten();
    if let Some(slug) = &slug {
        // Which one is the first is decided there.
        share::hold(&mut tx, slug).await?;
    }
    let was: Option<(String, bool, bool)> =
        query("select pieces, completed_at is not null, direct from download where id = $1")
            .bind(id)
            .holding()
            .fetch_optional(&mut tx)
            .await?;
    let Some((pieces, was_complete, is_direct)) = was else { return Ok(false) };
    let mut pieces: Pieces = pieces.parse().map_err(Error::internal)?;
    let there_were = pieces.without_gap();
    pieces.add(from, to);
    let is_complete = !was_complete && pieces.are_all_of(size);
    query(
        "update download
         set pieces = $2, bytes = $3, completed_at = coalesce(completed_at, $4),
             delivering = case when delivering > 0 then delivering - 1 else 0 end
         where id = $1",
    )
    .bind(id)
    .bind(pieces.to_string())
    .bind(to_db(pieces.without_gap()))
    .bind(is_complete.then_some(now))
    .execute(&mut tx)
    .await?;
    let delivered = Tally {
        metric: Metric::Downloads,
        key: if is_direct { "direct" } else { "server" },
        count: is_complete.into(),
        bytes: to_db(pieces.without_gap().saturating_sub(there_were)),
    };
    tally::enter(&mut tx, delivered, now).await?;
    if !is_complete {
        tx.commit().await?;
        return Ok(false);
    }
    if let Some(slug) = &slug {
        share::count_download(&mut tx, slug).await?;
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
                    account.username as by, share_address.recipient, requested_at, started_at, bytes, completed_at,
                    direct
             from download
             join file on file.id = download.file_id
             left join account on account.id = download.account_id
             left join share_address on share_address.slug = download.address ",
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
        "where download.share_slug = $1 and download.id < $2
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
    use crate::db::scratch::{Scratch, anybody};

    /// Whether a place is given at a moment in a link that ends, to a file that ends.
    async fn reserved_at(now: i64, link_ends: Option<i64>, file_ends: Option<i64>) -> bool {
        let scratch = Scratch::open().await;
        let db = &scratch.db;
        let owner = scratch.account("sam", Role::Standard).await;
        let file = scratch.file(owner, file_ends).await;
        let slug = scratch.share(owner, file, link_ends, None).await;
        let grant = Grant { id: new_id(now), file, by: None, expires_at: now + 1 };
        reserve(db, anybody(&slug), &grant, now).await.unwrap()
    }

    #[tokio::test]
    async fn what_ends_while_a_password_is_being_checked_gives_no_place() {
        assert!(reserved_at(10, None, None).await);
        assert!(reserved_at(9, Some(10), Some(10)).await);
        assert!(!reserved_at(10, Some(10), None).await);
        assert!(!reserved_at(10, None, Some(10)).await);
    }
}
