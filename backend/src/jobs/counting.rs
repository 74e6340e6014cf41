//! Counts transfers between browsers, as the signaling hands them over when both sides have reported them. It
//! is told counts and sizes, and knows nothing else. Started by the server.

use sharesync_protocol::report::TransferCount;
use sharesync_service_kit::clock::Clock;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::db::{Db, transfer};

/// Transfers that may wait to be counted; of more, those that come last are not.
const MOST_WAITING: usize = 1024;

/// Starts counting; what is sent is counted until `stop`, and what waits then, too.
pub fn start(
    db: Db,
    clock: Clock,
    tasks: &TaskTracker,
    stop: CancellationToken,
) -> mpsc::Sender<TransferCount> {
    let (counts, mut waiting) = mpsc::channel(MOST_WAITING);
    tasks.spawn(async move {
        while let Some(transfer) = stop.run_until_cancelled(waiting.recv()).await.flatten() {
            count(&db, &clock, &transfer).await;
        }
        waiting.close();
        while let Some(transfer) = waiting.recv().await {
            count(&db, &clock, &transfer).await;
        }
    });
    counts
}

async fn count(db: &Db, clock: &Clock, transfer: &TransferCount) {
    if let Err(cause) = transfer::add(db, transfer, clock.now_ms()).await {
        tracing::error!(%cause, "a transfer is not counted");
    }
}
