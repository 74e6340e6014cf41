//! Parts of uploads that are there for good.

use sharesync_protocol::UploadId;
use sharesync_protocol::api::{ReceivedPart, Sha256Digest};

use super::statement::{Statement, query};
use super::{Db, to_db};
use crate::error::{Error, Result};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "i64")]
    number: u32,
    #[sqlx(try_from = "i64")]
    size: u64,
    #[sqlx(try_from = "Vec<u8>")]
    sha256: Sha256Digest,
}

impl From<Row> for ReceivedPart {
    fn from(Row { number, size, sha256 }: Row) -> Self {
        Self { number, size, sha256 }
    }
}

/// The parts that are there, in their order.
pub async fn all(db: &Db, id: UploadId) -> Result<Vec<ReceivedPart>> {
    let rows: Vec<Row> =
        query("select number, size, sha256 from upload_part where upload_id = $1 order by number")
            .bind(id.0)
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().map(ReceivedPart::from).collect())
}

/// The digest of a part, where it is there.
pub async fn digest(db: &Db, id: UploadId, number: u32) -> Result<Option<Sha256Digest>> {
    let found: Option<Vec<u8>> =
        query("select sha256 from upload_part where upload_id = $1 and number = $2")
            .bind(id.0)
            .bind(number)
            .fetch_optional_value(db.reader())
            .await?;
    Ok(found.and_then(|bytes| bytes.try_into().ok()))
}

/// A part's bytes are there, durable: says so for good, and keeps the upload for longer. [`Error::NotFound`] where it
/// takes no more of them.
pub async fn record(db: &Db, id: UploadId, part: &ReceivedPart, expires_at: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let kept = query("update upload set expires_at = $2 where id = $1 and file_id is null")
        .bind(id.0)
        .bind(expires_at)
        .execute(&mut tx)
        .await?;
    if kept == 0 {
        return Err(Error::NotFound);
    }
    recording(id, part).execute(&mut tx).await?;
    tx.commit().await
}

fn recording(id: UploadId, part: &ReceivedPart) -> Statement<'_> {
    query(
        "insert into upload_part (upload_id, number, size, sha256) values ($1, $2, $3, $4)
         on conflict (upload_id, number) do update
         set size = excluded.size, sha256 = excluded.sha256",
    )
    .bind(id.0)
    .bind(part.number)
    .bind(to_db(part.size))
    .bind(part.sha256.0.as_slice())
}

/// These parts are there, for good, and no others. Answers whether that is news, which keeps the upload for longer; where the
/// upload takes no more of them, it is not.
pub async fn replace(
    db: &Db,
    id: UploadId,
    parts: &[ReceivedPart],
    expires_at: i64,
) -> Result<bool> {
    let known = all(db, id).await?;
    if known == parts {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    let kept = query("update upload set expires_at = $2 where id = $1 and file_id is null")
        .bind(id.0)
        .bind(expires_at)
        .execute(&mut tx)
        .await?;
    if kept == 0 {
        return Ok(false);
    }
    for gone in known.iter().filter(|part| !parts.contains(part)) {
        forgetting(id, gone.number).execute(&mut tx).await?;
    }
    for new in parts.iter().filter(|part| !known.contains(part)) {
        recording(id, new).execute(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// A part is about to be written anew: what is there of it counts no more.
pub async fn forget(db: &Db, id: UploadId, number: u32) -> Result<()> {
    forgetting(id, number).execute(db.writer()).await?;
    Ok(())
}

fn forgetting(id: UploadId, number: u32) -> Statement<'static> {
    query("delete from upload_part where upload_id = $1 and number = $2").bind(id.0).bind(number)
}
