//! Several files as one ZIP archive, which is made while it is sent and never lies anywhere: asking for one writes down
//! what is in it, from which follows every byte of it. Called by the archive handlers.

mod entry_names;
mod fields;
mod layout;
mod sending;

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use sharesync_protocol::api::{ArchiveLink, RequestArchive, RequestShareArchive, Sha256Digest};
use sharesync_protocol::{ArchiveId, FileId, UserId};

pub use sending::open;

use crate::app::AppState;
use crate::blob::presign::DOWNLOAD_URL_SECS;
use crate::db::archive::{self, From, NewArchive};
use crate::db::archive_source::{self, Source};
use crate::db::new_id;
use crate::error::{Error, Result};
use crate::names;
use crate::sharing::{self, Door, Given};
use fields::Entry;
use layout::Layout;

/// What an archive is called unless its asker says.
const DEFAULT_NAME: &str = "files.zip";

/// An archive of an owner's files.
pub async fn of_library(
    app: &AppState,
    owner: UserId,
    wanted: RequestArchive,
    base: &str,
) -> Result<ArchiveLink> {
    let name = file_name(wanted.name)?;
    let mut named = HashSet::new();
    let files: Vec<FileId> = wanted.ids.into_iter().filter(|id| named.insert(*id)).collect();
    if files.is_empty() && wanted.folder_ids.is_empty() {
        return Err(Error::invalid("ids", "name at least one file or folder"));
    }
    let (folders, now) = (&wanted.folder_ids, app.clock.now_ms());
    let sources = archive_source::of_library(&app.db, owner, &files, folders, now).await?;
    make(app, From::Library(owner), &sources, name, base).await
}

/// An archive of all that a share link leads to, by the rules of the link.
pub async fn of_share(
    app: &AppState,
    door: &Door<'_>,
    wanted: RequestShareArchive,
    base: &str,
) -> Result<Given<ArchiveLink>> {
    let opened = sharing::open_with(app, door, wanted.password).await?;
    let sources = archive_source::of_share(&app.db, &opened.share.slug, app.clock.now_ms()).await?;
    let name = format!("Files from {}.zip", opened.share.owner);
    let from = From::Share(opened.opener(door), door.by);
    let what = make(app, from, &sources, name, base).await?;
    Ok(Given { what, to_one: opened.share.one_time })
}

async fn make(
    app: &AppState,
    from: From<'_>,
    sources: &[Source],
    name: String,
    base: &str,
) -> Result<ArchiveLink> {
    let names = entry_names::of(sources.iter().map(|source| source.name.as_str()));
    let mut entries = Vec::with_capacity(sources.len());
    for (source, name) in sources.iter().zip(&names) {
        let crc32 = match source.object.crc32 {
            Some(crc32) => crc32,
            None => app.library.seal(&source.object, &source.digest).await?,
        };
        let (size, modified_at) = (source.object.size, source.created_at);
        entries.push(Entry { name: name.clone(), size, crc32, modified_at });
    }
    let sha256 = digest(sources, &entries);
    let size = Layout::new(entries).length();
    // Time has passed where files had to be read.
    let now = app.clock.now_ms();
    let id = ArchiveId(new_id(now));
    let expires_at = now + DOWNLOAD_URL_SECS.cast_signed() * 1000;
    let files: Vec<_> = sources.iter().map(|source| source.id).zip(names).collect();
    let new = NewArchive { id, from, name: &name, sha256, expires_at, files: &files };
    if !archive::insert(&app.db, &new, now).await? {
        return Err(Error::UsedUp);
    }
    let path = app.presigner.sign_archive(id, expires_at);
    Ok(ArchiveLink { download_url: format!("{base}{path}"), expires_at, file_name: name, size })
}

/// What tells one archive from another: all that its bytes follow from.
fn digest(sources: &[Source], entries: &[Entry]) -> Sha256Digest {
    let mut hasher = Sha256::new_with_prefix(b"sharesync zip 1");
    for (source, entry) in sources.iter().zip(entries) {
        hasher.update((entry.name.len() as u64).to_be_bytes());
        hasher.update(entry.name.as_bytes());
        hasher.update(entry.size.to_be_bytes());
        hasher.update(entry.modified_at.to_be_bytes());
        hasher.update(source.digest.sha256().0);
    }
    Sha256Digest(hasher.finalize().into())
}

fn file_name(wanted: Option<String>) -> Result<String> {
    let Some(name) = wanted else { return Ok(DEFAULT_NAME.into()) };
    let has_extension = name.len() > 4 && name.to_ascii_lowercase().ends_with(".zip");
    let name = if has_extension { name } else { format!("{name}.zip") };
    names::check(&name)?;
    Ok(name)
}
