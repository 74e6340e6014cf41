//! What the purge took away: an entry each, in the transaction that takes it.

use sharesync_protocol::UserId;
use sharesync_protocol::api::{Metric, PurgeReason, PurgeRecord, Purgeable};
use uuid::Uuid;

use super::statement::query;
use super::tally::{self, Tally};
use super::{Db, Tx, below, from_db, new_id, to_db};
use crate::error::Result;

/// Something that is being taken away.
pub(super) struct Removed {
    /// What it is.
    pub what: Purgeable,
    /// Its id.
    pub subject: Uuid,
    /// Whose it was.
    pub owner: UserId,
    /// Bytes that it took.
    pub bytes: u64,
    /// Why it goes.
    pub reason: PurgeReason,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    what: String,
    subject: Uuid,
    username: String,
    bytes: i64,
    reason: String,
    removed_at: i64,
}

impl From<Row> for PurgeRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            what: if row.what == name_of(Purgeable::File) {
                Purgeable::File
            } else {
                Purgeable::Upload
            },
            subject: row.subject,
            owner: row.username,
            bytes: from_db(row.bytes),
            reason: if row.reason == name_of_reason(PurgeReason::Expired) {
                PurgeReason::Expired
            } else {
                PurgeReason::Abandoned
            },
            removed_at: row.removed_at,
        }
    }
}

fn name_of(what: Purgeable) -> &'static str {
    match what {
        Purgeable::File => "file",
        Purgeable::Upload => "upload",
    }
}

fn name_of_reason(reason: PurgeReason) -> &'static str {
    match reason {
        PurgeReason::Expired => "expired",
        PurgeReason::Abandoned => "abandoned",
    }
}

/// Writes down that something goes.
pub(super) async fn write(tx: &mut Tx, removed: &Removed, now: i64) -> Result<()> {
    query(
        "insert into purge_record (id, what, subject, account_id, bytes, reason, removed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new_id(now))
    .bind(name_of(removed.what))
    .bind(removed.subject)
    .bind(removed.owner.0)
    .bind(to_db(removed.bytes))
    .bind(name_of_reason(removed.reason))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let tally = Tally::once(Metric::Purges, removed.bytes).of(name_of(removed.what));
    tally::enter(tx, tally, now).await
}

/// One page of what went, the last first.
pub async fn page(db: &Db, before: Option<Uuid>, limit: u32) -> Result<Vec<PurgeRecord>> {
    let rows: Vec<Row> = query(
        "select purge_record.id, what, subject, account.username, bytes, reason, removed_at
         from purge_record join account on account.id = purge_record.account_id
         where purge_record.id < $1 order by purge_record.id desc limit $2",
    )
    .bind(below(before))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(PurgeRecord::from).collect())
}

/// Removes up to `batch` entries from before a moment. Answers how many.
pub async fn purge(db: &Db, removed_before: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from purge_record where id in
            (select id from purge_record where removed_at < $1 limit $2)",
    )
    .bind(removed_before)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
