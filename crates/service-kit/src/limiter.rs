//! Rate limits held in this process's memory: for one thing ([`Limiter`]) or for each of many
//! ([`KeyedLimiter`]). Used by the signaling service for sockets and by whoever limits requests
//! by client address.
//!
//! Both are token buckets in the form of the generic cell rate algorithm (ITU-T I.371), from
//! `governor`. They read the [`Clock`], so that a test moves time instead of waiting.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use governor::clock::Clock as GovernorClock;
use governor::middleware::{NoOpMiddleware, StateInformationMiddleware};
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

use crate::clock::{Clock, ManualClock};

/// How often something may be done: `burst` times at once, and once more after each `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    burst: NonZeroU32,
    interval: Duration,
}

impl Rate {
    /// So many times within a span, all at once if need be. Panics where either is zero; in a constant that is a
    /// compile error.
    pub const fn per(uses: u32, span: Duration) -> Self {
        assert!(uses > 0, "a rate that allows nothing is no rate");
        #[expect(clippy::cast_possible_truncation, reason = "a span is less than five centuries")]
        Self::new(uses, Duration::from_nanos(span.as_nanos() as u64 / uses as u64))
    }

    /// How many uses at once.
    pub fn burst(self) -> u32 {
        self.burst.get()
    }

    /// After how long one more use is allowed.
    pub fn interval(self) -> Duration {
        self.interval
    }

    /// Panics where either is zero; in a constant that is a compile error.
    pub const fn new(burst: u32, interval: Duration) -> Self {
        assert!(!interval.is_zero(), "a rate without an interval limits nothing");
        Self {
            burst: NonZeroU32::new(burst).expect("a rate that allows nothing is no rate"),
            interval,
        }
    }

    /// What a variable says of how often: no rate for `off`, and `default` where it is not set.
    pub fn read(
        var: &dyn Fn(&str) -> Option<String>,
        name: &str,
        default: Self,
    ) -> Result<Option<Self>, BadRateSetting> {
        match var(name) {
            None => Ok(Some(default)),
            Some(text) if text == "off" => Ok(None),
            Some(text) => match text.parse() {
                Ok(rate) => Ok(Some(rate)),
                Err(why) => Err(BadRateSetting { name: name.to_owned(), text, why }),
            },
        }
    }

    fn quota(self) -> Quota {
        Quota::with_period(self.interval)
            .expect("the interval was checked when the rate was made")
            .allow_burst(self.burst)
    }
}

/// As the environment says it: `5/min`, or `s`, `h`, `day` instead.
impl FromStr for Rate {
    type Err = BadRate;

    fn from_str(text: &str) -> Result<Self, BadRate> {
        let (uses, unit) = text.split_once('/').ok_or(BadRate)?;
        let uses: u32 = uses.trim().parse().map_err(|_| BadRate)?;
        let span = match unit.trim() {
            "s" | "sec" | "second" => Duration::from_secs(1),
            "m" | "min" | "minute" => Duration::from_mins(1),
            "h" | "hour" => Duration::from_hours(1),
            "d" | "day" => Duration::from_hours(24),
            _ => return Err(BadRate),
        };
        if uses == 0 { Err(BadRate) } else { Ok(Self::per(uses, span)) }
    }
}

/// A rate that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be of the form 5/s, 5/min, 5/h or 5/day")]
pub struct BadRate;

/// A variable that says no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {text:?} {why}")]
pub struct BadRateSetting {
    name: String,
    text: String,
    why: BadRate,
}

/// What is left of a rate after a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Uses that would be allowed now.
    pub remaining: u32,
}

/// Refused for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooOften {
    /// How long until it would be allowed.
    pub retry_after: Duration,
}

/// Limits one thing.
#[derive(Debug)]
pub struct Limiter(RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>);

impl Limiter {
    /// A limiter that nothing has used yet.
    pub fn new(rate: Rate, clock: &Clock) -> Self {
        Self(RateLimiter::direct_with_clock(rate.quota(), Ticks::of(clock)))
    }

    /// Counts one use, unless it comes too early.
    pub fn check(&self) -> Result<(), TooOften> {
        self.check_many(NonZeroU32::MIN)
    }

    /// Counts `uses` at once (bytes, say), or none of them if they come too early. More than the
    /// burst is never allowed.
    pub fn check_many(&self, uses: NonZeroU32) -> Result<(), TooOften> {
        match self.0.check_n(uses) {
            Ok(outcome) => outcome.map_err(|refusal| too_often(&refusal, self.0.clock())),
            Err(_) => Err(TooOften { retry_after: Duration::MAX }),
        }
    }
}

/// Limits each of many things by itself, and forgets those that have rested long enough to be as
/// good as new, so that its memory follows who uses it now and not who ever did.
#[derive(Debug)]
pub struct KeyedLimiter<K: Hash + Eq + Clone> {
    buckets: RateLimiter<K, DefaultKeyedStateStore<K>, Ticks, StateInformationMiddleware>,
    checks: AtomicU32,
}

/// Forgetting looks at every bucket, so it happens once in this many checks: a constant cost for
/// each, and no more than this many idle buckets kept.
const CHECKS_BETWEEN_SWEEPS: u32 = 4096;

impl<K: Hash + Eq + Clone> KeyedLimiter<K> {
    /// A limiter that nothing has used yet.
    pub fn new(rate: Rate, clock: &Clock) -> Self {
        let store = DefaultKeyedStateStore::default();
        Self {
            buckets: RateLimiter::new(rate.quota(), store, Ticks::of(clock)),
            checks: AtomicU32::new(0),
        }
    }

    /// Counts one use by `key`, unless it comes too early.
    pub fn check(&self, key: &K) -> Result<Allowance, TooOften> {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks % CHECKS_BETWEEN_SWEEPS == CHECKS_BETWEEN_SWEEPS - 1 {
            self.buckets.retain_recent();
            self.buckets.shrink_to_fit();
        }
        match self.buckets.check_key(key) {
            Ok(state) => Ok(Allowance { remaining: state.remaining_burst_capacity() }),
            Err(refusal) => Err(too_often(&refusal, self.buckets.clock())),
        }
    }
}

fn too_often(refusal: &NotUntil<Nanos>, clock: &Ticks) -> TooOften {
    TooOften { retry_after: refusal.wait_time_from(clock.now()) }
}

/// Time since the limiter was made, as `governor` wants it. The machine's time of day may be set
/// back, which would hold a bucket empty, so the system's clock stands for its monotonic one.
#[derive(Clone, Debug)]
enum Ticks {
    Monotonic { start: Instant },
    Manual { clock: ManualClock, start_ms: i64 },
}

impl Ticks {
    fn of(clock: &Clock) -> Self {
        match clock {
            Clock::System => Self::Monotonic { start: Instant::now() },
            Clock::Manual(hands) => Self::Manual { clock: hands.clone(), start_ms: clock.now_ms() },
        }
    }
}

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        match self {
            Self::Monotonic { start } => start.elapsed().into(),
            Self::Manual { clock, start_ms } => {
                let now_ms = Clock::Manual(clock.clone()).now_ms();
                let since_start = u64::try_from(now_ms - start_ms).unwrap_or_default();
                Duration::from_millis(since_start).into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::new(3, Duration::from_secs(2));

    fn manual() -> (Clock, ManualClock) {
        let hands = ManualClock::starting_now();
        (Clock::Manual(hands.clone()), hands)
    }

    #[test]
    fn a_burst_passes_and_then_one_an_interval() {
        let (clock, hands) = manual();
        let limiter = Limiter::new(RATE, &clock);
        for _ in 0..3 {
            limiter.check().unwrap();
        }
        let refusal = limiter.check().unwrap_err();
        assert_eq!(refusal.retry_after, Duration::from_secs(2));

        hands.advance(Duration::from_millis(1999));
        limiter.check().unwrap_err();
        hands.advance(Duration::from_millis(1));
        limiter.check().unwrap();
        limiter.check().unwrap_err();
    }

    #[test]
    fn a_rate_is_read_from_what_people_write() {
        for (text, burst, secs) in
            [("5/min", 5, 12), ("1/s", 1, 1), (" 2 / h ", 2, 1800), ("24/day", 24, 3600)]
        {
            assert_eq!(text.parse(), Ok(Rate::new(burst, Duration::from_secs(secs))), "{text}");
        }
        for text in ["", "5", "5/", "/min", "0/min", "-1/min", "5/year", "1.5/s"] {
            assert_eq!(text.parse::<Rate>(), Err(BadRate), "{text}");
        }
    }

    #[test]
    fn what_is_left_is_told() {
        let (clock, hands) = manual();
        let limiter = KeyedLimiter::new(RATE, &clock);
        let left = || limiter.check(&"a").map(|allowance| allowance.remaining);
        assert_eq!([left(), left(), left()], [Ok(2), Ok(1), Ok(0)]);
        left().unwrap_err();
        hands.advance(Duration::from_secs(4));
        assert_eq!(left(), Ok(1));
    }

    #[test]
    fn many_at_once_pass_whole_or_not_at_all() {
        let (clock, hands) = manual();
        let limiter = Limiter::new(RATE, &clock);
        let uses = |number| NonZeroU32::new(number).unwrap();
        limiter.check_many(uses(2)).unwrap();
        limiter.check_many(uses(2)).unwrap_err();
        limiter.check().unwrap();

        hands.advance(Duration::from_mins(1));
        limiter.check_many(uses(3)).unwrap();
        hands.advance(Duration::from_mins(1));
        let refusal = limiter.check_many(uses(4)).unwrap_err();
        assert_eq!(refusal.retry_after, Duration::MAX);
    }

    #[test]
    fn the_machines_clock_refills_too() {
        let limiter = Limiter::new(Rate::new(1, Duration::from_nanos(1)), &Clock::System);
        limiter.check().unwrap();
        while limiter.check().is_err() {}
    }

    #[test]
    fn keys_do_not_share() {
        let (clock, _) = manual();
        let limiter = KeyedLimiter::new(RATE, &clock);
        for _ in 0..3 {
            limiter.check(&"a").unwrap();
        }
        limiter.check(&"a").unwrap_err();
        limiter.check(&"b").unwrap();
    }

    #[test]
    fn rested_keys_are_forgotten_and_busy_ones_are_not() {
        let (clock, hands) = manual();
        let limiter = KeyedLimiter::new(RATE, &clock);
        for key in 0..CHECKS_BETWEEN_SWEEPS * 3 {
            hands.advance(Duration::from_secs(1));
            limiter.check(&key).unwrap();
        }
        assert!(limiter.buckets.len() <= CHECKS_BETWEEN_SWEEPS as usize + 2);

        let busy = 0;
        while limiter.check(&busy).is_ok() {}
        for other in 1..=CHECKS_BETWEEN_SWEEPS {
            limiter.check(&other).unwrap();
        }
        limiter.check(&busy).unwrap_err();
    }
}
