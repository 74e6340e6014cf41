//! Tries again what failed for now: a lost line, a server that starts anew or asks for patience. The twin of the pages'
//! `persistence.ts`.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::failure::{Failure, Passing, Result};
use crate::output::Output;

/// Before each try that follows a failed one; the last is for all after it.
const WAITS: [Duration; 6] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
];
/// Longest that a server may ask somebody to wait who sits and watches.
const MOST_PATIENCE: Duration = Duration::from_secs(90);
/// For how long a transfer waits for a server that is not there.
const TRANSFER_WAITS: Duration = Duration::from_mins(10);

/// What is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// What must not be done twice: only where it cannot have been done.
    Once,
    /// What may be done twice, a few times.
    Call,
    /// A transfer, which is worth waiting for.
    Transfer,
}

/// The result of the first attempt that succeeds, or why the last one failed.
pub async fn persist<T, F>(
    output: &Output,
    patience: Patience,
    attempt: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    persist_if(output, patience, |_| false, attempt).await
}

/// The same, of what may also pass where `may_pass` says so, a few times.
pub async fn persist_if<T, F>(
    output: &Output,
    patience: Patience,
    may_pass: impl Fn(&Failure) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let most_tries = if patience == Patience::Transfer { 8 } else { 3 };
    let (mut tries, mut failures, mut out_of_reach_since) = (0, 0, None);
    loop {
        let failure = match attempt().await {
            Ok(result) => return Ok(result),
            Err(failure) => failure,
        };
        let is_out_of_reach = matches!(failure.passing, Passing::NotConnected | Passing::Lost);
        let passes = match failure.passing {
            Passing::Lost => patience != Patience::Once,
            Passing::NotConnected => true,
            Passing::Later(asked) => asked.is_none_or(|asked| asked <= MOST_PATIENCE),
            Passing::No => may_pass(&failure),
        };
        let is_waited_for = is_out_of_reach && patience == Patience::Transfer && {
            let since = *out_of_reach_since.get_or_insert_with(Instant::now);
            since.elapsed() < TRANSFER_WAITS
        };
        if !is_out_of_reach {
            out_of_reach_since = None;
        }
        if !is_waited_for {
            tries += 1;
        }
        if !passes || tries > most_tries {
            return Err(failure);
        }
        let mut wait = WAITS[failures.min(WAITS.len() - 1)];
        if let Passing::Later(Some(asked)) = failure.passing {
            wait = wait.max(asked);
        }
        output.detail(|| format!("{}; trying again in {wait:?}", failure.message));
        if wait >= Duration::from_secs(4) {
            output.note(format_args!("{}; trying again …", failure.message));
        }
        failures += 1;
        sleep(wait).await;
    }
}
