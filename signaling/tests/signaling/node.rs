//! One signaling service on a free port, which ends with the test.

use std::net::{IpAddr, SocketAddr};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::{Router, serve};
use sharesync_service_kit::client_addr::ClientAddr;
use sharesync_signaling::{Signaling, SignalingConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The header in which a test says where a client comes from.
pub(crate) const FROM: &str = "x-test-client-address";

/// A running service.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    pub(crate) signaling: Signaling,
    serving: JoinHandle<()>,
}

impl Node {
    pub(crate) async fn start(config: SignalingConfig) -> Self {
        let signaling = Signaling::new(config);
        let router = signaling.mount(Router::new()).layer(from_fn(believe_the_test));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { serve(listener, router).await.unwrap() });
        Self { address, signaling, serving }
    }
}

impl Drop for Node {
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
