//! What a person wants of a transfer while it runs: said from anywhere, heard by its conversation.

use std::sync::Arc;

use tokio::sync::watch;

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) paused: bool,
    pub(super) cancelled: bool,
}

/// Pauses and stops a transfer from elsewhere; clones steer the same one. What is said while there is no connection
/// holds for the next.
#[derive(Clone, Debug, Default)]
pub struct Steering(Arc<watch::Sender<Wish>>);

impl Steering {
    /// Nothing is wanted yet but that it goes on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Pauses it, or lets it go on.
    pub fn pause(&self, paused: bool) {
        self.0.send_modify(|wish| wish.paused = paused);
    }

    /// Stops it for good.
    pub fn cancel(&self) {
        self.0.send_modify(|wish| wish.cancelled = true);
    }

    /// Resolves once it is to be stopped: for whoever waits for a connection meanwhile.
    pub async fn cancelled(&self) {
        // Its sender is held here, so that waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|wish| wish.cancelled).await;
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Wish> {
        self.0.subscribe()
    }
}
