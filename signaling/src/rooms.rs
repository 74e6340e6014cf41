//! Rooms: who is in one, who knocks at it, and what its members say of their transfers. Pure state;
//! no sockets, no storage; the time and randomness are passed in.
//!
//! Whatever happens to a room makes a [`Draft`] of it: what it is to be, who is to be told what, and
//! what is answered to whoever asked. [`crate::registry`] makes drafts of rooms that it keeps, in
//! memory or in Redis, and makes them true in one step. A member is known here by the [`Address`] of
//! its socket and to the other members by a [`PeerId`] that it has in this room only. It stays a
//! member for a while when its socket is lost: whoever then brings its [`ResumeSecret`] on another
//! socket takes its place.
//!
//! [`Address`]: crate::address::Address
//! [`PeerId`]: sharesync_protocol::signaling::PeerId
//! [`ResumeSecret`]: sharesync_protocol::signaling::ResumeSecret

mod draft;
mod error;
mod index;
mod knocks;
mod member;
mod news;
mod reports;
mod room;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;

pub(crate) use draft::{Draft, Moment};
pub(crate) use error::RoomError;
pub(crate) use index::Reindexing;
pub(crate) use news::{News, Notice};
pub(crate) use room::{Entered, Room, Route};

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

/// 128 random bits as 22 characters of base64url (RFC 4648 §5).
pub(crate) fn random_id(rng: &mut impl CryptoRng) -> String {
    let mut bits = [0; 16];
    rng.fill_bytes(&mut bits);
    URL_SAFE_NO_PAD.encode(bits)
}

#[cfg(test)]
mod tests;
