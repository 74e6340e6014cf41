//! The signaling half of a peer, against the real service and against servers that mean no good.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; Clippy sees that of tests only, not of their clients"
)]

mod closing;
mod codes;
mod coming_back;
mod forwarder;
mod hostile;
mod hostile_server;
mod meeting;
mod member;
mod node;
mod taking;
mod way;
