use std::io::IoSliceMut;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Wake, Waker};

use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Runtime};

use super::PeerRuntime;

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
    let received = std::future::poll_fn(|context| {
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
