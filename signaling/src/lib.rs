//! The signaling service: rooms in which peers find each other, and the relay of their WebRTC
//! messages, over Socket.IO.
//!
//! A library: whoever serves HTTP (the backend does) mounts the layer that [`Signaling::new`]
//! gives on its router, and puts a [`ClientAddr`] into the extensions of each request. Without
//! one, all clients share one limit. The conversation is told in `docs/PROTOCOL.md`; rooms are
//! pure state in `rooms`, and `namespace` connects them to sockets.
//!
//! [`ClientAddr`]: sharesync_service_kit::client_addr::ClientAddr

mod config;
mod hub;
mod namespace;
mod request;
mod rooms;
mod session;

use std::sync::Arc;
use std::time::Duration;

use sharesync_protocol::signaling::{MAX_PACKET_BYTES, NAMESPACE};
use socketioxide::layer::SocketIoLayer;
use socketioxide::{ParserConfig, SocketIo, TransportType};

pub use config::SignalingConfig;

use hub::Hub;

/// A running signaling service; clones are the same one.
#[derive(Clone)]
pub struct Signaling {
    io: SocketIo,
    hub: Arc<Hub>,
}

impl Signaling {
    /// A service without rooms, and the layer that answers `/socket.io/` in its name.
    pub fn new(config: SignalingConfig) -> (Self, SocketIoLayer) {
        let (layer, io) = bounded_socket_io(&config);
        let hub = Arc::new(Hub::new(config, io.clone()));
        namespace::mount(&io, Arc::clone(&hub));
        (Self { io, hub }, layer)
    }

    /// Rooms that are open now.
    pub fn rooms_open(&self) -> usize {
        self.hub.rooms_open()
    }

    /// Sockets that are in the namespace now. Counts them one by one: for a metric, not for a
    /// request.
    pub fn sockets_open(&self) -> usize {
        self.io.of(NAMESPACE).map_or(0, |all| all.sockets().len())
    }

    /// Closes every socket and returns when they are closed. Rooms end with their members.
    pub async fn close(&self) {
        self.io.close().await;
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
