//! The signaling service from outside: a real server on a port of its own, and a client that
//! speaks Engine.IO and Socket.IO by itself, so that it can also say what no proper client says.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; Clippy sees that of tests only, not of their clients"
)]

mod by_network;
mod capacity;
mod conversation;
mod crowd;
mod door;
mod hostile;
mod knocking;
mod limits;
mod membership;
mod nearby;
mod node;
mod ownership;
mod polling;
mod relaying;
mod reports;
mod rung;
mod server;
mod socket;
mod standalone;
mod taking;
mod tickets;
