//! The randomness that a peer was given, for the tasks that it is made of.

use std::sync::{Arc, Mutex, PoisonError};

use rand::CryptoRng;

/// One source of randomness; clones are the same one.
#[derive(Clone)]
pub struct SharedRandom(Arc<Mutex<Box<dyn CryptoRng + Send>>>);

impl SharedRandom {
    /// Shares a source.
    pub fn new(random: impl CryptoRng + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(random))))
    }

    /// Draws something from it.
    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut Box<dyn CryptoRng + Send>) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
