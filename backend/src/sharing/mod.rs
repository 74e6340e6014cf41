//! Share links, from the side of whoever opens them: what is shown, and addresses under the link's rules. What their owners
//! do with them is `owned`'s affair.

pub mod owned;

use std::collections::HashMap;

use sharesync_protocol::api::{
    DownloadLink, PreviewLink, RequestDownload, RequestPreview, SharePublic, SharedFile,
};
use sharesync_protocol::{FileId, ShareSlug, UserId};
use sharesync_service_kit::client_addr::ClientNetwork;

use crate::app::AppState;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, Previewed, Via};
use crate::db::download::{self, Grant, Opener};
use crate::db::share::Share;
use crate::db::{TokenHash, file, share_address, share_content};
use crate::error::{Error, Result};
use crate::limits::Limit;
use crate::preview;

/// Files that an answer about a link tells of.
const TOLD: usize = 1000;

/// How somebody comes to a share link.
pub struct Door<'a> {
    /// What stands in the address they have.
    pub address: &'a ShareSlug,
    /// Who they are, where they are signed in.
    pub by: Option<UserId>,
    /// SHA-256 of what tells their browser from others.
    pub taker: Option<TokenHash>,
}

/// A link that works.
pub struct Opened {
    /// The link.
    pub share: Share,
    /// For whom the address is.
    recipient: Option<String>,
}

impl Opened {
    /// As whose the database is asked for places.
    pub fn opener<'a>(&'a self, door: &'a Door<'_>) -> Opener<'a> {
        Opener { share: &self.share.slug, address: door.address, taker: door.taker.as_ref() }
    }
}

/// What somebody was given through a link.
pub struct Given<T> {
    /// What they were given.
    pub what: T,
    /// Whether they are to be known again: the link works for one person.
    pub to_one: bool,
}

/// What a link shows to whoever opens it: behind a password, nothing that the files are called, unless its owner lets that be
/// seen.
pub async fn look_at(app: &AppState, door: &Door<'_>) -> Result<SharePublic> {
    let opened = open(app, door).await?;
    let is_shut = opened.share.password_hash.is_some() && !opened.share.names_shown;
    let mut shown = as_public(app, door, opened).await?;
    if is_shut {
        shown.files.clear();
    }
    Ok(shown)
}

/// Remembers that somebody has opened a link by an address.
pub async fn note_opened(app: &AppState, address: &ShareSlug) -> Result<()> {
    if let Some(owner) = share_address::opened(&app.db, address, app.clock.now_ms()).await? {
        app.events.shares_changed(owner);
    }
    Ok(())
}

/// What a link shows to whoever has its password.
pub async fn unlock(app: &AppState, door: &Door<'_>, password: String) -> Result<SharePublic> {
    let opened = open_with(app, door, Some(password)).await?;
    as_public(app, door, opened).await
}

/// An address for one of a link's files, holding a place where the link's downloads are limited.
pub async fn request_download(
    app: &AppState,
    door: &Door<'_>,
    wanted: RequestDownload,
    base: &str,
) -> Result<Given<DownloadLink>> {
    let opened = open_with(app, door, wanted.password).await?;
    let now = app.clock.now_ms();
    let id = chosen(app, &opened.share, wanted.file_id).await?;
    // One that is known to be damaged takes no place.
    let name = file::servable(&app.db, id, now).await?.name;
    let grant = Grant::new(id, door.by, DOWNLOAD_URL_SECS, now);
    if !download::reserve(&app.db, opened.opener(door), &grant, now).await? {
        return Err(Error::UsedUp);
    }
    let path = app.presigner.sign(&grant, Via::Share, &presign::attachment(&name));
    let download_url = format!("{base}{path}");
    let what = DownloadLink { download_url, expires_at: grant.expires_at };
    Ok(Given { what, to_one: opened.share.one_time })
}

/// An address to look at one of a link's files by, asked for from a network. [`Error::DownloadsLimited`] where it would let
/// more be fetched than the link's downloads.
pub async fn request_preview(
    app: &AppState,
    door: &Door<'_>,
    wanted: RequestPreview,
    from: ClientNetwork,
    base: &str,
) -> Result<PreviewLink> {
    let opened = open(app, door).await?;
    if opened.share.password_hash.is_some()
        && let Some(counted) = app.limits.count(Limit::SharePassword, &from.key()).await
    {
        counted.outcome?;
    }
    check_password(app, &opened.share, wanted.password).await?;
    check_shown_by(app, &opened.share, wanted.file_id).await?;
    let now = app.clock.now_ms();
    let seen = file::servable(&app.db, wanted.file_id, now).await?;
    preview::link(app, &Previewed::Shared(door.address, wanted.file_id), &seen, base, now)
}

/// Whether a link shows a file still, to whoever was given an address for that.
pub async fn check_shown(app: &AppState, door: &Door<'_>, file: FileId) -> Result<()> {
    let opened = open(app, door).await?;
    check_shown_by(app, &opened.share, file).await
}

async fn check_shown_by(app: &AppState, share: &Share, file: FileId) -> Result<()> {
    chosen(app, share, Some(file)).await?;
    if share.max_downloads.is_some() { Err(Error::DownloadsLimited) } else { Ok(()) }
}

/// A link that works. [`Error::Expired`] where its time, or that of its last file, is over.
async fn open(app: &AppState, door: &Door<'_>) -> Result<Opened> {
    let (share, recipient) = share_address::open(&app.db, door.address).await?;
    let now = app.clock.now_ms();
    if share.is_expired(now) {
        return Err(Error::Expired);
    }
    if !share_content::leads_anywhere(&app.db, &share.slug, now).await? {
        return Err(Error::Expired);
    }
    Ok(Opened { share, recipient })
}

/// The same for whoever has its password, where it has one.
pub async fn open_with(
    app: &AppState,
    door: &Door<'_>,
    password: Option<String>,
) -> Result<Opened> {
    let opened = open(app, door).await?;
    check_password(app, &opened.share, password).await?;
    Ok(opened)
}

async fn as_public(app: &AppState, door: &Door<'_>, opened: Opened) -> Result<SharePublic> {
    let now = app.clock.now_ms();
    let shares = std::slice::from_ref(&opened.share);
    let files = share_content::files(&app.db, shares, TOLD, now).await?;
    let files = files.into_values().next().unwrap_or_default();
    let downloads_left = downloads_left(app, door, &opened, &files).await?;
    if downloads_left == Some(0) {
        return Err(Error::UsedUp);
    }
    let Opened { share, recipient } = opened;
    let (file_count, total_size) = share_content::sum(&app.db, &share.slug, now).await?;
    Ok(SharePublic {
        slug: door.address.clone(),
        owner: share.owner,
        password_required: share.password_hash.is_some(),
        file_count: u32::try_from(file_count).unwrap_or(u32::MAX),
        total_size,
        files,
        one_time: share.one_time,
        recipient,
        expires_at: share.expires_at,
        downloads_left,
    })
}

/// How often the file can be fetched still that can be most often; none of a link for one person that somebody else has.
async fn downloads_left(
    app: &AppState,
    door: &Door<'_>,
    opened: &Opened,
    files: &[SharedFile],
) -> Result<Option<u32>> {
    let Some(max) = opened.share.max_downloads else { return Ok(None) };
    let now = app.clock.now_ms();
    if opened.share.one_time && download::is_anothers(&app.db, opened.opener(door), now).await? {
        return Ok(Some(0));
    }
    let taken: HashMap<FileId, u32> =
        download::taken(&app.db, door.address, now).await?.into_iter().collect();
    let left = files.iter().map(|file| max.saturating_sub(*taken.get(&file.id).unwrap_or(&0)));
    Ok(Some(left.max().unwrap_or(0)))
}

async fn check_password(app: &AppState, share: &Share, given: Option<String>) -> Result<()> {
    let Some(hash) = &share.password_hash else {
        return Ok(());
    };
    let given = given.ok_or(Error::PasswordRequired)?;
    if app.passwords.verify(given, Some(hash.clone())).await? {
        Ok(())
    } else {
        Err(Error::WrongPassword)
    }
}

/// Which of a link's files is wanted; whether the link leads to it, the place is asked.
async fn chosen(app: &AppState, share: &Share, wanted: Option<FileId>) -> Result<FileId> {
    let now = app.clock.now_ms();
    if let Some(id) = wanted {
        let leads = share_content::is_led_to(&app.db, &share.slug, id, now).await?;
        return if leads { Ok(id) } else { Err(Error::NotFound) };
    }
    let shares = std::slice::from_ref(share);
    let files = share_content::files(&app.db, shares, 2, now).await?.remove(&share.slug);
    match files.unwrap_or_default().as_slice() {
        [only] => Ok(only.id),
        _ => Err(Error::invalid("file_id", "say which of the link's files")),
    }
}
