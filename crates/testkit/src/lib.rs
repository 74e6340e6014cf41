//! A whole ShareSync in one process, and people who use it: what the whole-system tests in
//! `tests/` are written with.
//!
//! ```no_run
//! # use sharesync_testkit::Stack;
//! # async fn example() {
//! let stack = Stack::start().await;
//! let sam = stack.user("sam").await;
//! let file = sam.upload("report.pdf", b"...").await;
//! # }
//! ```

mod listener;
mod mail;
mod member;
mod person;
mod provider;
mod stack;

pub use listener::Listener;
pub use mail::Mail;
pub use member::Member;
pub use person::{Answer, Person};
pub use provider::{Provider, Signed};
pub use stack::{Stack, StackBuilder};
