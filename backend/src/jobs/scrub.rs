//! The scrub: reads everything that is stored, slowly, and holds it against its digest, so that what a disk has changed is
//! found while there is a copy elsewhere, and not when somebody needs it. Run by the schedule, and by tests that have moved
//! the clock.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::app::AppState;
use crate::blob::{ContentHasher, Damaged, Hashed, Place};
use crate::db::file::{self, StoredFile};
use crate::db::object;
use crate::error::{Error, Result};

/// Files looked up together.
const BATCH: u32 = 100;
/// How long after a look a file is looked through again: a week.
const AGAIN_AFTER_MS: i64 = 7 * 24 * 3600 * 1000;
/// How many times as long as a piece took it rests, so that whoever uses the disk meanwhile has most of it.
const REST: u32 = 3;
/// Ends before the schedule begins the next one.
const LONGEST: Duration = Duration::from_hours(23);

/// What a scrub found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Files that are as they were stored.
    pub whole: u64,
    /// Files that are not.
    pub damaged: u64,
    /// Bytes that were read.
    pub bytes: u64,
}

/// Looks through all files whose turn it is, those first that have waited for longest, and says in the log what was found.
pub async fn run(app: &AppState, stop: &CancellationToken) -> Result<Scrubbed> {
    let (mut scrubbed, begun) = (Scrubbed::default(), Instant::now());
    let before = app.clock.now_ms() - AGAIN_AFTER_MS;
    // What cannot be looked at keeps its place, and nobody else from theirs.
    let mut passed_over = 0;
    'all: loop {
        let batch = file::unverified_since(&app.db, before, passed_over, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for file in batch {
            let Some(outcome) = stop.run_until_cancelled(look_through(app, &file)).await else {
                break 'all;
            };
            match outcome {
                Ok(()) => scrubbed.whole += 1,
                Err(Error::Damaged) => scrubbed.damaged += 1,
                // It was deleted meanwhile.
                Err(Error::NotFound) => continue,
                Err(cause) => {
                    let object = file.object.id;
                    tracing::error!(%cause, %object, "a file cannot be looked through");
                    passed_over += 1;
                    continue;
                }
            }
            scrubbed.bytes += file.object.size;
            if begun.elapsed() > LONGEST {
                break 'all;
            }
        }
    }
    if scrubbed != Scrubbed::default() {
        let Scrubbed { whole, damaged, bytes } = scrubbed;
        tracing::info!(whole, damaged, bytes, "looked through what is stored");
    }
    Ok(scrubbed)
}

/// Reads all of a file, and remembers how it is. [`Error::Damaged`] where it is not what was stored.
async fn look_through(app: &AppState, file: &StoredFile) -> Result<()> {
    let hashed = hash(app, file).await?;
    if !hashed.is(&file.digest) {
        return Err(app.library.damaged(file.object.id).await?);
    }
    match (file.object.crc32, file.object.place) {
        (Some(_), _) => {}
        (None, Place::Disk) => {
            app.library.seal(&file.object, &file.digest).await?;
        }
        (None, Place::Bucket) => object::sealed(&app.db, file.object.id, hashed.crc32).await?,
    }
    object::verified(&app.db, file.object.id, app.clock.now_ms()).await
}

async fn hash(app: &AppState, file: &StoredFile) -> Result<Hashed> {
    let mut pieces =
        std::pin::pin!(app.library.read(file.object.clone(), 0, file.object.size).await?);
    let mut hasher = ContentHasher::new(file.digest.part_size());
    loop {
        let begun = Instant::now();
        match pieces.try_next().await {
            Ok(Some(piece)) => hasher.update(&piece),
            Ok(None) => return Ok(hasher.finish()),
            Err(cause) if Damaged::is_said_by(&cause) => {
                return Err(app.library.damaged(file.object.id).await?);
            }
            Err(cause) => return Err(cause.into()),
        }
        sleep(begun.elapsed() * REST).await;
    }
}
