//! Has what waits looked at for viruses: when something new is there, when the server starts, and again where nothing came of
//! it. Which objects wait, and until when, is in the database. Started by the server.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::AppState;
use crate::db::scan::{self, Waiting};
use crate::error::{Error, Result};
use crate::library;
use crate::scanning::{NotScanned, Verdict};

/// Objects that are looked at at one time.
const AT_ONCE: u32 = 2;
/// How often it is looked for what was put off.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// How long the first failure puts an object off, in milliseconds; each further one twice as long.
const FIRST_DELAY_MS: i64 = 15_000;
/// Longest that a failure puts one off: five minutes.
const MAX_DELAY_MS: i64 = 300_000;
/// How long the scanner is left alone once it was not there; each further time twice as long.
const FIRST_REST: Duration = Duration::from_secs(1);
/// Longest that it is left alone.
const MAX_REST: Duration = Duration::from_secs(30);

/// Has things looked at until told to stop. What is in hand then waits for the next start.
pub fn start(app: AppState, stop: CancellationToken) {
    let tasks = app.tasks.clone();
    tasks.spawn(async move {
        if let Err(cause) = scan::hasten(&app.db, app.clock.now_ms()).await {
            tracing::error!(%cause, "what was put off is not looked at before its time");
        }
        let mut queue = Queue::of(app);
        stop.run_until_cancelled(queue.run()).await;
    });
}

/// What comes of looking at an object.
enum Outcome {
    /// Something is known of it, or it is gone, or put off.
    Done,
    /// The scanner is not there.
    Away,
    /// Nothing can be done for now, for reasons that are in the log.
    Stuck,
}

/// What is being looked at.
struct Queue {
    app: AppState,
    looks: JoinSet<Outcome>,
    in_hand: HashMap<Id, Uuid>,
    rest: Rest,
}

impl Queue {
    fn of(app: AppState) -> Self {
        let (looks, in_hand, rest) = (JoinSet::new(), HashMap::new(), Rest::default());
        Self { app, looks, in_hand, rest }
    }

    async fn run(&mut self) {
        loop {
            if self.rest.is_over()
                && let Err(cause) = self.begin().await
            {
                tracing::error!(%cause, "it could not be looked for what is to be scanned");
                self.rest.go_on();
            }
            let until = self.rest.until;
            let mut rested = pin!(async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => sleep(LOOK_AGAIN).await,
                }
            });
            tokio::select! {
                Some(ended) = self.looks.join_next_with_id() => {
                    let (id, outcome) = match ended {
                        Ok(ended) => ended,
                        // It panicked, which is in the log.
                        Err(ended) => (ended.id(), Outcome::Stuck),
                    };
                    self.in_hand.remove(&id);
                    self.rest.after(&outcome);
                }
                () = self.app.scanner.woken() => {}
                () = &mut rested => {}
            }
        }
    }

    /// Begins to look at as many as there is room for.
    async fn begin(&mut self) -> Result<()> {
        if self.in_hand.len() >= AT_ONCE as usize {
            return Ok(());
        }
        // Those in hand are still due.
        let due = scan::due(&self.app.db, self.app.clock.now_ms(), AT_ONCE).await?;
        for waiting in due {
            let id = waiting.object.id;
            let is_in_hand = self.in_hand.values().any(|other| *other == id);
            if !is_in_hand && self.in_hand.len() < AT_ONCE as usize {
                let begun = self.looks.spawn(look(self.app.clone(), waiting));
                self.in_hand.insert(begun.id(), id);
            }
        }
        Ok(())
    }
}

async fn look(app: AppState, waiting: Waiting) -> Outcome {
    let object = waiting.object.id;
    let come = match app.library.look(&waiting.object).await {
        Ok(verdict) => decide(&app, object, &verdict).await,
        Err(NotScanned::Away(cause)) => {
            tracing::debug!(%cause, "the virus scanner is away");
            return Outcome::Away;
        }
        // It was deleted meanwhile.
        Err(NotScanned::Unreadable(Error::NotFound)) => return Outcome::Done,
        Err(cause) => put_off(&app, &waiting, &cause).await,
    };
    match come {
        Ok(()) => Outcome::Done,
        Err(cause) => {
            tracing::error!(%cause, %object, "what is known of viruses could not be written down");
            Outcome::Stuck
        }
    }
}

async fn decide(app: &AppState, object: Uuid, verdict: &Verdict) -> Result<()> {
    let decided = scan::decide(&app.db, object, verdict, app.clock.now_ms()).await?;
    if let Some((file, owner)) = decided {
        if let Verdict::Infected { found } = verdict {
            library::log_quarantine(file, Some(found));
            app.mail_waits.notify_one();
        }
        app.events.file_changed(owner, file);
    }
    Ok(())
}

async fn put_off(app: &AppState, waiting: &Waiting, cause: &NotScanned) -> Result<()> {
    let Waiting { object, attempts } = waiting;
    tracing::warn!(%cause, object = %object.id, attempts = attempts + 1, "a scan is put off");
    let delay = (FIRST_DELAY_MS << attempts.min(&10)).min(MAX_DELAY_MS);
    scan::put_off(&app.db, object.id, app.clock.now_ms() + delay).await
}

/// For how long the scanner is left alone, so that one that is away is neither asked for every object nor complained of each
/// time.
#[derive(Default)]
struct Rest {
    until: Option<Instant>,
    delay: Duration,
    is_away: bool,
}

impl Rest {
    fn is_over(&mut self) -> bool {
        let is_over = self.until.is_none_or(|until| until <= Instant::now());
        if is_over {
            self.until = None;
        }
        is_over
    }

    /// Once more, unless it is being left alone already.
    fn go_on(&mut self) {
        if self.until.is_none() {
            self.delay = (self.delay * 2).clamp(FIRST_REST, MAX_REST);
            self.until = Some(Instant::now() + self.delay);
        }
    }

    fn after(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Done => {
                if self.is_away {
                    tracing::info!("the virus scanner is there again");
                }
                *self = Self::default();
            }
            Outcome::Away => {
                if !self.is_away {
                    tracing::warn!("the virus scanner is away: what is uploaded waits");
                }
                self.is_away = true;
                self.go_on();
            }
            Outcome::Stuck => self.go_on(),
        }
    }
}
