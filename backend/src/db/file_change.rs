//! What an owner changes of a file: its name, and when it expires.

use sharesync_protocol::{FileId, UserId};

use super::file::is_there;
use super::statement::query;
use super::{Db, Tx, Unique, account, violates_unique};
use crate::error::{Error, Result};
use crate::names;

/// What is to be otherwise.
pub struct Change<'a> {
    /// The name; checked already.
    pub name: Option<&'a str>,
    /// When it expires.
    pub expiry: Option<Expiry>,
}

/// When a file is to expire.
#[derive(Clone, Copy, Debug)]
pub struct Expiry {
    /// Then; never where it is to be kept.
    pub at: Option<i64>,
    /// So many milliseconds after it was stored at the latest, whatever is asked for; none where its owner may keep it.
    pub bound_ms: Option<i64>,
}

/// Changes a file of somebody's, all of it or nothing. [`Error::NotFound`] where it is another's, or gone;
/// [`Error::NameTaken`] where there is one of that name in its folder; [`Error::KeptTooLong`] where it would be there for
/// longer than its owner may have it.
pub async fn change(
    db: &Db,
    owner: UserId,
    id: FileId,
    change: &Change<'_>,
    now: i64,
) -> Result<()> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    if let Some(name) = change.name {
        rename(&mut tx, owner, id, name, now).await?;
    }
    if let Some(expiry) = change.expiry {
        expire(&mut tx, owner, id, expiry, now).await?;
    }
    tx.commit().await
}

async fn rename(tx: &mut Tx, owner: UserId, id: FileId, name: &str, now: i64) -> Result<()> {
    let renamed = query(concat!(
        "update file set name = $3, name_key = $4
         where account_id = $1 and id = $2 and ",
        is_there!("$5")
    ))
    .bind(owner.0)
    .bind(id.0)
    .bind(name)
    .bind(names::key(name))
    .bind(now)
    .execute(tx)
    .await;
    match renamed {
        Ok(1) => Ok(()),
        Ok(_) => Err(Error::NotFound),
        Err(e) if violates_unique(&e, &Unique::FILE_NAME) => Err(Error::NameTaken),
        Err(e) => Err(e.into()),
    }
}

async fn expire(tx: &mut Tx, owner: UserId, id: FileId, expiry: Expiry, now: i64) -> Result<()> {
    let changed = query(concat!(
        "update file set expires_at = $3, warned_at = null
         where account_id = $1 and id = $2 and ($4 is null or $3 <= created_at + $4) and ",
        is_there!("$5")
    ))
    .bind(owner.0)
    .bind(id.0)
    .bind(expiry.at)
    .bind(expiry.bound_ms)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if changed == 1 {
        return Ok(());
    }
    let is_there: bool = query(concat!(
        "select exists (select 1 from file where account_id = $1 and id = $2 and ",
        is_there!("$3"),
        ")"
    ))
    .bind(owner.0)
    .bind(id.0)
    .bind(now)
    .fetch_value(tx)
    .await?;
    let bound = expiry.bound_ms.filter(|_| is_there).ok_or(Error::NotFound)?;
    Err(Error::KeptTooLong { limit: bound.unsigned_abs() / 1000 })
}
