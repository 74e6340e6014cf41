//! How much may be on its way over one connection. Left to itself, SCTP sends all that its window allows in one burst;
//! what the other side's UDP socket has no room for is lost, and what the loss of a burst costs is a second, until SCTP's
//! timer (RFC 9260 §6.3) has it sent again. So no more is sent than the line itself holds, and a share of what the socket
//! does: the window that TCP Vegas keeps (Brakmo and Peterson, 1995). Used by `DirectChannel`.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

#[cfg(test)]
mod tests;

/// Bytes that a browser's socket holds: Chromium's has 128 KiB, in which the kernel counts twice what is in a datagram.
pub(crate) const BROWSER_BUFFER_BYTES: usize = 64 * 1024;
/// The socket's buffer may be filled to this part of it: it is not emptied at once, and others send to it, too.
const PART_OF_BUFFER: usize = 2;
/// How long the rate is measured at a time, at least.
const LEAST_TURN: Duration = Duration::from_millis(5);
/// How many times as long a turn may be.
const LONGEST_TURN: u32 = 2;
/// The shortest round trip of this time and of the one before are believed: a path may have become longer.
const TRIP_AGE: Duration = Duration::from_secs(5);

/// What is on its way over one connection, and how much may be.
pub(crate) struct Flight {
    /// Bytes that may wait in the other side's socket.
    slack: usize,
    /// Bytes that were given to the connection, and that the other side has acknowledged.
    given: u64,
    acknowledged: u64,
    /// Where messages end that have not been acknowledged, and when they were given.
    messages: VecDeque<(u64, Instant)>,
    /// The shortest round trips: of now, and of the time before.
    trips: [Option<Duration>; 2],
    trips_since: Instant,
    /// Bytes a second that the line carries; none while that is not known.
    rate: Option<f64>,
    /// When the turn began in which the rate is measured, and what was acknowledged by then.
    turn: (Instant, u64),
    /// Whether the limit was reached in this turn: else it tells nothing of the line.
    held_back: bool,
}

impl Flight {
    /// Nothing is on its way yet, to a socket that holds `buffer` bytes.
    pub(crate) fn new(buffer: usize, now: Instant) -> Self {
        Self {
            slack: buffer / PART_OF_BUFFER,
            given: 0,
            acknowledged: 0,
            messages: VecDeque::new(),
            trips: [None; 2],
            trips_since: now,
            rate: None,
            turn: (now, 0),
            held_back: false,
        }
    }

    /// Bytes of a message at most, so that two fit.
    pub(crate) fn most_message_bytes(&self) -> usize {
        self.slack / 2
    }

    /// Bytes that may be on their way: what the line holds, and what may wait at its end.
    pub(crate) fn limit(&self) -> usize {
        let held_by_line = match (self.rate, self.trip()) {
            (Some(rate), Some(trip)) => rate * trip.as_secs_f64(),
            _ => 0.0,
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number of bytes, which a cast keeps within what fits"
        )]
        let held_by_line = held_by_line as usize;
        self.slack.saturating_add(held_by_line)
    }

    /// Whether a message may be given, with `outstanding` bytes that have not been acknowledged. One may always be on its
    /// way.
    pub(crate) fn allows(&mut self, message: usize, outstanding: usize, now: Instant) -> bool {
        self.acknowledge(outstanding, now);
        let allowed = outstanding == 0 || outstanding + message <= self.limit();
        self.held_back |= !allowed;
        allowed
    }

    /// A message was given.
    pub(crate) fn give(&mut self, message: usize, now: Instant) {
        self.given += message as u64;
        self.messages.push_back((self.given, now));
    }

    /// Learns from what has been acknowledged by now.
    fn acknowledge(&mut self, outstanding: usize, now: Instant) {
        self.acknowledged = self.given.saturating_sub(outstanding as u64);
        while let Some(&(_, given)) = self.messages.front().filter(|m| m.0 <= self.acknowledged) {
            self.messages.pop_front();
            self.took(now.duration_since(given), now);
        }
        let (since, before) = self.turn;
        let passed = now.duration_since(since);
        let turn = self.trip().map_or(LEAST_TURN, |trip| trip.max(LEAST_TURN));
        if passed < turn {
            return;
        }
        // Where nobody looked for long, there was nothing to send.
        if self.held_back && passed < turn * LONGEST_TURN {
            #[expect(clippy::cast_precision_loss, reason = "bytes of a few milliseconds")]
            let rate = (self.acknowledged - before) as f64 / passed.as_secs_f64();
            // Half of what was known before: one turn in which a computer was busy says little.
            self.rate = Some(self.rate.map_or(rate, |known| f64::midpoint(known, rate)));
        }
        self.turn = (now, self.acknowledged);
        self.held_back = false;
    }

    /// A message took so long to be acknowledged.
    fn took(&mut self, trip: Duration, now: Instant) {
        if now.duration_since(self.trips_since) > TRIP_AGE {
            self.trips = [None, self.trips[0]];
            self.trips_since = now;
        }
        self.trips[0] = Some(self.trips[0].map_or(trip, |shortest| shortest.min(trip)));
    }

    /// The shortest round trip of late.
    fn trip(&self) -> Option<Duration> {
        self.trips.into_iter().flatten().min()
    }
}
