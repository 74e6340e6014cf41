//! STUN and TURN over UDP (RFC 8489, RFC 8656): tells browsers their address as it is seen from
//! outside, and carries what they say to each other where no direct path connects them. The
//! backend binds a [`TurnServer`] beside its HTTP port; signaling tells members of it by a
//! [`TurnOffer`].
//!
//! The messages are read and written by `turn-types`; what is done about them is decided here, for
//! none of the servers on the registry refuses private peers, bounds what one client may hold, and
//! keeps no state for strangers. There is UDP and nothing else: no relay to peers by TCP
//! (RFC 6062), none of a client's addresses in the log.

mod admission;
mod allocation;
mod choice;
mod config;
mod credentials;
mod offer;
mod peers;
mod replies;
mod requests;
mod routes;
mod second;
mod server;
mod table;

pub use choice::Turn;
pub use config::TurnConfig;
pub use credentials::TurnCredentials;
pub use offer::TurnOffer;
pub use peers::PeerPolicy;
pub use server::{TurnCounts, TurnServer};
