//! What sockets are told of what happened to a room that they are in or knocked at, or in their
//! neighbourhood. Made by [`crate::rooms`] and [`crate::nearby`], brought to them by [`crate::post`].

use serde::{Deserialize, Serialize};
use sharesync_protocol::code::{KnockId, KnockMessage};
use sharesync_protocol::nearby::{Device, NearbyKnocked};
use sharesync_protocol::signaling::Peer;

use crate::address::Address;

/// Something that somebody cannot do without knowing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum News {
    /// Somebody entered the room, or came back into it.
    PeerJoined(Peer),
    /// Somebody's socket was lost.
    PeerAway(Peer),
    /// Somebody left for good.
    PeerLeft(Peer),
    /// The room was locked, or unlocked.
    Locked(bool),
    /// Its membership was ended.
    Ejected,
    /// Another socket took its place.
    Displaced,
    /// Somebody knocked at its code.
    Knocked(KnockMessage),
    /// A knock that it has part in is over.
    KnockEnded(KnockId),
    /// A device nearby can be seen.
    NearbyAppeared(Device),
    /// A device nearby can be seen no more.
    NearbyGone(Device),
    /// A device nearby knocked at it.
    NearbyKnocked(NearbyKnocked),
}

/// News, and who is to have it.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Who.
    pub(crate) to: Address,
    /// What.
    pub(crate) news: News,
}
