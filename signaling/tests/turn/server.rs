//! A TURN server on a free port, which ends with the test.

use std::net::SocketAddr;

use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_service_kit::secret::RootSecret;
use sharesync_signaling::turn::{PeerPolicy, TurnConfig, TurnCredentials, TurnServer};

use crate::client::Client;

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) turn: TurnServer,
    pub(crate) clock: ManualClock,
    pub(crate) credentials: TurnCredentials,
}

impl Server {
    /// One that reaches peers on this machine.
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut TurnConfig)) -> Self {
        let clock = ManualClock::starting_now();
        let credentials = TurnCredentials::new(b"secret", Clock::Manual(clock.clone()));
        let nonce_key = RootSecret::new(vec![7; 32]).unwrap().key_for("turn nonce");
        let listen = "127.0.0.1:0".parse().unwrap();
        let mut config = TurnConfig::new(listen, credentials.clone(), nonce_key);
        config.clock = Clock::Manual(clock.clone());
        config.peers = PeerPolicy::Loopback;
        change(&mut config);
        let turn = TurnServer::bind(config).unwrap();
        let address = turn.local_addr().unwrap();
        Self { address, turn, clock, credentials }
    }

    /// A client with a new credential.
    pub(crate) async fn client(&self) -> Client {
        Client::new(self.address, self.credentials.mint()).await
    }

    /// A client with an allocation.
    pub(crate) async fn allocated(&self) -> Client {
        let mut client = self.client().await;
        client.allocate().await;
        client
    }
}
