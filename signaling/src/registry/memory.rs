//! Rooms and neighbourhoods in this process's memory, for a service that is one node. All of them
//! stand behind one lock, which is held while sockets are told, and nothing is waited for.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use sharesync_protocol::code::Nameplate;
use sharesync_protocol::signaling::RoomId;
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::random_bytes;

use super::Key;
use crate::SignalingConfig;
use crate::address::{Address, NodeId};
use crate::draft::{Draft, Limits, Moment};
use crate::nearby::Neighbourhood;
use crate::news::Notice;
use crate::post::{Asker, Post};
use crate::request::RequestError;
use crate::rooms::{Reindexing, Room, RoomError};

/// Every room and every neighbourhood of this node.
pub(crate) struct Memory {
    post: Arc<Post>,
    node: NodeId,
    clock: Clock,
    limits: Limits,
    kept: Mutex<Kept>,
}

/// What is kept.
pub(crate) struct Kept {
    rooms: HashMap<RoomId, Room>,
    neighbourhoods: HashMap<ClientNetwork, Neighbourhood>,
    /// In which room a code is open.
    codes: HashMap<Nameplate, RoomId>,
    /// The rooms with somebody away, by when the next absence ends.
    absences: BTreeSet<(i64, RoomId)>,
    rng: StdRng,
}

/// A key under which something is kept in memory.
pub(crate) trait InMemory: Key {
    /// What is kept under it.
    fn find<'a>(&self, kept: &'a Kept) -> Option<&'a Self::Gathering>;

    /// Keeps what is to be there in place of what was; nothing, where it has ended.
    fn keep(
        &self,
        after: Option<Self::Gathering>,
        kept: &mut Kept,
        limits: Limits,
    ) -> Result<(), Obstacle>;
}

/// Why a draft cannot be kept as it is.
pub(crate) enum Obstacle {
    /// Another room has a code that it would open.
    CodeTaken,
    /// It would be one room too many.
    TooManyRooms,
}

impl Memory {
    /// Nothing yet.
    pub(super) fn new(config: &SignalingConfig, post: Arc<Post>) -> Self {
        Self {
            post,
            node: NodeId::draw(),
            clock: config.clock.clone(),
            limits: config.limits(),
            kept: Mutex::new(Kept {
                rooms: HashMap::new(),
                neighbourhoods: HashMap::new(),
                codes: HashMap::new(),
                absences: BTreeSet::new(),
                rng: StdRng::from_seed(random_bytes()),
            }),
        }
    }

    pub(super) fn change<K: InMemory, T: Serialize>(
        &self,
        key: &K,
        asker: Option<Asker>,
        mut change: impl FnMut(&mut Option<K::Gathering>, &mut Moment) -> Result<T, RequestError>,
    ) -> Result<(), RequestError> {
        let mut kept = self.kept();
        self.expire(&mut kept);
        let outcome = loop {
            let moment = self.moment(&mut kept);
            let draft = Draft::of(key.find(&kept), moment, &mut change);
            match key.keep(draft.after, &mut kept, self.limits) {
                Ok(()) => {
                    self.tell(draft.notices);
                    break draft.outcome;
                }
                Err(Obstacle::CodeTaken) => {} // Half of them are free at least: this ends.
                Err(Obstacle::TooManyRooms) => break Err(RoomError::TooManyRooms.into()),
            }
        };
        let answered = outcome.as_ref().map(|_| ()).map_err(|error| *error);
        if let Some(asker) = asker {
            self.post.answer(asker, outcome);
        }
        answered
    }

    pub(super) fn look<K: InMemory, T>(
        &self,
        key: &K,
        look: impl FnOnce(&K::Gathering) -> T,
    ) -> Option<T> {
        key.find(&self.kept()).map(look)
    }

    pub(super) fn room_of(&self, code: &Nameplate) -> Option<RoomId> {
        self.kept().codes.get(code).cloned()
    }

    pub(super) fn deliver(
        &self,
        to: Address,
        event: &str,
        data: &impl Serialize,
    ) -> Result<(), RequestError> {
        Ok(self.post.emit(to.socket, event, data)?)
    }

    pub(super) fn sweep(&self) {
        self.expire(&mut self.kept());
    }

    pub(super) fn rooms_open(&self) -> usize {
        self.kept().rooms.len()
    }

    pub(super) fn node(&self) -> NodeId {
        self.node
    }

    /// Ends the absences that are over by now, the longest first.
    fn expire(&self, kept: &mut Kept) {
        let now_ms = self.clock.now_ms();
        while let Some((_, id)) = kept.absences.first().filter(|(end_ms, _)| *end_ms <= now_ms) {
            let id = id.clone();
            let moment = self.moment(kept);
            let draft = Draft::of(id.find(kept), moment, |_, _| Ok(()));
            // An absence that ends opens nothing.
            let _ = id.keep(draft.after, kept, self.limits);
            self.tell(draft.notices);
        }
    }

    fn moment(&self, kept: &mut Kept) -> Moment {
        let rng = StdRng::from_rng(&mut kept.rng);
        Moment::new(self.clock.now_ms(), self.limits, kept.codes.len(), rng)
    }

    fn tell(&self, notices: Vec<Notice>) {
        for Notice { to, news } in notices {
            self.post.tell(to.socket, news);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Gatherings change in one step, after the drafting of it, so that they are sound even if a
        // handler panicked while it held them: one socket's trouble stays its own.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl InMemory for RoomId {
    fn find<'a>(&self, kept: &'a Kept) -> Option<&'a Room> {
        kept.rooms.get(self)
    }

    fn keep(&self, after: Option<Room>, kept: &mut Kept, limits: Limits) -> Result<(), Obstacle> {
        let before = self.find(kept);
        let (was_open, is_open) = (before.is_some(), after.is_some());
        if is_open && !was_open && kept.rooms.len() >= limits.rooms {
            return Err(Obstacle::TooManyRooms);
        }
        let Reindexing { opened, closed, expired_ms, expires_ms } =
            Reindexing::between(before, after.as_ref());
        if opened.iter().any(|code| kept.codes.contains_key(code)) {
            return Err(Obstacle::CodeTaken);
        }
        for code in closed {
            kept.codes.remove(&code);
        }
        kept.codes.extend(opened.into_iter().map(|code| (code, self.clone())));
        if let Some(expired_ms) = expired_ms {
            kept.absences.remove(&(expired_ms, self.clone()));
        }
        kept.absences.extend(expires_ms.map(|expires_ms| (expires_ms, self.clone())));
        match after {
            Some(room) => kept.rooms.insert(self.clone(), room),
            None => kept.rooms.remove(self),
        };
        match (was_open, is_open) {
            (false, true) => tracing::info!(rooms_open = kept.rooms.len(), "room opened"),
            (true, false) => tracing::info!(rooms_open = kept.rooms.len(), "room closed"),
            _ => {}
        }
        Ok(())
    }
}

impl InMemory for ClientNetwork {
    fn find<'a>(&self, kept: &'a Kept) -> Option<&'a Neighbourhood> {
        kept.neighbourhoods.get(self)
    }

    fn keep(
        &self,
        after: Option<Neighbourhood>,
        kept: &mut Kept,
        _: Limits,
    ) -> Result<(), Obstacle> {
        match after {
            Some(neighbourhood) => kept.neighbourhoods.insert(*self, neighbourhood),
            None => kept.neighbourhoods.remove(self),
        };
        Ok(())
    }
}
