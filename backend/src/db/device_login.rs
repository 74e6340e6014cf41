//! Computers that ask to be let in by somebody who is signed in elsewhere.

use sharesync_protocol::UserId;
use sharesync_protocol::api::Role;
use uuid::Uuid;

use super::account::{self, role_from_db};
use super::statement::query;
use super::{Db, TokenHash, Tx};
use crate::error::{Error, Result};

/// How much earlier than said a question may come, in milliseconds: what the line makes of one that was put in time.
const EARLY_MS: i64 = 1000;
/// How much further apart the questions of one that asks too soon have to be, in milliseconds (RFC 8628 §3.5).
const SLOWER_MS: i64 = 5000;

/// A computer that begins to ask.
pub struct NewDeviceLogin<'a> {
    /// Of what it asks with.
    pub device: &'a TokenHash,
    /// Of what a person types.
    pub code: &'a TokenHash,
    /// What it calls itself.
    pub name: &'a str,
    /// Which network it asks from.
    pub network: &'a str,
    /// When it is too late.
    pub expires_at: i64,
    /// How far apart its questions have to be, in milliseconds.
    pub interval_ms: i64,
}

/// A computer that waits for somebody to let it in.
#[derive(sqlx::FromRow)]
pub struct Waiting {
    /// What it calls itself.
    pub name: String,
    /// Which network it asked from.
    pub network: String,
    /// When it asked.
    pub created_at: i64,
    /// When it is too late.
    pub expires_at: i64,
}

/// What a person says to a computer that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// This account lets it in.
    Approved(UserId),
    /// It stays outside.
    Denied,
}

/// A computer that was let in.
pub struct Admitted {
    /// By whom.
    pub user: UserId,
    /// Their role now.
    pub role: Role,
    /// What it calls itself.
    pub name: String,
}

/// Keeps that a computer asks. `false` where another one has the same code.
pub async fn begin(db: &Db, new: &NewDeviceLogin<'_>, now: i64) -> Result<bool> {
    let begun = query(
        "insert into device_login
            (device_hash, user_hash, name, network, created_at, expires_at, interval_ms)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (user_hash) do nothing",
    )
    .bind(new.device.as_slice())
    .bind(new.code.as_slice())
    .bind(new.name)
    .bind(new.network)
    .bind(now)
    .bind(new.expires_at)
    .bind(new.interval_ms)
    .execute(db.writer())
    .await?;
    Ok(begun == 1)
}

/// The computer that waits with a code, if one does.
pub async fn waiting(db: &Db, code: &TokenHash, now: i64) -> Result<Option<Waiting>> {
    Ok(query(
        "select name, network, created_at, expires_at from device_login
         where user_hash = $1 and state = 'pending' and expires_at > $2",
    )
    .bind(code.as_slice())
    .bind(now)
    .fetch_optional(db.reader())
    .await?)
}

/// Decides about the computer that waits with a code, once. [`Error::NotFound`] where none does.
pub async fn decide(db: &Db, code: &TokenHash, decision: Decision, now: i64) -> Result<()> {
    let (state, user) = match decision {
        Decision::Approved(user) => ("approved", Some(user.0)),
        Decision::Denied => ("denied", None),
    };
    let decided = query(
        "update device_login set state = $2, account_id = $3
         where user_hash = $1 and state = 'pending' and expires_at > $4",
    )
    .bind(code.as_slice())
    .bind(state)
    .bind(user)
    .bind(now)
    .execute(db.writer())
    .await?;
    if decided == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Lets a computer in that somebody has approved, once. [`Error::AuthorizationPending`] and [`Error::SlowDown`], which are
/// to be committed; [`Error::AccessDenied`] and [`Error::ExpiredToken`]; [`Error::NotFound`] where nothing asks with this.
pub async fn admit(tx: &mut Tx, device: &TokenHash, now: i64) -> Result<Admitted> {
    let row: Option<(String, Option<Uuid>, i64)> =
        query("select state, account_id, expires_at from device_login where device_hash = $1")
            .bind(device.as_slice())
            .fetch_optional(&mut *tx)
            .await?;
    let (state, user, expires_at) = row.ok_or(Error::NotFound)?;
    if expires_at <= now {
        return Err(Error::ExpiredToken);
    }
    match user {
        Some(user) => take(tx, device, UserId(user)).await,
        None if state == "denied" => Err(Error::AccessDenied),
        None => Err(pace(tx, device, now).await?),
    }
}

/// Uses up what somebody has approved: of two who come at one time, one finds it.
async fn take(tx: &mut Tx, device: &TokenHash, user: UserId) -> Result<Admitted> {
    account::hold(tx, user).await?;
    let name: Option<String> =
        query("delete from device_login where device_hash = $1 and account_id = $2 returning name")
            .bind(device.as_slice())
            .bind(user.0)
            .fetch_optional_value(&mut *tx)
            .await?;
    let name = name.ok_or(Error::NotFound)?;
    let role: Option<String> =
        query("select role from account where id = $1 and disabled_at is null")
            .bind(user.0)
            .fetch_optional_value(tx)
            .await?;
    let role = role_from_db(&role.ok_or(Error::NotFound)?);
    Ok(Admitted { user, role, name })
}

/// What a computer is told that still waits. One that asks too soon has to wait longer from then on.
async fn pace(tx: &mut Tx, device: &TokenHash, now: i64) -> Result<Error> {
    let hurries = query(
        "update device_login set polled_at = $2, interval_ms = interval_ms + $4
         where device_hash = $1 and polled_at > $2 - interval_ms + $3",
    )
    .bind(device.as_slice())
    .bind(now)
    .bind(EARLY_MS)
    .bind(SLOWER_MS)
    .execute(&mut *tx)
    .await?;
    if hurries == 1 {
        return Ok(Error::SlowDown);
    }
    query("update device_login set polled_at = $2 where device_hash = $1")
        .bind(device.as_slice())
        .bind(now)
        .execute(tx)
        .await?;
    Ok(Error::AuthorizationPending)
}

/// Removes up to `batch` that are over. Answers how many went.
pub async fn purge(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from device_login where device_hash in
            (select device_hash from device_login where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
