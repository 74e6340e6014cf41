//! What members, and those who knock, are told of what happened to a room. Made by `room` and
//! `knocks`, brought to sockets by [`crate::post`].

use serde::{Deserialize, Serialize};
use sharesync_protocol::code::{KnockId, KnockMessage};
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
}

/// News, and who is to have it.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Who.
    pub(crate) to: Address,
    /// What.
    pub(crate) news: News,
}
