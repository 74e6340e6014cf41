//! Accounts.

use sharesync_protocol::UserId;
use sharesync_protocol::api::{Me, Role};
use uuid::Uuid;

use super::{Db, from_db, new_id, to_db, violates_unique};
use crate::error::{Error, Result};

/// An account to be made; keys are what uniqueness is decided by.
pub struct NewAccount<'a> {
    /// The address as typed.
    pub email: &'a str,
    /// The address as compared.
    pub email_key: &'a str,
    /// The name as typed.
    pub username: &'a str,
    /// The name as compared.
    pub username_key: &'a str,
    /// Argon2id hash in PHC form.
    pub password_hash: &'a str,
    /// What the account is for.
    pub role: Role,
    /// Bytes it may store.
    pub quota: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email: String,
    username: String,
    role: String,
    quota: i64,
    used: i64,
    created_at: i64,
}

impl From<Row> for Me {
    fn from(row: Row) -> Self {
        Self {
            id: UserId(row.id),
            email: row.email,
            username: row.username,
            role: role_from_db(&row.role),
            quota: from_db(row.quota),
            used: from_db(row.used),
            created_at: row.created_at,
        }
    }
}

fn role_to_db(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Standard => "standard",
    }
}

fn role_from_db(role: &str) -> Role {
    match role {
        "admin" => Role::Admin,
        _ => Role::Standard,
    }
}

/// Makes an account. [`Error::EmailTaken`] and [`Error::UsernameTaken`] where one is there.
pub async fn insert(db: &Db, account: &NewAccount<'_>, now: i64) -> Result<Me> {
    let inserted: Result<Row, sqlx::Error> = sqlx::query_as(
        "insert into account
            (id, email, email_key, username, username_key, password_hash, role, quota, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         returning id, email, username, role, quota, used, created_at",
    )
    .bind(new_id(now))
    .bind(account.email)
    .bind(account.email_key)
    .bind(account.username)
    .bind(account.username_key)
    .bind(account.password_hash)
    .bind(role_to_db(account.role))
    .bind(to_db(account.quota))
    .bind(now)
    .fetch_one(db.writer())
    .await;
    match inserted {
        Ok(row) => Ok(row.into()),
        Err(e) if violates_unique(&e, "account.email_key") => Err(Error::EmailTaken),
        Err(e) if violates_unique(&e, "account.username_key") => Err(Error::UsernameTaken),
        Err(e) => Err(e.into()),
    }
}

/// The account of that id.
pub async fn get(db: &Db, id: UserId) -> Result<Option<Me>> {
    let row: Option<Row> = sqlx::query_as(
        "select id, email, username, role, quota, used, created_at from account where id = $1",
    )
    .bind(id.0)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(Me::from))
}

/// Whether an address, as compared, has an account.
pub async fn exists(db: &Db, email_key: &str) -> Result<bool> {
    let found = sqlx::query_scalar("select exists (select 1 from account where email_key = $1)")
        .bind(email_key)
        .fetch_one(db.reader())
        .await?;
    Ok(found)
}

/// The account and the password hash of an address, as compared.
pub async fn credentials(db: &Db, email_key: &str) -> Result<Option<(UserId, String)>> {
    let row: Option<(Uuid, String)> =
        sqlx::query_as("select id, password_hash from account where email_key = $1")
            .bind(email_key)
            .fetch_optional(db.reader())
            .await?;
    Ok(row.map(|(id, hash)| (UserId(id), hash)))
}
