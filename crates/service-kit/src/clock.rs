//! The time, passed in: every expiry reads it from a [`Clock`], so that a test moves the clock
//! instead of sleeping. Every service is handed one at start.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until a test moves it.
    Manual(ManualClock),
}

impl Clock {
    /// Milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => system_ms(),
            Self::Manual(clock) => clock.0.load(Ordering::SeqCst),
        }
    }

    /// Seconds since the Unix epoch, rounded down.
    pub fn now_secs(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }
}

/// The hands of a clock that a test moves; clones share them.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that starts at the machine's time and stands still.
    pub fn starting_now() -> Self {
        Self(Arc::new(AtomicI64::new(system_ms())))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).expect("a test moves the clock by less than eons");
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_until_moved() {
        let hands = ManualClock::starting_now();
        let clock = Clock::Manual(hands.clone());
        let start = clock.now_ms();
        hands.advance(Duration::from_secs(90));
        assert_eq!(clock.now_ms(), start + 90_000);
        assert_eq!(clock.now_secs(), (start + 90_000) / 1000);
    }
}
