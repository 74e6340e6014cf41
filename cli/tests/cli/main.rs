//! The command as people run it: the real program, against a whole server, on a computer of its own.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod accounts;
mod computer;
mod directly;
mod downloads;
mod golden;
mod help;
mod library;
mod line;
mod listening;
mod manners;
mod peers;
mod requested;
mod running;
mod served;
mod sharing;
mod terminal;
mod uploads;
