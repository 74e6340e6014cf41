use std::future::poll_fn;
use std::io::IoSliceMut;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Runtime, Transmit};

use super::{PeerRuntime, own_addresses};

/// Somebody who can be woken.
struct Somebody;

impl Wake for Somebody {
    fn wake(self: Arc<Self>) {}
}

/// Whether there is a datagram for whoever waits for one, or only looks.
fn looks(socket: &dyn AsyncUdpSocket, waker: &Waker) -> bool {
    let mut buffer = vec![0; 100_000];
    let (mut buffers, mut meta) = ([IoSliceMut::new(&mut buffer)], [RecvMeta::default()]);
    let polled = socket.poll_recv(&mut Context::from_waker(waker), &mut buffers, &mut meta);
    matches!(polled, Poll::Ready(Ok(_)))
}

#[tokio::test]
async fn one_datagram_is_taken_at_a_time_until_the_channels_are_open() {
    let runtime = PeerRuntime::default();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    // Of different lengths, so that the kernel does not take them for one.
    for length in 1..=4 {
        sender.send_to(&vec![7; length], socket.local_addr().unwrap()).unwrap();
    }
    let socket = runtime.wrap_udp_socket(socket).unwrap();
    let waits = Waker::from(Arc::new(Somebody));
    let received = poll_fn(|context| {
        let mut buffer = [0; 100];
        let (mut buffers, mut meta) = ([IoSliceMut::new(&mut buffer)], [RecvMeta::default()]);
        socket.poll_recv(context, &mut buffers, &mut meta)
    });
    assert_eq!(received.await.unwrap(), 1);
    // Nobody's waker, whose functions have other addresses in the crate that looks.
    for nobody in [Waker::noop(), &futures_util::task::noop_waker()] {
        assert!(!looks(&*socket, nobody), "whoever only looks has to come again");
    }
    assert!(looks(&*socket, &waits), "whoever waits gets the next");
    runtime.open().store(true, Ordering::Relaxed);
    assert!(looks(&*socket, Waker::noop()));
}

#[tokio::test]
async fn what_loopback_sends_reaches_loopback_alone() {
    let runtime = PeerRuntime::default();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let from = sender.local_addr().unwrap();
    let sender = runtime.wrap_udp_socket(sender).unwrap();
    for address in own_addresses().into_iter().filter(SocketAddr::is_ipv4) {
        let receiver = UdpSocket::bind(address).unwrap();
        receiver.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let destination = receiver.local_addr().unwrap();
        let contents = b"hello";
        let transmit =
            Transmit { destination, contents, ecn: None, segment_size: None, src_ip: None };
        let sent = poll_fn(|context| sender.poll_send(context, &transmit)).await;
        let received = receiver.recv_from(&mut [0; 100]).ok();
        let expected = address.ip().is_loopback().then_some((5, from));
        assert_eq!((sent.unwrap(), received), (5, expected), "{address}");
    }
}
