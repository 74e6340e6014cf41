//! Who is in which room: pure state. No sockets; the time and randomness are passed in.
//!
//! [`crate::hub`] calls it for every event, and tells the members what came of it. A member is
//! known here by a key of the caller's (its socket's id) and to the other members by a [`PeerId`]
//! that it has in this room only. It stays a member for a while when its socket is lost: whoever
//! then brings its [`ResumeSecret`] on another socket takes its place.

mod error;
mod room;

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use sharesync_protocol::signaling::{Create, Join, Peer, PeerId, ResumeSecret, RoomId};

pub(crate) use error::RoomError;
use room::{Membership, Place, Room};

/// How many rooms there may be, how many members in each, and how long an absent one stays one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Rooms at one time.
    pub(crate) rooms: usize,
    /// Members of one room, those who are away included.
    pub(crate) peers: usize,
    /// How long a member that lost its socket may be away.
    pub(crate) grace: Duration,
}

/// Somebody entered a room, or came back into it.
#[derive(Debug)]
pub(crate) struct Entered<K> {
    /// The room.
    pub(crate) room: RoomId,
    /// Who entered.
    pub(crate) me: Peer,
    /// With what it may come back as the same.
    pub(crate) resume: ResumeSecret,
    /// The other members, oldest first.
    pub(crate) peers: Vec<Peer>,
    /// Those of them who are there to be told.
    pub(crate) tell: Vec<K>,
    /// Who had this member's place until now.
    pub(crate) displaced: Option<K>,
    /// Whether nobody new is let in.
    pub(crate) locked: bool,
}

/// Somebody is not in a room any more, for now or for good.
#[derive(Debug)]
pub(crate) struct Left<K> {
    /// Who it is.
    pub(crate) peer: Peer,
    /// The members who are there to be told.
    pub(crate) tell: Vec<K>,
    /// Whether it was the last member, so that the room has ended.
    pub(crate) room_ended: bool,
}

/// Somebody was put out of a room.
#[derive(Debug)]
pub(crate) struct Ejected<K> {
    /// Its departure.
    pub(crate) left: Left<K>,
    /// Itself, unless it was away.
    pub(crate) key: Option<K>,
}

/// A message's way through a room.
#[derive(Debug)]
pub(crate) struct Route<K> {
    /// Who sends.
    pub(crate) from: PeerId,
    /// Who is to have it.
    pub(crate) to: K,
}

/// Every open room and everybody's membership.
#[derive(Debug)]
pub(crate) struct Rooms<K> {
    limits: Limits,
    /// Rooms that have a member, present or away.
    open: HashMap<RoomId, Room<K>>,
    /// The room of everybody who is present in one.
    whereabouts: HashMap<K, RoomId>,
    /// The rooms of members who are away, by when that ends (milliseconds since the Unix epoch).
    absences: BTreeMap<(i64, PeerId), RoomId>,
}

impl<K: Copy + Eq + Hash> Rooms<K> {
    /// No rooms yet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: HashMap::new(),
            whereabouts: HashMap::new(),
            absences: BTreeMap::new(),
        }
    }

    /// Rooms that are open now.
    pub(crate) fn open(&self) -> usize {
        self.open.len()
    }

    /// Whether `key` is in a room.
    pub(crate) fn is_in_one(&self, key: K) -> bool {
        self.whereabouts.contains_key(&key)
    }

    /// Makes a room with `key` as its first member.
    pub(crate) fn create(
        &mut self,
        key: K,
        create: Create,
        rng: &mut impl CryptoRng,
    ) -> Result<Entered<K>, RoomError> {
        if self.whereabouts.contains_key(&key) {
            return Err(RoomError::AlreadyInRoom);
        }
        if self.open.len() >= self.limits.rooms {
            return Err(RoomError::TooManyRooms);
        }
        let id = RoomId(random_id(rng));
        let first = Membership::begin(key, create.nonce, rng);
        let room = Room::begin(first);
        let entered = room.entered(&id, 0, None);
        self.open.insert(id.clone(), room);
        self.whereabouts.insert(key, id);
        Ok(entered)
    }

    /// Makes `key` a member of a room: the one whose secret it brings, or somebody new.
    pub(crate) fn join(
        &mut self,
        key: K,
        join: Join,
        rng: &mut impl CryptoRng,
    ) -> Result<Entered<K>, RoomError> {
        if self.whereabouts.contains_key(&key) {
            return Err(RoomError::AlreadyInRoom);
        }
        let Join { room: id, nonce, resume } = join;
        let room = self.open.get_mut(&id).ok_or(RoomError::UnknownRoom)?;
        let at = resume.and_then(|secret| room.place_by_secret(&secret));
        let entered = if let Some(at) = at {
            let member = &mut room.members[at];
            member.nonce = nonce;
            let displaced = match std::mem::replace(&mut member.place, Place::Here(key)) {
                Place::Here(before) => {
                    self.whereabouts.remove(&before);
                    Some(before)
                }
                Place::Away { until_ms } => {
                    self.absences.remove(&(until_ms, member.id.clone()));
                    None
                }
            };
            room.entered(&id, at, displaced)
        } else {
            if room.locked {
                return Err(RoomError::RoomLocked);
            }
            if room.members.len() >= self.limits.peers {
                return Err(RoomError::RoomFull);
            }
            room.members.push(Membership::begin(key, nonce, rng));
            room.entered(&id, room.members.len() - 1, None)
        };
        self.whereabouts.insert(key, id);
        Ok(entered)
    }

    /// Ends the membership of `key`, and its room if nobody else is a member.
    pub(crate) fn leave(&mut self, key: K) -> Result<Left<K>, RoomError> {
        let id = self.whereabouts.get(&key).ok_or(RoomError::NotInRoom)?.clone();
        let at = self.open[&id].place_of(key);
        Ok(self.end(&id, at))
    }

    /// Lets nobody new into the room that `key` made, or lets them in again. Gives the others who
    /// are there.
    pub(crate) fn lock(&mut self, key: K, locked: bool) -> Result<Vec<K>, RoomError> {
        let room = self.owned_by(key)?;
        room.locked = locked;
        Ok(room.present().filter(|&other| other != key).collect())
    }

    /// Ends the membership of `peer` in the room that `key` made.
    pub(crate) fn eject(&mut self, key: K, peer: &PeerId) -> Result<Ejected<K>, RoomError> {
        let room = self.owned_by(key)?;
        let at = room.place_by_peer(peer).ok_or(RoomError::UnknownPeer)?;
        let ejected = room.members[at].key();
        let id = self.whereabouts[&key].clone();
        Ok(Ejected { left: self.end(&id, at), key: ejected })
    }

    /// Notes that `key` is away from `now_ms` on, and may come back until the grace is over.
    pub(crate) fn lose(&mut self, key: K, now_ms: i64) -> Result<Left<K>, RoomError> {
        let id = self.whereabouts.remove(&key).ok_or(RoomError::NotInRoom)?;
        let room = self.open.get_mut(&id).expect("a member's room is open");
        let grace_ms = i64::try_from(self.limits.grace.as_millis()).unwrap_or(i64::MAX);
        let until_ms = now_ms.saturating_add(grace_ms);
        let at = room.place_of(key);
        let member = &mut room.members[at];
        member.place = Place::Away { until_ms };
        let peer = member.peer();
        self.absences.insert((until_ms, peer.id.clone()), id.clone());
        Ok(Left { peer, tell: room.present().collect(), room_ended: false })
    }

    /// Ends one membership whose grace is over by `now_ms`. To be called until there is none left.
    pub(crate) fn expire(&mut self, now_ms: i64) -> Option<Left<K>> {
        let absence = self.absences.first_entry().filter(|next| next.key().0 <= now_ms)?;
        let ((_, peer), id) = absence.remove_entry();
        let at = self.open[&id].place_by_peer(&peer).expect("whoever is away is a member");
        Some(self.end(&id, at))
    }

    /// Finds the way from `key` to the member of the same room that is known as `to`.
    pub(crate) fn route(&self, key: K, to: &PeerId) -> Result<Route<K>, RoomError> {
        let room = &self.open[self.whereabouts.get(&key).ok_or(RoomError::NotInRoom)?];
        let sender = &room.members[room.place_of(key)];
        let addressee = room.place_by_peer(to).and_then(|at| room.members[at].key());
        let to = addressee.ok_or(RoomError::UnknownPeer)?;
        Ok(Route { from: sender.id.clone(), to })
    }

    fn owned_by(&mut self, key: K) -> Result<&mut Room<K>, RoomError> {
        let id = self.whereabouts.get(&key).ok_or(RoomError::NotInRoom)?;
        let room = self.open.get_mut(id).expect("a member's room is open");
        if room.is_owned_by(key) { Ok(room) } else { Err(RoomError::NotOwner) }
    }

    /// Ends the membership at that place of the room, and the room if it was the last.
    fn end(&mut self, id: &RoomId, at: usize) -> Left<K> {
        let room = self.open.get_mut(id).expect("a member's room is open");
        let member = room.members.remove(at);
        match member.place {
            Place::Here(key) => drop(self.whereabouts.remove(&key)),
            Place::Away { until_ms } => {
                self.absences.remove(&(until_ms, member.id.clone()));
            }
        }
        let room_ended = room.members.is_empty();
        let left = Left {
            // It will not come back: to be away is over, too.
            peer: Peer { away: false, ..member.peer() },
            tell: room.present().collect(),
            room_ended,
        };
        if room_ended {
            self.open.remove(id);
        }
        left
    }
}

/// 128 random bits as 22 characters of base64url (RFC 4648 §5).
pub(crate) fn random_id(rng: &mut impl CryptoRng) -> String {
    let mut bits = [0; 16];
    rng.fill_bytes(&mut bits);
    URL_SAFE_NO_PAD.encode(bits)
}

#[cfg(test)]
mod tests;
