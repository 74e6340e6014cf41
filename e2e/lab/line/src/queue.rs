//! What is on its way along one direction of the line: pure state. Time and randomness are passed
//! in; [`crate::direction`] runs it on real devices.
//!
//! A frame passes three things, as it would on a real line. First the buffer in front of the
//! narrowest place, which holds a limited number of frames and drops what comes on top (drop-tail).
//! Then the narrow place itself, which lets so many bits a second through. Then the distance, which
//! takes every frame the same time, so that none overtakes another; random loss happens there, to
//! frames that have already taken their share of the rate.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use rand::{Rng, RngExt};
use serde::Serialize;

/// What a line does to frames. The default does nothing to them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nature {
    /// How long a frame takes from one end to the other, besides waiting its turn.
    pub delay: Duration,
    /// The part of frames that is lost at random: 0 none, 1 all.
    pub loss: f64,
    /// The narrow place; without one, no frame ever waits and none is dropped.
    pub narrowing: Option<Narrowing>,
}

/// The narrowest place of a line.
#[derive(Clone, Copy, Debug)]
pub struct Narrowing {
    /// What it lets through, in bits a second of whole Ethernet frames (without preamble, gap and
    /// check sequence).
    pub bits_per_second: f64,
    /// How many frames may wait in front of it, the one being let through included.
    pub room: usize,
}

/// What became of frames so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Arrived, or on their way to.
    pub carried: u64,
    /// Lost at random.
    pub lost: u64,
    /// Dropped because the buffer was full.
    pub dropped: u64,
    /// Lost because the line was cut.
    pub cut: u64,
}

/// The frames of one direction.
#[derive(Debug)]
pub struct Queue {
    nature: Nature,
    cut: bool,
    /// When the narrow place will have let through all that it was given.
    free: Instant,
    /// When each frame that was let in last is through the narrow place, soonest first; those that
    /// are through by now are removed when the next one comes. Lost frames count too.
    through: VecDeque<Instant>,
    /// The frames that will arrive, and when; soonest first.
    coming: VecDeque<(Instant, Vec<u8>)>,
    counts: Counts,
}

impl Queue {
    /// An empty line.
    pub fn new(nature: Nature, now: Instant) -> Self {
        Self {
            nature,
            cut: false,
            free: now,
            through: VecDeque::new(),
            coming: VecDeque::new(),
            counts: Counts::default(),
        }
    }

    /// Gives the line a frame. Says whether it is now the first that will arrive, so that whoever
    /// waits for arrivals must look again.
    pub fn send(&mut self, frame: &[u8], now: Instant, rng: &mut impl Rng) -> bool {
        if self.cut {
            self.counts.cut += 1;
            return false;
        }
        let Some(through) = self.squeeze(frame.len(), now) else {
            self.counts.dropped += 1;
            return false;
        };
        if rng.random_bool(self.nature.loss) {
            self.counts.lost += 1;
            return false;
        }
        self.counts.carried += 1;
        self.coming.push_back((through + self.nature.delay, frame.to_vec()));
        self.coming.len() == 1
    }

    /// When a frame of `bytes` will be through the narrow place; nothing where it finds no room.
    fn squeeze(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let Some(narrowing) = self.nature.narrowing else { return Some(now) };
        while self.through.front().is_some_and(|&through| through <= now) {
            self.through.pop_front();
        }
        if self.through.len() >= narrowing.room {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a frame has far fewer than 2^52 bytes")]
        let takes = Duration::from_secs_f64(bytes as f64 * 8.0 / narrowing.bits_per_second);
        self.free = self.free.max(now) + takes;
        self.through.push_back(self.free);
        Some(self.free)
    }

    /// The next frame that has arrived by now.
    pub fn arrived(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.coming.pop_front_if(|(due, _)| *due <= now).map(|(_, frame)| frame)
    }

    /// When the next frame arrives, if one is on its way.
    pub fn next_arrival(&self) -> Option<Instant> {
        self.coming.front().map(|&(due, _)| due)
    }

    /// Cuts the line or mends it. What is on its way when it is cut still arrives.
    pub fn set_cut(&mut self, cut: bool) {
        self.cut = cut;
    }

    /// What became of frames so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A queue, the time, and randomness that is the same in each run.
    struct Line {
        queue: Queue,
        now: Instant,
        rng: StdRng,
    }

    impl Line {
        fn new(nature: Nature) -> Self {
            let now = Instant::now();
            Self { queue: Queue::new(nature, now), now, rng: StdRng::seed_from_u64(1) }
        }

        /// 1,000 bits in a millisecond: a frame of 125 bytes takes one to pass.
        fn narrow(room: usize) -> Self {
            let narrowing = Some(Narrowing { bits_per_second: 1e6, room });
            Self::new(Nature { delay: 10 * MS, narrowing, ..Nature::default() })
        }

        fn send(&mut self, frame: &[u8]) -> bool {
            self.queue.send(frame, self.now, &mut self.rng)
        }

        /// Moves time and collects what has arrived by then.
        fn after(&mut self, time: Duration) -> Vec<Vec<u8>> {
            self.now += time;
            std::iter::from_fn(|| self.queue.arrived(self.now)).collect()
        }

        fn next_arrival(&self) -> Option<Duration> {
            self.queue.next_arrival().map(|due| due - self.now)
        }
    }

    #[test]
    fn a_frame_arrives_whole_after_the_delay_and_not_before() {
        let mut line = Line::new(Nature { delay: 25 * MS, ..Nature::default() });
        line.send(b"frame");
        assert_eq!(line.next_arrival(), Some(25 * MS));
        assert!(line.after(24 * MS).is_empty());
        assert_eq!(line.after(MS), [b"frame"]);
        assert_eq!(line.next_arrival(), None);
    }

    #[test]
    fn frames_arrive_in_the_order_they_were_sent() {
        let mut line = Line::new(Nature { delay: 25 * MS, ..Nature::default() });
        line.send(b"first");
        line.after(MS);
        line.send(b"second");
        assert_eq!(line.after(24 * MS), [b"first"]);
        assert_eq!(line.after(MS), [b"second"]);
    }

    #[test]
    fn whoever_waits_is_called_for_the_first_frame_only() {
        let mut line = Line::new(Nature { delay: 25 * MS, ..Nature::default() });
        assert!(line.send(b"first"));
        assert!(!line.send(b"second"));
        line.after(25 * MS);
        assert!(line.send(b"third"));
    }

    #[test]
    fn a_line_without_a_narrow_place_holds_any_number() {
        let mut line = Line::new(Nature { delay: 25 * MS, ..Nature::default() });
        for _ in 0..10_000 {
            line.send(b"frame");
        }
        assert_eq!(line.after(25 * MS).len(), 10_000);
    }

    #[test]
    fn the_narrow_place_lets_one_frame_through_after_another() {
        let mut line = Line::narrow(10);
        line.send(&[1; 125]);
        line.send(&[2; 250]);
        assert_eq!(line.next_arrival(), Some(11 * MS));
        assert_eq!(line.after(11 * MS), [vec![1; 125]]);
        assert_eq!(line.next_arrival(), Some(2 * MS));
        assert_eq!(line.after(2 * MS), [vec![2; 250]]);
    }

    #[test]
    fn time_in_which_nothing_was_sent_is_not_saved_up() {
        let mut line = Line::narrow(10);
        line.after(1000 * MS);
        line.send(&[0; 125]);
        line.send(&[0; 125]);
        assert_eq!(line.after(11 * MS).len(), 1);
        assert_eq!(line.after(MS).len(), 1);
    }

    #[test]
    fn a_full_buffer_drops_what_comes_last() {
        let mut line = Line::narrow(2);
        for frame in 1..=3 {
            line.send(&[frame; 125]);
        }
        assert_eq!(line.queue.counts(), Counts { carried: 2, dropped: 1, ..Counts::default() });
        assert_eq!(line.after(12 * MS), [vec![1; 125], vec![2; 125]]);
        assert_eq!(line.next_arrival(), None);
    }

    #[test]
    fn frames_on_the_way_take_no_room_in_the_buffer() {
        let mut line = Line::narrow(2);
        line.send(&[1; 125]);
        line.send(&[2; 125]);
        line.after(MS);
        line.send(&[3; 125]);
        assert_eq!(line.queue.counts().dropped, 0);
        line.send(&[4; 125]);
        assert_eq!(line.queue.counts().dropped, 1);
    }

    #[test]
    fn about_as_many_frames_are_lost_as_was_asked_for() {
        let mut line = Line::new(Nature { loss: 0.02, ..Nature::default() });
        for _ in 0..10_000 {
            line.send(b"frame");
        }
        let Counts { carried, lost, .. } = line.queue.counts();
        assert_eq!(carried + lost, 10_000);
        assert!((150..250).contains(&lost), "{lost} lost");
        assert_eq!(line.after(Duration::ZERO).len() as u64, carried);
    }

    #[test]
    fn a_lost_frame_takes_its_share_of_the_rate() {
        let mut line = Line::narrow(1);
        line.queue.nature.loss = 1.0;
        line.send(&[0; 125]);
        assert_eq!(line.queue.counts().lost, 1);
        line.send(&[0; 125]);
        assert_eq!(line.queue.counts().dropped, 1);
    }

    #[test]
    fn a_cut_line_carries_nothing_until_it_is_mended() {
        let mut line = Line::new(Nature { delay: 25 * MS, ..Nature::default() });
        line.send(b"before");
        line.queue.set_cut(true);
        assert!(!line.send(b"during"));
        line.queue.set_cut(false);
        line.send(b"after");
        assert_eq!(line.after(25 * MS), [b"before".to_vec(), b"after".to_vec()]);
        assert_eq!(line.queue.counts(), Counts { carried: 2, cut: 1, ..Counts::default() });
    }
}
