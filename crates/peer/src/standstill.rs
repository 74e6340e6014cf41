//! Whether a conversation stands still though it should go on: then its connection is taken for lost, whatever ICE thinks of
//! it. Used by `Member`.

use std::time::Duration;

use tokio::time::Instant;

use crate::transfer::{Paused, Progress, Stage};

/// How long nothing may move over the connection to a member that is away: that its process is gone, ICE takes long to find
/// out.
const AWAY: Duration = Duration::from_secs(3);
/// How long the other side's first word may take, which both say at once.
const GREETING: Duration = Duration::from_secs(5);
/// How long content may stand still to a member that is there: SCTP sends what was lost again by then, four times over
/// (RFC 9260 §6.3.3), and a disk has written what it had to.
const MOVING: Duration = Duration::from_secs(15);

/// One conversation, as it was seen last.
#[derive(Debug)]
pub(crate) struct Standstill {
    since: Instant,
    seen: Seen,
}

/// What changes while a conversation goes on.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    away: bool,
    greeted: bool,
    stage: Stage,
    written: u64,
    verified: usize,
    paused: Paused,
}

impl Standstill {
    /// A conversation that begins now.
    pub(crate) fn begin(now: Instant, progress: &Progress, away: bool) -> Self {
        Self { since: now, seen: Seen::of(progress, away) }
    }

    /// Looks at it again: whether it has stood still for too long.
    pub(crate) fn lasts(&mut self, now: Instant, progress: &Progress, away: bool) -> bool {
        let seen = Seen::of(progress, away);
        if seen != self.seen {
            *self = Self { since: now, seen };
        }
        self.seen.patience().is_some_and(|patience| now - self.since >= patience)
    }
}

impl Seen {
    fn of(progress: &Progress, away: bool) -> Self {
        Self {
            away,
            greeted: progress.greeted,
            stage: progress.stage,
            written: progress.written,
            verified: progress.verified,
            paused: progress.paused,
        }
    }

    /// How long it may be like this; for ever, where it is a person's turn.
    fn patience(&self) -> Option<Duration> {
        if self.paused.here || self.paused.there {
            None
        } else if self.away {
            Some(AWAY)
        } else if !self.greeted {
            Some(GREETING)
        } else if self.stage == Stage::Moving {
            Some(MOVING)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn progress(stage: Stage, written: u64) -> Progress {
        Progress { stage, written, greeted: true, ..Progress::default() }
    }

    /// After how many whole seconds without a change it has lasted too long, if it ever does.
    fn lasts_after(progress: &Progress, away: bool) -> Option<u32> {
        let begun = Instant::now();
        let mut standstill = Standstill::begin(begun, progress, away);
        (1..3600).find(|seconds| standstill.lasts(begun + SECOND * *seconds, progress, away))
    }

    #[test]
    fn a_member_that_says_nothing_is_waited_for_less_than_one_that_writes() {
        let unheard = Progress { greeted: false, ..progress(Stage::Moving, 7) };
        assert_eq!(lasts_after(&unheard, false), Some(5));
        assert_eq!(lasts_after(&progress(Stage::Moving, 7), false), Some(15));
        assert_eq!(lasts_after(&progress(Stage::Moving, 7), true), Some(3));
        assert_eq!(lasts_after(&progress(Stage::Offered, 0), true), Some(3));
    }

    #[test]
    fn whoever_is_asked_may_think_and_whoever_pauses_may_rest() {
        let mut paused = progress(Stage::Moving, 7);
        paused.paused.there = true;
        assert_eq!(lasts_after(&paused, false), None);
        assert_eq!(lasts_after(&paused, true), None);
        assert_eq!(lasts_after(&progress(Stage::Offered, 0), false), None);
        // The other side computes digests of what it has, which may take as long as it is large.
        assert_eq!(lasts_after(&progress(Stage::Checking, 7), false), None);
    }

    #[test]
    fn what_moves_is_left_alone() {
        let begun = Instant::now();
        let mut standstill = Standstill::begin(begun, &progress(Stage::Moving, 0), false);
        for time in 1..100 {
            let moved = progress(Stage::Moving, u64::from(time));
            assert!(!standstill.lasts(begun + SECOND * 14 * time, &moved, false));
        }
        // Of files without content none is written, and one after the other is verified.
        let mut empty = Standstill::begin(begun, &progress(Stage::Moving, 0), false);
        for time in 1..100_u32 {
            let moved = Progress { verified: time as usize, ..progress(Stage::Moving, 0) };
            assert!(!empty.lasts(begun + SECOND * 14 * time, &moved, false));
        }
        // Somebody who goes away is waited for from then on.
        let moved = progress(Stage::Moving, 99);
        let gone = begun + SECOND * 14 * 99 + SECOND * 14;
        assert!(!standstill.lasts(gone, &moved, true));
        assert!(!standstill.lasts(gone + SECOND * 2, &moved, true));
        assert!(standstill.lasts(gone + SECOND * 3, &moved, true));
    }
}
