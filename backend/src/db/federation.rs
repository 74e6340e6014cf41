//! Identities that providers know, and sign-ins that are under way there.

use sharesync_protocol::UserId;
use uuid::Uuid;

use super::statement::query;
use super::{Db, TokenHash, Tx};
use crate::error::Result;

/// A sign-in that is under way.
#[derive(sqlx::FromRow)]
pub struct Attempt {
    /// With which provider.
    pub provider: String,
    /// What the ID token must hold.
    pub nonce: String,
    /// What proves that the code was ours.
    pub pkce: String,
    /// Where the provider was told to send them.
    pub redirect_uri: String,
    /// Which page they want.
    pub next: String,
}

/// Keeps a sign-in that begins, for the browser that begins it.
pub async fn begin(
    db: &Db,
    state: &TokenHash,
    browser: &TokenHash,
    attempt: &Attempt,
    expires_at: i64,
) -> Result<()> {
    query(
        "insert into federated_attempt
            (state_hash, browser_hash, provider, nonce, pkce, redirect_uri, next, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(state.as_slice())
    .bind(browser.as_slice())
    .bind(&attempt.provider)
    .bind(&attempt.nonce)
    .bind(&attempt.pkce)
    .bind(&attempt.redirect_uri)
    .bind(&attempt.next)
    .bind(expires_at)
    .execute(db.writer())
    .await?;
    Ok(())
}

/// Uses a sign-in up. `None` where it is unknown, was used, has expired, or another browser began it.
pub async fn take(
    db: &Db,
    provider: &str,
    state: &TokenHash,
    browser: &TokenHash,
    now: i64,
) -> Result<Option<Attempt>> {
    Ok(query(
        "delete from federated_attempt
         where state_hash = $1 and browser_hash = $2 and provider = $3 and expires_at > $4
         returning provider, nonce, pkce, redirect_uri, next",
    )
    .bind(state.as_slice())
    .bind(browser.as_slice())
    .bind(provider)
    .bind(now)
    .fetch_optional(db.writer())
    .await?)
}

/// Whose an identity is.
pub async fn account_of(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<UserId>> {
    let id: Option<Uuid> =
        query("select account_id from identity where issuer = $1 and subject = $2")
            .bind(issuer)
            .bind(subject)
            .fetch_optional_value(tx)
            .await?;
    Ok(id.map(UserId))
}

/// Makes an identity somebody's.
pub async fn link(tx: &mut Tx, issuer: &str, subject: &str, user: UserId, now: i64) -> Result<()> {
    query("insert into identity (issuer, subject, account_id, created_at) values ($1, $2, $3, $4)")
        .bind(issuer)
        .bind(subject)
        .bind(user.0)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes up to `batch` sign-ins that came to nothing. Answers how many went.
pub async fn purge(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from federated_attempt where state_hash in
            (select state_hash from federated_attempt where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
