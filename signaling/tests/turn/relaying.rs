//! What is carried between clients and peers.

use std::time::Duration;

use sharesync_service_kit::limiter::Rate;
use sharesync_signaling::turn::PeerPolicy;
use tokio::time::timeout;
use turn_types::attribute::RequestedTransport;
use turn_types::message::ALLOCATE;
use turn_types::stun::message::TransactionId;

use crate::client::{code, next, peer};
use crate::server::Server;

#[tokio::test]
async fn data_goes_both_ways_by_indications() {
    let server = Server::start();
    let client = server.allocated().await;
    let peer = peer().await;
    assert_eq!(client.permit(&[peer.local_addr().unwrap()]).await, 0);
    client.send_to(peer.local_addr().unwrap(), b"to the peer").await;
    assert_eq!(next(&peer).await, (b"to the peer".to_vec(), client.relayed.unwrap()));
    peer.send_to(b"to the client", client.relayed.unwrap()).await.unwrap();
    assert_eq!(client.indicated().await, (b"to the client".to_vec(), peer.local_addr().unwrap()));
    assert_eq!(server.turn.counts().bytes, 24);
}

#[tokio::test]
async fn data_goes_both_ways_on_a_channel() {
    let server = Server::start();
    let client = server.allocated().await;
    let peer = peer().await;
    assert_eq!(client.bind(0x4000, peer.local_addr().unwrap()).await, 0);
    for size in [0, 1, 3, 1200, 4096] {
        client.send_on(0x4000, &vec![7; size]).await;
        assert_eq!(next(&peer).await, (vec![7; size], client.relayed.unwrap()));
        peer.send_to(&vec![8; size], client.relayed.unwrap()).await.unwrap();
        assert_eq!(client.on_channel().await, (0x4000, vec![8; size]));
    }
}

#[tokio::test]
async fn data_on_a_channel_is_as_long_as_it_says() {
    let server = Server::start();
    let client = server.allocated().await;
    let peer = peer().await;
    assert_eq!(client.bind(0x4000, peer.local_addr().unwrap()).await, 0);
    let too_short: [&[u8]; 4] =
        [&[0x40], &[0x40, 0, 0], &[0x40, 0, 0, 1], &[0x40, 0, 0xff, 0xff, 1, 2, 3]];
    for datagram in too_short {
        client.socket.send(datagram).await.unwrap();
    }
    client.socket.send(&[0x40, 0, 0, 3, 1, 2, 3, 0]).await.unwrap(); // Padded.
    assert_eq!(next(&peer).await.0, [1, 2, 3]);
    assert_eq!(server.turn.counts().bytes, 3);
}

/// Both on the same server, which announces an address that it would otherwise not let anybody
/// reach: the case of two browsers behind firewalls, and of a server behind a router.
#[tokio::test]
async fn two_clients_reach_each_others_relays_whatever_their_address() {
    let server = Server::with(|config| {
        config.peers = PeerPolicy::Public;
        config.announced = Some("192.168.77.1".parse().unwrap());
    });
    let (one, other) = (server.allocated().await, server.allocated().await);
    let (at_one, at_other) = (one.relayed.unwrap(), other.relayed.unwrap());
    assert_eq!(at_one.ip().to_string(), "192.168.77.1");
    assert_eq!(one.bind(0x4000, at_other).await, 0);
    assert_eq!(other.permit(&[at_one]).await, 0);
    one.send_on(0x4000, b"from one").await;
    assert_eq!(other.indicated().await, (b"from one".to_vec(), at_one));
    other.send_to(at_one, b"from the other").await;
    assert_eq!(one.on_channel().await, (0x4000, b"from the other".to_vec()));
}

#[tokio::test]
async fn whoever_is_not_permitted_is_not_heard() {
    let server = Server::start();
    let client = server.allocated().await;
    let (peer, stranger) = (peer().await, server.allocated().await);
    let at_client = client.relayed.unwrap();
    // Neither a socket nor another client's relay.
    peer.send_to(b"unasked", at_client).await.unwrap();
    assert_eq!(stranger.permit(&[at_client]).await, 0);
    stranger.send_to(at_client, b"unasked").await;
    assert_eq!(client.refresh(600).await.0, 0);

    assert_eq!(client.permit(&[peer.local_addr().unwrap()]).await, 0);
    peer.send_to(b"asked", at_client).await.unwrap();
    assert_eq!(client.indicated().await, (b"asked".to_vec(), peer.local_addr().unwrap()));
}

#[tokio::test]
async fn nothing_is_sent_to_whoever_is_not_permitted() {
    let server = Server::start();
    let client = server.allocated().await;
    let (permitted, not) = (peer().await, "127.0.0.2:9".parse().unwrap());
    let before = server.turn.counts().bytes;
    client.send_to(not, b"unasked").await;
    client.send_on(0x4000, b"unasked").await;
    assert_eq!(client.permit(&[permitted.local_addr().unwrap()]).await, 0);
    assert_eq!(server.turn.counts().bytes, before);
}

#[tokio::test]
async fn permissions_and_channels_expire() {
    let server = Server::start();
    let mut client = server.allocated().await;
    let peer = peer().await;
    let at_peer = peer.local_addr().unwrap();
    assert_eq!(client.bind(0x4000, at_peer).await, 0);
    server.clock.advance(Duration::from_mins(5));
    client.send_on(0x4000, b"too late").await;
    client.learn_nonce().await;
    assert_eq!(client.permit(&[at_peer]).await, 0);
    client.send_on(0x4000, b"again").await;
    assert_eq!(next(&peer).await.0, b"again");
}

#[tokio::test]
async fn an_allocation_ends_unless_it_is_refreshed() {
    let server = Server::start();
    let mut client = server.allocated().await;
    let peer = peer().await.local_addr().unwrap();
    server.clock.advance(Duration::from_secs(599));
    assert_eq!(client.refresh(3600).await, (0, Some(600)));
    server.clock.advance(Duration::from_secs(599));
    client.learn_nonce().await;
    assert_eq!(client.permit(&[peer]).await, 0);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(client.permit(&[peer]).await, 437);
    client.allocate().await;
    assert_eq!(server.turn.counts().allocations, 1);
}

#[tokio::test]
async fn an_allocation_ends_after_a_day_however_often_it_is_refreshed() {
    let server = Server::start();
    let mut client = server.allocated().await;
    for _ in 0..159 {
        server.clock.advance(Duration::from_mins(9));
        client.learn_nonce().await;
        assert_eq!(client.refresh(600).await.0, 0);
    }
    server.clock.advance(Duration::from_mins(9));
    client.learn_nonce().await;
    // Its credential opens no other by then.
    assert_eq!(client.refresh(600).await.0, 401);
}

#[tokio::test]
async fn an_allocation_ends_when_its_client_says_so() {
    let server = Server::start();
    let mut client = server.allocated().await;
    assert_eq!(client.refresh(0).await, (0, Some(0)));
    assert_eq!(server.turn.counts().allocations, 0);
    let socket_is_closed = async {
        while tokio::net::UdpSocket::bind(client.relayed.unwrap()).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), socket_is_closed).await.expect("the relay's socket closes");
    assert_eq!(client.refresh(600).await.0, 437);
    client.allocate().await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_allocation_and_another_none() {
    let server = Server::start();
    let mut client = server.client().await;
    client.learn_nonce().await;
    let udp = RequestedTransport::new(RequestedTransport::UDP);
    let request = client.signed(ALLOCATE, TransactionId::generate(), &[&udp]);
    let answer = client.ask(&request).await;
    assert_eq!(code(&answer), 0);
    assert_eq!(client.ask(&request).await, answer);
    assert_eq!(client.try_allocate().await, 437);
    assert_eq!(server.turn.counts().allocations, 1);
}

#[tokio::test]
async fn what_exceeds_an_allocations_rate_is_dropped() {
    let server = Server::with(|config| {
        config.bytes_per_allocation = Rate::new(1000, Duration::from_millis(1));
    });
    let client = server.allocated().await;
    let peer = peer().await;
    assert_eq!(client.bind(0x4000, peer.local_addr().unwrap()).await, 0);
    client.send_on(0x4000, &[1; 600]).await;
    client.send_on(0x4000, &[2; 600]).await;
    client.send_on(0x4000, &[3; 400]).await;
    assert_eq!(next(&peer).await.0, [1; 600]);
    assert_eq!(next(&peer).await.0, [3; 400]);
    server.clock.advance(Duration::from_secs(1));
    for (number, size) in [(4, 600), (5, 600), (6, 400)] {
        peer.send_to(&vec![number; size], client.relayed.unwrap()).await.unwrap();
    }
    assert_eq!(client.on_channel().await, (0x4000, vec![4; 600]));
    assert_eq!(client.on_channel().await, (0x4000, vec![6; 400]));
}

#[tokio::test]
async fn stopping_ends_everything() {
    let server = Server::start();
    let client = server.allocated().await;
    server.turn.close().await;
    // Its port is free again once nobody holds the server.
    let (address, relayed) = (server.address, client.relayed.unwrap());
    drop(server);
    tokio::net::UdpSocket::bind(address).await.unwrap();
    tokio::net::UdpSocket::bind(relayed).await.unwrap();
}
