//! Counts what has come of uploads whose parts go past the server, for whoever watches them. Started by the server.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::AppState;

/// How often it is looked whether it is time for any of them.
const TICK: Duration = Duration::from_secs(1);

/// Counts until told to stop.
pub fn start(app: AppState, stop: CancellationToken) {
    let tasks = app.tasks.clone();
    tasks.spawn(stop.run_until_cancelled_owned(async move {
        loop {
            tokio::time::sleep(TICK).await;
            app.uploads.watch().await;
        }
    }));
}
