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
pub mod turn;
mod turns;
mod visit;

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use sharesync_protocol::signaling::{MAX_PACKET_BYTES, NAMESPACE};
use socketioxide::layer::SocketIoLayer;
use socketioxide::{ParserConfig, SocketIo, TransportType};

pub use config::{NoStunUrl, SignalingConfig, stun_servers};
pub use registry::ClusterConfig;

use door::Door;
use hub::Hub;

/// How often it is looked whether something has expired.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// A running signaling service; clones are the same one.
#[derive(Clone)]
pub struct Signaling {
    io: SocketIo,
    layer: SocketIoLayer,
    hub: Arc<Hub>,
    door: Arc<Door>,
}

impl Signaling {
    /// A service without rooms. To be called inside a Tokio runtime.
    pub fn new(config: SignalingConfig) -> Self {
        let (layer, io) = bounded_socket_io(&config);
        let door = Arc::new(Door::new(&config));
        let hub = Arc::new(Hub::new(config, io.clone()));
        namespace::mount(&io, Arc::clone(&hub));
        tokio::spawn(sweep_now_and_then(Arc::downgrade(&hub)));
        Self { io, layer, hub, door }
    }

    /// The router with this service at `/socket.io/`.
    pub fn mount(&self, router: Router) -> Router {
        let door = from_fn_with_state(Arc::clone(&self.door), door::pass);
        router.layer(self.layer.clone()).layer(door)
    }

    /// Rooms that are open now, on all nodes.
    pub async fn rooms_open(&self) -> usize {
        self.hub.registry.rooms_open().await
    }

    /// Whether rooms can be reached: not while they are in Redis and that is out of reach.
    pub fn is_ready(&self) -> bool {
        self.hub.registry.is_ready()
    }

    /// Sockets that are in the namespace now. Counts them one by one: for a metric, not for a
    /// request.
    pub fn sockets_open(&self) -> usize {
        self.io.of(NAMESPACE).map_or(0, |all| all.sockets().len())
    }

    /// Ends what has expired by now, as happens by itself every second.
    pub async fn sweep(&self) {
        self.hub.registry.sweep().await;
    }

    /// Closes every socket, takes them out of everything and returns when that is done.
    pub async fn close(&self) {
        self.io.close().await;
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

/// Socket.IO with every limit set: the library's own are far wider than signaling needs, up to
/// 10 MB of attachments and messages of 64 MiB.
fn bounded_socket_io(config: &SignalingConfig) -> (SocketIoLayer, SocketIo) {
    let parser = ParserConfig::common()
        .max_incoming_binaries(0)
        .max_incoming_binary_buf_size(0)
        .packet_completion_timeout(Duration::from_secs(1));
    SocketIo::builder()
        .with_parser(parser)
        .req_path(door::PATH)
        .transports([TransportType::Polling, TransportType::Websocket])
        .max_payload(MAX_PACKET_BYTES as u64)
        .ws_max_message_size(MAX_PACKET_BYTES)
        .ws_max_frame_size(MAX_PACKET_BYTES)
        .ws_read_buffer_size(4096)
        .max_buffer_size(config.packets_waiting_per_socket)
        .ping_interval(config.ping_interval)
        .ping_timeout(config.ping_timeout)
        .connect_timeout(config.connect_timeout)
        .upgrade_timeout(Duration::from_secs(10))
        // The server asks for no acknowledgements.
        .ack_timeout(Duration::from_secs(1))
        .build_layer()
}
