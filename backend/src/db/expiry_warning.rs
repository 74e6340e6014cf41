//! Who is to be warned that files of theirs expire, and of which. That somebody was is remembered with each file, until its
//! expiry changes.

use sharesync_protocol::UserId;
use uuid::Uuid;

use super::file::is_there;
use super::statement::query;
use super::{Db, account, count_from_db, mail};
use crate::error::Result;
use crate::mail::Message;

/// Files to be warned of: those that expire within `$2` from `$1`, of which nobody was warned yet. One that is kept for less
/// than twice as long was never meant to last.
macro_rules! is_due {
    () => {
        "file.expires_at is not null and file.trash_id is null and file.warned_at is null
         and file.expires_at > $1 and file.expires_at <= $1 + $2
         and file.expires_at - file.created_at >= 2 * $2"
    };
}

/// Up to `limit` people who are to be warned. Not those who have no library: they could do nothing about it.
pub async fn owners(db: &Db, warning_ms: i64, limit: u32, now: i64) -> Result<Vec<UserId>> {
    let owners: Vec<Uuid> = query(concat!(
        "select distinct file.account_id from file
         join account on account.id = file.account_id
         where account.disabled_at is null and account.role <> 'client' and ",
        is_due!(),
        " limit $3"
    ))
    .bind(now)
    .bind(warning_ms)
    .bind(limit)
    .fetch_values(db.reader())
    .await?;
    Ok(owners.into_iter().map(UserId).collect())
}

/// Remembers of up to `batch` files of somebody's that they were warned, and has that mailed to them once this is committed;
/// `is_mailed` where it is already, by a batch before. Answers of how many.
pub async fn warn(
    db: &Db,
    owner: UserId,
    warning_ms: i64,
    batch: u32,
    is_mailed: bool,
    now: i64,
) -> Result<u64> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    let address = query("select email from account where id = $1 and disabled_at is null");
    let address: Option<String> = address.bind(owner.0).fetch_optional_value(&mut tx).await?;
    let Some(address) = address else { return Ok(0) };
    let warned = query(concat!(
        "update file set warned_at = $1 where id in
            (select id from file where account_id = $3 and ",
        is_due!(),
        " limit $4)"
    ))
    .bind(now)
    .bind(warning_ms)
    .bind(owner.0)
    .bind(batch)
    .execute(&mut tx)
    .await?;
    if warned > 0 && !is_mailed {
        let message = Message::Expiring { user: owner, warned_at: now };
        mail::queue(&mut tx, &address, &message, now).await?;
    }
    tx.commit().await?;
    Ok(warned)
}

/// Files that expire.
pub struct Expiring {
    /// The first of them: names, and when they do.
    pub first: Vec<(String, i64)>,
    /// All of them.
    pub count: u32,
}

/// What somebody was warned of then and that expires still, up to `limit` of it by name, in the order in which it does.
pub async fn expiring(
    db: &Db,
    owner: UserId,
    warned_at: i64,
    limit: u32,
    now: i64,
) -> Result<Expiring> {
    let first: Vec<(String, i64)> = query(concat!(
        "select name, expires_at from file where account_id = $1 and warned_at = $2 and ",
        is_there!("$3"),
        " order by expires_at, id limit $4"
    ))
    .bind(owner.0)
    .bind(warned_at)
    .bind(now)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let named = u32::try_from(first.len()).unwrap_or(limit);
    if named < limit {
        return Ok(Expiring { first, count: named });
    }
    let count: i64 = query(concat!(
        "select count(*) from file where account_id = $1 and warned_at = $2 and ",
        is_there!("$3")
    ))
    .bind(owner.0)
    .bind(warned_at)
    .bind(now)
    .fetch_value(db.reader())
    .await?;
    // Some of those that are named may be changed by now.
    Ok(Expiring { first, count: count_from_db(count).max(named) })
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::Role;

    use super::*;
    use crate::db::file_change::{self, Change, Expiry};
    use crate::db::scratch::Scratch;

    const WARNING_MS: i64 = 1000;

    #[tokio::test]
    async fn what_was_changed_before_the_mail_is_put_into_words_is_not_in_it() {
        let scratch = Scratch::open().await;
        let (db, sam) = (&scratch.db, scratch.account("sam", Role::Standard).await);
        let files =
            [scratch.named_file(sam, "a.txt").await, scratch.named_file(sam, "b.txt").await];
        let change = |at| Change { name: None, expiry: Some(Expiry { at, bound_ms: None }) };
        for file in files {
            file_change::change(db, sam, file, &change(Some(5000)), 1).await.unwrap();
        }
        assert_eq!(owners(db, WARNING_MS, 10, 3999).await.unwrap(), []);
        assert_eq!(owners(db, WARNING_MS, 10, 4000).await.unwrap(), [sam]);
        // In batches of one, and one mail all the same.
        assert_eq!(warn(db, sam, WARNING_MS, 1, false, 4000).await.unwrap(), 1);
        assert_eq!(warn(db, sam, WARNING_MS, 1, true, 4000).await.unwrap(), 1);
        assert_eq!(warn(db, sam, WARNING_MS, 1, true, 4000).await.unwrap(), 0);
        assert_eq!(mail::due(db, 4000, 10).await.unwrap().len(), 1);
        let told = expiring(db, sam, 4000, 1, 4000).await.unwrap();
        assert_eq!((told.first.len(), told.count), (1, 2));
        file_change::change(db, sam, files[0], &change(None), 4000).await.unwrap();
        let told = expiring(db, sam, 4000, 10, 4000).await.unwrap();
        assert_eq!((told.first, told.count), (vec![("b.txt".to_owned(), 5000)], 1));
        assert_eq!(expiring(db, sam, 4000, 10, 5000).await.unwrap().count, 0, "too late");
    }
}
