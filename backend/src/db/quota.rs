//! What accounts are charged for: bytes that are stored, and those of uploads under way.

use sharesync_protocol::UserId;

use super::statement::query;
use super::{Db, Tx, from_db, to_db};
use crate::error::{Error, Result};

/// Takes so many bytes of an account's quota. [`Error::QuotaExceeded`] where there are not so many.
pub(super) async fn charge(tx: &mut Tx, owner: UserId, size: u64) -> Result<()> {
    let charged = query("update account set used = used + $2 where id = $1 and used + $2 <= quota")
        .bind(owner.0)
        .bind(to_db(size))
        .execute(&mut *tx)
        .await?;
    if charged == 1 {
        return Ok(());
    }
    let quota: i64 = query("select quota from account where id = $1")
        .bind(owner.0)
        .fetch_optional_value(&mut *tx)
        .await?
        .ok_or(Error::Unauthenticated)?;
    Err(Error::QuotaExceeded { quota: from_db(quota) })
}

/// Gives so many bytes back to an account.
pub(super) async fn give_back(tx: &mut Tx, owner: UserId, bytes: u64) -> Result<()> {
    query("update account set used = used - $2 where id = $1")
        .bind(owner.0)
        .bind(to_db(bytes))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Bytes the account may still store.
pub async fn room_left(db: &Db, owner: UserId) -> Result<(u64, u64)> {
    let (quota, used): (i64, i64) = query("select quota, used from account where id = $1")
        .bind(owner.0)
        .fetch_one(db.reader())
        .await?;
    Ok((from_db(quota.saturating_sub(used)), from_db(quota)))
}

/// What an account has, in bytes: its files, and what is on its way.
macro_rules! counted {
    () => {
        "((select coalesce(sum(size), 0) from file where account_id = account.id)
          + (select coalesce(sum(size), 0) from upload
             where account_id = account.id and file_id is null))"
    };
}

/// Accounts that are charged for other than what they have: their names, what is charged, and what is there.
pub async fn miscounted(db: &Db) -> Result<Vec<(String, u64, u64)>> {
    let found: Vec<(String, i64, i64)> = query(concat!(
        "select username, used, cast(",
        counted!(),
        " as bigint) from account where used <> ",
        counted!(),
        " order by username"
    ))
    .fetch_all(db.reader())
    .await?;
    let named = |(username, used, counted)| (username, from_db(used), from_db(counted));
    Ok(found.into_iter().map(named).collect())
}

/// Charges every account for what it has.
pub async fn recount(db: &Db) -> Result<()> {
    query(concat!("update account set used = ", counted!(), " where used <> ", counted!()))
        .execute(db.writer())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::Role;

    use super::*;
    use crate::blob::{Incoming, Place};
    use crate::db::scratch::Scratch;
    use crate::db::upload::{self, NewUpload};
    use crate::db::{folder, new_id};
    use crate::retention::Lifetime;

    #[tokio::test]
    async fn what_an_account_has_is_counted_anew() {
        let scratch = Scratch::open().await;
        let (db, sam) = (&scratch.db, scratch.account("sam", Role::Standard).await);
        scratch.account("other", Role::Standard).await;
        let new = NewUpload {
            owner: sam,
            folder: folder::home(sam),
            object: &Incoming { id: new_id(0), place: Place::Disk, key: None },
            name: "a.txt",
            content_type: "text/plain",
            size: Some(7),
            part_size: Some(7),
            metadata: None,
            sha256: None,
            handed_in: false,
            sent: None,
            lifetime: Lifetime::Usual,
            expires_at: 1,
        };
        upload::begin(db, &new, 0).await.unwrap();
        assert_eq!(miscounted(db).await.unwrap(), []);
        let mut tx = db.begin().await.unwrap();
        charge(&mut tx, sam, 5).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(miscounted(db).await.unwrap(), [("sam".to_owned(), 12, 7)]);
        recount(db).await.unwrap();
        assert_eq!(miscounted(db).await.unwrap(), []);
    }
}
