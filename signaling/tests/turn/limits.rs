//! How much a client may hold and ask for, and what becomes of one that sends anything at all.

use std::net::SocketAddr;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sharesync_service_kit::limiter::Rate;
use turn_types::attribute::{ChannelNumber, EvenPort, RequestedTransport};
use turn_types::message::{ALLOCATE, CHANNEL_BIND};
use turn_types::stun::attribute::UnknownAttributes;
use turn_types::stun::message::{BINDING, Message, MessageWrite, TransactionId};
use turn_types::stun::prelude::AttributeStaticType;

use crate::client::{Client, builder, code, next, peer};
use crate::server::Server;

#[tokio::test]
async fn a_credential_opens_so_many_allocations() {
    let server = Server::with(|config| config.max_allocations_per_credential = 2);
    let credential = server.credentials.mint();
    let allocate = async || {
        let mut client = Client::new(server.address, credential.clone()).await;
        (client.try_allocate().await, client)
    };
    let ((one, first), (two, _), (three, _)) =
        (allocate().await, allocate().await, allocate().await);
    assert_eq!((one, two, three), (0, 0, 486));
    assert_eq!(server.client().await.try_allocate().await, 0);
    first.refresh(0).await;
    assert_eq!(allocate().await.0, 0);
}

#[tokio::test]
async fn a_client_network_opens_so_many_allocations() {
    let server = Server::with(|config| config.max_allocations_per_client = 2);
    let codes = [
        server.client().await.try_allocate().await,
        server.client().await.try_allocate().await,
        server.client().await.try_allocate().await,
    ];
    assert_eq!(codes, [0, 0, 486]);
}

#[tokio::test]
async fn there_are_no_more_allocations_than_there_may_be_and_dead_ones_make_room() {
    let server = Server::with(|config| config.max_allocations = 1);
    assert_eq!(server.client().await.try_allocate().await, 0);
    assert_eq!(server.client().await.try_allocate().await, 508);
    server.clock.advance(Duration::from_mins(10));
    assert_eq!(server.client().await.try_allocate().await, 0);
}

#[tokio::test]
async fn an_allocation_has_so_many_permissions() {
    let server = Server::start();
    let client = server.allocated().await;
    let peers: Vec<SocketAddr> =
        (1..=65).map(|number| SocketAddr::from(([9, 9, 9, number], 9))).collect();
    assert_eq!(client.permit(&peers[..32]).await, 0);
    assert_eq!(client.permit(&peers[32..64]).await, 0);
    assert_eq!(client.permit(&peers[64..]).await, 508);
    assert_eq!(client.bind(0x4000, peers[64]).await, 508);
    assert_eq!(client.permit(&peers[..32]).await, 0);
}

#[tokio::test]
async fn channels_have_numbers_of_their_own_and_one_peer_each() {
    let server = Server::start();
    let client = server.allocated().await;
    let (one, other) = (SocketAddr::from(([9, 9, 9, 1], 9)), SocketAddr::from(([9, 9, 9, 2], 9)));
    assert_eq!(client.bind(0x3fff, one).await, 400);
    assert_eq!(client.bind(0x5000, one).await, 400);
    assert_eq!(client.bind(0x4fff, one).await, 0);
    assert_eq!(client.bind(0x4fff, one).await, 0);
    assert_eq!(client.bind(0x4fff, other).await, 400);
    assert_eq!(client.bind(0x4000, one).await, 400);
    let without_peer =
        client.request(CHANNEL_BIND, |_| vec![Box::new(ChannelNumber::new(0x4001))]).await;
    assert_eq!(code(&without_peer), 400);
    assert_eq!(client.permit(&[]).await, 400);
}

#[tokio::test]
async fn what_is_not_understood_is_named() {
    let server = Server::start();
    let mut client = server.client().await;
    client.learn_nonce().await;
    let answer = client
        .request(ALLOCATE, |_| {
            vec![
                Box::new(RequestedTransport::new(RequestedTransport::UDP)),
                Box::new(EvenPort::new(true)),
            ]
        })
        .await;
    assert_eq!(code(&answer), 420);
    let answer = Message::from_bytes(&answer).unwrap();
    let unknown = answer.attribute::<UnknownAttributes>().unwrap();
    assert!(unknown.has_attribute(EvenPort::TYPE));
}

#[tokio::test]
async fn strangers_get_so_many_answers() {
    let server = Server::with(|config| {
        config.answers_to_strangers = Rate::new(3, Duration::from_secs(1));
    });
    let client = server.allocated().await; // One: before it knew the nonce.
    let ask = |method| builder(method, TransactionId::generate()).finish();
    client.ask(&ask(BINDING)).await;
    client.ask(&ask(ALLOCATE)).await;
    client.socket.send(&ask(BINDING)).await.unwrap();
    client.socket.send(&ask(ALLOCATE)).await.unwrap();
    // The next answer is to this: whoever shows a credential is no stranger.
    assert_eq!(client.refresh(600).await.0, 0);
    server.clock.advance(Duration::from_secs(1));
    let last = ask(BINDING);
    let answer = client.ask(&last).await;
    assert_eq!(answer[8..20], last[8..20]);
}

#[tokio::test]
async fn whatever_is_sent_the_server_goes_on() {
    let server = Server::with(|config| {
        config.answers_to_strangers = Rate::new(1_000_000, Duration::from_nanos(1));
    });
    let client = server.allocated().await;
    let peer = peer().await;
    assert_eq!(client.bind(0x4000, peer.local_addr().unwrap()).await, 0);
    let mut hostile = server.client().await;
    hostile.learn_nonce().await;
    let udp = RequestedTransport::new(RequestedTransport::UDP);
    let whole = hostile.signed(ALLOCATE, TransactionId::generate(), &[&udp]);
    let mut rng = StdRng::seed_from_u64(1);
    for round in 0..20_000 {
        let mut datagram = whole.clone();
        for _ in 0..rng.random_range(0..4) {
            let place = rng.random_range(0..datagram.len());
            datagram[place] = rng.random();
        }
        datagram.truncate(rng.random_range(0..=datagram.len()));
        if round % 3 == 0 && datagram.len() > 8 {
            // The length that it has: so that its attributes are looked at.
            let size = u16::try_from(datagram.len() - datagram.len().min(20)).unwrap();
            datagram[2..4].copy_from_slice(&size.to_be_bytes());
        }
        hostile.socket.send(&datagram).await.unwrap();
        if round % 64 == 0 {
            client.send_on(0x4000, b"still there").await;
            assert_eq!(next(&peer).await.0, b"still there");
        }
    }
}
