//! Share links: making them, opening them, and handing out download addresses under their rules.

use sharesync_protocol::api::{
    CreateShare, DownloadLink, OwnedShare, RequestDownload, SharePublic, SharedFile,
};
use sharesync_protocol::{FileId, ShareSlug, UserId};
use sharesync_service_kit::secret::random_token;

use crate::app::AppState;
use crate::auth::password::Guessable;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, Via};
use crate::db::download::{self, Grant};
use crate::db::file;
use crate::db::share::{self, NewShare, Share};
use crate::error::{Error, Result};

/// Makes a share link to files of the owner's.
pub async fn create(
    app: &AppState,
    owner: UserId,
    wanted: CreateShare,
    base: &str,
) -> Result<OwnedShare> {
    let slug = ShareSlug(random_token::<16>());
    let now = app.clock.now_ms();
    let password_hash = match wanted.password {
        Some(password) => Some(app.passwords.hash(password, &[], Guessable::Accepted).await?),
        None => None,
    };
    let new = NewShare {
        slug: &slug,
        owner,
        files: &wanted.file_ids,
        password_hash: password_hash.as_deref(),
        expires_at: wanted.expires_in.map(|seconds| now + seconds.cast_signed() * 1000),
        max_downloads: wanted.max_downloads,
        notify: wanted.notify,
    };
    share::insert(&app.db, &new, now).await?;
    app.events.shares_changed(owner);
    let made = share::get(&app.db, &slug).await?;
    let mut owned = as_owned(app, vec![made], base).await?;
    owned.pop().ok_or(Error::NotFound)
}

/// Share links as their owner sees them.
pub async fn as_owned(app: &AppState, shares: Vec<Share>, base: &str) -> Result<Vec<OwnedShare>> {
    let mut files = share::files(&app.db, &shares, app.clock.now_ms()).await?;
    let owned = shares.into_iter().map(|share| {
        let slug = share.slug.clone();
        OwnedShare {
            url: format!("{base}/s/{}", slug.as_str()),
            files: files.remove(&slug).unwrap_or_default(),
            slug,
            password_required: share.password_hash.is_some(),
            created_at: share.created_at,
            expires_at: share.expires_at,
            max_downloads: share.max_downloads,
            notify: share.notify,
            downloads: share.downloads,
        }
    });
    Ok(owned.collect())
}

/// What a link shows to whoever opens it: behind a password, nothing that the files are called.
pub async fn look_at(app: &AppState, slug: &ShareSlug) -> Result<SharePublic> {
    let (share, files) = open(app, slug).await?;
    let mut shown = as_public(app, &share, files).await?;
    if share.password_hash.is_some() {
        shown.files.clear();
    }
    Ok(shown)
}

/// What a link shows to whoever has its password.
pub async fn unlock(app: &AppState, slug: &ShareSlug, password: String) -> Result<SharePublic> {
    let (share, files) = open_with(app, slug, Some(password)).await?;
    as_public(app, &share, files).await
}

/// An address for one of a link's files, holding a place where the link's downloads are limited.
pub async fn request_download(
    app: &AppState,
    slug: &ShareSlug,
    wanted: RequestDownload,
    by: Option<UserId>,
    base: &str,
) -> Result<DownloadLink> {
    let (_, files) = open_with(app, slug, wanted.password).await?;
    let file = chosen(&files, wanted.file_id)?;
    let now = app.clock.now_ms();
    // One that is known to be damaged takes no place.
    file::servable(&app.db, file.id, now).await?;
    let grant = Grant::new(file.id, by, DOWNLOAD_URL_SECS, now);
    if !download::reserve(&app.db, slug, &grant, now).await? {
        return Err(Error::UsedUp);
    }
    let path = app.presigner.sign(&grant, Via::Share, &presign::attachment(&file.name));
    Ok(DownloadLink { download_url: format!("{base}{path}"), expires_at: grant.expires_at })
}

/// A link that works, and what it leads to. [`Error::Expired`] where its time, or that of its last
/// file, is over.
async fn open(app: &AppState, slug: &ShareSlug) -> Result<(Share, Vec<SharedFile>)> {
    let share = share::get(&app.db, slug).await?;
    let now = app.clock.now_ms();
    if share.is_expired(now) {
        return Err(Error::Expired);
    }
    let mut files = share::files(&app.db, std::slice::from_ref(&share), now).await?;
    let files = files.remove(slug).ok_or(Error::Expired)?;
    Ok((share, files))
}

/// The same for whoever has its password, where it has one.
pub async fn open_with(
    app: &AppState,
    slug: &ShareSlug,
    password: Option<String>,
) -> Result<(Share, Vec<SharedFile>)> {
    let (share, files) = open(app, slug).await?;
    check_password(app, &share, password).await?;
    Ok((share, files))
}

async fn as_public(app: &AppState, share: &Share, files: Vec<SharedFile>) -> Result<SharePublic> {
    let slug = share.slug.clone();
    let downloads_left = match share.max_downloads {
        None => None,
        Some(max) => {
            let taken = download::fewest_taken(&app.db, &slug, app.clock.now_ms()).await?;
            Some(max.saturating_sub(taken))
        }
    };
    if downloads_left == Some(0) {
        return Err(Error::UsedUp);
    }
    Ok(SharePublic {
        slug,
        owner: share.owner.clone(),
        password_required: share.password_hash.is_some(),
        file_count: u32::try_from(files.len()).unwrap_or(u32::MAX),
        total_size: files.iter().map(|file| file.size).sum(),
        files,
        expires_at: share.expires_at,
        downloads_left,
    })
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

fn chosen(files: &[SharedFile], wanted: Option<FileId>) -> Result<&SharedFile> {
    match (wanted, files) {
        (Some(id), _) => files.iter().find(|file| file.id == id).ok_or(Error::NotFound),
        (None, [only]) => Ok(only),
        (None, _) => Err(Error::invalid("file_id", "say which of the link's files")),
    }
}
