//! What happens beside requests: by the clock, run by tokio-cron-scheduler, and when the signaling has something
//! to count. Started by the server.

pub mod counting;
pub mod delivering;
pub mod purge;
pub mod scanning;
pub mod scrub;
pub mod tallying;
pub mod warning;
pub mod watching;

use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;

use crate::app::AppState;

/// Every ten minutes, at second 0.
const PURGE_SCHEDULE: &str = "0 */10 * * * *";
/// Every hour, five minutes past: not beside the purge.
const WARNING_SCHEDULE: &str = "0 5 * * * *";
/// Every minute, in its middle.
const ROLL_UP_SCHEDULE: &str = "30 * * * * *";
/// Every night at half past three (UTC).
const SCRUB_SCHEDULE: &str = "0 30 3 * * *";

/// Starts the schedule.
pub async fn start(app: AppState, stop: CancellationToken) -> anyhow::Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    let purged = app.clone();
    let purge = Job::new_async(PURGE_SCHEDULE, move |_, _| {
        let app = purged.clone();
        Box::pin(async move {
            if let Err(cause) = purge::run(&app).await {
                tracing::error!(%cause, "the purge stopped; it will go on at its next time");
            }
        })
    })?;
    let warned = app.clone();
    let warning = Job::new_async(WARNING_SCHEDULE, move |_, _| {
        let app = warned.clone();
        Box::pin(async move {
            if let Err(cause) = warning::run(&app).await {
                tracing::error!(%cause, "not everybody was warned of expiry; the others will be next time");
            }
        })
    })?;
    let tallied = app.clone();
    let roll_up = Job::new_async(ROLL_UP_SCHEDULE, move |_, _| {
        let app = tallied.clone();
        Box::pin(async move {
            if let Err(cause) = tallying::run(&app).await {
                tracing::error!(%cause, "what happened was not rolled up; it will be next time");
            }
        })
    })?;
    let scrub = Job::new_async(SCRUB_SCHEDULE, move |_, _| {
        let (app, stop) = (app.clone(), stop.clone());
        Box::pin(async move {
            if let Err(cause) = scrub::run(&app, &stop).await {
                tracing::error!(%cause, "the scrub stopped; it will go on at its next time");
            }
        })
    })?;
    scheduler.add(purge).await?;
    scheduler.add(warning).await?;
    scheduler.add(roll_up).await?;
    scheduler.add(scrub).await?;
    scheduler.start().await?;
    Ok(scheduler)
}
