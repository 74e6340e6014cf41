//! How what lies in the trash goes for good: a few files in each transaction, and the entries with the last of theirs.

use std::collections::BTreeMap;

use sharesync_protocol::api::{PurgeReason, Purgeable};
use sharesync_protocol::{TrashId, UserId};
use uuid::Uuid;

use super::purge_record::{self, Removed};
use super::statement::query;
use super::tally::{self, Tally};
use super::{Db, Tx, account, from_db, object, quota};
use crate::error::Result;

/// Which entries go for good.
#[derive(Clone, Copy)]
pub struct Going {
    /// Whose.
    pub owner: UserId,
    /// Those that came by then.
    pub came_by: i64,
    /// This one only.
    pub only: Option<TrashId>,
}

/// What went for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Entries.
    pub entries: u64,
}

impl std::ops::AddAssign for Gone {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.entries += other.entries;
    }
}

#[derive(sqlx::FromRow)]
struct GoingFile {
    id: Uuid,
    object_id: Uuid,
    size: i64,
    content_type: String,
    has_expired: bool,
}

/// The entries of a [`Going`]: `$1` to `$3`.
macro_rules! going {
    () => {
        "(select id from trash
          where account_id = $1 and trashed_at <= $2 and ($3 is null or id = $3))"
    };
}

/// Removes for good up to `batch` files of entries, and the entries where no file of them is left; what is left comes next
/// time. The objects are doomed.
pub async fn remove(db: &Db, going: Going, batch: u32, now: i64) -> Result<Gone> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, going.owner).await?;
    let files: Vec<GoingFile> = query(concat!(
        "select id, object_id, size, content_type,
                (select reason = 'expired' from trash where trash.id = file.trash_id) as has_expired
         from file where trash_id in ",
        going!(),
        " limit $4"
    ))
    .bind(going.owner.0)
    .bind(going.came_by)
    .bind(going.only.map(|id| id.0))
    .bind(batch)
    .fetch_all(&mut tx)
    .await?;
    let mut gone = Gone::default();
    let mut media_types: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for file in &files {
        remove_file(&mut tx, going.owner, file, now).await?;
        gone.bytes += from_db(file.size);
        let (count, bytes) = media_types.entry(&file.content_type).or_default();
        (*count, *bytes) = (*count + 1, *bytes + file.size);
    }
    for (media_type, (count, bytes)) in media_types {
        tally::enter(&mut tx, Tally::stored(media_type, -count, -bytes), now).await?;
    }
    gone.files = files.len() as u64;
    quota::give_back(&mut tx, going.owner, gone.bytes).await?;
    if gone.files < u64::from(batch) {
        gone.entries = remove_entries(&mut tx, going).await?;
    }
    tx.commit().await?;
    Ok(gone)
}

async fn remove_file(tx: &mut Tx, owner: UserId, file: &GoingFile, now: i64) -> Result<()> {
    query("delete from file where id = $1").bind(file.id).execute(&mut *tx).await?;
    object::doom(tx, file.object_id).await?;
    if file.has_expired {
        let (what, reason) = (Purgeable::File, PurgeReason::Expired);
        let bytes = from_db(file.size);
        let removed = Removed { what, subject: file.id, owner, bytes, reason };
        purge_record::write(tx, &removed, now).await?;
    }
    Ok(())
}

/// Those that have no file any more, with their folders. What lay in one of these, and was put into the trash by itself
/// before, is in no folder from now on.
async fn remove_entries(tx: &mut Tx, going: Going) -> Result<u64> {
    let statements = [
        concat!(
            "update folder set parent_id = account_id
             where trash_id not in ",
            going!(),
            " and parent_id in (select id from folder where trash_id in ",
            going!(),
            ")"
        ),
        concat!(
            "update file set folder_id = account_id
             where folder_id in (select id from folder where trash_id in ",
            going!(),
            ")"
        ),
        concat!("delete from folder where trash_id in ", going!()),
        concat!("delete from trash where id in ", going!()),
    ];
    let mut removed = 0;
    for statement in statements {
        removed = query(statement)
            .bind(going.owner.0)
            .bind(going.came_by)
            .bind(going.only.map(|id| id.0))
            .execute(&mut *tx)
            .await?;
    }
    Ok(removed)
}

/// Whose trash holds entries that came by then: up to `limit`.
pub async fn owners(db: &Db, came_by: i64, limit: u32) -> Result<Vec<UserId>> {
    let owners: Vec<Uuid> = query(
        "select distinct account_id from
            (select account_id from trash where trashed_at <= $1 limit $2) as gone",
    )
    .bind(came_by)
    .bind(limit)
    .fetch_values(db.reader())
    .await?;
    Ok(owners.into_iter().map(UserId).collect())
}
