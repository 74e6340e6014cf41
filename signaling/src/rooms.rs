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
//! [`Draft`]: crate::draft::Draft
//! [`PeerId`]: sharesync_protocol::signaling::PeerId
//! [`ResumeSecret`]: sharesync_protocol::signaling::ResumeSecret

mod error;
mod index;
mod knocks;
mod member;
mod reports;
mod room;

pub(crate) use error::RoomError;
pub(crate) use index::Reindexing;
pub(crate) use room::{Entered, Room, Route};

#[cfg(test)]
mod tests;
