//! What happens beside requests: by the clock, run by tokio-cron-scheduler, and when the signaling has something
//! to count. Started by the server.

pub mod counting;
pub mod delivering;
pub mod purge;

use tokio_cron_scheduler::{Job, JobScheduler};

use crate::app::AppState;

/// Every ten minutes, at second 0.
const PURGE_SCHEDULE: &str = "0 */10 * * * *";

/// Starts the schedule.
pub async fn start(app: AppState) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    let purge = Job::new_async(PURGE_SCHEDULE, move |_, _| {
        let app = app.clone();
        Box::pin(async move {
            if let Err(cause) = purge::run(&app).await {
                tracing::error!(%cause, "the purge stopped; it will go on at its next time");
            }
        })
    })?;
    scheduler.add(purge).await?;
    scheduler.start().await?;
    Ok(scheduler)
}
