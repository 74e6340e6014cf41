//! What goes into archives: files of a library or of a link, by what they are called there. Asked before an archive is made.

use std::collections::HashSet;

use sharesync_protocol::api::ContentDigest;
use sharesync_protocol::{FileId, FolderId, ShareSlug, UserId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::object::Released;
use super::statement::query;
use super::{Db, digest, file, folder, object, share_content};
use crate::error::{Error, Result};

/// Files that one archive may have.
const MOST_FILES: usize = 10_000;

/// A file that is to be put into an archive.
pub struct Source {
    /// The file.
    pub id: FileId,
    /// Its bytes in the store.
    pub object: Released,
    /// Its name, and before it the folders that it lies in, from one that was named on, separated by `/`.
    pub name: String,
    /// By what its content is known.
    pub digest: ContentDigest,
    /// When it was stored.
    pub created_at: i64,
}

#[derive(sqlx::FromRow)]
struct SourceRow {
    id: Uuid,
    #[sqlx(flatten)]
    object: object::Row,
    name: String,
    #[sqlx(flatten)]
    digest: digest::Row,
    created_at: i64,
}

impl SourceRow {
    fn release(self) -> Result<Source> {
        let Self { id, object, name, digest, created_at } = self;
        let (id, digest) = (FileId(id), digest.into());
        Ok(Source { id, object: object.release()?, name, digest, created_at })
    }
}

/// Files that are to be put into an archive, by what they are called there, of a statement's `led_to`.
const SOURCES: &str = concat!(
    "select file.id, case when path is null then name else path || '/' || name end as name,
            file.created_at, ",
    digest::columns!(),
    ", ",
    object::columns!(),
    " from led_to
      join file on file.id = led_to.file_id
      join object on object.id = file.object_id
      where ",
    file::is_there!("$1"),
    " order by position, path, file.name_key, file.id limit ",
);

/// What goes into an archive of an owner's files, and of what lies in their folders, in the order in which they are named.
/// [`Error::NotFound`] where one of them is another's, or gone; [`Error::TooMany`] where that is too much for one archive;
/// none at all where one is not to be [handed out](object::Row::release).
pub async fn of_library(
    db: &Db,
    owner: UserId,
    files: &[FileId],
    folders: &[FolderId],
    now: i64,
) -> Result<Vec<Source>> {
    let first = files.len();
    let (of_files, of_folders) = (numbered(3, files.len()), numbered(3 + first, folders.len()));
    let sql = format!(
        "with recursive
            chosen (position, id) as ({of_files}),
            top (position, id) as ({of_folders}),
            tree (position, id, path) as
                (select {first} + top.position, folder.id, folder.name
                 from top join folder on folder.id = top.id
                 where folder.account_id = $2 and folder.trash_id is null
                 union all
                 select tree.position, folder.id, tree.path || '/' || folder.name
                 from folder join tree on folder.parent_id = tree.id
                 where folder.trash_id is null),
            led_to (position, file_id, path) as
                (select chosen.position, file.id, cast(null as text)
                 from chosen join file on file.id = chosen.id where file.account_id = $2
                 union all
                 select tree.position, file.id, tree.path
                 from tree join file on file.folder_id = tree.id)
         {SOURCES} {}",
        MOST_FILES + 1
    );
    let sources = query(AssertSqlSafe(sql)).bind(now).bind(owner.0);
    let sources = files.iter().fold(sources, |sources, file| sources.bind(file.0));
    let sources = folders.iter().fold(sources, |sources, folder| sources.bind(folder.0));
    let found: Vec<SourceRow> = sources.fetch_all(db.reader()).await?;
    let there: HashSet<Uuid> = found.iter().map(|source| source.id).collect();
    if files.iter().any(|file| !there.contains(&file.0)) {
        return Err(Error::NotFound);
    }
    for folder in folders {
        folder::check(db, owner, *folder).await?;
    }
    released(found)
}

/// So many parameters, from one on, with their places in order. As values, of which SQLite takes any number: of selects that
/// are put together it takes five hundred.
fn numbered(from: usize, count: usize) -> String {
    if count == 0 {
        return "select 0, id from file where false".into();
    }
    let rows: Vec<_> = (0..count).map(|at| format!("({at}, ${})", from + at)).collect();
    format!("values {}", rows.join(", "))
}

/// What goes into the archive of a share link, in its order; what is gone or expired is left out. Errors as those of
/// [`of_library`].
pub async fn of_share(db: &Db, slug: &ShareSlug, now: i64) -> Result<Vec<Source>> {
    let tree = share_content::TREE.replace("{}", "$2");
    let sql = format!(
        "with recursive {tree},
            led_to (position, file_id, path) as
                (select position, file_id, cast(null as text) from share_file where slug = $2
                 union all
                 select tree.position, file.id, tree.path
                 from tree join file on file.folder_id = tree.id)
         {SOURCES} {}",
        MOST_FILES + 1
    );
    let sources = query(AssertSqlSafe(sql)).bind(now).bind(slug.as_str());
    released(sources.fetch_all(db.reader()).await?)
}

/// Each once: a file may be named, and lie in a folder that is named, too.
fn released(found: Vec<SourceRow>) -> Result<Vec<Source>> {
    if found.len() > MOST_FILES {
        return Err(Error::TooMany { limit: u32::try_from(MOST_FILES).unwrap_or(u32::MAX) });
    }
    let mut seen = HashSet::new();
    let once = found.into_iter().filter(|source| seen.insert(source.id));
    once.map(SourceRow::release).collect()
}
