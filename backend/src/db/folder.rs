//! Folders of libraries. Each account has one that holds all others, whose id is the account's: people are shown it as no
//! folder at all.

use sharesync_protocol::api::{Folder, FolderDetails, FolderStep};
use sharesync_protocol::{FolderId, UserId};
use uuid::Uuid;

use super::naming::{self, Named};
use super::statement::query;
use super::{Db, Tx, Unique, account, count_from_db, folder_moves, new_id, violates_unique};
use crate::error::{Error, Result};
use crate::names;

/// Folders that one account may have.
const MOST_FOLDERS: u32 = 100_000;

/// The folder that holds all of somebody's others.
pub fn home(owner: UserId) -> FolderId {
    FolderId(owner.0)
}

/// A folder as people are shown it: the one that holds all others is none.
pub(super) fn shown(folder: Uuid, owner: Uuid) -> Option<FolderId> {
    (folder != owner).then_some(FolderId(folder))
}

/// The columns of a folder as it is shown, with what follows appended.
macro_rules! select_folders {
    ($rest:literal) => {
        concat!(
            "select folder.id, folder.account_id, folder.parent_id, folder.name, folder.created_at,
                    (select count(*) from file
                     where file.folder_id = folder.id and file.trash_id is null) as files,
                    (select count(*) from folder as inner_folder
                     where inner_folder.parent_id = folder.id
                       and inner_folder.trash_id is null) as folders
             from folder ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    parent_id: Uuid,
    name: String,
    created_at: i64,
    files: i64,
    folders: i64,
}

impl From<Row> for Folder {
    fn from(row: Row) -> Self {
        Self {
            id: FolderId(row.id),
            parent_id: shown(row.parent_id, row.account_id),
            name: row.name,
            created_at: row.created_at,
            files: count_from_db(row.files),
            folders: count_from_db(row.folders),
        }
    }
}

/// Where a page of folders goes on: behind one of that name.
pub type After<'a> = Option<(&'a str, FolderId)>;

/// One page of the folders in a folder of somebody's, by name.
pub async fn page(
    db: &Db,
    owner: UserId,
    parent: FolderId,
    after: After<'_>,
    limit: u32,
) -> Result<Vec<Folder>> {
    let (key, id) = after.map_or_else(Default::default, |(key, id)| (key, id.0));
    let rows: Vec<Row> = query(select_folders!(
        "where folder.parent_id = $1 and folder.account_id = $2 and folder.trash_id is null
           and (folder.name_key, folder.id) > ($3, $4)
         order by folder.name_key, folder.id limit $5"
    ))
    .bind(parent.0)
    .bind(owner.0)
    .bind(key)
    .bind(id)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(Folder::from).collect())
}

/// One page of somebody's folders whose names hold some text, by name.
pub async fn search(
    db: &Db,
    owner: UserId,
    text: &str,
    after: After<'_>,
    limit: u32,
) -> Result<Vec<Folder>> {
    let (key, id) = after.map_or_else(Default::default, |(key, id)| (key, id.0));
    let rows: Vec<Row> = query(select_folders!(
        "where folder.account_id = $1 and folder.trash_id is null
           and folder.parent_id is not null and folder.name_key like $2 escape '!'
           and (folder.name_key, folder.id) > ($3, $4)
         order by folder.name_key, folder.id limit $5"
    ))
    .bind(owner.0)
    .bind(containing(&names::key(text)))
    .bind(key)
    .bind(id)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(Folder::from).collect())
}

/// The pattern of texts that hold this one, for `like … escape '!'`.
pub(super) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A folder of somebody's, and the way to it. [`Error::NotFound`] where it is another's, in the trash or gone.
pub async fn get(db: &Db, owner: UserId, id: FolderId) -> Result<FolderDetails> {
    let row: Option<Row> = query(select_folders!(
        "where folder.id = $1 and folder.account_id = $2 and folder.trash_id is null
           and folder.parent_id is not null"
    ))
    .bind(id.0)
    .bind(owner.0)
    .fetch_optional(db.reader())
    .await?;
    let folder = row.map(Folder::from).ok_or(Error::NotFound)?;
    let steps: Vec<(Uuid, String)> = query(
        "with recursive way (id, name, parent_id, height) as
            (select id, name, parent_id, 0 from folder where id = $1
             union all
             select folder.id, folder.name, folder.parent_id, way.height + 1
             from folder join way on folder.id = way.parent_id)
         select id, name from way where parent_id is not null order by height desc",
    )
    .bind(id.0)
    .fetch_all(db.reader())
    .await?;
    let path = steps.into_iter().map(|(id, name)| FolderStep { id: FolderId(id), name }).collect();
    Ok(FolderDetails { folder, path })
}

/// Makes sure that a folder is somebody's and not in the trash. [`Error::NotFound`] where not.
pub async fn check(db: &Db, owner: UserId, id: FolderId) -> Result<()> {
    let is_there: bool = query(IS_THERE).bind(id.0).bind(owner.0).fetch_value(db.reader()).await?;
    if is_there { Ok(()) } else { Err(Error::NotFound) }
}

/// The same, within a transaction that holds the account.
pub(super) async fn is_there(tx: &mut Tx, owner: UserId, id: FolderId) -> Result<bool> {
    Ok(query(IS_THERE).bind(id.0).bind(owner.0).fetch_value(&mut *tx).await?)
}

const IS_THERE: &str = "select exists
    (select 1 from folder where id = $1 and account_id = $2 and trash_id is null)";

/// The folder that holds all others of a new account.
pub(super) async fn make_home(tx: &mut Tx, owner: UserId, now: i64) -> Result<()> {
    query(
        "insert into folder (id, account_id, parent_id, name, name_key, created_at)
         values ($1, $1, null, '', '', $2)",
    )
    .bind(owner.0)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Makes a folder. [`Error::NotFound`] where what it is to lie in is not there, [`Error::NameTaken`] where one of that name
/// is there, [`Error::TooMany`] where there are enough, [`Error::Invalid`] where it would lie too deep.
pub async fn create(
    db: &Db,
    owner: UserId,
    parent: FolderId,
    name: &str,
    now: i64,
) -> Result<FolderId> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    if !is_there(&mut tx, owner, parent).await? {
        return Err(Error::NotFound);
    }
    let made = insert(&mut tx, owner, parent, name, now).await?.ok_or(Error::NameTaken)?;
    tx.commit().await?;
    Ok(made)
}

/// The folder at the end of a path of names that begins in one of somebody's; what is missing on it is made.
/// Errors as those of [`create`].
pub async fn at(
    db: &Db,
    owner: UserId,
    from: FolderId,
    path: &[&str],
    now: i64,
) -> Result<FolderId> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    if !is_there(&mut tx, owner, from).await? {
        return Err(Error::NotFound);
    }
    let mut folder = from;
    for name in path {
        let there: Option<Uuid> =
            query("select id from folder where parent_id = $1 and name = $2 and trash_id is null")
                .bind(folder.0)
                .bind(*name)
                .fetch_optional_value(&mut tx)
                .await?;
        folder = match there {
            Some(id) => FolderId(id),
            None => insert(&mut tx, owner, folder, name, now).await?.ok_or(Error::NameTaken)?,
        };
    }
    tx.commit().await?;
    Ok(folder)
}

/// A folder beside all others of somebody's, called so or, where that is taken, the like; within a transaction that holds
/// the account. [`Error::TooMany`] where there are enough.
pub(super) async fn make_like(
    tx: &mut Tx,
    owner: UserId,
    name: &str,
    now: i64,
) -> Result<FolderId> {
    let parent = home(owner);
    let name = naming::free(tx, Named::Folder, parent.0, name).await?;
    insert(tx, owner, parent, &name, now).await?.ok_or(Error::NameTaken)
}

/// None where the name is taken.
async fn insert(
    tx: &mut Tx,
    owner: UserId,
    parent: FolderId,
    name: &str,
    now: i64,
) -> Result<Option<FolderId>> {
    let there: i64 = query("select count(*) from folder where account_id = $1")
        .bind(owner.0)
        .fetch_value(&mut *tx)
        .await?;
    if count_from_db(there) > MOST_FOLDERS {
        return Err(Error::TooMany { limit: MOST_FOLDERS });
    }
    folder_moves::check_depth(folder_moves::depth(tx, parent).await? + 1)?;
    let id = new_id(now);
    let inserted = query(
        "insert into folder (id, account_id, parent_id, name, name_key, created_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (parent_id, name) where trash_id is null do nothing",
    )
    .bind(id)
    .bind(owner.0)
    .bind(parent.0)
    .bind(name)
    .bind(names::key(name))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    Ok((inserted == 1).then_some(FolderId(id)))
}

/// Gives a folder another name. [`Error::NameTaken`] where one of that name lies beside it.
pub async fn rename(db: &Db, owner: UserId, id: FolderId, name: &str) -> Result<()> {
    let mut tx = db.begin().await?;
    account::hold(&mut tx, owner).await?;
    let renamed = query(
        "update folder set name = $3, name_key = $4
         where id = $1 and account_id = $2 and trash_id is null and parent_id is not null",
    )
    .bind(id.0)
    .bind(owner.0)
    .bind(name)
    .bind(names::key(name))
    .execute(&mut tx)
    .await;
    match renamed {
        Ok(1) => tx.commit().await,
        Ok(_) => Err(Error::NotFound),
        Err(e) if violates_unique(&e, &Unique::FOLDER_NAME) => Err(Error::NameTaken),
        Err(e) => Err(e.into()),
    }
}
