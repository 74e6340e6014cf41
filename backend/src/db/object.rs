//! Objects: the rows that stand for bytes in the store. The row comes before the bytes and goes
//! after them. Those that are not 'live' are few and have an index of their own, which SQLite uses where a statement says so
//! in its words.

use std::ops::Deref;

use sharesync_protocol::api::ScanState;
use uuid::Uuid;

use super::from_db;
use super::statement::{Statement, query};
use super::{Db, Tx, above, scan};
use crate::blob::{Incoming, Object, Place, WrappedKey};
use crate::error::{Error, Result};
use crate::scanning::Verdict;

/// What a file's object is read from.
macro_rules! columns {
    () => {
        "object_id, size, crc32, wrapped_key, key_name, place = 'bucket' as in_bucket,
         damaged_at is not null as damaged, scan"
    };
}
pub(super) use columns;

/// A file's object, of [`columns`].
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    object_id: Uuid,
    size: i64,
    crc32: Option<i64>,
    #[sqlx(flatten)]
    key: KeyRow,
    in_bucket: bool,
    damaged: bool,
    scan: String,
}

impl Row {
    /// The object, for its bytes to be handed out. [`Error::Damaged`] where they are known not to be what was stored,
    /// [`Error::ScanPending`] where nobody has looked for viruses in them yet, [`Error::Quarantined`] where one was found.
    pub(super) fn release(self) -> Result<Released> {
        if self.damaged {
            return Err(Error::Damaged);
        }
        match scan::state(&self.scan) {
            ScanState::Clean | ScanState::Unscanned => Ok(Released(self.into())),
            ScanState::Infected => Err(Error::Quarantined),
            ScanState::Pending => Err(Error::ScanPending),
        }
    }
}

/// An object whose bytes may be handed out. Whatever leaves the server, by itself or out of the bucket, is one, and
/// [`Row::release`] alone makes them.
#[derive(Clone, Debug)]
pub struct Released(Object);

impl Deref for Released {
    type Target = Object;

    fn deref(&self) -> &Object {
        &self.0
    }
}

/// What an object is encrypted with: of the columns `wrapped_key` and `key_name`.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct KeyRow {
    wrapped_key: Option<Vec<u8>>,
    key_name: Option<String>,
}

impl From<Row> for Object {
    fn from(row: Row) -> Self {
        let crc32 = row.crc32.and_then(|crc32| u32::try_from(crc32).ok());
        Self {
            id: row.object_id,
            size: from_db(row.size),
            crc32,
            key: row.key.into(),
            place: place(row.in_bucket),
        }
    }
}

impl From<KeyRow> for Option<WrappedKey> {
    fn from(row: KeyRow) -> Self {
        let (under, sealed) = row.key_name.zip(row.wrapped_key)?;
        Some(WrappedKey { under, sealed: sealed.into() })
    }
}

/// What `place = 'bucket'` says.
pub(super) fn place(in_bucket: bool) -> Place {
    if in_bucket { Place::Bucket } else { Place::Disk }
}

fn word(place: Place) -> &'static str {
    match place {
        Place::Disk => "disk",
        Place::Bucket => "bucket",
    }
}

/// An object that may be removed, wherever there is something of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doomed {
    /// Its name.
    pub id: Uuid,
    /// Where its bytes lie, or were to.
    pub place: Place,
    /// The upload of its parts to the bucket, where there was one.
    pub multipart: Option<String>,
}

/// Announces an object that is about to be written.
pub async fn begin(db: &Db, object: &Incoming, now: i64) -> Result<()> {
    insert(object, now).execute(db.writer()).await?;
    Ok(())
}

/// The same, within a transaction.
pub(super) async fn announce(tx: &mut Tx, object: &Incoming, now: i64) -> Result<()> {
    insert(object, now).execute(tx).await?;
    Ok(())
}

fn insert(object: &Incoming, now: i64) -> Statement<'_> {
    let key = object.key.as_ref();
    query(
        "insert into object (id, state, created_at, wrapped_key, key_name, place, scan)
         values ($1, 'writing', $2, $3, $4, $5, 'pending')",
    )
    .bind(object.id)
    .bind(now)
    .bind(key.map(|key| &*key.sealed))
    .bind(key.map(|key| key.under.as_str()))
    .bind(word(object.place))
}

/// The name of a master key that is neither of two, sorted, and that objects' keys are encrypted under.
pub async fn unknown_key(db: &Db, known: &[String; 2]) -> Result<Option<String>> {
    Ok(query(
        "select key_name from object
         where key_name is not null
           and (key_name < $1 or (key_name > $1 and key_name < $2) or key_name > $2)
         limit 1",
    )
    .bind(known[0].as_str())
    .bind(known[1].as_str())
    .fetch_optional_value(db.reader())
    .await?)
}

/// Up to `limit` objects whose keys are encrypted under another master key than this.
pub async fn wrapped_otherwise(
    db: &Db,
    key_name: &str,
    limit: u32,
) -> Result<Vec<(Uuid, WrappedKey)>> {
    let found: Vec<(Uuid, String, Vec<u8>)> = query(
        "select id, key_name, wrapped_key from object
         where key_name is not null and (key_name < $1 or key_name > $1) limit $2",
    )
    .bind(key_name)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let keyed =
        |(id, under, sealed): (_, _, Vec<u8>)| (id, WrappedKey { under, sealed: sealed.into() });
    Ok(found.into_iter().map(keyed).collect())
}

/// Objects' keys are encrypted under another master key now.
pub async fn rewrap(db: &Db, keys: &[(Uuid, WrappedKey)]) -> Result<()> {
    let mut tx = db.begin().await?;
    for (id, key) in keys {
        query("update object set wrapped_key = $2, key_name = $3 where id = $1")
            .bind(*id)
            .bind(&*key.sealed)
            .bind(key.under.as_str())
            .execute(&mut tx)
            .await?;
    }
    tx.commit().await
}

/// The bytes are whole, sealed and durable: a file may own them. Without a verdict they wait for one, from now on. `false`
/// where the object was given up in the meantime.
pub(super) async fn settle(
    tx: &mut Tx,
    id: Uuid,
    crc32: Option<u32>,
    verdict: Option<&Verdict>,
    now: i64,
) -> Result<bool> {
    let settled = query(
        "update object set state = 'live', crc32 = $2, verified_at = $3, scan = $4,
                           scan_found = $5, scan_due_at = $6
         where id = $1 and state = 'writing'",
    )
    .bind(id)
    .bind(crc32)
    .bind(now)
    .bind(scan::word(verdict))
    .bind(scan::found(verdict))
    .bind(verdict.is_none().then_some(now))
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

/// Gives up an object that was to become a file's: marks it as to be removed. `false` where it did become one, or is
/// marked already.
pub async fn give_up(db: &Db, id: Uuid) -> Result<bool> {
    let given_up = query("update object set state = 'doomed' where id = $1 and state = 'writing'")
        .bind(id)
        .execute(db.writer())
        .await?;
    Ok(given_up == 1)
}

/// Marks what has been 'writing' since before a moment as to be removed, unless it is an upload's, which has a time of
/// its own. Answers how many.
pub async fn doom_abandoned(db: &Db, started_before: i64) -> Result<u64> {
    Ok(query(
        "update object set state = 'doomed'
         where state <> 'live' and state = 'writing' and created_at < $1
           and not exists (select 1 from upload where upload.object_id = object.id)",
    )
    .bind(started_before)
    .execute(db.writer())
    .await?)
}

/// Up to `batch` objects whose bytes are to be removed.
pub async fn doomed(db: &Db, batch: u32) -> Result<Vec<Doomed>> {
    let found: Vec<(Uuid, bool, Option<String>)> = query(
        "select id, place = 'bucket', multipart from object
         where state <> 'live' and state = 'doomed' limit $1",
    )
    .bind(batch)
    .fetch_all(db.reader())
    .await?;
    let doomed = |(id, in_bucket, multipart)| Doomed { id, place: place(in_bucket), multipart };
    Ok(found.into_iter().map(doomed).collect())
}

/// An object that was given up or whose file is gone. None where it is gone, too.
pub async fn doomed_one(db: &Db, id: Uuid) -> Result<Option<Doomed>> {
    let found: Option<(bool, Option<String>)> =
        query("select place = 'bucket', multipart from object where id = $1 and state = 'doomed'")
            .bind(id)
            .fetch_optional(db.reader())
            .await?;
    Ok(found.map(|(in_bucket, multipart)| Doomed { id, place: place(in_bucket), multipart }))
}

/// The parts of an object go to the bucket by this upload; where somebody has said another before, by that.
pub async fn begin_multipart(db: &Db, id: Uuid, multipart: &str) -> Result<Option<String>> {
    Ok(query(
        "update object set multipart = coalesce(multipart, $2) where id = $1 and state = 'writing'
         returning multipart",
    )
    .bind(id)
    .bind(multipart)
    .fetch_optional_value(db.writer())
    .await?)
}

/// By which upload an object's parts go to the bucket.
pub async fn multipart(db: &Db, id: Uuid) -> Result<Option<String>> {
    let found: Option<Option<String>> = query("select multipart from object where id = $1")
        .bind(id)
        .fetch_optional_value(db.reader())
        .await?;
    Ok(found.flatten())
}

/// There is no such upload of an object's parts any more.
pub async fn forget_multipart(db: &Db, id: Uuid, multipart: &str) -> Result<()> {
    query("update object set multipart = null where id = $1 and multipart = $2")
        .bind(id)
        .bind(multipart)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// An object that lies in the bucket, and has a file.
pub async fn live_in_bucket(db: &Db, id: Uuid) -> Result<Option<Incoming>> {
    let found: Option<KeyRow> = query(
        "select wrapped_key, key_name from object
         where id = $1 and state = 'live' and place = 'bucket'",
    )
    .bind(id)
    .fetch_optional(db.reader())
    .await?;
    Ok(found.map(|key| Incoming { id, place: Place::Bucket, key: key.into() }))
}

/// Whether anything lies in the bucket, or is to.
pub async fn any_in_bucket(db: &Db) -> Result<bool> {
    let found: Option<Uuid> = query("select id from object where place = 'bucket' limit 1")
        .fetch_optional_value(db.reader())
        .await?;
    Ok(found.is_some())
}

/// Forgets objects that no file owns, once their bytes are gone: together, so that they are one commit.
pub async fn forget_all(db: &Db, ids: &[Uuid]) -> Result<()> {
    let mut tx = db.begin().await?;
    for id in ids {
        forgetting(*id).execute(&mut tx).await?;
    }
    tx.commit().await
}

/// Forgets an object that no file owns, once its bytes are gone.
pub async fn forget(db: &Db, id: Uuid) -> Result<()> {
    forgetting(id).execute(db.writer()).await?;
    Ok(())
}

fn forgetting(id: Uuid) -> Statement<'static> {
    query("delete from object where id = $1 and state <> 'live'").bind(id)
}

/// Everything that has a row, oldest first: up to `limit` that follow `after`.
pub async fn ids(db: &Db, after: Option<Uuid>, limit: u32) -> Result<Vec<Uuid>> {
    Ok(query("select id from object where id > $1 order by id limit $2")
        .bind(above(after))
        .bind(limit)
        .fetch_values(db.reader())
        .await?)
}
