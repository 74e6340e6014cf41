//! Relays on a free port, which end with the test.

use std::net::SocketAddr;

use axum::serve;
use sharesync_protocol::relay::RelayTicket;
use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_signaling::relay::{RelayConfig, Relays};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

use crate::side::Side;

/// Small, so that what is under way in the system's buffers does not hide what the server holds.
pub(crate) const SOCKET_BUFFER_BYTES: u32 = 64 * 1024;

/// A running server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) relays: Relays,
    pub(crate) clock: ManualClock,
    serving: JoinHandle<()>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(RelayConfig::default())
    }

    pub(crate) fn with(config: RelayConfig) -> Self {
        let clock = ManualClock::starting_now();
        let config = RelayConfig { clock: Clock::Manual(clock.clone()), ..config };
        let relays = Relays::new(config);
        let socket = TcpSocket::new_v4().unwrap();
        // What is accepted inherits them.
        socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES).unwrap();
        socket.set_send_buffer_size(SOCKET_BUFFER_BYTES).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(64).unwrap();
        let address = listener.local_addr().unwrap();
        let router = relays.router();
        let serving = tokio::spawn(async move { serve(listener, router).await.unwrap() });
        Self { address, relays, clock, serving }
    }

    /// The tickets of a new relay.
    pub(crate) fn open(&self) -> (RelayTicket, RelayTicket) {
        self.relays.open().expect("there is a place")
    }

    /// A socket that has shown its ticket.
    pub(crate) async fn enter(&self, ticket: &RelayTicket) -> Side {
        let mut side = Side::connect(self.address).await;
        side.show(ticket).await;
        side
    }

    /// Two sides that have been told of each other.
    pub(crate) async fn pair(&self) -> (Side, Side) {
        let (one, other) = self.open();
        let (mut one, mut other) = (self.enter(&one).await, self.enter(&other).await);
        one.is_readied().await;
        other.is_readied().await;
        (one, other)
    }

    /// Returns when no relay holds a place.
    pub(crate) async fn is_empty(&self) {
        while self.relays.counts().open > 0 {
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
