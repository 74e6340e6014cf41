//! How folders and files are put into other folders, so that none lies in itself, or too deep.

use sharesync_protocol::api::Selection;
use sharesync_protocol::{FolderId, UserId};
use uuid::Uuid;

use super::folder::is_there;
use super::naming::{self, Named};
use super::statement::query;
use super::{Db, Tx, account, file};
use crate::error::{Error, Result};
use crate::names;

/// How deep folders may lie in each other.
const MOST_DEEP: i64 = 64;

/// [`Error::Invalid`] where one would lie too deep.
pub(super) fn check_depth(depth: i64) -> Result<()> {
    if depth > MOST_DEEP {
        return Err(Error::invalid("path", format!("folders lie {MOST_DEEP} deep at most")));
    }
    Ok(())
}

/// In how many folders one lies, that which holds all others not counted.
pub(super) async fn depth(tx: &mut Tx, id: FolderId) -> Result<i64> {
    Ok(query(
        "with recursive way (parent_id) as
            (select parent_id from folder where id = $1
             union all
             select folder.parent_id from folder join way on folder.id = way.parent_id)
         select count(*) - 1 from way",
    )
    .bind(id.0)
    .fetch_value(&mut *tx)
    .await?)
}

/// Puts files and folders of somebody's into a folder, all of them or none, under names that are free there.
/// [`Error::NotFound`] where one of them is another's, in the trash or gone; [`Error::Invalid`] where a folder would lie in
/// itself, or too deep.
pub async fn put_into(
    db: &Db,
    owner: UserId,
    what: &Selection,
    to: FolderId,
    now: i64,
) -> Result<()> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    if !is_there(&mut tx, owner, to).await? {
        return Err(Error::NotFound);
    }
    for folder in &what.folder_ids {
        put(&mut tx, owner, *folder, to).await?;
    }
    for file in &what.file_ids {
        file::put(&mut tx, owner, *file, to, now).await?;
    }
    tx.commit().await
}

async fn put(tx: &mut Tx, owner: UserId, id: FolderId, to: FolderId) -> Result<()> {
    let found: Option<(String, Uuid)> = query(
        "select name, parent_id from folder
         where id = $1 and account_id = $2 and trash_id is null and parent_id is not null",
    )
    .bind(id.0)
    .bind(owner.0)
    .fetch_optional(&mut *tx)
    .await?;
    let (name, parent) = found.ok_or(Error::NotFound)?;
    if parent == to.0 {
        return Ok(());
    }
    if lies_in(tx, to, id).await? {
        return Err(Error::invalid("to", "a folder cannot be moved into itself"));
    }
    check_depth(depth(tx, to).await? + height(tx, id).await?)?;
    let name = naming::free(tx, Named::Folder, to.0, &name).await?;
    query("update folder set parent_id = $2, name = $3, name_key = $4 where id = $1")
        .bind(id.0)
        .bind(to.0)
        .bind(&name)
        .bind(names::key(&name))
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Whether a folder is another, or lies in it.
async fn lies_in(tx: &mut Tx, id: FolderId, other: FolderId) -> Result<bool> {
    Ok(query(
        "with recursive way (id, parent_id) as
            (select id, parent_id from folder where id = $1
             union all
             select folder.id, folder.parent_id from folder join way on folder.id = way.parent_id)
         select exists (select 1 from way where id = $2)",
    )
    .bind(id.0)
    .bind(other.0)
    .fetch_value(&mut *tx)
    .await?)
}

/// How many folders lie in each other from this one on, itself counted.
async fn height(tx: &mut Tx, id: FolderId) -> Result<i64> {
    Ok(query(
        "with recursive tree (id, height) as
            (select id, 1 from folder where id = $1
             union all
             select folder.id, tree.height + 1 from folder join tree on folder.parent_id = tree.id
             where folder.trash_id is null)
         select cast(max(height) as bigint) from tree",
    )
    .bind(id.0)
    .fetch_value(&mut *tx)
    .await?)
}
