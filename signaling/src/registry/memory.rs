//! Rooms in this process's memory, for a service that is one node. All of them stand behind one
//! lock, which is held while members are told, and nothing is waited for.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use sharesync_protocol::code::Nameplate;
use sharesync_protocol::signaling::RoomId;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::random_bytes;

use crate::SignalingConfig;
use crate::address::{Address, NodeId};
use crate::post::{Asker, Post};
use crate::request::RequestError;
use crate::rooms::{Draft, Limits, Moment, Notice, Reindexing, Room, RoomError};

/// Every room of this node.
pub(crate) struct Memory {
    post: Arc<Post>,
    node: NodeId,
    clock: Clock,
    limits: Limits,
    kept: Mutex<Kept>,
}

struct Kept {
    rooms: HashMap<RoomId, Room>,
    /// In which room a code is open.
    codes: HashMap<Nameplate, RoomId>,
    /// The rooms with somebody away, by when the next absence ends.
    absences: BTreeSet<(i64, RoomId)>,
    rng: StdRng,
}

/// Why a draft cannot be kept as it is.
enum Obstacle {
    /// Another room has a code that it would open.
    CodeTaken,
    /// It would be one room too many.
    TooManyRooms,
}

impl Memory {
    /// No rooms yet.
    pub(super) fn new(config: &SignalingConfig, post: Arc<Post>) -> Self {
        Self {
            post,
            node: NodeId::draw(),
            clock: config.clock.clone(),
            limits: config.limits(),
            kept: Mutex::new(Kept {
                rooms: HashMap::new(),
                codes: HashMap::new(),
                absences: BTreeSet::new(),
                rng: StdRng::from_seed(random_bytes()),
            }),
        }
    }

    pub(super) fn change<T: Serialize>(
        &self,
        id: &RoomId,
        asker: Option<Asker>,
        mut change: impl FnMut(&mut Option<Room>, &mut Moment) -> Result<T, RequestError>,
    ) -> Result<(), RequestError> {
        let mut kept = self.kept();
        self.expire(&mut kept);
        let outcome = loop {
            let moment = self.moment(&mut kept);
            let draft = Draft::of(kept.rooms.get(id), moment, &mut change);
            match kept.keep(id, draft.after, self.limits) {
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

    pub(super) fn look<T>(&self, id: &RoomId, look: impl FnOnce(&Room) -> T) -> Option<T> {
        self.kept().rooms.get(id).map(look)
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
            let draft = Draft::of(kept.rooms.get(&id), moment, |_, _| Ok(()));
            // An absence that ends opens nothing.
            let _ = kept.keep(&id, draft.after, self.limits);
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
        // Rooms change in one step, after the drafting of it, so that they are sound even if a
        // handler panicked while it held them: one socket's trouble stays its own.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Keeps a room in place of what it was, and its absence in place of a room that has ended.
    fn keep(&mut self, id: &RoomId, after: Option<Room>, limits: Limits) -> Result<(), Obstacle> {
        let before = self.rooms.get(id);
        let (was_open, is_open) = (before.is_some(), after.is_some());
        if is_open && !was_open && self.rooms.len() >= limits.rooms {
            return Err(Obstacle::TooManyRooms);
        }
        let Reindexing { opened, closed, expired_ms, expires_ms } =
            Reindexing::between(before, after.as_ref());
        if opened.iter().any(|code| self.codes.contains_key(code)) {
            return Err(Obstacle::CodeTaken);
        }
        for code in closed {
            self.codes.remove(&code);
        }
        self.codes.extend(opened.into_iter().map(|code| (code, id.clone())));
        if let Some(expired_ms) = expired_ms {
            self.absences.remove(&(expired_ms, id.clone()));
        }
        self.absences.extend(expires_ms.map(|expires_ms| (expires_ms, id.clone())));
        match after {
            Some(room) => self.rooms.insert(id.clone(), room),
            None => self.rooms.remove(id),
        };
        match (was_open, is_open) {
            (false, true) => tracing::info!(rooms_open = self.rooms.len(), "room opened"),
            (true, false) => tracing::info!(rooms_open = self.rooms.len(), "room closed"),
            _ => {}
        }
        Ok(())
    }
}
