//! `sharesync listen --request`: takes what people upload to a file request of one's own, file by file, for as long as the
//! request lasts. It looks into the request's folder, fetches what is new, and remembers that, so that neither an outage nor
//! a kill has anything taken twice or lost.

mod asked;
mod intake;
mod ledger;
mod refused;

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use self::asked::{Asked, State};
use self::intake::Intake;
use self::ledger::Ledger;
use super::policy::Policy;
use crate::Context;
use crate::commands::share::slug_in;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Passing, Result};
use crate::output::{Output, shown};
use crate::p2p::Folder;

/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(10);
/// Between two looks while the server cannot be reached, at most.
const MOST_INTERVAL: Duration = Duration::from_mins(1);
/// Longest that a server may ask for patience.
const MOST_PATIENCE: Duration = Duration::from_hours(1);
/// Between two looks at everything that lies there; others end where everything is known.
const WHOLE: Duration = Duration::from_mins(10);

/// What is taken, and how.
pub struct Terms {
    /// Of each file; what is about all of an offer is about all that is taken.
    pub policy: Policy,
    /// Where it is put.
    pub folder: Folder,
    /// Whether to end once what is there was taken.
    pub once: bool,
    /// Whether the server's copy of what was taken goes to the trash.
    pub remove: bool,
}

/// Does it.
pub async fn run(link: &str, terms: Terms, context: &Context) -> Result<()> {
    let slug = slug_in(link, "r")?;
    let api = context.api()?;
    // So that a folder that cannot be written to is said before anything is fetched.
    terms.folder.store("")?;
    let identity = format!("{:?}", (api.server().name(), &slug, &terms.folder.path));
    let ledger = Ledger::open(&context.places.state_folder("requests")?, &identity)?;
    let once = terms.once;
    let intake = Intake::new(&api, &context.places, terms, ledger);
    let asked = Asked::new(&api, slug);
    let mut listening =
        Listening { output: context.output.clone(), asked, intake, looked: None, is_said: false };
    let mut failures = 0;
    loop {
        let wait = match listening.look(once).await {
            Ok(true) => return listening.intake.end(),
            Ok(false) => {
                failures = 0;
                INTERVAL
            }
            Err(failure) if once || !may_pass(&failure) => return Err(failure),
            Err(failure) => {
                if failures == 0 && !failure.message.is_empty() {
                    let message = &failure.message;
                    context.output.warn(format_args!("{message}; trying again …"));
                }
                failures += 1;
                wait_after(&failure, failures)
            }
        };
        sleep(wait).await;
    }
}

/// Whether a failure may pass while we wait: the server is away, overloaded, or not itself.
fn may_pass(failure: &Failure) -> bool {
    failure.passing != Passing::No
        || failure.exit == ExitCode::Unreachable
        || failure.status().is_some_and(|status| status >= 500)
        || failure.code == "unexpected_answer" && failure.exit == ExitCode::Failed
}

/// How long to wait after so many failures in a row: ever longer, and at least as long as the server asks for.
fn wait_after(failure: &Failure, failures: u32) -> Duration {
    let wait = INTERVAL.saturating_mul(2_u32.saturating_pow(failures)).min(MOST_INTERVAL);
    match failure.passing {
        Passing::Later(Some(asked)) => wait.max(asked.min(MOST_PATIENCE)),
        _ => wait,
    }
}

/// Takes what comes.
struct Listening<'a> {
    output: Output,
    asked: Asked<'a>,
    intake: Intake<'a>,
    /// When everything was looked at last.
    looked: Option<Instant>,
    /// Whether it was said what is taken.
    is_said: bool,
}

impl Listening<'_> {
    /// Takes what is there. Answers whether nothing more is to be taken.
    async fn look(&mut self, once: bool) -> Result<bool> {
        // Before the look, so that nothing can come between that and the request's end.
        let state = self.asked.state(&mut self.intake).await?;
        self.say(state)?;
        let is_due = self.looked.is_none_or(|at| at.elapsed() >= WHOLE);
        let is_whole = is_due || once || state != State::Open;
        self.intake.look(is_whole).await?;
        if is_whole {
            self.looked = Some(Instant::now());
        }
        let State::Over(reason) = state else {
            if once {
                self.intake.say_what_waits();
            }
            return Ok(once);
        };
        if self.intake.is_waiting() && !once {
            return Ok(false);
        }
        self.intake.say_what_waits();
        if !self.intake.is_waiting() {
            self.output.event(&json!({ "event": "over", "reason": reason.code() }))?;
            self.output.note(format_args!("{}; what came by it was taken", reason.words()));
            if reason.is_for_good() {
                self.intake.forget();
            }
        }
        Ok(true)
    }

    /// Says, once, what is taken.
    fn say(&mut self, state: State) -> Result<()> {
        if std::mem::replace(&mut self.is_said, true) {
            return Ok(());
        }
        let Some(title) = self.intake.title() else { return Ok(()) };
        let is_open = state == State::Open;
        self.output.event(&json!({ "event": "request", "title": title, "open": is_open }))?;
        self.output.note(format_args!("taking what comes to “{}” …", shown(&title)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_get_longer_up_to_a_minute_and_as_long_as_is_asked_for() {
        let lost = Failure::new(ExitCode::Unreachable, "unreachable", "");
        let waits = [1, 2, 3, 40].map(|failures| wait_after(&lost, failures).as_secs());
        assert_eq!(waits, [20, 40, 60, 60]);
        let asked = |seconds| {
            let passing = Passing::Later(Some(Duration::from_secs(seconds)));
            let failure = Failure { passing, ..Failure::new(ExitCode::Unreachable, "busy", "") };
            wait_after(&failure, 1).as_secs()
        };
        assert_eq!([asked(5), asked(300), asked(1_000_000)], [20, 300, 3600]);
    }
}
