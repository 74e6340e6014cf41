//! Sessions and their refresh tokens.

use sharesync_protocol::api::{Role, Session};
use sharesync_protocol::{SessionId, UserId};
use uuid::Uuid;

use super::account::role_from_db;
use super::statement::query;
use super::{Db, TokenHash, Tx, below, new_id};
use crate::error::{Error, Result};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    user_agent: String,
    created_at: i64,
    last_used_at: i64,
    expires_at: i64,
}

impl Row {
    fn seen_from(self, current: SessionId) -> Session {
        let Self { id, user_agent, created_at, last_used_at, expires_at } = self;
        let id = SessionId(id);
        Session { id, user_agent, created_at, last_used_at, expires_at, current: id == current }
    }
}

/// Starts a session with its first refresh token.
pub async fn start(
    db: &Db,
    user: UserId,
    user_agent: &str,
    token: &TokenHash,
    now: i64,
    expires_at: i64,
) -> Result<SessionId> {
    let id = new_id(now);
    let mut tx = db.begin().await?;
    query(
        "insert into session (id, account_id, user_agent, created_at, last_used_at, expires_at)
         values ($1, $2, $3, $4, $4, $5)",
    )
    .bind(id)
    .bind(user.0)
    .bind(user_agent)
    .bind(now)
    .bind(expires_at)
    .execute(&mut tx)
    .await?;
    query("insert into refresh_token (hash, session_id) values ($1, $2)")
        .bind(token.as_slice())
        .bind(id)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(SessionId(id))
}

/// What came of showing a refresh token.
pub enum Rotated {
    /// It was exchanged.
    Exchanged(SessionId, UserId),
    /// It was exchanged before: somebody else has a copy, and the session is ended for both (RFC 9700 §4.14.2).
    Ended(SessionId),
    /// It is unknown, or its session is over.
    Unknown,
}

/// Exchanges a refresh token for its successor.
pub async fn rotate(
    db: &Db,
    old: &TokenHash,
    new: &TokenHash,
    now: i64,
    expires_at: i64,
) -> Result<Rotated> {
    let mut tx = db.begin().await?;
    let session: Option<(Uuid,)> = query(
        "update refresh_token set rotated_at = $2
         where hash = $1 and rotated_at is null returning session_id",
    )
    .bind(old.as_slice())
    .bind(now)
    .fetch_optional(&mut tx)
    .await?;
    let Some((session,)) = session else {
        let ended: Option<(Uuid,)> = query(
            "delete from session where id = (select session_id from refresh_token where hash = $1)
             returning id",
        )
        .bind(old.as_slice())
        .fetch_optional(&mut tx)
        .await?;
        tx.commit().await?;
        return Ok(ended.map_or(Rotated::Unknown, |(session,)| Rotated::Ended(SessionId(session))));
    };
    let user: Option<(Uuid,)> = query(
        "update session set expires_at = $3, last_used_at = $2
         where id = $1 and expires_at > $2 returning account_id",
    )
    .bind(session)
    .bind(now)
    .bind(expires_at)
    .fetch_optional(&mut tx)
    .await?;
    let Some((user,)) = user else { return Ok(Rotated::Unknown) };
    query("insert into refresh_token (hash, session_id) values ($1, $2)")
        .bind(new.as_slice())
        .bind(session)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(Rotated::Exchanged(SessionId(session), UserId(user)))
}

/// What a user may do in a session, now; `None` where that is over, or the user is not let in.
pub async fn role_in(db: &Db, session: SessionId, user: UserId, now: i64) -> Result<Option<Role>> {
    let role: Option<String> = query(
        "select account.role from session join account on account.id = session.account_id
         where session.id = $1 and account.id = $2 and session.expires_at > $3
           and account.disabled_at is null",
    )
    .bind(session.0)
    .bind(user.0)
    .bind(now)
    .fetch_optional_value(db.reader())
    .await?;
    Ok(role.as_deref().map(role_from_db))
}

/// Whose session a refresh token is the current one of, if they are let in.
pub async fn holder(db: &Db, token: &TokenHash, now: i64) -> Result<Option<(UserId, Role)>> {
    let row: Option<(Uuid, String)> = query(
        "select account.id, account.role from refresh_token
         join session on session.id = refresh_token.session_id
         join account on account.id = session.account_id
         where refresh_token.hash = $1 and refresh_token.rotated_at is null
           and session.expires_at > $2 and account.disabled_at is null",
    )
    .bind(token.as_slice())
    .bind(now)
    .fetch_optional(db.reader())
    .await?;
    Ok(row.map(|(id, role)| (UserId(id), role_from_db(&role))))
}

/// A user's sessions that are not over, newest first. `current` is the one that asks.
pub async fn page(
    db: &Db,
    user: UserId,
    current: SessionId,
    after: Option<SessionId>,
    limit: u32,
    now: i64,
) -> Result<Vec<Session>> {
    let rows: Vec<Row> = query(
        "select id, user_agent, created_at, last_used_at, expires_at from session
         where account_id = $1 and expires_at > $2 and id < $3
         order by id desc limit $4",
    )
    .bind(user.0)
    .bind(now)
    .bind(below(after.map(|session| session.0)))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(|row| row.seen_from(current)).collect())
}

/// Ends one of a user's sessions. [`Error::NotFound`] where it is none of theirs, or over.
pub async fn end_one(db: &Db, user: UserId, session: SessionId, now: i64) -> Result<()> {
    let ended = query("delete from session where id = $1 and account_id = $2 and expires_at > $3")
        .bind(session.0)
        .bind(user.0)
        .bind(now)
        .execute(db.writer())
        .await?;
    if ended == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Ends all of a user's sessions.
pub async fn end_all(tx: &mut Tx, user: UserId) -> Result<()> {
    query("delete from session where account_id = $1").bind(user.0).execute(tx).await?;
    Ok(())
}

/// Ends the session that a refresh token belongs to; answers which.
pub async fn end(db: &Db, token: &TokenHash) -> Result<Option<SessionId>> {
    let ended: Option<Uuid> = query(
        "delete from session where id = (select session_id from refresh_token where hash = $1)
         returning id",
    )
    .bind(token.as_slice())
    .fetch_optional_value(db.writer())
    .await?;
    Ok(ended.map(SessionId))
}

/// Removes up to `batch` sessions that are over, with their tokens. Answers how many went.
pub async fn purge(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from session where id in (select id from session where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}

/// Removes up to `batch` tokens of lasting sessions that were exchanged before a moment. Answers
/// how many went.
pub async fn purge_rotated(db: &Db, rotated_before: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from refresh_token where hash in
            (select hash from refresh_token where rotated_at <= $1 limit $2)",
    )
    .bind(rotated_before)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
