//! A signaling service, as the stories see it: somewhere to be a client of. How many nodes it is made
//! of, and where these keep their rooms, is `rung`'s affair: the stories are told on each.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_signaling::{Signaling, SignalingConfig};

use crate::node::FROM;
use crate::rung::Rung;
use crate::socket::Client;

/// A clock that stands still, so that nothing refills or expires unless a test says so.
pub(crate) fn still() -> (Clock, ManualClock) {
    let hands = ManualClock::starting_now();
    (Clock::Manual(hands.clone()), hands)
}

/// A running service.
pub(crate) struct Server {
    /// Where the last of its nodes is, which is not where its first client is.
    pub(crate) address: SocketAddr,
    /// Its first node.
    pub(crate) signaling: Signaling,
    rung: Rung,
    clients: AtomicUsize,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(SignalingConfig::default()).await
    }

    pub(crate) async fn with(config: SignalingConfig) -> Self {
        let rung = Rung::start(config).await;
        let nodes = rung.nodes();
        let signaling = nodes[0].signaling.clone();
        let address = nodes[nodes.len() - 1].address;
        Self { address, signaling, rung, clients: AtomicUsize::new(0) }
    }

    /// A client in the namespace; each is on another node than the one before.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.next_node(), &[]).await
    }

    /// Likewise, one that comes from `address`.
    pub(crate) async fn client_from(&self, address: &str) -> Client {
        Client::connect(self.next_node(), &[(FROM, address)]).await
    }

    fn next_node(&self) -> SocketAddr {
        let nodes = self.rung.nodes();
        let before = self.clients.fetch_add(1, Ordering::Relaxed);
        nodes[before % nodes.len()].address
    }

    /// A client alone in a room of its own, and the acknowledgement of that.
    pub(crate) async fn host(&self) -> (Client, Value) {
        let mut client = self.client().await;
        let created = client.ok("create", json!({})).await;
        (client, created)
    }

    /// Another client in `host`'s room, of which `host` has been told.
    pub(crate) async fn guest(&self, host: &mut Client, room: &Value) -> (Client, Value) {
        let mut client = self.client().await;
        let joined = client.ok("join", json!({ "room": room })).await;
        let news = host.event("peer-joined").await;
        assert_eq!(news, json!({ "peer": joined["self"] }));
        (client, joined)
    }
}
