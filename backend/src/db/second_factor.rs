//! Second factors, recovery codes, and sign-ins that wait for one.

use sharesync_protocol::UserId;
use uuid::Uuid;

use super::statement::query;
use super::{Db, TokenHash, Tx};
use crate::error::{Error, Result};

/// Somebody's second factor.
pub struct SecondFactor {
    /// Its secret, sealed.
    pub sealed: Vec<u8>,
    /// Whether it is asked for.
    pub is_confirmed: bool,
}

/// Somebody's second factor, if they have one, confirmed or not.
pub async fn get(db: &Db, user: UserId) -> Result<Option<SecondFactor>> {
    let row: Option<(Vec<u8>, Option<i64>)> = query(
        "select totp_secret, totp_confirmed_at from account
         where id = $1 and totp_secret is not null",
    )
    .bind(user.0)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(sealed, confirmed_at)| SecondFactor {
        sealed,
        is_confirmed: confirmed_at.is_some(),
    }))
}

/// Keeps a secret that is yet to be confirmed. [`Error::SecondFactorState`] where there is one that is.
pub async fn begin(db: &Db, user: UserId, sealed: &[u8]) -> Result<()> {
    let begun =
        query("update account set totp_secret = $2 where id = $1 and totp_confirmed_at is null")
            .bind(user.0)
            .bind(sealed)
            .execute(db.writer())
            .await?;
    if begun == 1 {
        Ok(())
    } else {
        Err(Error::SecondFactorState("You have a second factor already."))
    }
}

/// From now on it is asked for. `false` where it was confirmed before.
pub async fn confirm(tx: &mut Tx, user: UserId, now: i64) -> Result<bool> {
    let confirmed = query(
        "update account set totp_confirmed_at = $2
         where id = $1 and totp_secret is not null and totp_confirmed_at is null",
    )
    .bind(user.0)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(confirmed == 1)
}

/// Uses the code of a step of time up. `false` where that or a later one was used.
pub async fn use_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool> {
    let used = query("update account set totp_step = $2 where id = $1 and totp_step < $2")
        .bind(user.0)
        .bind(step)
        .execute(tx)
        .await?;
    Ok(used == 1)
}

/// Uses a recovery code up. `false` where there is none such.
pub async fn use_recovery_code(tx: &mut Tx, user: UserId, code: &TokenHash) -> Result<bool> {
    let used = query("delete from recovery_code where account_id = $1 and hash = $2")
        .bind(user.0)
        .bind(code.as_slice())
        .execute(tx)
        .await?;
    Ok(used == 1)
}

/// Gives somebody other recovery codes.
pub async fn replace_recovery_codes(tx: &mut Tx, user: UserId, codes: &[TokenHash]) -> Result<()> {
    query("delete from recovery_code where account_id = $1").bind(user.0).execute(&mut *tx).await?;
    for code in codes {
        query("insert into recovery_code (account_id, hash) values ($1, $2)")
            .bind(user.0)
            .bind(code.as_slice())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Takes somebody's second factor away. The steps that were used stay used.
pub async fn remove(tx: &mut Tx, user: UserId) -> Result<()> {
    query("update account set totp_secret = null, totp_confirmed_at = null where id = $1")
        .bind(user.0)
        .execute(&mut *tx)
        .await?;
    replace_recovery_codes(tx, user, &[]).await
}

/// Keeps that somebody has shown the first factor.
pub async fn half_sign_in(db: &Db, token: &TokenHash, user: UserId, expires_at: i64) -> Result<()> {
    query("insert into half_sign_in (hash, account_id, expires_at) values ($1, $2, $3)")
        .bind(token.as_slice())
        .bind(user.0)
        .bind(expires_at)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Counts an attempt at the second factor before it is looked at. `None` where there were `most` already, or the
/// sign-in is unknown or was too long ago.
pub async fn attempt(db: &Db, token: &TokenHash, most: u32, now: i64) -> Result<Option<UserId>> {
    let user: Option<Uuid> = query(
        "update half_sign_in set attempts = attempts + 1
         where hash = $1 and attempts < $2 and expires_at > $3 returning account_id",
    )
    .bind(token.as_slice())
    .bind(most)
    .bind(now)
    .fetch_optional_value(db.writer())
    .await?;
    Ok(user.map(UserId))
}

/// A sign-in waits no more. `false` where it did not.
pub async fn end_half_sign_in(tx: &mut Tx, token: &TokenHash) -> Result<bool> {
    let ended = query("delete from half_sign_in where hash = $1")
        .bind(token.as_slice())
        .execute(tx)
        .await?;
    Ok(ended == 1)
}

/// None of somebody's sign-ins wait any more.
pub async fn end_half_sign_ins(tx: &mut Tx, user: UserId) -> Result<()> {
    query("delete from half_sign_in where account_id = $1").bind(user.0).execute(tx).await?;
    Ok(())
}

/// Removes up to `batch` sign-ins that waited too long. Answers how many went.
pub async fn purge(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from half_sign_in where hash in
            (select hash from half_sign_in where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
