//! What is known of viruses in objects, and those that wait to be looked at: a queue that a restart does not lose.

use sharesync_protocol::api::{Metric, ScanResult, ScanState};
use sharesync_protocol::{FileId, UserId};
use uuid::Uuid;

use super::statement::query;
use super::tally::{self, Tally};
use super::{Db, Tx, mail, object};
use crate::blob::Object;
use crate::error::Result;
use crate::mail::Message;
use crate::scanning::Verdict;

/// The columns of what is known.
macro_rules! columns {
    () => {
        "object.scan, object.scan_found"
    };
}
pub(super) use columns;

/// What is known, of [`columns`].
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    scan: String,
    scan_found: Option<String>,
}

impl From<Row> for ScanResult {
    fn from(Row { scan, scan_found }: Row) -> Self {
        Self { scan: state(&scan), scan_found }
    }
}

/// What a word in the database says; one that it does not have is no leave to hand anything out.
pub(super) fn state(word: &str) -> ScanState {
    match word {
        "clean" => ScanState::Clean,
        "infected" => ScanState::Infected,
        "unscanned" => ScanState::Unscanned,
        _ => ScanState::Pending,
    }
}

/// The word for a verdict, or for that there is none yet.
pub(super) fn word(verdict: Option<&Verdict>) -> &'static str {
    match verdict {
        None => "pending",
        Some(Verdict::Clean) => "clean",
        Some(Verdict::Infected { .. }) => "infected",
        Some(Verdict::Unscanned) => "unscanned",
    }
}

/// What was found.
pub(super) fn found(verdict: Option<&Verdict>) -> Option<&str> {
    match verdict {
        Some(Verdict::Infected { found }) => Some(found),
        _ => None,
    }
}

/// What those are told who ask for what comes of a verdict.
pub(super) fn result(verdict: Option<&Verdict>) -> ScanResult {
    ScanResult { scan: state(word(verdict)), scan_found: found(verdict).map(str::to_owned) }
}

/// An object that waits to be looked at.
#[derive(sqlx::FromRow)]
pub struct Waiting {
    /// The object.
    #[sqlx(flatten, try_from = "object::Row")]
    pub object: Object,
    /// How often looking at it has failed.
    #[sqlx(rename = "scan_attempts", try_from = "i64")]
    pub attempts: u32,
}

/// Up to `limit` objects that are to be looked at now, in the order in which they came, or were put off to.
pub async fn due(db: &Db, now: i64, limit: u32) -> Result<Vec<Waiting>> {
    Ok(query(concat!(
        "select ",
        object::columns!(),
        ", scan_attempts
         from object join file on file.object_id = object.id
         where object.scan = 'pending' and scan_due_at <= $1
         order by scan_due_at, object.id limit $2"
    ))
    .bind(now)
    .bind(limit)
    .fetch_all(db.reader())
    .await?)
}

/// Whatever was put off is to be looked at now.
pub async fn hasten(db: &Db, now: i64) -> Result<()> {
    query("update object set scan_due_at = $1 where scan = 'pending' and scan_due_at > $1")
        .bind(now)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Looking at an object has failed: it is tried again then.
pub async fn put_off(db: &Db, object: Uuid, due_at: i64) -> Result<()> {
    query(
        "update object set scan_attempts = scan_attempts + 1, scan_due_at = $2
         where id = $1 and scan = 'pending'",
    )
    .bind(object)
    .bind(due_at)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Remembers what was found, and has those told whom it concerns. Answers which file it is about, and whose; none where
/// that is gone, or something was known already.
pub async fn decide(
    db: &Db,
    object: Uuid,
    verdict: &Verdict,
    now: i64,
) -> Result<Option<(FileId, UserId)>> {
    let mut tx = db.begin().await?;
    let decided = query(
        "update object set scan = $2, scan_found = $3, scan_due_at = null
         where id = $1 and scan = 'pending' and state = 'live'",
    )
    .bind(object)
    .bind(word(Some(verdict)))
    .bind(found(Some(verdict)))
    .execute(&mut tx)
    .await?;
    if decided == 0 {
        return Ok(None);
    }
    let file: Option<(Uuid, Uuid)> = query("select id, account_id from file where object_id = $1")
        .bind(object)
        .fetch_optional(&mut tx)
        .await?;
    let file = file.map(|(id, owner)| (FileId(id), UserId(owner)));
    count(&mut tx, verdict, now).await?;
    if let Some((file, owner)) = file
        && matches!(verdict, Verdict::Infected { .. })
    {
        tell(&mut tx, file, owner, now).await?;
    }
    tx.commit().await?;
    Ok(file)
}

/// Enters that somebody has looked, where they have.
pub(super) async fn count(tx: &mut Tx, verdict: &Verdict, now: i64) -> Result<()> {
    if matches!(verdict, Verdict::Unscanned) {
        return Ok(());
    }
    let tally = Tally::once(Metric::Scans, 0).of(word(Some(verdict)));
    tally::enter(tx, tally, now).await
}

/// Has a file's owner and every administrator told that it is in quarantine, once that is committed.
pub(super) async fn tell(tx: &mut Tx, file: FileId, owner: UserId, now: i64) -> Result<()> {
    let told: Vec<(Uuid, String)> = query(
        "select id, email from account
         where disabled_at is null
           and (id = $1 or (role = 'admin' and email_verified_at is not null))",
    )
    .bind(owner.0)
    .fetch_all(&mut *tx)
    .await?;
    for (account, address) in told {
        let message = if account == owner.0 {
            Message::Quarantined { file }
        } else {
            Message::QuarantinedOfSomebody { file }
        };
        mail::queue(tx, &address, &message, now).await?;
    }
    Ok(())
}

/// A file in quarantine, in words.
pub struct Quarantined {
    /// Whose it is, by username.
    pub owner: String,
    /// What it is called.
    pub name: String,
    /// What was found in it.
    pub found: String,
}

/// What there is to say of a file in quarantine; none where it is gone.
pub async fn quarantined(db: &Db, file: FileId) -> Result<Option<Quarantined>> {
    let row: Option<(String, String, String)> = query(
        "select account.username, file.name, coalesce(object.scan_found, '') from file
         join account on account.id = file.account_id
         join object on object.id = file.object_id
         where file.id = $1 and object.scan = 'infected'",
    )
    .bind(file.0)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(owner, name, found)| Quarantined { owner, name, found }))
}
