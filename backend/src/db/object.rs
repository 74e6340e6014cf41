//! Objects: the rows that stand for bytes in the store. The row comes before the bytes and goes
//! after them.

use uuid::Uuid;

use super::from_db;
use super::statement::{Statement, query};
use super::{Db, Tx, new_id};
use crate::blob::Object;
use crate::error::Result;

/// A file's object: of the columns `object_id`, `size` and `crc32`.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    object_id: Uuid,
    size: i64,
    crc32: Option<i64>,
}

impl From<Row> for Object {
    fn from(row: Row) -> Self {
        let crc32 = row.crc32.and_then(|crc32| u32::try_from(crc32).ok());
        Self { id: row.object_id, size: from_db(row.size), crc32 }
    }
}

/// Announces an object that is about to be written.
pub async fn begin(db: &Db, now: i64) -> Result<Uuid> {
    let id = new_id(now);
    insert(id, now).execute(db.writer()).await?;
    Ok(id)
}

/// The same, within a transaction.
pub(super) async fn announce(tx: &mut Tx, now: i64) -> Result<Uuid> {
    let id = new_id(now);
    insert(id, now).execute(tx).await?;
    Ok(id)
}

fn insert(id: Uuid, now: i64) -> Statement<'static> {
    query("insert into object (id, state, created_at) values ($1, 'writing', $2)")
        .bind(id)
        .bind(now)
}

/// The bytes are whole, sealed and durable: a file may own them. `false` where the object was given up
/// in the meantime.
pub(super) async fn settle(tx: &mut Tx, id: Uuid, crc32: u32, now: i64) -> Result<bool> {
    let settled = query(
        "update object set state = 'live', crc32 = $2, verified_at = $3
         where id = $1 and state = 'writing'",
    )
    .bind(id)
    .bind(crc32)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    Ok(settled == 1)
}

/// An object that had no seal has one.
pub async fn sealed(db: &Db, id: Uuid, crc32: u32) -> Result<()> {
    query("update object set crc32 = $2 where id = $1 and state = 'live'")
        .bind(id)
        .bind(crc32)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// All of an object's bytes were read, and are what was stored.
pub async fn verified(db: &Db, id: Uuid, now: i64) -> Result<()> {
    query("update object set verified_at = $2, damaged_at = null where id = $1 and state = 'live'")
        .bind(id)
        .bind(now)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// An object's bytes are not what was stored. `false` where it is to go in any case.
pub async fn damaged(db: &Db, id: Uuid, now: i64) -> Result<bool> {
    let marked = query(
        "update object set verified_at = $2, damaged_at = $2 where id = $1 and state = 'live'",
    );
    Ok(marked.bind(id).bind(now).execute(db.writer()).await? == 1)
}

/// Marks objects as to be removed, because their files are gone.
pub(super) async fn doom(tx: &mut Tx, id: Uuid) -> Result<()> {
    query("update object set state = 'doomed' where id = $1").bind(id).execute(&mut *tx).await?;
    Ok(())
}

/// Marks what has been 'writing' since before a moment as to be removed, unless it is an upload's, which has a time of
/// its own. Answers how many.
pub async fn doom_abandoned(db: &Db, started_before: i64) -> Result<u64> {
    Ok(query(
        "update object set state = 'doomed'
         where state = 'writing' and created_at < $1
           and not exists (select 1 from upload where upload.object_id = object.id)",
    )
    .bind(started_before)
    .execute(db.writer())
    .await?)
}

/// Up to `batch` objects whose bytes are to be removed.
pub async fn doomed(db: &Db, batch: u32) -> Result<Vec<Uuid>> {
    Ok(query("select id from object where state = 'doomed' limit $1")
        .bind(batch)
        .fetch_values(db.reader())
        .await?)
}

/// Forgets an object that no file owns, once its bytes are gone.
pub async fn forget(db: &Db, id: Uuid) -> Result<()> {
    query("delete from object where id = $1 and state <> 'live'")
        .bind(id)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Everything that has a row, oldest first: up to `limit` that follow `after`.
pub async fn ids(db: &Db, after: Option<Uuid>, limit: u32) -> Result<Vec<Uuid>> {
    Ok(query("select id from object where $1 is null or id > $1 order by id limit $2")
        .bind(after)
        .bind(limit)
        .fetch_values(db.reader())
        .await?)
}
