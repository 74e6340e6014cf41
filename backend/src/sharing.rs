//! Share links: making and changing them, opening them, and handing out download addresses under their rules.

use std::collections::HashMap;

use sharesync_protocol::api::{
    ChangeShare, CreateShare, DownloadLink, EmailAddress, OwnedShare, PreviewLink, RequestDownload,
    RequestPreview, ShareAddress, SharePublic, SharedFile,
};
use sharesync_protocol::{AddressId, FileId, ShareSlug, UserId};
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::secret::random_token;

use crate::app::AppState;
use crate::auth::password::Guessable;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, Previewed, Via};
use crate::db::download::{self, Grant, Opener};
use crate::db::share::{self, Change, NewShare, Share};
use crate::db::share_address::{self, Address, NewAddress};
use crate::db::{TokenHash, file, new_id, share_content};
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

/// Makes a share link to files and folders of the owner's.
pub async fn create(
    app: &AppState,
    owner: UserId,
    wanted: CreateShare,
    base: &str,
) -> Result<OwnedShare> {
    if wanted.file_ids.is_empty() && wanted.folder_ids.is_empty() {
        return Err(Error::invalid("file_ids", "name at least one file or folder"));
    }
    if wanted.one_time && wanted.max_downloads.is_some() {
        return Err(Error::invalid("max_downloads", "a one-time link works once"));
    }
    let slug = new_slug();
    let now = app.clock.now_ms();
    let password_hash = match wanted.password {
        Some(password) => Some(hashed(app, password).await?),
        None => None,
    };
    let addresses = if wanted.recipients.is_empty() {
        let id = AddressId(new_id(now));
        vec![NewAddress { id, slug: slug.clone(), recipient: None }]
    } else {
        addresses(wanted.recipients, now)
    };
    let new = NewShare {
        slug: &slug,
        owner,
        files: &wanted.file_ids,
        folders: &wanted.folder_ids,
        addresses: &addresses,
        password_hash: password_hash.as_deref(),
        expires_at: wanted.expires_in.map(|seconds| after(now, seconds)),
        max_downloads: if wanted.one_time { Some(1) } else { wanted.max_downloads },
        one_time: wanted.one_time,
        names_shown: wanted.names_shown,
        notify: wanted.notify,
    };
    share::insert(&app.db, &new, now).await?;
    app.events.shares_changed(owner);
    app.mail_waits.notify_one();
    owned(app, &slug, base).await
}

/// Changes the rules of a link of the owner's.
pub async fn change(
    app: &AppState,
    owner: UserId,
    slug: &ShareSlug,
    wanted: ChangeShare,
    base: &str,
) -> Result<OwnedShare> {
    let now = app.clock.now_ms();
    let password_hash = match wanted.password {
        None => None,
        Some(None) => Some(None),
        Some(Some(password)) => Some(Some(hashed(app, password).await?)),
    };
    let change = Change {
        password_hash: password_hash.as_ref().map(Option::as_deref),
        expires_at: wanted.expires_in.map(|lasts| lasts.map(|seconds| after(now, seconds))),
        max_downloads: wanted.max_downloads,
        names_shown: wanted.names_shown,
        notify: wanted.notify,
        addresses: &addresses(wanted.add_recipients, now),
        revoked: &wanted.revoke,
    };
    share::change(&app.db, owner, slug, &change, now).await?;
    app.events.shares_changed(owner);
    app.mail_waits.notify_one();
    owned(app, slug, base).await
}

async fn hashed(app: &AppState, password: String) -> Result<String> {
    app.passwords.hash(password, &[], Guessable::Accepted).await
}

fn after(now: i64, seconds: u64) -> i64 {
    now + seconds.cast_signed() * 1000
}

/// 128 random bits.
fn new_slug() -> ShareSlug {
    ShareSlug(random_token::<16>())
}

/// One for each recipient; who is named twice gets one.
fn addresses(recipients: Vec<EmailAddress>, now: i64) -> Vec<NewAddress> {
    let mut seen = Vec::new();
    for EmailAddress(recipient) in recipients {
        if !seen.iter().any(|other: &String| other.eq_ignore_ascii_case(&recipient)) {
            seen.push(recipient);
        }
    }
    let made = seen.into_iter().map(|recipient| NewAddress {
        id: AddressId(new_id(now)),
        slug: new_slug(),
        recipient: Some(recipient),
    });
    made.collect()
}

async fn owned(app: &AppState, slug: &ShareSlug, base: &str) -> Result<OwnedShare> {
    let share = share::get(&app.db, slug).await?;
    as_owned(app, vec![share], base).await?.pop().ok_or(Error::NotFound)
}

/// Share links as their owner sees them.
pub async fn as_owned(app: &AppState, shares: Vec<Share>, base: &str) -> Result<Vec<OwnedShare>> {
    let now = app.clock.now_ms();
    let mut files = share_content::files(&app.db, &shares, TOLD, now).await?;
    let mut folders = share_content::folders(&app.db, &shares).await?;
    let mut addresses = share_address::of(&app.db, &shares).await?;
    let owned = shares.into_iter().map(|share| {
        let slug = share.slug.clone();
        let addresses = addresses.remove(&slug).unwrap_or_default();
        let addresses: Vec<_> =
            addresses.into_iter().map(|address| as_address(address, base)).collect();
        let for_anybody = addresses.iter().find(|address| address.recipient.is_none());
        OwnedShare {
            url: for_anybody.map(|address| address.url.clone()),
            addresses,
            files: files.remove(&slug).unwrap_or_default(),
            folders: folders.remove(&slug).unwrap_or_default(),
            slug,
            password_required: share.password_hash.is_some(),
            created_at: share.created_at,
            expires_at: share.expires_at,
            max_downloads: share.max_downloads,
            one_time: share.one_time,
            names_shown: share.names_shown,
            notify: share.notify,
            downloads: share.downloads,
        }
    });
    Ok(owned.collect())
}

fn as_address(address: Address, base: &str) -> ShareAddress {
    ShareAddress {
        id: address.id,
        url: format!("{base}/s/{}", address.slug().as_str()),
        opened_at: address.opened_at,
        opens: address.opens(),
        downloads: address.downloads(),
        revoked_at: address.revoked_at,
        recipient: address.recipient,
    }
}

/// What a link shows to whoever opens it: behind a password, nothing that the files are called, unless its owner lets that be
/// seen. That it was opened is remembered.
pub async fn look_at(app: &AppState, door: &Door<'_>) -> Result<SharePublic> {
    let (opened, files) = open(app, door).await?;
    let is_shut = opened.share.password_hash.is_some() && !opened.share.names_shown;
    let mut shown = as_public(app, door, opened, files).await?;
    if is_shut {
        shown.files.clear();
    }
    if let Some(owner) = share_address::opened(&app.db, door.address, app.clock.now_ms()).await? {
        app.events.shares_changed(owner);
    }
    Ok(shown)
}

/// What a link shows to whoever has its password.
pub async fn unlock(app: &AppState, door: &Door<'_>, password: String) -> Result<SharePublic> {
    let (opened, files) = open(app, door).await?;
    check_password(app, &opened.share, Some(password)).await?;
    as_public(app, door, opened, files).await
}

/// An address for one of a link's files, holding a place where the link's downloads are limited.
pub async fn request_download(
    app: &AppState,
    door: &Door<'_>,
    wanted: RequestDownload,
    base: &str,
) -> Result<DownloadLink> {
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
    Ok(DownloadLink { download_url: format!("{base}{path}"), expires_at: grant.expires_at })
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
    let (opened, _) = open(app, door).await?;
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
    let (opened, _) = open(app, door).await?;
    check_shown_by(app, &opened.share, file).await
}

async fn check_shown_by(app: &AppState, share: &Share, file: FileId) -> Result<()> {
    chosen(app, share, Some(file)).await?;
    if share.max_downloads.is_some() { Err(Error::DownloadsLimited) } else { Ok(()) }
}

/// A link that works, and what it leads to. [`Error::Expired`] where its time, or that of its last file, is over.
async fn open(app: &AppState, door: &Door<'_>) -> Result<(Opened, Vec<SharedFile>)> {
    let (share, recipient) = share_address::open(&app.db, door.address).await?;
    let now = app.clock.now_ms();
    if share.is_expired(now) {
        return Err(Error::Expired);
    }
    let shares = std::slice::from_ref(&share);
    let mut files = share_content::files(&app.db, shares, TOLD, now).await?;
    let files = files.remove(&share.slug).ok_or(Error::Expired)?;
    Ok((Opened { share, recipient }, files))
}

/// The same for whoever has its password, where it has one.
pub async fn open_with(
    app: &AppState,
    door: &Door<'_>,
    password: Option<String>,
) -> Result<Opened> {
    let (opened, _) = open(app, door).await?;
    check_password(app, &opened.share, password).await?;
    Ok(opened)
}

async fn as_public(
    app: &AppState,
    door: &Door<'_>,
    opened: Opened,
    files: Vec<SharedFile>,
) -> Result<SharePublic> {
    let now = app.clock.now_ms();
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
