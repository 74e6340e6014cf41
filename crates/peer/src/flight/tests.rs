use std::time::Duration;

use tokio::time::Instant;

use super::{BROWSER_BUFFER_BYTES, Flight, LEAST_TURN};

/// A line of a certain length and rate, with the socket of a browser at its end, tick by tick.
struct Line {
    flight: Flight,
    now: Instant,
    trip: Duration,
    bytes_a_ms: usize,
    /// What was sent, and when it has been acknowledged.
    sent: Vec<(Instant, usize)>,
    /// When the line has carried all that was sent.
    free: Instant,
    /// Most bytes that waited at the end of the line.
    most_waiting: usize,
}

const MESSAGE: usize = 16 * 1024;
const TICK: Duration = Duration::from_micros(100);

impl Line {
    fn new(trip: Duration, bytes_a_ms: usize) -> Self {
        let now = Instant::now();
        let flight = Flight::new(BROWSER_BUFFER_BYTES, now);
        Self { flight, now, trip, bytes_a_ms, sent: Vec::new(), free: now, most_waiting: 0 }
    }

    /// Sends as much as is allowed for so long; answers the bytes that were acknowledged.
    fn run(&mut self, time: Duration) -> usize {
        let end = self.now + time;
        let mut acknowledged = 0;
        while self.now < end {
            let now = self.now;
            let arrived = |(at, _): &(Instant, usize)| *at <= now;
            acknowledged +=
                self.sent.iter().filter(|one| arrived(one)).map(|one| one.1).sum::<usize>();
            self.sent.retain(|one| !arrived(one));
            let outstanding = self.sent.iter().map(|one| one.1).sum();
            if self.flight.allows(MESSAGE, outstanding, now) {
                self.flight.give(MESSAGE, now);
                let micros = MESSAGE * 1000 / self.bytes_a_ms;
                self.free = self.free.max(now) + Duration::from_micros(micros as u64);
                self.sent.push((self.free + self.trip, MESSAGE));
                let waits = self.free.duration_since(now).as_micros() as usize;
                self.most_waiting = self.most_waiting.max(waits * self.bytes_a_ms / 1000);
            } else {
                self.now += TICK;
            }
        }
        acknowledged
    }
}

#[test]
fn a_short_line_never_fills_the_socket_at_its_end() {
    let mut line = Line::new(Duration::from_micros(300), 40_000);
    let bytes = line.run(Duration::from_secs(2));
    assert!(line.most_waiting < BROWSER_BUFFER_BYTES, "{}", line.most_waiting);
    assert!(bytes > 2 * 40_000_000 * 8 / 10, "{bytes}");
}

#[test]
fn a_long_line_is_filled_and_no_more_waits_at_its_end() {
    let mut line = Line::new(Duration::from_millis(40), 10_000);
    line.run(Duration::from_secs(4));
    let bytes = line.run(Duration::from_secs(1));
    assert!(bytes > 10_000_000 * 9 / 10, "{bytes}");
    assert!(line.most_waiting < BROWSER_BUFFER_BYTES, "{}", line.most_waiting);
}

#[test]
fn a_line_that_becomes_slower_is_given_less() {
    let mut line = Line::new(Duration::from_millis(20), 20_000);
    line.run(Duration::from_secs(3));
    let before = line.flight.limit();
    line.bytes_a_ms = 2_000;
    line.run(Duration::from_secs(3));
    assert!(line.flight.limit() < before / 2, "{} after {before}", line.flight.limit());
}

#[test]
fn a_line_that_is_not_kept_busy_is_not_taken_to_be_slow() {
    let mut line = Line::new(Duration::from_millis(20), 20_000);
    line.run(Duration::from_secs(3));
    let before = line.flight.limit();
    line.sent.clear();
    for _ in 0..100 {
        line.now += LEAST_TURN * 10;
        assert!(line.flight.allows(1, 0, line.now));
        line.flight.give(1, line.now);
    }
    assert!(line.flight.limit() >= before * 9 / 10, "{} after {before}", line.flight.limit());
}

#[test]
fn a_path_that_became_longer_is_believed_after_a_while() {
    let mut line = Line::new(Duration::from_millis(5), 10_000);
    line.run(Duration::from_secs(2));
    line.trip = Duration::from_millis(60);
    line.run(Duration::from_secs(15));
    let bytes = line.run(Duration::from_secs(1));
    assert!(bytes > 10_000_000 * 8 / 10, "{bytes}");
}

#[test]
fn a_message_may_always_be_on_its_way() {
    let now = Instant::now();
    let mut flight = Flight::new(1024, now);
    assert!(flight.allows(1024 * 1024, 0, now));
    assert!(!flight.allows(1024, 1, now));
}
