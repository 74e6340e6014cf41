//! Invitations.

use sharesync_protocol::InvitationId;
use sharesync_protocol::api::{Invitation, Role};
use uuid::Uuid;

use super::account::role_from_db;
use super::statement::query;
use super::{Db, TokenHash, Tx, below, new_id};
use crate::error::{Error, Result};

/// An invitation to be made.
pub struct NewInvitation<'a> {
    /// Of what it is used with; none where that is made when it is mailed.
    pub hash: Option<&'a TokenHash>,
    /// The address it is for, as typed and as compared.
    pub email: Option<(&'a str, &'a str)>,
    /// What the account will be for.
    pub role: Role,
    /// When it expires.
    pub expires_at: i64,
}

/// What an invitation gives.
pub struct Admitted {
    /// The address it is for, as compared.
    pub email_key: Option<String>,
    /// What the account is for.
    pub role: Role,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email: Option<String>,
    role: String,
    created_at: i64,
    expires_at: i64,
}

impl From<Row> for Invitation {
    fn from(row: Row) -> Self {
        let Row { id, email, role, created_at, expires_at } = row;
        Self { id: InvitationId(id), email, role: role_from_db(&role), created_at, expires_at }
    }
}

/// Makes an invitation.
pub async fn insert(tx: &mut Tx, new: &NewInvitation<'_>, now: i64) -> Result<Invitation> {
    let row: Row = query(
        "insert into invitation (id, hash, email, email_key, role, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         returning id, email, role, created_at, expires_at",
    )
    .bind(new_id(now))
    .bind(new.hash.map(TokenHash::as_slice))
    .bind(new.email.map(|(typed, _)| typed))
    .bind(new.email.map(|(_, compared)| compared))
    .bind(new.role.name())
    .bind(now)
    .bind(new.expires_at)
    .fetch_one(tx)
    .await?;
    Ok(row.into())
}

/// Gives an invitation that is about to be mailed what it is used with. `false` where it is gone.
pub async fn set_token(db: &Db, id: InvitationId, hash: &TokenHash, now: i64) -> Result<bool> {
    let set = query("update invitation set hash = $2 where id = $1 and expires_at > $3")
        .bind(id.0)
        .bind(hash.as_slice())
        .bind(now)
        .execute(db.writer())
        .await?;
    Ok(set == 1)
}

/// Uses an invitation up. `None` where it is unknown, was used or has expired.
pub async fn take(tx: &mut Tx, hash: &TokenHash, now: i64) -> Result<Option<Admitted>> {
    let row: Option<(Option<String>, String)> = query(
        "delete from invitation where hash = $1 and expires_at > $2 returning email_key, role",
    )
    .bind(hash.as_slice())
    .bind(now)
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|(email_key, role)| Admitted { email_key, role: role_from_db(&role) }))
}

/// Invitations that nobody has used, newest first.
pub async fn page(
    db: &Db,
    after: Option<InvitationId>,
    limit: u32,
    now: i64,
) -> Result<Vec<Invitation>> {
    let rows: Vec<Row> = query(
        "select id, email, role, created_at, expires_at from invitation
         where expires_at > $1 and id < $2 order by id desc limit $3",
    )
    .bind(now)
    .bind(below(after.map(|id| id.0)))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(Invitation::from).collect())
}

/// Takes an invitation back. [`Error::NotFound`] where it is gone.
pub async fn delete(db: &Db, id: InvitationId) -> Result<()> {
    let gone =
        query("delete from invitation where id = $1").bind(id.0).execute(db.writer()).await?;
    if gone == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// Removes up to `batch` invitations that have expired. Answers how many went.
pub async fn purge(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from invitation where id in
            (select id from invitation where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
