//! What is known of one socket. Made by `namespace` when the socket arrives; it lives in the
//! socket's extensions.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::header;
use sharesync_service_kit::client_addr::{ClientAddr, ClientNetwork};
use sharesync_service_kit::limiter::{Limiter, TooOften};
use sharesync_service_kit::proxies::came_by_proxy;
use socketioxide::SocketError;
use socketioxide::extract::SocketRef;

use crate::SignalingConfig;
use crate::address::{Address, NodeId};
use crate::request::RequestError;

/// How long to wait before trying again to tell a socket with a full buffer that it is out.
const LET_GO_RETRY: Duration = Duration::from_millis(100);

/// How much one socket may send.
#[derive(Debug)]
pub(crate) struct SocketLimits {
    events: Limiter,
    bytes: Limiter,
}

impl SocketLimits {
    /// The limits of a socket that has sent nothing yet.
    pub(crate) fn new(config: &SignalingConfig) -> Self {
        Self {
            events: Limiter::new(config.events_per_socket, &config.clock),
            bytes: Limiter::new(config.bytes_per_socket, &config.clock),
        }
    }

    fn check(&self, bytes: usize) -> Result<(), TooOften> {
        self.events.check()?;
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        NonZeroU32::new(bytes).map_or(Ok(()), |bytes| self.bytes.check_many(bytes))
    }
}

/// One socket, from its arrival to its end.
#[derive(Debug)]
pub(crate) struct Session {
    /// Where it can be told something.
    pub(crate) address: Address,
    /// What its entries are counted under.
    pub(crate) network: ClientNetwork,
    /// Within what it may see others and be seen; none where that is not known.
    pub(crate) nearby: Option<ClientNetwork>,
    /// The host that its handshake was sent to.
    pub(crate) host: Option<String>,
    limits: SocketLimits,
    let_go: AtomicBool,
}

impl Session {
    /// Begins the session of a socket of this node.
    pub(crate) fn begin(socket: &SocketRef, node: NodeId, limits: SocketLimits) -> Arc<Self> {
        let request = socket.req_parts();
        let address = request.extensions.get::<ClientAddr>();
        let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let session = Arc::new(Self {
            address: Address { node, socket: socket.id },
            network: address.map_or(ClientNetwork::UNKNOWN, |address| address.network()),
            nearby: address.filter(|_| !came_by_proxy(&request.headers)).map(|from| from.network()),
            host: host.map(str::to_owned),
            limits,
            let_go: AtomicBool::new(false),
        });
        socket.extensions.insert(Arc::clone(&session));
        session
    }

    /// The session of a socket.
    pub(crate) fn of(socket: &SocketRef) -> Arc<Self> {
        let session = socket.extensions.get();
        session.expect("a socket's session begins before it is in the namespace")
    }

    /// Counts an event of so many bytes, unless the socket sends too many of either.
    pub(crate) fn count_event(&self, bytes: usize) -> Result<(), RequestError> {
        self.limits.check(bytes).map_err(|TooOften { .. }| RequestError::RateLimited)
    }

    /// Disconnects the socket as soon as its buffer has room for saying so; a client that reads
    /// nothing at all is closed by the heartbeat.
    pub(crate) fn let_go(&self, socket: SocketRef) {
        if self.let_go.swap(true, Ordering::Relaxed) {
            return;
        }
        tracing::info!("letting a socket go that does not keep up");
        tokio::spawn(async move {
            while let Err(SocketError::InternalChannelFull) = socket.clone().disconnect() {
                tokio::time::sleep(LET_GO_RETRY).await;
            }
        });
    }
}
