//! File requests as their owners make them, change them and end them.

use sharesync_protocol::api::{ChangeFileRequest, CreateFileRequest, OwnedFileRequest};
use sharesync_protocol::{RequestId, RequestSlug, UserId};
use sharesync_service_kit::secret::random_token;

use crate::app::AppState;
use crate::db::file_request::{self, Change, Destination, NewRequest};
use crate::db::{self, new_id};
use crate::error::Result;
use crate::names;
use crate::validation::TypeRules;

/// What a folder is called that cannot be called as its request is.
const NAMELESS: &str = "Received files";
/// Requests that have ended, between two looks at the database.
const BATCH: u32 = 100;

/// Makes a request.
pub async fn create(
    app: &AppState,
    owner: UserId,
    wanted: CreateFileRequest,
    base: &str,
) -> Result<OwnedFileRequest> {
    let types = checked(&wanted.types)?;
    let now = app.clock.now_ms();
    let password_hash = match wanted.password {
        Some(password) => Some(app.passwords.hash_for_others(password).await?),
        None => None,
    };
    let (slug, name) = (new_slug(), folder_name(&wanted.title));
    let new = NewRequest {
        id: RequestId(new_id(now)),
        slug: &slug,
        owner,
        into: wanted.folder_id.map_or(Destination::New(&name), Destination::Folder),
        title: wanted.title.trim(),
        message: wanted.message.as_deref(),
        password_hash: password_hash.as_deref(),
        expires_at: wanted.expires_in.map(|seconds| db::after(now, seconds)),
        max_files: wanted.max_files,
        max_file_size: wanted.max_file_size,
        types: &types,
        notify: wanted.notify,
    };
    file_request::insert(&app.db, &new, now).await?;
    app.events.files_changed(owner);
    file_request::get(&app.db, owner, &slug, base).await
}

/// Changes the rules of a request of the owner's.
pub async fn change(
    app: &AppState,
    owner: UserId,
    slug: &RequestSlug,
    wanted: ChangeFileRequest,
    base: &str,
) -> Result<OwnedFileRequest> {
    let types = wanted.types.as_deref().map(checked).transpose()?;
    let now = app.clock.now_ms();
    let password_hash = match wanted.password {
        None => None,
        Some(None) => Some(None),
        Some(Some(password)) => Some(Some(app.passwords.hash_for_others(password).await?)),
    };
    let change = Change {
        title: wanted.title.as_deref().map(str::trim),
        message: wanted.message.as_ref().map(Option::as_deref),
        password_hash: password_hash.as_ref().map(Option::as_deref),
        expires_at: wanted.expires_in.map(|lasts| lasts.map(|seconds| db::after(now, seconds))),
        max_files: wanted.max_files,
        max_file_size: wanted.max_file_size,
        types: types.as_deref(),
        notify: wanted.notify,
    };
    file_request::change(&app.db, owner, slug, &change).await?;
    app.events.files_changed(owner);
    file_request::get(&app.db, owner, slug, base).await
}

/// Ends a request of the owner's: from now on nothing more comes by it, and what is under way is given up. What has come
/// stays.
pub async fn end(app: &AppState, owner: UserId, slug: &RequestSlug) -> Result<()> {
    let id = file_request::end(&app.db, owner, slug, app.clock.now_ms()).await?;
    clear(app, id).await?;
    app.events.files_changed(owner);
    Ok(())
}

/// Forgets the requests that take nothing more, with what is under way to them. Answers how many.
pub async fn purge(app: &AppState) -> Result<u64> {
    let mut gone = 0;
    loop {
        let ended = file_request::ended(&app.db, app.clock.now_ms(), BATCH).await?;
        let found = ended.len();
        let mut forgotten = 0;
        for id in ended {
            forgotten += u64::from(clear(app, id).await?);
        }
        gone += forgotten;
        if found < BATCH as usize || forgotten == 0 {
            return Ok(gone);
        }
    }
}

async fn clear(app: &AppState, id: RequestId) -> Result<bool> {
    app.uploads.abort_sent(id).await?;
    file_request::forget(&app.db, id).await
}

/// Media types as they are stored.
fn checked(types: &[String]) -> Result<String> {
    Ok(TypeRules::allowing(types)?.allowed().join(","))
}

/// 128 random bits.
fn new_slug() -> RequestSlug {
    RequestSlug(random_token::<16>())
}

/// What a folder is called for what comes to a request.
fn folder_name(title: &str) -> String {
    let name = title.trim().replace(['/', '\\'], "-");
    if names::check(&name).is_ok() { name } else { NAMELESS.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_called_as_its_request_is_as_far_as_it_can_be() {
        for (title, name) in [
            ("Photos of the trip", "Photos of the trip"),
            (" 1/2 \\ 3 ", "1-2 - 3"),
            ("..", NAMELESS),
            ("a\u{202e}b", NAMELESS),
            (&"\u{1f600}".repeat(100), NAMELESS),
        ] {
            assert_eq!(folder_name(title), name);
        }
    }
}
