//! The trash: what was deleted, or has expired, until it goes for good (`trash_removal`). Whatever lies there bears the entry's id, and
//! nothing that bears one is served, listed or found.

use sharesync_protocol::api::{Selection, TrashReason, Trashed};
use sharesync_protocol::{FileId, FolderId, TrashId, UserId};
use uuid::Uuid;

use super::file_change::Expiry;
use super::naming::{self, Named};
use super::statement::query;
use super::{Db, Tx, account, below, count_from_db, folder, from_db, new_id};
use crate::error::{Error, Result};
use crate::names;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    is_folder: bool,
    files: i64,
    size: i64,
    reason: String,
    trashed_at: i64,
}

/// The word in the database.
fn word(reason: TrashReason) -> &'static str {
    match reason {
        TrashReason::Deleted => "deleted",
        TrashReason::Expired => "expired",
    }
}

/// One page of somebody's trash, the last first; what lies there goes so many milliseconds after it came.
pub async fn page(
    db: &Db,
    owner: UserId,
    before: Option<TrashId>,
    limit: u32,
    kept_for_ms: i64,
) -> Result<Vec<Trashed>> {
    let rows: Vec<Row> = query(
        "select trash.id, trash.is_folder, trash.reason, trash.trashed_at,
                coalesce((select name from file where file.id = trash.subject),
                         (select name from folder where folder.id = trash.subject), '') as name,
                (select count(*) from file where file.trash_id = trash.id) as files,
                (select cast(coalesce(sum(size), 0) as bigint) from file
                 where file.trash_id = trash.id) as size
         from trash where trash.account_id = $1 and trash.id < $2
         order by trash.id desc limit $3",
    )
    .bind(owner.0)
    .bind(below(before.map(|id| id.0)))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let trashed = rows.into_iter().map(|row| Trashed {
        id: TrashId(row.id),
        name: row.name,
        is_folder: row.is_folder,
        files: count_from_db(row.files),
        size: from_db(row.size),
        reason: if row.reason == word(TrashReason::Expired) {
            TrashReason::Expired
        } else {
            TrashReason::Deleted
        },
        trashed_at: row.trashed_at,
        gone_at: row.trashed_at + kept_for_ms,
    });
    Ok(trashed.collect())
}

/// Puts files and folders of somebody's into the trash, all of them or none. Answers an entry for each that was named.
/// [`Error::NotFound`] where one is another's, there already, or gone.
pub async fn put(db: &Db, owner: UserId, what: &Selection, now: i64) -> Result<Vec<TrashId>> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    let mut entries = Vec::with_capacity(what.file_ids.len() + what.folder_ids.len());
    for file in &what.file_ids {
        entries.push(put_file(&mut tx, owner, *file, TrashReason::Deleted, now).await?);
    }
    for folder in &what.folder_ids {
        entries.push(put_folder(&mut tx, owner, *folder, now).await?);
    }
    tx.commit().await?;
    Ok(entries)
}

async fn put_file(
    tx: &mut Tx,
    owner: UserId,
    file: FileId,
    reason: TrashReason,
    now: i64,
) -> Result<TrashId> {
    let entry = insert(tx, owner, file.0, false, reason, now).await?;
    let put = query(
        "update file set trash_id = $3
         where id = $1 and account_id = $2 and trash_id is null
           and ((expires_at is null or expires_at > $4) = $5)",
    )
    .bind(file.0)
    .bind(owner.0)
    .bind(entry.0)
    .bind(now)
    .bind(reason == TrashReason::Deleted)
    .execute(&mut *tx)
    .await?;
    if put == 1 { Ok(entry) } else { Err(Error::NotFound) }
}

async fn put_folder(tx: &mut Tx, owner: UserId, id: FolderId, now: i64) -> Result<TrashId> {
    if id == folder::home(owner) || !folder::is_there(tx, owner, id).await? {
        return Err(Error::NotFound);
    }
    let entry = insert(tx, owner, id.0, true, TrashReason::Deleted, now).await?;
    query(
        "with recursive tree (id) as
            (select id from folder where id = $1
             union all
             select folder.id from folder join tree on folder.parent_id = tree.id
             where folder.trash_id is null)
         update folder set trash_id = $2 where id in (select id from tree)",
    )
    .bind(id.0)
    .bind(entry.0)
    .execute(&mut *tx)
    .await?;
    query(
        "update file set trash_id = $1
         where trash_id is null and folder_id in (select id from folder where trash_id = $1)",
    )
    .bind(entry.0)
    .execute(&mut *tx)
    .await?;
    Ok(entry)
}

async fn insert(
    tx: &mut Tx,
    owner: UserId,
    subject: Uuid,
    is_folder: bool,
    reason: TrashReason,
    now: i64,
) -> Result<TrashId> {
    let id = new_id(now);
    query(
        "insert into trash (id, account_id, subject, is_folder, reason, trashed_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(owner.0)
    .bind(subject)
    .bind(is_folder)
    .bind(word(reason))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    Ok(TrashId(id))
}

/// Puts up to `batch` expired files into the trash. Answers whose they were, and how many.
pub async fn put_expired(db: &Db, now: i64, batch: u32) -> Result<Vec<(UserId, u32)>> {
    let mut tx = db.begin().await?;
    let owners = query(
        "select distinct account_id from
            (select account_id from file
             where expires_at <= $1 and expires_at is not null and trash_id is null limit $2) as gone
         order by account_id",
    );
    let owners: Vec<Uuid> = owners.bind(now).bind(batch).fetch_values(&mut tx).await?;
    let (mut put, mut left) = (Vec::new(), batch);
    for owner in owners.into_iter().map(UserId) {
        account::hold(&mut tx, owner).await?;
        let files: Vec<Uuid> = query(
            "select id from file
             where account_id = $1 and expires_at <= $2 and expires_at is not null
               and trash_id is null limit $3",
        )
        .bind(owner.0)
        .bind(now)
        .bind(left)
        .fetch_values(&mut tx)
        .await?;
        for file in &files {
            put_file(&mut tx, owner, FileId(*file), TrashReason::Expired, now).await?;
        }
        let files = u32::try_from(files.len()).unwrap_or(left);
        left -= files;
        put.push((owner, files));
    }
    tx.commit().await?;
    Ok(put)
}

/// Takes entries of somebody's back, all of them or none: to where they were, or where that is gone, into no folder; under
/// another name where theirs is taken. What has expired does so anew then, or as soon as it must. [`Error::NotFound`] where one
/// is another's or gone; [`Error::KeptTooLong`] where one is a file that must have expired by now.
pub async fn restore(
    db: &Db,
    owner: UserId,
    ids: &[TrashId],
    expiry: Expiry,
    now: i64,
) -> Result<()> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    let mut entries = Vec::with_capacity(ids.len());
    for id in ids {
        let entry: Option<(Uuid, bool)> =
            query("select subject, is_folder from trash where id = $1 and account_id = $2")
                .bind(id.0)
                .bind(owner.0)
                .fetch_optional(&mut tx)
                .await?;
        let (subject, is_folder) = entry.ok_or(Error::NotFound)?;
        if !entries.contains(&(!is_folder, *id, subject)) {
            entries.push((!is_folder, *id, subject));
        }
    }
    // Folders first: a file goes back to one that comes back with it.
    entries.sort();
    for (is_file, id, subject) in entries {
        if is_file {
            check_bound(&mut tx, subject, expiry, now).await?;
            place_file(&mut tx, owner, subject).await?;
        } else {
            place_folder(&mut tx, owner, subject).await?;
        }
        release(&mut tx, id, expiry, now).await?;
    }
    tx.commit().await
}

/// Whether a file may be there again.
async fn check_bound(tx: &mut Tx, file: Uuid, expiry: Expiry, now: i64) -> Result<()> {
    let Some(bound_ms) = expiry.bound_ms else { return Ok(()) };
    let is_over: bool = query(
        "select exists (select 1 from file where id = $1 and expires_at <= $2 and created_at + $3 <= $2)",
    )
    .bind(file)
    .bind(now)
    .bind(bound_ms)
    .fetch_value(tx)
    .await?;
    let limit = bound_ms.unsigned_abs() / 1000;
    if is_over { Err(Error::KeptTooLong { limit }) } else { Ok(()) }
}

/// Where something goes back to, and what it is called there.
async fn place(
    tx: &mut Tx,
    owner: UserId,
    what: Named,
    (was_in, name): (Uuid, String),
) -> Result<(Uuid, String)> {
    let is_there = folder::is_there(tx, owner, FolderId(was_in)).await?;
    let to = if is_there { was_in } else { folder::home(owner).0 };
    let name = naming::free(tx, what, to, &name).await?;
    Ok((to, name))
}

async fn place_file(tx: &mut Tx, owner: UserId, file: Uuid) -> Result<()> {
    let was = query("select folder_id, name from file where id = $1").bind(file);
    let Some(was) = was.fetch_optional(&mut *tx).await? else { return Ok(()) };
    let (folder, name) = place(tx, owner, Named::File, was).await?;
    query("update file set folder_id = $2, name = $3, name_key = $4 where id = $1")
        .bind(file)
        .bind(folder)
        .bind(&name)
        .bind(names::key(&name))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

async fn place_folder(tx: &mut Tx, owner: UserId, id: Uuid) -> Result<()> {
    let was = query("select parent_id, name from folder where id = $1").bind(id);
    let Some(was) = was.fetch_optional(&mut *tx).await? else { return Ok(()) };
    let (parent, name) = place(tx, owner, Named::Folder, was).await?;
    query("update folder set parent_id = $2, name = $3, name_key = $4 where id = $1")
        .bind(id)
        .bind(parent)
        .bind(&name)
        .bind(names::key(&name))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// What lies in an entry is there again, and the entry is not.
async fn release(tx: &mut Tx, id: TrashId, expiry: Expiry, now: i64) -> Result<()> {
    query("update folder set trash_id = null where trash_id = $1")
        .bind(id.0)
        .execute(&mut *tx)
        .await?;
    query(
        "update file set trash_id = null,
                warned_at = case when expires_at <= $2 then null else warned_at end,
                expires_at = case when expires_at is null or expires_at > $2 then expires_at
                                  when $4 is null or $3 <= created_at + $4 then $3
                                  else created_at + $4 end
         where trash_id = $1",
    )
    .bind(id.0)
    .bind(now)
    .bind(expiry.at)
    .bind(expiry.bound_ms)
    .execute(&mut *tx)
    .await?;
    query("delete from trash where id = $1").bind(id.0).execute(&mut *tx).await?;
    Ok(())
}

/// Bytes in somebody's trash.
pub async fn size(db: &Db, owner: UserId) -> Result<u64> {
    let size: i64 = query(
        "select cast(coalesce(sum(file.size), 0) as bigint)
         from trash join file on file.trash_id = trash.id where trash.account_id = $1",
    )
    .bind(owner.0)
    .fetch_value(db.reader())
    .await?;
    Ok(from_db(size))
}

/// Whether somebody has an entry of that id. [`Error::NotFound`] where not.
pub async fn check(db: &Db, owner: UserId, id: TrashId) -> Result<()> {
    let is_there: bool =
        query("select exists (select 1 from trash where id = $1 and account_id = $2)")
            .bind(id.0)
            .bind(owner.0)
            .fetch_value(db.reader())
            .await?;
    if is_there { Ok(()) } else { Err(Error::NotFound) }
}
