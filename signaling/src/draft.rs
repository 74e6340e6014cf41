//! A change of what several sockets share, before it is made: what [`crate::registry`] asks for and
//! makes true. Pure: no sockets, no storage; the time and randomness are passed in.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use rand::rngs::StdRng;

use crate::address::{Address, NodeId};
use crate::news::{News, Notice};
use crate::request::RequestError;

/// What sockets meet in: a room, or the neighbourhood of one network.
pub(crate) trait Gathering: Clone + PartialEq + Send + Sync {
    /// Whether there is anything of it left to be kept.
    fn is_open(&self) -> bool;

    /// Ends what is over by then.
    fn expire(&mut self, moment: &mut Moment);

    /// Whether it concerns anybody on that node.
    fn reaches(&self, node: NodeId) -> bool;

    /// Takes note that a node is no more, and with it every socket that it had.
    fn lose_node(&mut self, node: NodeId, moment: &mut Moment);
}

/// How much there may be, and for how long somebody who is gone still counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Rooms at one time.
    pub(crate) rooms: usize,
    /// Members of one room, those who are away included.
    pub(crate) peers: usize,
    /// How long a member that lost its socket may be away.
    pub(crate) grace: Duration,
    /// Devices of one network that can be seen at one time.
    pub(crate) devices: usize,
}

/// When a change happens, and what it may and must take into account; collects what it has to tell.
pub(crate) struct Moment {
    /// Milliseconds since the Unix epoch.
    pub(crate) now_ms: i64,
    /// How much there may be.
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

    /// 128 random bits as 22 characters of base64url (RFC 4648 §5).
    pub(crate) fn random_id(&mut self) -> String {
        let mut bits = [0; 16];
        self.rng.fill_bytes(&mut bits);
        URL_SAFE_NO_PAD.encode(bits)
    }

    /// Has somebody told something.
    pub(crate) fn tell(&mut self, to: Address, news: News) {
        self.notices.push(Notice { to, news });
    }

    /// When the grace of an absence that begins now is over.
    pub(crate) fn end_of_grace_ms(&self) -> i64 {
        let grace_ms = i64::try_from(self.limits.grace.as_millis()).unwrap_or(i64::MAX);
        self.now_ms.saturating_add(grace_ms)
    }
}

/// What a change makes of a gathering.
pub(crate) struct Draft<G, T> {
    /// The gathering after it; none when it has ended.
    pub(crate) after: Option<G>,
    /// Who is to be told what, in this order.
    pub(crate) notices: Vec<Notice>,
    /// What is answered to whoever asked for it.
    pub(crate) outcome: Result<T, RequestError>,
}

impl<G: Gathering, T> Draft<G, T> {
    /// Drafts a change of a gathering as it was `before`, if there was one. What is over by then ends
    /// first: a secret is void from the moment its member's grace is over.
    pub(crate) fn of(
        before: Option<&G>,
        mut moment: Moment,
        change: impl FnOnce(&mut Option<G>, &mut Moment) -> Result<T, RequestError>,
    ) -> Self {
        let mut gathering = before.cloned();
        if let Some(gathering) = &mut gathering {
            gathering.expire(&mut moment);
        }
        gathering = gathering.filter(G::is_open);
        let outcome = change(&mut gathering, &mut moment);
        Self { after: gathering.filter(G::is_open), notices: moment.notices, outcome }
    }
}
