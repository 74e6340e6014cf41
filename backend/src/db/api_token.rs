//! API tokens.

use sharesync_protocol::api::{ApiToken, Role, Scope};
use sharesync_protocol::{ApiTokenId, UserId};
use uuid::Uuid;

use super::account::{self, role_from_db};
use super::statement::query;
use super::{Db, TokenHash, Tx, below, new_id};
use crate::error::{Error, Result};

/// How often a use is noted, in milliseconds: a write for every call would cost more than it tells.
const USE_NOTED_EVERY_MS: i64 = 60_000;

/// A token to be made.
pub struct NewApiToken<'a> {
    /// Whose.
    pub user: UserId,
    /// Of what one calls with.
    pub hash: &'a TokenHash,
    /// Its last characters.
    pub ends_with: &'a str,
    /// What its owner calls it.
    pub name: &'a str,
    /// What it may be used for.
    pub scopes: &'a [Scope],
    /// When it expires.
    pub expires_at: Option<i64>,
}

/// Who calls with a token, and what it may be used for.
pub struct Bearer {
    /// The token.
    pub id: ApiTokenId,
    /// Its owner.
    pub user: UserId,
    /// The owner's role now.
    pub role: Role,
    /// What the token may be used for.
    pub scopes: Vec<Scope>,
    /// Whether this use is to be noted.
    pub unnoted: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    ends_with: String,
    scopes: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl From<Row> for ApiToken {
    fn from(row: Row) -> Self {
        let Row { id, name, ends_with, scopes, created_at, expires_at, last_used_at } = row;
        let scopes = scopes_from_db(&scopes);
        Self { id: ApiTokenId(id), name, ends_with, scopes, created_at, expires_at, last_used_at }
    }
}

fn scopes_from_db(scopes: &str) -> Vec<Scope> {
    scopes.split(' ').filter_map(Scope::named).collect()
}

fn scopes_to_db(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" ")
}

/// Makes a token. [`Error::TooMany`] where its owner has `most` already.
pub async fn insert(db: &Db, token: &NewApiToken<'_>, most: u32, now: i64) -> Result<ApiToken> {
    let mut tx = db.begin().await?;
    let made = insert_in(&mut tx, token, most, now).await?;
    tx.commit().await?;
    Ok(made)
}

/// The same, within a transaction.
pub async fn insert_in(
    tx: &mut Tx,
    token: &NewApiToken<'_>,
    most: u32,
    now: i64,
) -> Result<ApiToken> {
    account::hold(tx, token.user).await?;
    let row: Option<Row> = query(
        "insert into api_token
            (id, account_id, hash, name, ends_with, scopes, created_at, expires_at)
         select $1, $2, $3, $4, $5, $6, $7, $8
         where (select count(*) from api_token where account_id = $2) < $9
         returning id, name, ends_with, scopes, created_at, expires_at, last_used_at",
    )
    .bind(new_id(now))
    .bind(token.user.0)
    .bind(token.hash.as_slice())
    .bind(token.name)
    .bind(token.ends_with)
    .bind(scopes_to_db(token.scopes))
    .bind(now)
    .bind(token.expires_at)
    .bind(most)
    .fetch_optional(tx)
    .await?;
    row.map(ApiToken::from).ok_or(Error::TooMany { limit: most })
}

/// Whose a token is, if it has not expired and its owner is let in.
pub async fn bearer(db: &Db, hash: &TokenHash, now: i64) -> Result<Option<Bearer>> {
    let row: Option<(Uuid, Uuid, String, String, Option<i64>)> = query(
        "select api_token.id, account.id, account.role, api_token.scopes, api_token.last_used_at
         from api_token join account on account.id = api_token.account_id
         where api_token.hash = $1 and account.disabled_at is null
           and (api_token.expires_at is null or api_token.expires_at > $2)",
    )
    .bind(hash.as_slice())
    .bind(now)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(id, user, role, scopes, last_used_at)| Bearer {
        id: ApiTokenId(id),
        user: UserId(user),
        role: role_from_db(&role),
        scopes: scopes_from_db(&scopes),
        unnoted: last_used_at.is_none_or(|at| now - at >= USE_NOTED_EVERY_MS),
    }))
}

/// Notes that a token was called with.
pub async fn note_use(db: &Db, id: ApiTokenId, now: i64) -> Result<()> {
    query("update api_token set last_used_at = $2 where id = $1")
        .bind(id.0)
        .bind(now)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// A user's tokens that have not expired, newest first.
pub async fn page(
    db: &Db,
    user: UserId,
    after: Option<ApiTokenId>,
    limit: u32,
    now: i64,
) -> Result<Vec<ApiToken>> {
    let rows: Vec<Row> = query(
        "select id, name, ends_with, scopes, created_at, expires_at, last_used_at from api_token
         where account_id = $1 and id < $2
           and (expires_at is null or expires_at > $4)
         order by id desc limit $3",
    )
    .bind(user.0)
    .bind(below(after.map(|token| token.0)))
    .bind(limit)
    .bind(now)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(ApiToken::from).collect())
}

/// Exchanges what is called with for a successor, which lasts as long as the token was made for.
/// [`Error::NotFound`] where it is none of theirs, or has expired.
pub async fn rotate(
    db: &Db,
    user: UserId,
    id: ApiTokenId,
    hash: &TokenHash,
    ends_with: &str,
    now: i64,
) -> Result<ApiToken> {
    let row: Option<Row> = query(
        "update api_token
         set hash = $3, ends_with = $4, created_at = $5, last_used_at = null,
             expires_at = expires_at - created_at + $5
         where id = $1 and account_id = $2 and (expires_at is null or expires_at > $5)
         returning id, name, ends_with, scopes, created_at, expires_at, last_used_at",
    )
    .bind(id.0)
    .bind(user.0)
    .bind(hash.as_slice())
    .bind(ends_with)
    .bind(now)
    .fetch_optional(db.writer())
    .await?;
    row.map(ApiToken::from).ok_or(Error::NotFound)
}

/// Ends one of a user's tokens. [`Error::NotFound`] where it is none of theirs.
pub async fn delete(db: &Db, user: UserId, id: ApiTokenId) -> Result<()> {
    let gone = query("delete from api_token where id = $1 and account_id = $2")
        .bind(id.0)
        .bind(user.0)
        .execute(db.writer())
        .await?;
    if gone == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Ends all of a user's tokens, and those that computers would fetch whom they have let in.
pub async fn delete_all(tx: &mut Tx, user: UserId) -> Result<()> {
    query("delete from device_login where account_id = $1").bind(user.0).execute(&mut *tx).await?;
    query("delete from api_token where account_id = $1").bind(user.0).execute(tx).await?;
    Ok(())
}

/// Removes up to `batch` tokens that have expired. Answers how many went.
pub async fn purge(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from api_token where id in
            (select id from api_token where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
