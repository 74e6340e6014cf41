//! One signaling service on a free port, which ends with the test, and the way there.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::{Router, serve};
use hyper_util::client::proxy::matcher::Matcher;
use rustls::{ClientConfig, RootCertStore};
use sharesync_peer::{Dialer, SignalingPlace};
use sharesync_protocol::api::SignalingAccess;
use sharesync_signaling::{Signaling, SignalingConfig};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A running service.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Node {
    pub(crate) async fn start() -> Self {
        Self::with(SignalingConfig::default()).await
    }

    pub(crate) async fn with(config: SignalingConfig) -> Self {
        let router = Signaling::new(config).mount(Router::new());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { serve(listener, router).await.unwrap() });
        Self { address, serving }
    }

    pub(crate) fn place(&self) -> SignalingPlace {
        place_at(self.address)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A service that asks for no ticket, at this address.
pub(crate) fn place_at(address: SocketAddr) -> SignalingPlace {
    let server = format!("http://{address}").parse().unwrap();
    SignalingPlace::new(server, dialer(), async || Some(SignalingAccess::default()))
}

/// Without a proxy, and trusting nobody.
pub(crate) fn dialer() -> Dialer {
    Dialer::new(tls(RootCertStore::empty()), Matcher::builder().build())
}

/// Trusting those.
pub(crate) fn tls(roots: RootCertStore) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider);
    let versions = versions.with_safe_default_protocol_versions().unwrap();
    versions.with_root_certificates(roots).with_no_client_auth()
}
