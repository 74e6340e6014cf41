//! Warns people by mail before files of theirs expire: one mail for all of them. Run by the schedule, and by tests that have
//! moved the clock.

use sharesync_protocol::UserId;

use crate::app::AppState;
use crate::db::expiry_warning;
use crate::error::Result;

/// People looked for at once.
const OWNERS_BATCH: u32 = 100;
/// Files that are remembered in one transaction: whoever stores something waits for it.
const FILES_BATCH: u32 = 500;

/// Warns everybody who is to be. Answers how many people were.
pub async fn run(app: &AppState) -> Result<u64> {
    let Some(warning_ms) = app.retention.warning_ms() else { return Ok(0) };
    let now = app.clock.now_ms();
    let (mut people, mut files) = (0, 0);
    loop {
        let owners = expiry_warning::owners(&app.db, warning_ms, OWNERS_BATCH, now).await?;
        if owners.is_empty() {
            break;
        }
        for owner in owners {
            let warned = warn(app, owner, warning_ms, now).await?;
            people += u64::from(warned > 0);
            files += warned;
        }
    }
    if people > 0 {
        tracing::info!(people, files, "warned people before files of theirs expire");
        app.mail_waits.notify_one();
    }
    Ok(people)
}

/// Answers of how many files.
async fn warn(app: &AppState, owner: UserId, warning_ms: i64, now: i64) -> Result<u64> {
    let mut warned = 0;
    loop {
        let (batch, is_mailed) = (FILES_BATCH, warned > 0);
        let more = expiry_warning::warn(&app.db, owner, warning_ms, batch, is_mailed, now).await?;
        warned += more;
        if more < u64::from(FILES_BATCH) {
            return Ok(warned);
        }
    }
}
