//! The relay from outside: a real server on a port of its own, and WebSocket clients.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; Clippy sees that of tests only, not of their clients"
)]

mod carrying;
mod ending;
mod entering;
mod server;
mod side;
