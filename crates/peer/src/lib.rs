//! A native peer: enters rooms on a ShareSync server, connects to the other members, and sends them files or
//! receives theirs, as `docs/PROTOCOL.md` says. `sharesync`, the command, is made of it; it talks to browsers and to
//! others of its kind alike.
//!
//! From below: a [`Channels`] is a connection to one other member, whichever way it runs.

mod channels;
mod connection;
mod direct_channel;
mod flight;
mod ladder;
mod relay_link;
mod udp;
pub mod transfer;

pub use channels::{Channel, ChannelClosed, Channels, Path};
