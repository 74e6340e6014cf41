//! Who is in which room: pure state. No sockets, no clock; randomness is passed in.
//!
//! [`crate::namespace`] calls it for every event, and tells the members what came of it. A member
//! is known here by a key of the caller's (its socket's id) and to the other members by a
//! [`PeerId`] that it has in this room only.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use sharesync_protocol::signaling::{PeerId, RefusalCode, RoomId};

/// How many rooms there may be, and how many members in each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Rooms at one time.
    pub(crate) rooms: usize,
    /// Members of one room.
    pub(crate) peers: usize,
}

/// Why a member could not do what it asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RoomError {
    #[error("This room has ended, or never was.")]
    UnknownRoom,
    #[error("This room is full.")]
    RoomFull,
    #[error("Leave the room you are in first.")]
    AlreadyInRoom,
    #[error("Enter a room first.")]
    NotInRoom,
    #[error("Nobody of that id is in this room.")]
    UnknownPeer,
    #[error("The server holds as many rooms as it may. Try again later.")]
    TooManyRooms,
}

impl RoomError {
    /// What a program is told.
    pub(crate) fn code(self) -> RefusalCode {
        match self {
            Self::UnknownRoom => RefusalCode::UnknownRoom,
            Self::RoomFull => RefusalCode::RoomFull,
            Self::AlreadyInRoom => RefusalCode::AlreadyInRoom,
            Self::NotInRoom => RefusalCode::NotInRoom,
            Self::UnknownPeer => RefusalCode::UnknownPeer,
            Self::TooManyRooms => RefusalCode::TooManyRooms,
        }
    }
}

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member<K> {
    /// What the caller knows it by.
    pub(crate) key: K,
    /// What the other members know it by.
    pub(crate) peer: PeerId,
}

/// Somebody entered a room.
#[derive(Debug)]
pub(crate) struct Entered<K> {
    /// The room.
    pub(crate) room: RoomId,
    /// Who entered.
    pub(crate) peer: PeerId,
    /// The members who were there before, oldest first.
    pub(crate) others: Vec<Member<K>>,
}

/// Somebody left a room.
#[derive(Debug)]
pub(crate) struct Left<K> {
    /// Who left.
    pub(crate) peer: PeerId,
    /// The members who are still there; none means that the room has ended.
    pub(crate) others: Vec<Member<K>>,
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
    /// Members in the order in which they entered; never empty.
    members: HashMap<RoomId, Vec<Member<K>>>,
    /// The room of everybody who is in one.
    whereabouts: HashMap<K, RoomId>,
}

impl<K: Copy + Eq + Hash> Rooms<K> {
    /// No rooms yet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, members: HashMap::new(), whereabouts: HashMap::new() }
    }

    /// Rooms that are open now.
    pub(crate) fn open(&self) -> usize {
        self.members.len()
    }

    /// Makes a room with `key` as its first member.
    pub(crate) fn create(
        &mut self,
        key: K,
        rng: &mut impl CryptoRng,
    ) -> Result<Entered<K>, RoomError> {
        if self.whereabouts.contains_key(&key) {
            return Err(RoomError::AlreadyInRoom);
        }
        if self.members.len() >= self.limits.rooms {
            return Err(RoomError::TooManyRooms);
        }
        let room = RoomId(random_id(rng));
        self.members.insert(room.clone(), Vec::new());
        self.enter(key, &room, rng)
    }

    /// Makes `key` a member of `room`.
    pub(crate) fn join(
        &mut self,
        key: K,
        room: &RoomId,
        rng: &mut impl CryptoRng,
    ) -> Result<Entered<K>, RoomError> {
        if self.whereabouts.contains_key(&key) {
            return Err(RoomError::AlreadyInRoom);
        }
        self.enter(key, room, rng)
    }

    /// Ends the membership of `key`, and its room if nobody else is there.
    pub(crate) fn leave(&mut self, key: K) -> Result<Left<K>, RoomError> {
        let room = self.whereabouts.remove(&key).ok_or(RoomError::NotInRoom)?;
        let Entry::Occupied(mut members) = self.members.entry(room) else {
            unreachable!("a member's room is open");
        };
        let place = place_of(members.get(), |member| member.key == key);
        let peer = members.get_mut().remove(place).peer;
        if members.get().is_empty() {
            members.remove();
            return Ok(Left { peer, others: Vec::new() });
        }
        let others = members.get().clone();
        Ok(Left { peer, others })
    }

    /// Finds the way from `key` to the member of the same room that is known as `to`.
    pub(crate) fn route(&self, key: K, to: &PeerId) -> Result<Route<K>, RoomError> {
        let room = self.whereabouts.get(&key).ok_or(RoomError::NotInRoom)?;
        let members = &self.members[room];
        let sender = &members[place_of(members, |member| member.key == key)];
        let addressee =
            members.iter().find(|member| member.peer == *to).ok_or(RoomError::UnknownPeer)?;
        Ok(Route { from: sender.peer.clone(), to: addressee.key })
    }

    fn enter(
        &mut self,
        key: K,
        room: &RoomId,
        rng: &mut impl CryptoRng,
    ) -> Result<Entered<K>, RoomError> {
        let members = self.members.get_mut(room).ok_or(RoomError::UnknownRoom)?;
        if members.len() >= self.limits.peers {
            return Err(RoomError::RoomFull);
        }
        let peer = PeerId(random_id(rng));
        let others = members.clone();
        members.push(Member { key, peer: peer.clone() });
        self.whereabouts.insert(key, room.clone());
        Ok(Entered { room: room.clone(), peer, others })
    }
}

fn place_of<K>(members: &[Member<K>], is_it: impl Fn(&Member<K>) -> bool) -> usize {
    members.iter().position(is_it).expect("whoever has a room is among its members")
}

/// 128 random bits as 22 characters of base64url (RFC 4648 §5).
fn random_id(rng: &mut impl CryptoRng) -> String {
    let mut bits = [0; 16];
    rng.fill_bytes(&mut bits);
    URL_SAFE_NO_PAD.encode(bits)
}

#[cfg(test)]
mod tests;
