//! The signaling service: rooms in which peers find each other, and the relay of their WebRTC
//! messages, over Socket.IO.
//!
//! A library: whoever serves HTTP (the backend does) lets [`Signaling::mount`] add to its router, and
//! puts a [`ClientAddr`] into the extensions of each request. Without one, all clients share one
//! limit. The conversation is told in `docs/PROTOCOL.md`; rooms are
//! pure state in `rooms`, and `namespace` connects them to sockets.
//!
//! [`ClientAddr`]: sharesync_service_kit::client_addr::ClientAddr

mod address;
mod config;
mod door;
mod draft;
mod hub;
mod namespace;
mod nearby;
mod news;
mod places;
mod post;
mod registry;
pub mod relay;
mod request;
mod rooms;
pub mod service;
mod session;
mod sockets;
pub mod turn;
mod turns;
mod visit;

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use sharesync_protocol::signaling::NAMESPACE;

pub use config::{NoStunUrl, SignalingConfig, sockets_per_client, stun_servers};
pub use registry::ClusterConfig;
pub use sockets::Sockets;

use hub::Hub;

/// How often it is looked whether something has expired.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// A running signaling service; clones are the same one.
#[derive(Clone)]
pub struct Signaling {
    sockets: Sockets,
    hub: Arc<Hub>,
}

impl Signaling {
    /// A service without rooms. To be called inside a Tokio runtime.
    pub fn new(config: SignalingConfig) -> Self {
        let sockets = Sockets::new(&config);
        let hub = Arc::new(Hub::new(config, sockets.io().clone()));
        namespace::mount(sockets.io(), Arc::clone(&hub));
        tokio::spawn(sweep_now_and_then(Arc::downgrade(&hub)));
        Self { sockets, hub }
    }

    /// The router with this service at `/socket.io/`.
    pub fn mount(&self, router: Router) -> Router {
        self.sockets.mount(router)
    }

    /// Its sockets, on which there may be other namespaces.
    pub fn sockets(&self) -> &Sockets {
        &self.sockets
    }

    /// Rooms that are open now, on all nodes.
    pub async fn rooms_open(&self) -> usize {
        self.hub.registry.rooms_open().await
    }

    /// Whether rooms can be reached: not while they are in Redis and that is out of reach.
    pub fn is_ready(&self) -> bool {
        self.hub.registry.is_ready()
    }

    /// Sockets that are in the namespace now. Counts them one by one: for whoever runs the service, not
    /// for everybody's requests.
    pub fn sockets_open(&self) -> usize {
        self.sockets.io().of(NAMESPACE).map_or(0, |all| all.sockets().len())
    }

    /// Ends what has expired by now, as happens by itself every second.
    pub async fn sweep(&self) {
        self.hub.registry.sweep().await;
    }

    /// Closes every socket, takes them out of everything and returns when that is done.
    pub async fn close(&self) {
        self.sockets.close().await;
        self.hub.registry.close().await;
    }
}

/// Sweeps for as long as there is a hub to sweep.
async fn sweep_now_and_then(hub: Weak<Hub>) {
    let mut ticks = tokio::time::interval(SWEEP_INTERVAL);
    loop {
        ticks.tick().await;
        let Some(hub) = hub.upgrade() else { return };
        hub.registry.sweep().await;
    }
}
