//! What lies ready at a node until its stream says that the time has come: acknowledgements of
//! events, and who waits to hear what came of a message.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::oneshot;

use crate::post::{Asker, Undelivered};
use crate::request::RequestError;

/// An acknowledgement that lies ready.
pub(super) struct Answer {
    /// For whom.
    pub(super) asker: Asker,
    /// What it says.
    pub(super) outcome: Result<Value, RequestError>,
    /// Hears when it was given.
    pub(super) given: oneshot::Sender<()>,
}

/// Everything that lies ready, by number.
#[derive(Default)]
pub(super) struct Desk {
    last: AtomicU64,
    answers: Mutex<HashMap<u64, Answer>>,
    receipts: Mutex<HashMap<u64, oneshot::Sender<Result<(), Undelivered>>>>,
}

impl Desk {
    /// Lays an acknowledgement ready; the receiver hears when it was given.
    pub(super) fn lay(
        &self,
        asker: Asker,
        outcome: Result<Value, RequestError>,
    ) -> (u64, oneshot::Receiver<()>) {
        let (given, hears) = oneshot::channel();
        let number = self.number();
        lock(&self.answers).insert(number, Answer { asker, outcome, given });
        (number, hears)
    }

    /// Takes an acknowledgement, to give it or to think again.
    pub(super) fn take(&self, number: u64) -> Option<Answer> {
        lock(&self.answers).remove(&number)
    }

    /// Waits for what comes of a message.
    pub(super) fn expect(&self) -> (u64, oneshot::Receiver<Result<(), Undelivered>>) {
        let (came, hears) = oneshot::channel();
        let number = self.number();
        lock(&self.receipts).insert(number, came);
        (number, hears)
    }

    /// Tells who waits for it what came of a message; nobody, where it was waited for too long.
    pub(super) fn receive(&self, number: u64, outcome: Result<(), Undelivered>) {
        if let Some(came) = lock(&self.receipts).remove(&number) {
            let _ = came.send(outcome);
        }
    }

    /// Waits for it no longer.
    pub(super) fn forget(&self, number: u64) {
        lock(&self.receipts).remove(&number);
    }

    /// Gives everything up: what the stream would have said is lost.
    pub(super) fn clear(&self) {
        lock(&self.answers).clear();
        lock(&self.receipts).clear();
    }

    fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
