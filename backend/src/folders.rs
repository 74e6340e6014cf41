//! Folders of a library: where something goes that comes by a path. Called by the handlers of uploads and of folders.

use sharesync_protocol::{FolderId, UserId};

use crate::app::AppState;
use crate::db::folder;
use crate::error::Result;
use crate::names;

/// The folder that somebody names, or none by which they mean the one that holds all others; and from there on a path of
/// folders in each other, separated by `/`, which are made where they are missing. Errors as those of [`folder::at`],
/// [`Error::InvalidName`](crate::error::Error::InvalidName) where one on the path cannot be called so.
pub async fn destination(
    app: &AppState,
    owner: UserId,
    folder: Option<FolderId>,
    path: Option<&str>,
) -> Result<FolderId> {
    let from = folder.unwrap_or(folder::home(owner));
    let steps: Vec<&str> = path.unwrap_or_default().split('/').filter(|s| !s.is_empty()).collect();
    for step in &steps {
        names::check(step)?;
    }
    if steps.is_empty() {
        folder::check(&app.db, owner, from).await?;
        return Ok(from);
    }
    let made = folder::at(&app.db, owner, from, &steps, app.clock.now_ms()).await?;
    app.events.files_changed(owner);
    Ok(made)
}
