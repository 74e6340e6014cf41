//! Socket.IO as every program of ours opens it to strangers: within limits, and behind the [`Door`]. Signaling has its
//! namespace on it; whoever mounts that may have others there, and a server that signaling runs apart from has one to
//! itself.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use sharesync_protocol::signaling::MAX_PACKET_BYTES;
use socketioxide::layer::SocketIoLayer;
use socketioxide::{ParserConfig, SocketIo, TransportType};

use crate::SignalingConfig;
use crate::door::{self, Door};

/// All sockets of a program, in whichever namespace; clones are the same ones.
#[derive(Clone)]
pub struct Sockets {
    io: SocketIo,
    layer: SocketIoLayer,
    door: Arc<Door>,
}

impl Sockets {
    /// Sockets within the limits of a configuration, of which only those count that are about sockets; in no namespace
    /// yet.
    pub fn new(config: &SignalingConfig) -> Self {
        let (layer, io) = bounded_socket_io(config);
        Self { io, layer, door: Arc::new(Door::new(config)) }
    }

    /// Where namespaces are opened.
    pub fn io(&self) -> &SocketIo {
        &self.io
    }

    /// The router with these at `/socket.io/`.
    pub fn mount(&self, router: Router) -> Router {
        let door = from_fn_with_state(Arc::clone(&self.door), door::pass);
        router.layer(self.layer.clone()).layer(door)
    }

    /// Closes every socket, and returns when that is done.
    pub async fn close(&self) {
        self.io.close().await;
    }
}

/// Socket.IO with every limit set: the library's own are far wider than we need, up to 10 MB of
/// attachments and messages of 64 MiB.
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
