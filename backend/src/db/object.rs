//! Objects: the rows that stand for bytes in the store. The row comes before the bytes and goes
//! after them.

use uuid::Uuid;

use super::statement::{Statement, query};
use super::{Db, Tx, new_id};
use crate::error::Result;

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

/// The bytes are whole and durable: a file may own them. `false` where the object was given up
/// in the meantime.
pub(super) async fn settle(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let settled = query("update object set state = 'live' where id = $1 and state = 'writing'")
        .bind(id)
        .execute(&mut *tx)
        .await?;
    Ok(settled == 1)
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
