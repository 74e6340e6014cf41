//! One room and its members. Kept by `Rooms`, which alone knows of other rooms.

use rand::CryptoRng;
use sharesync_protocol::signaling::{PageNonce, Peer, PeerId, ResumeSecret, RoomId};

use super::{Entered, random_id};

/// A room; never without a member, except while the last one is being taken out.
#[derive(Debug)]
pub(super) struct Room<K> {
    /// In the order in which they first entered.
    pub(super) members: Vec<Membership<K>>,
    /// Whether nobody new is let in.
    pub(super) locked: bool,
    /// Who made it; stays its name when it has left, so that nobody can be taken for it.
    owner: PeerId,
}

/// A member of a room.
#[derive(Debug)]
pub(super) struct Membership<K> {
    /// What the other members know it by.
    pub(super) id: PeerId,
    /// The nonce of the page that it is now.
    pub(super) nonce: Option<PageNonce>,
    /// Where it is.
    pub(super) place: Place<K>,
    resume: ResumeSecret,
}

/// Where a member is.
#[derive(Debug)]
pub(super) enum Place<K> {
    /// On the socket that the caller knows by this key.
    Here(K),
    /// Away, and a member until then (milliseconds since the Unix epoch).
    Away { until_ms: i64 },
}

impl<K> Membership<K> {
    /// Somebody new.
    pub(super) fn begin(key: K, nonce: Option<PageNonce>, rng: &mut impl CryptoRng) -> Self {
        Self {
            id: PeerId(random_id(rng)),
            nonce,
            place: Place::Here(key),
            resume: ResumeSecret(random_id(rng)),
        }
    }

    /// The member as the others see it.
    pub(super) fn peer(&self) -> Peer {
        let away = matches!(self.place, Place::Away { .. });
        Peer { id: self.id.clone(), nonce: self.nonce.clone(), away }
    }
}

impl<K: Copy> Membership<K> {
    /// Its key, unless it is away.
    pub(super) fn key(&self) -> Option<K> {
        match self.place {
            Place::Here(key) => Some(key),
            Place::Away { .. } => None,
        }
    }
}

impl<K: Copy + Eq> Room<K> {
    /// A room with its first member.
    pub(super) fn begin(first: Membership<K>) -> Self {
        Self { owner: first.id.clone(), members: vec![first], locked: false }
    }

    /// Whether `key` is there and made the room.
    pub(super) fn is_owned_by(&self, key: K) -> bool {
        self.members[self.place_of(key)].id == self.owner
    }

    /// The members who are there.
    pub(super) fn present(&self) -> impl Iterator<Item = K> {
        self.members.iter().filter_map(Membership::key)
    }

    /// The place of somebody who is there.
    pub(super) fn place_of(&self, key: K) -> usize {
        let is_it = |member: &Membership<K>| member.key() == Some(key);
        self.members.iter().position(is_it).expect("whoever has a room is among its members")
    }

    /// The place of a member by its id.
    pub(super) fn place_by_peer(&self, peer: &PeerId) -> Option<usize> {
        self.members.iter().position(|member| member.id == *peer)
    }

    /// The place of the member whose secret it is. Not compared in constant time: what a clock
    /// could tell of 128 bits would take more tries than the limit on entries allows.
    pub(super) fn place_by_secret(&self, secret: &ResumeSecret) -> Option<usize> {
        self.members.iter().position(|member| member.resume == *secret)
    }

    /// What there is to tell once the member at that place is there.
    pub(super) fn entered(&self, id: &RoomId, at: usize, displaced: Option<K>) -> Entered<K> {
        let me = &self.members[at];
        let others = || self.members.iter().filter(|member| member.id != me.id);
        Entered {
            room: id.clone(),
            me: me.peer(),
            resume: me.resume.clone(),
            peers: others().map(Membership::peer).collect(),
            tell: others().filter_map(Membership::key).collect(),
            displaced,
            locked: self.locked,
        }
    }
}
