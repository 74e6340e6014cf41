//! What share links lead to: files by themselves, and whatever lies in folders at the moment.

use std::collections::{HashMap, HashSet};

use sharesync_protocol::api::{FolderStep, SharedFile};
use sharesync_protocol::{FileId, FolderId, ShareSlug};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::share::Share;
use super::statement::{Statement, query};
use super::{Db, file, from_db, scan};
use crate::error::Result;
use crate::preview;

/// Folders of links and those that lie in them, with the way there: the links' slugs take the place of `{}`.
pub(super) const TREE: &str = "tree (slug, position, id, path) as
    (select share_folder.slug, share_folder.position, folder.id, folder.name
     from share_folder join folder on folder.id = share_folder.folder_id
     where share_folder.slug in ({}) and folder.trash_id is null
     union all
     select tree.slug, tree.position, folder.id, tree.path || '/' || folder.name
     from folder join tree on folder.parent_id = tree.id
     where folder.trash_id is null)";

/// Whether a link leads to a file: of `share` and `file`, in a statement about both.
macro_rules! leads_to {
    () => {
        "(exists (select 1 from share_file
                  where share_file.slug = share.slug and share_file.file_id = file.id)
          or exists
            (with recursive way (id, parent_id) as
                (select folder.id, folder.parent_id from folder where folder.id = file.folder_id
                 union all
                 select folder.id, folder.parent_id
                 from folder join way on folder.id = way.parent_id)
             select 1 from way join share_folder on share_folder.folder_id = way.id
             where share_folder.slug = share.slug))"
    };
}
pub(super) use leads_to;

#[derive(sqlx::FromRow)]
struct FileRow {
    slug: String,
    id: Uuid,
    name: String,
    path: Option<String>,
    size: i64,
    content_type: String,
    scan: String,
}

/// What share links lead to, up to `limit` files each, in order: as they were named, and what lies in a folder by its path
/// and name. Files that are gone, expired or in the trash are left out.
pub async fn files(
    db: &Db,
    shares: &[Share],
    limit: usize,
    now: i64,
) -> Result<HashMap<ShareSlug, Vec<SharedFile>>> {
    let mut files: HashMap<ShareSlug, Vec<SharedFile>> = HashMap::new();
    if shares.is_empty() {
        return Ok(files);
    }
    let slugs = places(2, shares.len());
    let tree = TREE.replace("{}", &slugs);
    let named = query(AssertSqlSafe(format!(
        "with recursive {tree}
         select slug, id, name, path, size, content_type, scan from
            (select slug, file.id, file.name, path, file.size, file.content_type, object.scan,
                    row_number() over
                        (partition by slug order by position, path, name_key, file.id) as place
             from (select slug, position, file_id, cast(null as text) as path
                   from share_file where slug in ({slugs})
                   union all
                   select tree.slug, tree.position, file.id, tree.path
                   from tree join file on file.folder_id = tree.id) as led_to
             join file on file.id = led_to.file_id
             join object on object.id = file.object_id
             where {}) as placed
         where place <= {limit} order by slug, place",
        file::is_there!("$1")
    )));
    let rows: Vec<FileRow> = bound(named.bind(now), shares).fetch_all(db.reader()).await?;
    let limited = |slug: &str| {
        shares.iter().any(|share| share.slug.as_str() == slug && share.max_downloads.is_some())
    };
    let mut seen = HashSet::new();
    for row in rows {
        // Looking is not counted, and would be a way around the limit.
        let preview = if limited(&row.slug) { None } else { preview::of(&row.name) };
        let of_share = files.entry(ShareSlug(row.slug.clone())).or_default();
        if seen.insert((row.slug, row.id)) {
            of_share.push(SharedFile {
                preview: preview.map(|preview| preview.kind),
                id: FileId(row.id),
                name: row.name,
                path: row.path,
                size: from_db(row.size),
                content_type: row.content_type,
                scan: scan::state(&row.scan),
            });
        }
    }
    Ok(files)
}

/// Whether a link leads to any file that is there.
pub async fn leads_anywhere(db: &Db, slug: &ShareSlug, now: i64) -> Result<bool> {
    let tree = TREE.replace("{}", "$2");
    Ok(query(AssertSqlSafe(format!(
        "with recursive {tree}
         select exists
                (select 1 from share_file join file on file.id = share_file.file_id
                 where share_file.slug = $2 and {is_there})
             or exists
                (select 1 from tree join file on file.folder_id = tree.id where {is_there})",
        is_there = file::is_there!("$1")
    )))
    .bind(now)
    .bind(slug.as_str())
    .fetch_value(db.reader())
    .await?)
}

/// How many files a link leads to, and how many bytes they have together.
pub async fn sum(db: &Db, slug: &ShareSlug, now: i64) -> Result<(u64, u64)> {
    let tree = TREE.replace("{}", "$2");
    let (files, bytes): (i64, i64) = query(AssertSqlSafe(format!(
        "with recursive {tree}
         select count(*), cast(coalesce(sum(file.size), 0) as bigint) from file
         where file.id in
            (select file_id from share_file where slug = $2
             union
             select file.id from tree join file on file.folder_id = tree.id) and {}",
        file::is_there!("$1")
    )))
    .bind(now)
    .bind(slug.as_str())
    .fetch_one(db.reader())
    .await?;
    Ok((from_db(files), from_db(bytes)))
}

/// The folders that share links lead to.
pub async fn folders(db: &Db, shares: &[Share]) -> Result<HashMap<ShareSlug, Vec<FolderStep>>> {
    let mut folders: HashMap<ShareSlug, Vec<FolderStep>> = HashMap::new();
    if shares.is_empty() {
        return Ok(folders);
    }
    let named = query(AssertSqlSafe(format!(
        "select share_folder.slug, folder.id, folder.name
         from share_folder join folder on folder.id = share_folder.folder_id
         where folder.trash_id is null and share_folder.slug in ({})
         order by share_folder.position",
        places(1, shares.len())
    )));
    let rows: Vec<(String, Uuid, String)> = bound(named, shares).fetch_all(db.reader()).await?;
    for (slug, id, name) in rows {
        let step = FolderStep { id: FolderId(id), name };
        folders.entry(ShareSlug(slug)).or_default().push(step);
    }
    Ok(folders)
}

/// Places of so many parameters, from one on.
fn places(from: usize, count: usize) -> String {
    let places: Vec<String> = (from..).take(count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

fn bound<'q>(statement: Statement<'q>, shares: &'q [Share]) -> Statement<'q> {
    shares.iter().fold(statement, |statement, share| statement.bind(share.slug.as_str()))
}

/// Whether a link leads to a file that is there.
pub async fn is_led_to(db: &Db, slug: &ShareSlug, id: FileId, now: i64) -> Result<bool> {
    Ok(query(concat!(
        "select exists
            (select 1 from share join file on file.account_id = share.account_id
             where share.slug = $1 and file.id = $2 and ",
        file::is_there!("$3"),
        " and ",
        leads_to!(),
        ")"
    ))
    .bind(slug.as_str())
    .bind(id.0)
    .bind(now)
    .fetch_value(db.reader())
    .await?)
}
