//! Whether a person wants what is offered.

use async_trait::async_trait;
use sharesync_protocol::transfer::OfferedFile;

/// What is wanted of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// All of it.
    AcceptAll,
    /// The files of these numbers, which are their places in the offer, from 0. None of them is to decline.
    Accept(Vec<u32>),
    /// Nothing.
    Decline,
}

/// Decides about an offer: a person who is asked, or a flag that answers for them.
#[async_trait]
pub trait Decide: Send + Sync + 'static {
    /// What is wanted of these files; their names are as they came, and not safe to print as they are. Dropped, and
    /// asked again, when more is offered or the connection is lost before the answer is there.
    async fn decide(&self, offered: &[OfferedFile]) -> Decision;
}
