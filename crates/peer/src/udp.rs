//! The sockets of our connections. The kernel's usual buffers hold some hundred datagrams, fewer than SCTP sends at
//! once, and each that is lost to a full buffer costs more time than thousands that arrive. `webrtc` has no setting for
//! them, but takes a [`Runtime`] that makes its sockets. Used by `Connection`, and by the benchmark's bare channel beside it.

use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rtc::shared::ifaces::ifaces;
use socket2::SockRef;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime,
    TokioRuntime, Transmit,
};

#[cfg(test)]
mod tests;

/// Bytes that we ask the kernel for, for each direction of a socket.
const WANTED_BUFFER_BYTES: usize = 4 * 1024 * 1024;
/// Bytes that the kernel counts for a datagram, for each byte of its content: it counts whole buffers.
const KERNEL_OVERHEAD: usize = 2;
/// Bytes of the window at least: a message has to fit.
const LEAST_WINDOW_BYTES: usize = 256 * 1024;

/// Tokio, with sockets of our own. One for each connection.
#[derive(Debug, Default)]
pub struct PeerRuntime {
    /// Whether the connection's channels are open.
    open: Arc<AtomicBool>,
}

impl PeerRuntime {
    /// To be told when the connection's channels are open.
    pub fn open(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.open)
    }
}

impl Runtime for PeerRuntime {
    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn spawn_reactor(
        &self,
        pool: usize,
        future: Pin<Box<dyn Future<Output = ()> + Send>>,
    ) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn_reactor(pool, future)
    }

    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        widen(&socket);
        let inner = TokioRuntime.wrap_udp_socket(socket)?;
        let is_loopback = inner.local_addr()?.ip().is_loopback();
        Ok(Arc::new(PeerSocket { inner, open: Arc::clone(&self.open), is_loopback }))
    }

    fn wrap_tcp_listener(
        &self,
        listener: std::net::TcpListener,
    ) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(listener)
    }

    fn connect_tcp<'a>(
        &'a self,
        remote: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = io::Result<Arc<dyn AsyncTcpStream>>> + Send + 'a>> {
        TokioRuntime.connect_tcp(remote)
    }

    fn resolve_host<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        TokioRuntime.resolve_host(host)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        TokioRuntime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }
}

/// A socket from which one datagram is taken at a time until the connection's channels are open. The crate takes all that
/// are there before it looks at what the first has changed; so what comes right behind the one that opens the channels,
/// as the first words of the other side do, meets channels that are not open yet, and is lost without a word.
///
/// One of loopback sends to loopback alone. The crate checks every pair of addresses, and on one machine a check from there
/// reaches the other side's other addresses: Firefox answers it, but never sends to loopback, and waits for ever where that
/// pair is nominated.
#[derive(Debug)]
struct PeerSocket {
    inner: Arc<dyn AsyncUdpSocket>,
    open: Arc<AtomicBool>,
    is_loopback: bool,
}

impl AsyncUdpSocket for PeerSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn poll_send(
        &self,
        context: &mut Context<'_>,
        transmit: &Transmit<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.is_loopback && !transmit.destination.ip().is_loopback() {
            // Lost, as datagrams may be.
            return Poll::Ready(Ok(transmit.contents.len()));
        }
        self.inner.poll_send(context, transmit)
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        // For more than the first, the crate looks whether there are any, and does not wait: by a waker of nobody, which is
        // told by its data. Its table of functions has another address in each crate, so that `will_wake` is of no use.
        let looks_for_more = context.waker().data() == Waker::noop().data();
        if looks_for_more && !self.open.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        self.inner.poll_recv(context, buffers, meta)
    }

    fn max_gso_segments(&self) -> usize {
        self.inner.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }
}

/// Widens a socket's buffers as far as the kernel lets us; where it lets us not, it stays as it is.
fn widen(socket: &UdpSocket) {
    let socket = SockRef::from(socket);
    let _ = socket.set_recv_buffer_size(WANTED_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(WANTED_BUFFER_BYTES);
}

/// Bytes that may be on their way to a socket of ours: what its buffer holds. More would be lost there.
pub fn receive_window() -> u32 {
    static WINDOW: OnceLock<u32> = OnceLock::new();
    *WINDOW.get_or_init(|| {
        let granted = UdpSocket::bind((IpAddr::from([127, 0, 0, 1]), 0)).and_then(|socket| {
            widen(&socket);
            SockRef::from(&socket).recv_buffer_size()
        });
        let bytes = granted.unwrap_or(0) / KERNEL_OVERHEAD;
        let bytes = bytes.clamp(LEAST_WINDOW_BYTES, WANTED_BUFFER_BYTES);
        u32::try_from(bytes).expect("a few MiB")
    })
}

/// Where our sockets are: on every address of this machine that somebody else can send to. Loopback is among them, for
/// two peers on a machine without a network.
pub fn own_addresses() -> Vec<SocketAddr> {
    let interfaces = ifaces().unwrap_or_default();
    let addresses = interfaces.into_iter().filter_map(|interface| Some(interface.addr?.ip()));
    let mut usable: Vec<IpAddr> = addresses.filter(is_reachable).collect();
    usable.push(IpAddr::from([127, 0, 0, 1]));
    usable.sort_unstable();
    usable.dedup();
    usable.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()
}

/// Whether another machine can send to an address: one on the link alone means nothing without the link's name.
fn is_reachable(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_unspecified() && !ip.is_link_local(),
        IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unspecified() && !ip.is_unicast_link_local(),
    }
}
