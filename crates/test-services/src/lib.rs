//! Real services for tests, and our own programs as processes, each a test's own, or a
//! test program's: on a port of loopback, and gone with it. Used by the tests of every crate that speaks to one.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; Clippy sees that of tests only, not of their services"
)]

mod authority;
mod clamd;
mod postgres;
mod process;
mod program;
mod redis;

pub use authority::Authority;
pub use clamd::{Clamd, FOUND, eicar};
pub use postgres::Postgres;
pub use program::Program;
pub use redis::Redis;
