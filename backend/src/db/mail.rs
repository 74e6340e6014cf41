//! Mail that is to be sent, and the tokens in it that show who got it.

use sharesync_protocol::UserId;
use uuid::Uuid;

use super::statement::query;
use super::{Db, TokenHash, Tx, count_from_db, new_id};
use crate::error::Result;
use crate::mail::Message;

/// What a mailed token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To show that one reads what is sent to an address.
    Verify,
    /// To choose another password.
    Reset,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }
}

/// A mail that is due.
pub struct Due {
    /// The row.
    pub id: Uuid,
    /// To which address.
    pub recipient: String,
    /// What it is to say; nothing that this version knows, where another one queued it.
    pub message: Option<Message>,
    /// How often sending it has failed.
    pub attempts: u32,
    /// Since when it waits.
    pub queued_at: i64,
}

/// Has a mail sent, once what it belongs to is committed.
pub async fn queue(tx: &mut Tx, recipient: &str, message: &Message, now: i64) -> Result<()> {
    queue_for(tx, recipient, message, now, now).await
}

/// The same, not before a time.
pub(super) async fn queue_for(
    tx: &mut Tx,
    recipient: &str,
    message: &Message,
    now: i64,
    due_at: i64,
) -> Result<()> {
    query(
        "insert into mail (id, recipient, message, queued_at, due_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(new_id(now))
    .bind(recipient)
    .bind(serde_json::to_string(message).map_err(crate::error::Error::internal)?)
    .bind(now)
    .bind(due_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Mails that are due, in the order in which they were queued (those of one millisecond in any), or put off to.
pub async fn due(db: &Db, now: i64, limit: u32) -> Result<Vec<Due>> {
    let rows: Vec<(Uuid, String, String, i64, i64)> = query(
        "select id, recipient, message, attempts, queued_at from mail
         where due_at <= $1 order by due_at, id limit $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let mails = rows.into_iter().map(|(id, recipient, message, attempts, queued_at)| Due {
        id,
        recipient,
        message: serde_json::from_str(&message).ok(),
        attempts: count_from_db(attempts),
        queued_at,
    });
    Ok(mails.collect())
}

/// Puts a mail off.
pub async fn put_off(db: &Db, id: Uuid, due_at: i64) -> Result<()> {
    query("update mail set attempts = attempts + 1, due_at = $2 where id = $1")
        .bind(id)
        .bind(due_at)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Forgets a mail: it was sent, or given up.
pub async fn done(db: &Db, id: Uuid) -> Result<()> {
    query("delete from mail where id = $1").bind(id).execute(db.writer()).await?;
    Ok(())
}

/// Keeps a token that is about to be mailed.
pub async fn keep_token(
    db: &Db,
    token: &TokenHash,
    user: UserId,
    purpose: Purpose,
    expires_at: i64,
) -> Result<()> {
    query("insert into mail_token (hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)")
        .bind(token.as_slice())
        .bind(user.0)
        .bind(purpose.name())
        .bind(expires_at)
        .execute(db.writer())
        .await?;
    Ok(())
}

/// Uses a token up. `None` where it is unknown, was used, or has expired.
pub async fn use_token(
    tx: &mut Tx,
    token: &TokenHash,
    purpose: Purpose,
    now: i64,
) -> Result<Option<UserId>> {
    let user: Option<Uuid> = query(
        "delete from mail_token where hash = $1 and purpose = $2 and expires_at > $3
         returning account_id",
    )
    .bind(token.as_slice())
    .bind(purpose.name())
    .bind(now)
    .fetch_optional_value(tx)
    .await?;
    Ok(user.map(UserId))
}

/// Makes all tokens for one purpose that were mailed to somebody worth nothing.
pub async fn revoke_tokens(tx: &mut Tx, user: UserId, purpose: Purpose) -> Result<()> {
    query("delete from mail_token where account_id = $1 and purpose = $2")
        .bind(user.0)
        .bind(purpose.name())
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes up to `batch` tokens that have expired. Answers how many went.
pub async fn purge_tokens(db: &Db, now: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from mail_token where hash in
            (select hash from mail_token where expires_at <= $1 limit $2)",
    )
    .bind(now)
    .bind(batch)
    .execute(db.writer())
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::scratch::Scratch;

    #[tokio::test]
    async fn a_mail_that_another_version_queued_does_not_hold_up_the_others() {
        let Scratch { db, .. } = &Scratch::open().await;
        let mut tx = db.begin().await.unwrap();
        queue(&mut tx, "a@example.com", &Message::Reset, 1).await.unwrap();
        query("update mail set message = '{\"kind\":\"of_tomorrow\"}'")
            .execute(&mut tx)
            .await
            .unwrap();
        queue(&mut tx, "b@example.com", &Message::Reset, 2).await.unwrap();
        tx.commit().await.unwrap();
        let due = due(db, 2, 10).await.unwrap();
        let said: Vec<_> = due.iter().map(|due| (&*due.recipient, due.message.clone())).collect();
        assert_eq!(said, [("a@example.com", None), ("b@example.com", Some(Message::Reset))]);
    }
}
