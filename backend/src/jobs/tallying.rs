//! Rolls up what has happened: run by the schedule, and by tests. And writes down which requests were refused: every second,
//! and once more at the end, so that neither a flood of them nor a restart is felt.

use std::collections::HashMap;
use std::time::Duration;

use sharesync_protocol::api::{Metric, ProblemCode};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::app::AppState;
use crate::db::tally::{self, Tally};
use crate::error::Result;
use crate::rejections;

/// Entries rolled up in one transaction: others get their turn at the database in between.
const BATCH: u32 = 5000;
/// How often it is written down which requests were refused.
const WRITE_DOWN_EVERY: Duration = Duration::from_secs(1);

/// Starts writing down, until `stop`, and what is left then, too.
pub fn start(app: AppState, stop: CancellationToken) {
    let tasks = app.tasks.clone();
    tasks.spawn(async move {
        let mut ticks = interval(WRITE_DOWN_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            write_down(&app).await;
        }
        write_down(&app).await;
    });
}

/// What cannot be written down waits for the next time.
async fn write_down(app: &AppState) {
    let taken = app.rejections.take();
    if taken.is_empty() {
        return;
    }
    if let Err(cause) = enter(app, &taken).await {
        tracing::warn!(%cause, "refused requests are not counted yet");
        app.rejections.put_back(taken);
    }
}

async fn enter(app: &AppState, taken: &HashMap<ProblemCode, i64>) -> Result<()> {
    let named: Vec<(String, i64)> = taken
        .iter()
        .map(|(code, count)| Ok((rejections::name_of(*code)?, *count)))
        .collect::<Result<_>>()?;
    let metric = Metric::Rejections;
    let tallies: Vec<_> =
        named.iter().map(|(key, count)| Tally { metric, key, count: *count, bytes: 0 }).collect();
    tally::enter_all(&app.db, &tallies, app.clock.now_ms()).await
}

/// Rolls up everything that was entered by now. Answers how many entries there were.
pub async fn run(app: &AppState) -> Result<u64> {
    let mut rolled_up = 0;
    loop {
        let batch = tally::roll_up(&app.db, BATCH).await?;
        rolled_up += batch;
        if batch < u64::from(BATCH) {
            return Ok(rolled_up);
        }
    }
}
