//! How much one relay may carry, and how fast. Asked by `pipe` for every message of either side.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

use sharesync_service_kit::limiter::{Limiter, TooOften};

use super::RelayConfig;

/// What one relay has carried, against what it may.
#[derive(Debug)]
pub(super) struct Pace {
    rate: Limiter,
    left: AtomicU64,
}

/// A relay that has carried all it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent;

impl Pace {
    /// A relay that has carried nothing yet.
    pub(super) fn new(config: &RelayConfig) -> Self {
        Self {
            rate: Limiter::new(config.bytes_per_relay, &config.clock),
            left: AtomicU64::new(config.max_bytes_per_relay),
        }
    }

    /// Returns when so many more bytes may be carried. The sender is not read from meanwhile.
    pub(super) async fn admit(&self, bytes: usize) -> Result<(), Spent> {
        let take = |left: u64| left.checked_sub(bytes as u64);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).map_err(|_| Spent)?;
        let Some(bytes) = u32::try_from(bytes).ok().and_then(NonZeroU32::new) else {
            return Ok(());
        };
        while let Err(TooOften { retry_after }) = self.rate.check_many(bytes) {
            tokio::time::sleep(retry_after).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt;
    use sharesync_service_kit::clock::{Clock, ManualClock};
    use sharesync_service_kit::limiter::Rate;

    use super::*;

    fn pace(max_bytes_per_relay: u64) -> (Pace, ManualClock) {
        let hands = ManualClock::starting_now();
        let config = RelayConfig {
            bytes_per_relay: Rate::new(1000, Duration::from_millis(1)),
            max_bytes_per_relay,
            clock: Clock::Manual(hands.clone()),
            ..Default::default()
        };
        (Pace::new(&config), hands)
    }

    #[tokio::test(start_paused = true)]
    async fn what_exceeds_the_rate_waits_for_its_turn() {
        let (pace, hands) = pace(u64::MAX);
        assert_eq!(pace.admit(600).now_or_never(), Some(Ok(())));
        assert_eq!(pace.admit(400).now_or_never(), Some(Ok(())));
        let mut third = Box::pin(pace.admit(500));
        assert_eq!(third.as_mut().now_or_never(), None);
        hands.advance(Duration::from_millis(499));
        assert_eq!(third.as_mut().now_or_never(), None);
        hands.advance(Duration::from_millis(1));
        assert_eq!(third.await, Ok(()));
    }

    #[tokio::test]
    async fn a_relay_carries_no_more_than_it_may() {
        let (pace, _) = pace(900);
        assert_eq!(pace.admit(600).await, Ok(()));
        assert_eq!(pace.admit(301).await, Err(Spent));
        assert_eq!(pace.admit(300).await, Ok(()));
        assert_eq!(pace.admit(0).await, Ok(()));
        assert_eq!(pace.admit(1).await, Err(Spent));
    }
}
