//! How the TURN server is set up; the backend fills it from its environment.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::limiter::Rate;
use sharesync_service_kit::secret::SigningKey;

use super::credentials::TurnCredentials;
use super::peers::PeerPolicy;

/// What a TURN server may hold and carry, and for whom.
#[derive(Clone)]
pub struct TurnConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// A second port of the same address, where Binding is answered and nothing else; 0 takes a
    /// free one, none by default.
    pub second_port: Option<u16>,
    /// The address under which relays are announced; where unset, the one by which this machine
    /// reaches the client that asks.
    pub announced: Option<IpAddr>,
    /// Which peers may be reached.
    pub peers: PeerPolicy,
    /// Whose credentials are good.
    pub credentials: TurnCredentials,
    /// What nonces are signed with.
    pub nonce_key: SigningKey,
    /// Allocations at one time; 512 by default, each with a socket of its own.
    pub max_allocations: usize,
    /// Allocations with one credential; 64 by default: a browser makes one for each connection and
    /// each of its network interfaces.
    pub max_allocations_per_credential: usize,
    /// Allocations of one client network; 128 by default.
    pub max_allocations_per_client: usize,
    /// Bytes that one allocation carries, both ways together; 4 MiB at once and 62.5 MB a second by
    /// default. What exceeds it is dropped, as a full line would.
    pub bytes_per_allocation: Rate,
    /// Answers to one client network that has shown no credential yet; 300 and 50 a second by
    /// default. Whoever forges a sender's address cannot flood it from here.
    pub answers_to_strangers: Rate,
    /// What everything is measured by.
    pub clock: Clock,
}

impl TurnConfig {
    /// A server on `listen` for holders of these credentials, with every limit at its default.
    pub fn new(listen: SocketAddr, credentials: TurnCredentials, nonce_key: SigningKey) -> Self {
        Self {
            listen,
            second_port: None,
            announced: None,
            peers: PeerPolicy::Public,
            credentials,
            nonce_key,
            max_allocations: 512,
            max_allocations_per_credential: 64,
            max_allocations_per_client: 128,
            bytes_per_allocation: Rate::new(4 << 20, Duration::from_nanos(16)),
            answers_to_strangers: Rate::new(300, Duration::from_millis(20)),
            clock: Clock::System,
        }
    }
}
