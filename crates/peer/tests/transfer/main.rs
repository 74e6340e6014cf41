//! A sender and a receiver of files, joined in memory and over real folders; and each against somebody who keeps to
//! none of the rules.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod channel_pair;
mod hostile_receiver;
mod hostile_sender;
mod moving;
mod peers;
mod placing;
mod raw_peer;
mod resuming;
mod sources;
mod stopping;
mod texts;
