//! The TURN server from outside: a real one on a port of its own, and clients that write their
//! packets themselves.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; Clippy sees that of tests only, not of their clients"
)]

mod admission;
mod client;
mod limits;
mod peers;
mod relaying;
mod second;
mod server;
