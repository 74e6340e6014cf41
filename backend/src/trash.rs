//! The trash: what people delete and what expires lies there for a while, to be taken back, and goes for good. Called by
//! its handlers and by the purge.

use sharesync_protocol::api::{Selection, TrashPage, Trashed};
use sharesync_protocol::{TrashId, UserId};

use crate::app::AppState;
use crate::auth::caller::AuthUser;
use crate::db::file_change::Expiry;
use crate::db::trash;
use crate::db::trash_removal::{self, Going, Gone};
use crate::error::Result;
use crate::retention::Lifetime;

/// Files that go in one transaction, with what is written of each: whoever stores something waits for it.
const BATCH: u32 = 100;
/// People whose trash is looked through between two looks at whose is to be.
const OWNERS_BATCH: u32 = 100;

/// Puts files and folders of somebody's there. Answers by what each of them is taken back.
pub async fn put(app: &AppState, owner: UserId, what: &Selection) -> Result<Vec<TrashId>> {
    let entries = trash::put(&app.db, owner, what, app.clock.now_ms()).await?;
    match what.file_ids[..] {
        [file] if what.folder_ids.is_empty() => app.events.file_changed(owner, file),
        _ => app.events.files_changed(owner),
    }
    Ok(entries)
}

/// One page of what lies there, the last first.
pub async fn page(
    app: &AppState,
    owner: UserId,
    before: Option<TrashId>,
    limit: u32,
) -> Result<Vec<Trashed>> {
    trash::page(&app.db, owner, before, limit, app.trash_kept_ms).await
}

/// Takes something back; what has expired is kept for as long as what is new, as far as its owner may have it.
pub async fn restore(app: &AppState, user: &AuthUser, ids: &[TrashId]) -> Result<()> {
    let now = app.clock.now_ms();
    let at = app.retention.expiry(Lifetime::Usual, now);
    let expiry = Expiry { at, bound_ms: app.retention.bound_ms(user.role) };
    trash::restore(&app.db, user.id, ids, expiry, now).await?;
    app.events.files_changed(user.id);
    Ok(())
}

/// Removes for good all that somebody has there, or one entry. The bytes go right after.
pub async fn empty(app: &AppState, owner: UserId, only: Option<TrashId>) -> Result<()> {
    if let Some(id) = only {
        trash::check(&app.db, owner, id).await?;
    }
    let now = app.clock.now_ms();
    remove(app, Going { owner, came_by: now, only }, now).await?;
    app.library.sweep_later();
    app.events.files_changed(owner);
    Ok(())
}

/// Puts there what has expired, and removes for good what has lain there for long enough. Answers how many files were put
/// there, and what went.
pub async fn purge(app: &AppState) -> Result<(u64, Gone)> {
    let now = app.clock.now_ms();
    let mut put = 0;
    loop {
        let batch = trash::put_expired(&app.db, now, BATCH).await?;
        let files: u64 = batch.iter().map(|(_, files)| u64::from(*files)).sum();
        for (owner, _) in batch {
            app.events.files_changed(owner);
        }
        put += files;
        if files < u64::from(BATCH) {
            break;
        }
    }
    let came_by = now - app.trash_kept_ms;
    let mut gone = Gone::default();
    loop {
        let owners = trash_removal::owners(&app.db, came_by, OWNERS_BATCH).await?;
        if owners.is_empty() {
            return Ok((put, gone));
        }
        for owner in owners {
            gone += remove(app, Going { owner, came_by, only: None }, now).await?;
        }
    }
}

async fn remove(app: &AppState, going: Going, now: i64) -> Result<Gone> {
    let mut gone = Gone::default();
    loop {
        let batch = trash_removal::remove(&app.db, going, BATCH, now).await?;
        gone += batch;
        if batch.files < u64::from(BATCH) {
            return Ok(gone);
        }
    }
}

/// What a page of the trash says.
pub async fn as_page(
    app: &AppState,
    owner: UserId,
    items: Vec<Trashed>,
    next_cursor: Option<String>,
) -> Result<TrashPage> {
    Ok(TrashPage { items, next_cursor, size: trash::size(&app.db, owner).await? })
}
