//! The sockets of our connections. The kernel's usual buffers hold some hundred datagrams, fewer than SCTP sends at
//! once, and each that is lost to a full buffer costs more time than thousands that arrive. `webrtc` has no setting for
//! them, but takes a [`Runtime`] that makes its sockets. Used by `Connection`.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rtc::shared::ifaces::ifaces;
use socket2::SockRef;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime,
    TokioRuntime,
};

/// Bytes that we ask the kernel for, for each direction of a socket.
const WANTED_BUFFER_BYTES: usize = 4 * 1024 * 1024;
/// Bytes that the kernel counts for a datagram, for each byte of its content: it counts whole buffers.
const KERNEL_OVERHEAD: usize = 2;
/// Bytes of the window at least: a message has to fit.
const LEAST_WINDOW_BYTES: usize = 256 * 1024;

/// Tokio, with sockets whose buffers take what SCTP sends at once.
#[derive(Debug)]
pub(crate) struct PeerRuntime;

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
        TokioRuntime.wrap_udp_socket(socket)
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

/// Widens a socket's buffers as far as the kernel lets us; where it lets us not, it stays as it is.
fn widen(socket: &UdpSocket) {
    let socket = SockRef::from(socket);
    let _ = socket.set_recv_buffer_size(WANTED_BUFFER_BYTES);
    let _ = socket.set_send_buffer_size(WANTED_BUFFER_BYTES);
}

/// Bytes that may be on their way to a socket of ours: what its buffer holds. More would be lost there.
pub(crate) fn receive_window() -> u32 {
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
pub(crate) fn own_addresses() -> Vec<SocketAddr> {
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
