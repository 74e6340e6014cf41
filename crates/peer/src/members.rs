//! Who is in the room with us, and the sealed lines to everybody who ever was. Shared by a `Room` and the task that
//! keeps it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sharesync_protocol::signaling::{PageNonce, Peer, PeerId, RoomId};
use sharesync_secrecy::LinkKey;

use crate::random::SharedRandom;
use crate::sealed_line::{CurrentClient, MemberPair, SealedLine};

/// Lines that are kept. A room has 16 members at one time; only a server that makes them up gets here.
const MAX_LINES: usize = 4096;

/// Another member of the room that something can be sealed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The member.
    pub id: PeerId,
    /// What it drew at random when it started.
    pub nonce: String,
    /// Its line to the service is lost; it may come back.
    pub away: bool,
    /// It is not who it was when it was met last: nothing from before is known there.
    pub fresh: bool,
}

pub(crate) struct Members {
    pub(crate) key: LinkKey,
    /// Our own.
    pub(crate) nonce: PageNonce,
    pub(crate) client: CurrentClient,
    pub(crate) random: SharedRandom,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    /// Where we are, and as who.
    place: Option<(RoomId, PeerId)>,
    others: HashMap<PeerId, Arc<SealedLine>>,
    /// Every line there ever was, by both ends and the other's nonce. They are kept although their members left: a
    /// service that says so falsely must not have a line begin anew and old words heard again.
    lines: HashMap<(PeerId, PeerId, String), Arc<SealedLine>>,
}

impl Members {
    pub(crate) fn new(key: LinkKey, nonce: PageNonce, random: SharedRandom) -> Self {
        let client = CurrentClient::default();
        Self { key, nonce, client, random, now: Mutex::default() }
    }

    /// We are in this room, as this member.
    pub(crate) fn entered(&self, room: &RoomId, me: &PeerId) {
        self.now().place = Some((room.clone(), me.clone()));
    }

    /// The room that we are in, or were in last.
    pub(crate) fn room(&self) -> Option<RoomId> {
        self.now().place.as_ref().map(|(room, _)| room.clone())
    }

    /// Somebody is in the room; `None` for one that nothing can be sealed for.
    pub(crate) fn meet(&self, peer: Peer) -> Option<Met> {
        let now = &mut *self.now();
        let (room, me) = now.place.clone()?;
        let nonce = String::from(peer.nonce?);
        let name = (me.clone(), peer.id.clone(), nonce.clone());
        let line = match now.lines.get(&name) {
            Some(line) => Arc::clone(line),
            None if now.lines.len() >= MAX_LINES => return None,
            None => {
                let own = (me, self.nonce.clone().into());
                let other = (peer.id.clone(), nonce.clone());
                let pair = MemberPair { key: self.key.clone(), room, own, other };
                let line = SealedLine::new(pair, self.client.clone(), self.random.clone());
                // One that shows our own nonce is nobody but ourselves, played back.
                let line = Arc::new(line.ok()?);
                now.lines.insert(name, Arc::clone(&line));
                line
            }
        };
        let before = now.others.insert(peer.id.clone(), Arc::clone(&line));
        let fresh = !before.is_some_and(|before| Arc::ptr_eq(&before, &line));
        Some(Met { id: peer.id, nonce, away: peer.away, fresh })
    }

    /// Forgets a member; whether there was one.
    pub(crate) fn forget(&self, id: &PeerId) -> bool {
        self.now().others.remove(id).is_some()
    }

    /// Whether this member is in the room.
    pub(crate) fn know(&self, id: &PeerId) -> bool {
        self.now().others.contains_key(id)
    }

    /// Who is in the room beside those.
    pub(crate) fn beside(&self, peers: &[Peer]) -> Vec<PeerId> {
        let others = &self.now().others;
        let gone = others.keys().filter(|id| peers.iter().all(|peer| peer.id != **id));
        gone.cloned().collect()
    }

    /// The line to a member of the room.
    pub(crate) fn line(&self, id: &PeerId) -> Option<Arc<SealedLine>> {
        self.now().others.get(id).cloned()
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
