//! The sockets: takes in every datagram, answers requests, and carries data between clients and
//! peers. Bound and closed by the backend.

use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::limiter::KeyedLimiter;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turn_types::attribute::{Data, XorPeerAddress};
use turn_types::message::SEND;
use turn_types::stun::message::{Message, MessageClass};

use super::TurnConfig;
use super::admission::Admission;
use super::allocation::Allocation;
use super::replies;
use super::table::Table;

/// Largest datagram from a client, in bytes: UDP has none larger.
const CLIENT_DATAGRAM_BYTES: usize = 65_536;
/// Largest datagram from a peer, in bytes; browsers send 1,200 to 1,500. A larger one is dropped.
const PEER_DATAGRAM_BYTES: usize = 4096;
/// What stands before data on a channel: its number and the data's length (RFC 8656 §12.4).
const CHANNEL_HEADER_BYTES: usize = 4;
/// What the system may hold for a socket until it is read, in bytes: a burst of a whole congestion
/// window. The system may grant less.
const SOCKET_BUFFER_BYTES: usize = 4 << 20;
/// How often allocations that were not refreshed are looked for. They carry nothing before that.
const SWEEP: Duration = Duration::from_secs(10);

/// A STUN and TURN server; clones are the same one.
#[derive(Clone)]
pub struct TurnServer {
    inner: Arc<Inner>,
    second: Option<SocketAddr>,
}

pub(super) struct Inner {
    pub(super) config: TurnConfig,
    pub(super) admission: Admission,
    pub(super) strangers: KeyedLimiter<ClientNetwork>,
    pub(super) tasks: TaskTracker,
    socket: UdpSocket,
    table: Mutex<Table>,
    bytes: AtomicU64,
    stop: CancellationToken,
}

/// What the server has done since it started, and does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnCounts {
    /// Allocations that there are now.
    pub allocations: usize,
    /// Bytes of data that were carried, each counted once.
    pub bytes: u64,
}

/// What becomes of a client's datagram.
enum Outcome {
    /// It is answered.
    Answered(Vec<u8>),
    /// It is data for a peer: the client's allocation, the peer, and where in the datagram the
    /// data stands.
    Forwarded(Arc<Allocation>, SocketAddr, std::ops::Range<usize>),
    /// Nothing.
    Dropped,
}

impl TurnServer {
    /// Listens where the configuration says, and serves from then on. A second port that is taken
    /// is no reason to do without the first.
    pub fn bind(config: TurnConfig) -> io::Result<Self> {
        let inner = Arc::new(Inner {
            socket: bind(config.listen)?,
            admission: Admission {
                credentials: config.credentials.clone(),
                nonce_key: config.nonce_key.clone(),
                clock: config.clock.clone(),
            },
            strangers: KeyedLimiter::new(config.answers_to_strangers, &config.clock),
            config,
            tasks: TaskTracker::new(),
            table: Mutex::default(),
            bytes: AtomicU64::new(0),
            stop: CancellationToken::new(),
        });
        inner.tasks.spawn(Arc::clone(&inner).listen_to_clients());
        let second = inner.config.second_port.and_then(|port| open_second(&inner, port));
        Ok(Self { inner, second })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.socket.local_addr()
    }

    /// Where it answers Binding as well; none where no second port was wanted, or it is taken.
    pub fn second_addr(&self) -> Option<SocketAddr> {
        self.second
    }

    /// What it has done and does.
    pub fn counts(&self) -> TurnCounts {
        let allocations = self.inner.table().len();
        TurnCounts { allocations, bytes: self.inner.bytes.load(Ordering::Relaxed) }
    }

    /// Stops listening, ends every allocation, and returns when all have ended.
    pub async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

/// Opens the second port, and says where it is.
fn open_second(inner: &Arc<Inner>, port: u16) -> Option<SocketAddr> {
    let opened = bind(SocketAddr::new(inner.config.listen.ip(), port));
    match opened.and_then(|socket| Ok((socket.local_addr()?, socket))) {
        Ok((address, socket)) => {
            inner.tasks.spawn(Arc::clone(inner).listen_on_second(socket));
            Some(address)
        }
        Err(cause) => {
            tracing::warn!(port, %cause, "cannot listen on a second STUN port; going on without");
            None
        }
    }
}

/// A UDP socket, with buffers for bursts.
pub(super) fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    let options = socket2::SockRef::from(&socket);
    options.set_recv_buffer_size(SOCKET_BUFFER_BYTES)?;
    options.set_send_buffer_size(SOCKET_BUFFER_BYTES)?;
    UdpSocket::from_std(socket)
}

/// Reads a STUN message. The library warns of each that is malformed: whoever sends such must not
/// be able to fill the log with it.
pub(super) fn read(datagram: &[u8]) -> Option<Message<'_>> {
    let silently = tracing::subscriber::NoSubscriber::default();
    tracing::subscriber::with_default(silently, || Message::from_bytes(datagram).ok())
}

impl Inner {
    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        // Allocations come and go in one step, so that the table is sound even after a panic.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn listen_to_clients(self: Arc<Self>) {
        let mut buffer = vec![0; CLIENT_DATAGRAM_BYTES];
        let mut sweeps = tokio::time::interval(SWEEP);
        loop {
            let received = tokio::select! {
                received = self.socket.recv_from(&mut buffer) => received,
                _ = sweeps.tick() => {
                    self.table().expire(self.config.clock.now_ms());
                    continue;
                }
                () = self.stop.cancelled() => return,
            };
            match received {
                Ok((size, from)) => {
                    let taking = AssertUnwindSafe(self.take(&mut buffer[..size], from));
                    // A datagram that trips a fault shall be the only one that suffers from it;
                    // the fault itself has been reported where it was.
                    let _ = taking.catch_unwind().await;
                }
                // What the system says of an earlier datagram that could not be delivered.
                Err(cause) => tracing::debug!(%cause, "receiving from TURN clients"),
            }
        }
    }

    async fn take(self: &Arc<Self>, datagram: &mut [u8], from: SocketAddr) {
        let client = SocketAddr::new(from.ip().to_canonical(), from.port());
        match self.decide(datagram, client) {
            Outcome::Answered(answer) => self.send(&self.socket, &answer, from).await,
            Outcome::Forwarded(own, peer, data) => {
                // There is a header before any data: what it takes to hand it on.
                let room = &mut datagram[data.start - CHANNEL_HEADER_BYTES..data.end];
                self.forward(&own, peer, room).await;
            }
            Outcome::Dropped => {}
        }
    }

    fn decide(self: &Arc<Self>, datagram: &[u8], client: SocketAddr) -> Outcome {
        match datagram.first() {
            // The first two bits tell them apart (RFC 7983 §7).
            Some(0x40..=0x4f) => self.channel_data(datagram, client),
            Some(0..=3) => {
                let Some(message) = read(datagram) else { return Outcome::Dropped };
                match message.class() {
                    MessageClass::Request => match self.answer(&message, client) {
                        Some(Ok(answer)) => Outcome::Answered(answer),
                        _ => Outcome::Dropped,
                    },
                    MessageClass::Indication if message.method() == SEND => {
                        self.send_indication(&message, client)
                    }
                    _ => Outcome::Dropped,
                }
            }
            _ => Outcome::Dropped,
        }
    }

    fn channel_data(&self, datagram: &[u8], client: SocketAddr) -> Outcome {
        let Some((header, data)) = datagram.split_first_chunk::<CHANNEL_HEADER_BYTES>() else {
            return Outcome::Dropped;
        };
        let number = u16::from_be_bytes([header[0], header[1]]);
        let size = usize::from(u16::from_be_bytes([header[2], header[3]]));
        if size > data.len() {
            return Outcome::Dropped;
        }
        let now_ms = self.config.clock.now_ms();
        let Some(own) = self.table().of_client(client, now_ms) else { return Outcome::Dropped };
        let peer = own.routes().peer(number, now_ms);
        match peer {
            Some(peer) => {
                let data = CHANNEL_HEADER_BYTES..CHANNEL_HEADER_BYTES + size;
                Outcome::Forwarded(own, peer, data)
            }
            None => Outcome::Dropped,
        }
    }

    fn send_indication(&self, message: &Message<'_>, client: SocketAddr) -> Outcome {
        let peer = message.attribute::<XorPeerAddress>();
        let data = message.attribute_and_offset::<Data<'_>>();
        let (Ok(peer), Ok((offset, data))) = (peer, data) else { return Outcome::Dropped };
        let peer = peer.addr(message.transaction_id());
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let own = self.table().of_client(client, self.config.clock.now_ms());
        // The attribute's own header is as long as a channel's.
        let start = offset + CHANNEL_HEADER_BYTES;
        own.map_or(Outcome::Dropped, |own| {
            Outcome::Forwarded(own, peer, start..start + data.data().len())
        })
    }

    /// Brings a client's data, which stands in `room` after space for a channel's header, to a
    /// peer that it may speak with. To one that is a relay of this server too, without a detour:
    /// so it arrives also where the announced address leads back here through no router.
    async fn forward(&self, own: &Allocation, peer: SocketAddr, room: &mut [u8]) {
        let now_ms = self.config.clock.now_ms();
        let size = room.len() - CHANNEL_HEADER_BYTES;
        if !own.routes().permits(peer.ip(), now_ms) || !own.may_carry(size) {
            return;
        }
        let relay = self.table().at(peer, now_ms);
        match relay {
            Some(relay) => self.deliver(&relay, own.relayed, room).await,
            // Permitted for the sake of a relay that is no more, or never was at this port.
            None if !self.config.peers.allows(peer.ip()) => {}
            None => {
                self.send(&own.socket, &room[CHANNEL_HEADER_BYTES..], peer).await;
                self.count(size);
            }
        }
    }

    /// Brings a peer's data to the client whose relay it came to, if it lets that peer speak.
    async fn deliver(&self, own: &Allocation, peer: SocketAddr, room: &mut [u8]) {
        let now_ms = self.config.clock.now_ms();
        let (header, data) = room.split_at_mut(CHANNEL_HEADER_BYTES);
        let number = {
            let routes = own.routes();
            if !routes.permits(peer.ip(), now_ms) {
                return;
            }
            routes.number(peer, now_ms)
        };
        if own.is_over(now_ms) || !own.may_carry(data.len()) {
            return;
        }
        self.count(data.len());
        let client = self.as_seen(own.owner.client);
        match (number, u16::try_from(data.len())) {
            (Some(number), Ok(size)) => {
                header[..2].copy_from_slice(&number.to_be_bytes());
                header[2..].copy_from_slice(&size.to_be_bytes());
                self.send(&self.socket, room, client).await;
            }
            _ => {
                if let Ok(indication) = replies::data(peer, data) {
                    self.send(&self.socket, &indication, client).await;
                }
            }
        }
    }

    /// Hands what comes to a relay to its client, until the allocation ends.
    pub(super) async fn listen_to_peers(self: Arc<Self>, own: Arc<Allocation>) {
        let mut buffer = vec![0; CHANNEL_HEADER_BYTES + PEER_DATAGRAM_BYTES + 1];
        loop {
            let received = tokio::select! {
                received = own.socket.recv_from(&mut buffer[CHANNEL_HEADER_BYTES..]) => received,
                () = own.ended.cancelled() => return,
                () = self.stop.cancelled() => return,
            };
            match received {
                Ok((size, from)) if size <= PEER_DATAGRAM_BYTES => {
                    let peer = SocketAddr::new(from.ip().to_canonical(), from.port());
                    self.deliver(&own, peer, &mut buffer[..CHANNEL_HEADER_BYTES + size]).await;
                }
                Ok(_) => {}
                Err(cause) => tracing::debug!(%cause, "receiving from TURN peers"),
            }
        }
    }

    /// A client's address as the listening socket knows it: one for both families writes IPv4
    /// addresses in IPv6's clothes.
    fn as_seen(&self, client: SocketAddr) -> SocketAddr {
        match client {
            SocketAddr::V4(v4) if self.config.listen.is_ipv6() => {
                SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
            }
            client => client,
        }
    }

    /// Returns when the server is stopping.
    pub(super) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    pub(super) async fn send(&self, socket: &UdpSocket, datagram: &[u8], to: SocketAddr) {
        // UDP may lose any datagram: whoever misses one asks again.
        if let Err(cause) = socket.send_to(datagram, to).await {
            tracing::debug!(%cause, "a TURN datagram was not sent");
        }
    }

    fn count(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
