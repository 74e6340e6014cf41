//! The purge: removes what has expired, in batches small enough that others get their turn at the
//! database in between. Run by the schedule, and by tests that have moved the clock.

use crate::app::AppState;
use crate::auth::session::SESSION_SECS;
use crate::db::{
    account, api_token, archive, device_login, federation, invitation, mail, object, purge_record,
    second_factor, session, share, tally,
};
use crate::error::Result;
use crate::file_requests;
use crate::trash;

/// Rows removed in one statement.
const BATCH: u32 = 500;
/// Uploads by form that have been under way for longer are given up: 24 hours.
const ABANDONED_AFTER_MS: i64 = 24 * 3600 * 1000;
/// How long an account may want an address without proving it: a week.
const UNPROVEN_KEPT_MS: i64 = 7 * 24 * 3600 * 1000;

/// How long entries of what went are kept: a year.
const RECORDS_KEPT_MS: i64 = 365 * 24 * 3600 * 1000;

/// What a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Expired files that were put into the trash.
    pub trashed: u64,
    /// Files that had lain there for long enough.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Uploads that were given up.
    pub uploads: u64,
    /// Objects taken out of the store.
    pub objects: u64,
    /// Share links that led to nothing any more.
    pub shares: u64,
    /// File requests that had ended.
    pub requests: u64,
    /// Archives whose addresses had ended.
    pub archives: u64,
    /// Sessions that were over, with their tokens.
    pub sessions: u64,
    /// Accounts that wanted an address and never proved it.
    pub accounts: u64,
    /// Refresh tokens of lasting sessions, exchanged so long ago that nobody is warned by one.
    pub tokens: u64,
    /// Sign-ins that came to nothing.
    pub sign_ins: u64,
    /// Invitations that had expired.
    pub invitations: u64,
    /// API tokens that had expired.
    pub api_tokens: u64,
    /// Computers that nobody let in in time.
    pub device_logins: u64,
    /// What was mailed in links that do not work any more.
    pub mail_tokens: u64,
    /// Entries of what went a year ago.
    pub records: u64,
    /// Hours of statistics that began so long ago: their days stay.
    pub hours: u64,
}

/// Removes everything that has expired by now, and says in the log what went.
pub async fn run(app: &AppState) -> Result<Purged> {
    let now = app.clock.now_ms();
    let mut purged = Purged::default();
    let (trashed, gone) = trash::purge(app).await?;
    (purged.trashed, purged.files, purged.bytes) = (trashed, gone.files, gone.bytes);
    purged.uploads = app.uploads.purge().await?;
    purged.uploads += object::doom_abandoned(&app.db, now - ABANDONED_AFTER_MS).await?;
    purged.objects = app.library.sweep().await?;
    purged.shares = in_batches(|| share::purge(&app.db, BATCH)).await?;
    purged.requests = file_requests::owned::purge(app).await?;
    purged.archives = in_batches(|| archive::purge(&app.db, now, BATCH)).await?;
    purged.sessions = in_batches(|| session::purge(&app.db, now, BATCH)).await?;
    let long_rotated = now - SESSION_SECS.cast_signed() * 1000;
    purged.tokens = in_batches(|| session::purge_rotated(&app.db, long_rotated, BATCH)).await?;
    purged.api_tokens = in_batches(|| api_token::purge(&app.db, now, BATCH)).await?;
    purged.device_logins = in_batches(|| device_login::purge(&app.db, now, BATCH)).await?;
    purged.mail_tokens = in_batches(|| mail::purge_tokens(&app.db, now, BATCH)).await?;
    purged.sign_ins = in_batches(|| federation::purge(&app.db, now, BATCH)).await?;
    purged.sign_ins += in_batches(|| second_factor::purge(&app.db, now, BATCH)).await?;
    purged.invitations = in_batches(|| invitation::purge(&app.db, now, BATCH)).await?;
    let long_made = now - UNPROVEN_KEPT_MS;
    purged.accounts = in_batches(|| account::purge_unproven(&app.db, long_made, BATCH)).await?;
    let year_ago = now - RECORDS_KEPT_MS;
    purged.records = in_batches(|| purge_record::purge(&app.db, year_ago, BATCH)).await?;
    purged.hours = in_batches(|| tally::purge(&app.db, year_ago, BATCH)).await?;
    if purged != Purged::default() {
        tracing::info!(
            trashed = purged.trashed,
            files = purged.files,
            bytes = purged.bytes,
            uploads = purged.uploads,
            objects = purged.objects,
            shares = purged.shares,
            requests = purged.requests,
            archives = purged.archives,
            sessions = purged.sessions,
            tokens = purged.tokens,
            accounts = purged.accounts,
            sign_ins = purged.sign_ins,
            invitations = purged.invitations,
            api_tokens = purged.api_tokens,
            device_logins = purged.device_logins,
            mail_tokens = purged.mail_tokens,
            records = purged.records,
            hours = purged.hours,
            "purged what had expired"
        );
    }
    Ok(purged)
}

async fn in_batches<F: Future<Output = Result<u64>>>(remove: impl Fn() -> F) -> Result<u64> {
    let mut removed = 0;
    loop {
        let batch = remove().await?;
        removed += batch;
        if batch < u64::from(BATCH) {
            return Ok(removed);
        }
    }
}
