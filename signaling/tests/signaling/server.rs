//! A signaling service on a free port, which ends with the test.

use std::net::{IpAddr, SocketAddr};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::{Router, serve};
use serde_json::{Value, json};
use sharesync_service_kit::client_addr::ClientAddr;
use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_signaling::{Signaling, SignalingConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::socket::Client;

/// The header in which a test says where a client comes from.
pub(crate) const FROM: &str = "x-test-client-address";

/// A clock that stands still, so that nothing refills or expires unless a test says so.
pub(crate) fn still() -> (Clock, ManualClock) {
    let hands = ManualClock::starting_now();
    (Clock::Manual(hands.clone()), hands)
}

/// A running service.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) signaling: Signaling,
    serving: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(SignalingConfig::default()).await
    }

    pub(crate) async fn with(config: SignalingConfig) -> Self {
        let signaling = Signaling::new(config);
        let router = signaling.mount(Router::new()).layer(from_fn(believe_the_test));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { serve(listener, router).await.unwrap() });
        Self { address, signaling, serving }
    }

    /// A client in the namespace.
    pub(crate) async fn client(&self) -> Client {
        Client::connect(self.address, &[]).await
    }

    /// A client in the namespace that comes from `address`.
    pub(crate) async fn client_from(&self, address: &str) -> Client {
        Client::connect(self.address, &[(FROM, address)]).await
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

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn believe_the_test(mut request: Request, next: Next) -> Response {
    if let Some(address) = request.headers().get(FROM) {
        let address: IpAddr = address.to_str().unwrap().parse().unwrap();
        request.extensions_mut().insert(ClientAddr(address));
    }
    next.run(request).await
}
