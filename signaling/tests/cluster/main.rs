//! Several nodes that share their rooms in Redis: a real one, on a port of its own. The stories that
//! are told of one node in memory are told again, with every client on another node than the one
//! before; and those that only several nodes can tell.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; Clippy sees that of tests only, not of their clients"
)]

#[path = "../signaling/by_network.rs"]
mod by_network;
#[path = "../signaling/capacity.rs"]
mod capacity;
#[path = "../signaling/conversation.rs"]
mod conversation;
#[path = "../signaling/knocking.rs"]
mod knocking;
#[path = "../signaling/membership.rs"]
mod membership;
#[path = "../signaling/nearby.rs"]
mod nearby;
#[path = "../signaling/node.rs"]
mod node;
#[path = "../signaling/ownership.rs"]
mod ownership;
#[expect(dead_code, reason = "stories of one node use the rest")]
#[path = "../signaling/polling.rs"]
mod polling;
#[path = "../signaling/relaying.rs"]
mod relaying;
#[path = "../signaling/reports.rs"]
mod reports;
#[path = "../signaling/server.rs"]
mod server;
#[expect(dead_code, reason = "stories of one node use the rest")]
#[path = "../signaling/socket.rs"]
mod socket;
#[path = "../signaling/taking.rs"]
mod taking;

mod death;
mod order;
mod outage;
mod program;
mod rung;
