//! Waiting for a moment that there may not be. Used wherever several are waited for at once.

use tokio::time::{Instant, sleep_until};

/// Returns at a moment; never, where there is none.
pub(crate) async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
