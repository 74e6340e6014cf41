//! Share links as their owners make them, change them and see them.

use sharesync_protocol::api::{ChangeShare, CreateShare, EmailAddress, OwnedShare, ShareAddress};
use sharesync_protocol::{AddressId, ShareSlug, UserId};
use sharesync_service_kit::secret::random_token;

use super::TOLD;
use crate::app::AppState;
use crate::db::share::{self, Change, NewShare, Share};
use crate::db::share_address::{self, Address, NewAddress};
use crate::db::{self, new_id, share_content};
use crate::error::{Error, Result};

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
        Some(password) => Some(app.passwords.hash_for_others(password).await?),
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
        expires_at: wanted.expires_in.map(|seconds| db::after(now, seconds)),
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
        Some(Some(password)) => Some(Some(app.passwords.hash_for_others(password).await?)),
    };
    let change = Change {
        password_hash: password_hash.as_ref().map(Option::as_deref),
        expires_at: wanted.expires_in.map(|lasts| lasts.map(|seconds| db::after(now, seconds))),
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
