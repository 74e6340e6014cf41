//! Logs: one line an event, to standard error, so that standard output stays free for what a
//! program was asked to print. Called once, by `main`.

use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` does not say: events of ours, not a scheduler's beginnings.
const DEFAULT_FILTER: &str = "info,tokio_cron_scheduler=warn";

/// Starts logging. `RUST_LOG` chooses what is logged ([`DEFAULT_FILTER`] without it); `LOG_FORMAT=json` makes
/// each line a JSON object.
pub fn init(json: bool) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would report a line that it cannot write to where it could not write, and panic.
        .log_internal_errors(false);
    if json {
        builder.json().init();
    } else {
        builder.with_target(false).init();
    }
}
