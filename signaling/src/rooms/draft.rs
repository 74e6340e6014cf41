//! A change of one room before it is made: what `registry` asks for and makes true.

use rand::rngs::StdRng;

use super::{Limits, News, Notice, Room};
use crate::address::Address;
use crate::request::RequestError;

/// When a change happens, and what it may and must take into account; collects what it has to tell.
pub(crate) struct Moment {
    /// Milliseconds since the Unix epoch.
    pub(crate) now_ms: i64,
    /// What holds for all rooms.
    pub(crate) limits: Limits,
    /// Codes that are open in all rooms together.
    pub(crate) codes_open: usize,
    /// Where ids and secrets come from.
    pub(crate) rng: StdRng,
    notices: Vec<Notice>,
}

impl Moment {
    /// A moment in which nothing has happened yet.
    pub(crate) fn new(now_ms: i64, limits: Limits, codes_open: usize, rng: StdRng) -> Self {
        Self { now_ms, limits, codes_open, rng, notices: Vec::new() }
    }

    /// Has somebody told something.
    pub(super) fn tell(&mut self, to: Address, news: News) {
        self.notices.push(Notice { to, news });
    }

    /// When the grace of an absence that begins now is over.
    pub(super) fn end_of_grace_ms(&self) -> i64 {
        let grace_ms = i64::try_from(self.limits.grace.as_millis()).unwrap_or(i64::MAX);
        self.now_ms.saturating_add(grace_ms)
    }
}

/// What a change makes of a room.
pub(crate) struct Draft<T> {
    /// The room after it; none when it has ended.
    pub(crate) after: Option<Room>,
    /// Who is to be told what, in this order.
    pub(crate) notices: Vec<Notice>,
    /// What is answered to whoever asked for it.
    pub(crate) outcome: Result<T, RequestError>,
}

impl<T> Draft<T> {
    /// Drafts a change of the room as it was `before`, if it was there. Absences that are over by
    /// then end first: a secret is void from the moment its member's grace is over.
    pub(crate) fn of(
        before: Option<&Room>,
        mut moment: Moment,
        change: impl FnOnce(&mut Option<Room>, &mut Moment) -> Result<T, RequestError>,
    ) -> Self {
        let mut room = before.cloned();
        if let Some(room) = &mut room {
            room.expire(&mut moment);
        }
        room = room.filter(Room::is_open);
        let outcome = change(&mut room, &mut moment);
        Self { after: room.filter(Room::is_open), notices: moment.notices, outcome }
    }
}
