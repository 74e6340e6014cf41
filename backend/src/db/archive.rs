//! Archives: several files that are fetched as one, as they were when somebody asked for them.

use sharesync_protocol::api::Sha256Digest;
use sharesync_protocol::{ArchiveId, FileId, ShareSlug, UserId};
use uuid::Uuid;

use super::download::{self, Grant, Opener};
use super::object::Released;
use super::statement::query;
use super::{Db, Tx, account, file, new_id, object, share, to_db};
use crate::error::{Error, Result};
use crate::pieces::Pieces;

/// An archive to be made.
pub struct NewArchive<'a> {
    /// What names it.
    pub id: ArchiveId,
    /// Where its files come from.
    pub from: From<'a>,
    /// What it is called.
    pub name: &'a str,
    /// Of all that makes it what it is.
    pub sha256: Sha256Digest,
    /// When its address stops working.
    pub expires_at: i64,
    /// What is in it, in order, and what each is called there.
    pub files: &'a [(FileId, String)],
}

/// Where an archive's files come from.
#[derive(Clone, Copy)]
pub enum From<'a> {
    /// Their owner's library.
    Library(UserId),
    /// A share link, opened by somebody who may be signed in.
    Share(Opener<'a>, Option<UserId>),
}

/// An archive that can be fetched.
pub struct Archive {
    /// What it is called.
    pub name: String,
    /// Of all that makes it what it is.
    pub sha256: Sha256Digest,
    /// When it was asked for.
    pub created_at: i64,
    /// What is in it, in order.
    pub files: Vec<ArchivedFile>,
}

/// A file of an archive.
pub struct ArchivedFile {
    /// Stands for it in the record of downloads.
    pub download_id: Uuid,
    /// Its bytes in the store.
    pub object: Released,
    /// Its name in the archive.
    pub name: String,
    /// When it was stored.
    pub created_at: i64,
}

#[derive(sqlx::FromRow)]
struct ArchivedRow {
    download_id: Uuid,
    #[sqlx(flatten)]
    object: object::Row,
    name: String,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    #[sqlx(try_from = "Vec<u8>")]
    sha256: Sha256Digest,
    created_at: i64,
    #[sqlx(try_from = "i64")]
    files: u64,
}

/// Keeps an archive for as long as its address lasts. One of a share link takes a place for each of its files, for all
/// of them or for none: `false` where one has no place left.
pub async fn insert(db: &Db, archive: &NewArchive<'_>, now: i64) -> Result<bool> {
    let mut tx = db.begin().await?;
    let (owner, opener) = match archive.from {
        From::Library(owner) => (owner, None),
        From::Share(opener, _) => (owner_of(&mut tx, opener.share).await?, Some(opener)),
    };
    let slug = opener.map(|opener| opener.share.as_str());
    hold(&mut tx, owner, slug).await?;
    query(
        "insert into archive
            (id, account_id, share_slug, name, sha256, created_at, expires_at, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(archive.id.0)
    .bind(owner.0)
    .bind(slug)
    .bind(archive.name)
    .bind(archive.sha256.0.as_slice())
    .bind(now)
    .bind(archive.expires_at)
    .bind(opener.map(|opener| opener.address.as_str()))
    .execute(&mut tx)
    .await?;
    for (position, (file, name)) in (0_u32..).zip(archive.files) {
        let download = new_id(now);
        if let From::Share(opener, by) = archive.from {
            let grant = Grant { id: download, file: *file, by, expires_at: archive.expires_at };
            if !download::reserve_in(&mut tx, opener, &grant, now).await? {
                return Ok(false);
            }
        }
        query(
            "insert into archive_file (archive_id, position, file_id, download_id, name)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(archive.id.0)
        .bind(position)
        .bind(file.0)
        .bind(download)
        .bind(name)
        .execute(&mut tx)
        .await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// An archive with what is in it. [`Error::NotFound`] where one of its files is gone, or its link;
/// an error, too, where one is not to be [handed out](object::Row::release).
pub async fn get(db: &Db, id: ArchiveId, now: i64) -> Result<Archive> {
    let row: Option<Row> = query(
        "select name, sha256, created_at,
                (select count(*) from archive_file where archive_id = archive.id) as files
         from archive where id = $1",
    )
    .bind(id.0)
    .fetch_optional(db.reader())
    .await?;
    let row = row.ok_or(Error::NotFound)?;
    let files: Vec<ArchivedRow> = query(concat!(
        "select download_id, archive_file.name, ",
        object::columns!(),
        ", file.created_at
         from archive_file
         join file on file.id = archive_file.file_id
         join object on object.id = file.object_id
         where archive_id = $1 and ",
        file::is_there!("$2"),
        " order by position"
    ))
    .bind(id.0)
    .bind(now)
    .fetch_all(db.reader())
    .await?;
    if files.len() as u64 != row.files {
        return Err(Error::NotFound);
    }
    let files = files.into_iter().map(|ArchivedRow { download_id, object, name, created_at }| {
        Ok(ArchivedFile { download_id, object: object.release()?, name, created_at })
    });
    let files = files.collect::<Result<_>>()?;
    Ok(Archive { name: row.name, sha256: row.sha256, created_at: row.created_at, files })
}

/// Whether an archive takes places of a link whose downloads are limited.
pub async fn is_limited(db: &Db, id: ArchiveId) -> Result<bool> {
    Ok(query(
        "select exists
            (select 1 from archive join share on share.slug = archive.share_slug
             where archive.id = $1 and share.max_downloads is not null)",
    )
    .bind(id.0)
    .fetch_value(db.reader())
    .await?)
}

/// Whether an archive can be fetched still. [`Error::NotFound`] where it is gone, or its link, or the address or owner of
/// that; [`Error::UsedUp`] where the downloads of its link are limited and this one is complete.
pub async fn check(db: &Db, id: ArchiveId) -> Result<()> {
    let is_used_up: Option<bool> =
        query(IS_USED_UP).bind(id.0).fetch_optional_value(db.reader()).await?;
    if is_used_up.ok_or(Error::NotFound)? { Err(Error::UsedUp) } else { Ok(()) }
}

const IS_USED_UP: &str =
    "select archive.completed_at is not null and share.max_downloads is not null
     from archive
     left join share on share.slug = archive.share_slug
     left join share_address on share_address.slug = archive.address
     join account on account.id = archive.account_id
     where archive.id = $1 and share_address.revoked_at is null and account.disabled_at is null";

/// Notes that bytes of some of an archive's files, the last one excluded, are leaving: until their end is
/// [noted](delivered) they have their places. Errors as those of [`check`].
pub async fn begin(db: &Db, id: ArchiveId, files: std::ops::Range<usize>, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let from: Option<(Uuid, Option<String>)> =
        query("select account_id, share_slug from archive where id = $1")
            .bind(id.0)
            .fetch_optional(&mut tx)
            .await?;
    let (owner, slug) = from.ok_or(Error::NotFound)?;
    hold(&mut tx, UserId(owner), slug.as_deref()).await?;
    let is_used_up: Option<bool> =
        query(IS_USED_UP).bind(id.0).fetch_optional_value(&mut tx).await?;
    if is_used_up.ok_or(Error::NotFound)? {
        return Err(Error::UsedUp);
    }
    query("update archive set delivering = delivering + 1 where id = $1")
        .bind(id.0)
        .execute(&mut tx)
        .await?;
    let (first, end) = (to_db(files.start as u64), to_db(files.end as u64));
    let of_files = |sql| query(sql).bind(id.0).bind(first).bind(end);
    if slug.is_some() {
        let begun = of_files(BEGIN_SHARED).bind(now).execute(&mut tx).await?;
        of_files(DELIVER_SHARED).execute(&mut tx).await?;
        download::count_starts(&mut tx, begun, "shared", now).await?;
    } else {
        let begun = of_files(BEGIN_OWN).bind(now).execute(&mut tx).await?;
        download::count_starts(&mut tx, begun, "own", now).await?;
    }
    tx.commit().await
}

/// Those of a link have had their rows since their places were taken.
const BEGIN_SHARED: &str = "update download set started_at = $4
     where started_at is null and id in
        (select download_id from archive_file
         where archive_id = $1 and position >= $2 and position < $3)";

const DELIVER_SHARED: &str = "update download set delivering = delivering + 1
     where id in
        (select download_id from archive_file
         where archive_id = $1 and position >= $2 and position < $3)";

const BEGIN_OWN: &str = "insert into download
        (id, file_id, account_id, requested_at, url_expires_at, started_at)
     select archive_file.download_id, file.id, archive.account_id, archive.created_at,
            archive.expires_at, $4
     from archive
     join archive_file on archive_file.archive_id = archive.id
     join file on file.id = archive_file.file_id
     where archive.id = $1 and position >= $2 and position < $3
     on conflict (id) do nothing";

/// Notes that bytes `from..to` of an archive of `size` bytes were delivered, and that they leave no more; it is complete once
/// the pieces are all of it. Its files' own are noted by [`download::delivered`], but for those that were never reached:
/// with the last delivery under way their places are given back.
pub async fn delivered(
    db: &Db,
    id: ArchiveId,
    from: u64,
    to: u64,
    size: u64,
    now: i64,
) -> Result<()> {
    let mut tx = db.begin().await?;
    let was: Option<String> = query("select pieces from archive where id = $1")
        .bind(id.0)
        .holding()
        .fetch_optional_value(&mut tx)
        .await?;
    let Some(pieces) = was else { return Ok(()) };
    let mut pieces: Pieces = pieces.parse().map_err(Error::internal)?;
    pieces.add(from, to);
    query(
        "update archive
         set pieces = $2, bytes = $3, completed_at = coalesce(completed_at, $4),
             delivering = case when delivering > 0 then delivering - 1 else 0 end
         where id = $1",
    )
    .bind(id.0)
    .bind(pieces.to_string())
    .bind(to_db(pieces.without_gap()))
    .bind(pieces.are_all_of(size).then_some(now))
    .execute(&mut tx)
    .await?;
    query(
        "update download set delivering = 0
         where delivering > 0
           and exists (select 1 from archive where id = $1 and delivering = 0)
           and id in (select download_id from archive_file where archive_id = $1)",
    )
    .bind(id.0)
    .execute(&mut tx)
    .await?;
    tx.commit().await
}

/// Removes up to `batch` archives whose addresses work no longer. Answers how many went.
pub async fn purge(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from archive where id in
            (select id from archive where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}

async fn owner_of(tx: &mut Tx, slug: &ShareSlug) -> Result<UserId> {
    let owner: Option<Uuid> = query("select account_id from share where slug = $1")
        .bind(slug.as_str())
        .fetch_optional_value(tx)
        .await?;
    owner.map(UserId).ok_or(Error::NotFound)
}

/// Keeps what an archive's files and its places depend on: whoever removes several files holds their owner, and whoever
/// counts places holds the link.
async fn hold(tx: &mut Tx, owner: UserId, slug: Option<&str>) -> Result<()> {
    account::hold(tx, owner).await?;
    if let Some(slug) = slug {
        share::hold(tx, slug).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::Role;

    use super::*;
    use crate::db::scratch::{Scratch, anybody};

    #[tokio::test]
    async fn an_archive_of_a_limited_link_is_used_up_once_it_was_delivered_without_a_gap() {
        let scratch = Scratch::open().await;
        let db = &scratch.db;
        let owner = scratch.account("sam", Role::Standard).await;
        let file = scratch.file(owner, None).await;
        let slug = scratch.share(owner, file, None, Some(1)).await;
        let id = ArchiveId(new_id(0));
        let archive = NewArchive {
            id,
            from: From::Share(anybody(&slug), None),
            name: "files.zip",
            sha256: Sha256Digest([0; 32]),
            expires_at: 10,
            files: &[(file, "a.txt".into())],
        };
        assert!(insert(db, &archive, 0).await.unwrap());
        for (from, to) in [(5, 9), (0, 5), (0, 4), (6, 9)] {
            delivered(db, id, from, to, 10, 1).await.unwrap();
            begin(db, id, 0..1, 1).await.unwrap();
        }
        delivered(db, id, 9, 10, 10, 1).await.unwrap();
        assert!(matches!(begin(db, id, 0..1, 1).await, Err(Error::UsedUp)));
        assert!(matches!(begin(db, id, 0..0, 1).await, Err(Error::UsedUp)));
    }
}
