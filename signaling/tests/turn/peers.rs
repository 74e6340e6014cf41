//! Which peers are refused, and in which ways one might ask for them.

use std::net::{IpAddr, SocketAddr};

use sharesync_signaling::turn::PeerPolicy;
use turn_types::attribute::{RequestedTransport, XorPeerAddress};
use turn_types::message::{ALLOCATE, CONNECT};
use turn_types::stun::attribute::ErrorCode;
use turn_types::stun::message::Message;

use crate::client::{code, peer};
use crate::server::Server;

/// One of each kind; all of them are in the tests of the policy itself.
const REFUSED: [&str; 15] = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
];

fn at(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse::<IpAddr>().unwrap(), 80)
}

fn public_only() -> Server {
    Server::with(|config| {
        config.peers = PeerPolicy::Public;
        config.announced = Some("198.51.100.7".parse().unwrap());
    })
}

#[tokio::test]
async fn no_permission_and_no_channel_leads_inside() {
    let server = public_only();
    let client = server.allocated().await;
    for address in REFUSED {
        assert_eq!(client.permit(&[at(address)]).await, 403, "{address}");
        assert_eq!(client.bind(0x4000, at(address)).await, 403, "{address}");
    }
    assert_eq!(client.permit(&[at("9.9.9.9")]).await, 0);
    assert_eq!(client.permit(&[at("::ffff:9.9.9.8")]).await, 0);
    assert_eq!(client.bind(0x4000, at("9.9.9.9")).await, 0);
}

#[tokio::test]
async fn a_good_peer_does_not_cover_a_bad_one() {
    let server = public_only();
    let client = server.allocated().await;
    assert_eq!(client.permit(&[at("9.9.9.9"), at("127.0.0.1")]).await, 403);
    client.send_to(at("9.9.9.9"), b"not permitted either").await;
    client.send_to(at("127.0.0.1"), b"not permitted").await;
    assert_eq!(client.refresh(600).await.0, 0);
    assert_eq!(server.turn.counts().bytes, 0);
}

/// The server's own address may be permitted, for the relays that are there; and nothing else that
/// listens there is reached by it.
#[tokio::test]
async fn nothing_but_relays_is_reached_at_the_servers_own_address() {
    let server = Server::with(|config| config.peers = PeerPolicy::Public);
    let client = server.allocated().await;
    let service = peer().await;
    assert_eq!(client.permit(&[service.local_addr().unwrap()]).await, 0);
    assert_eq!(client.bind(0x4000, service.local_addr().unwrap()).await, 0);
    client.send_to(service.local_addr().unwrap(), b"by indication").await;
    client.send_on(0x4000, b"on a channel").await;
    assert_eq!(client.refresh(600).await.0, 0);
    assert_eq!(server.turn.counts().bytes, 0);
    assert!(service.try_recv(&mut [0; 64]).is_err());
}

#[tokio::test]
async fn private_peers_are_reached_where_allowed_and_the_machine_itself_is_not() {
    let server = Server::with(|config| {
        config.peers = PeerPolicy::Private;
        config.announced = Some("198.51.100.7".parse().unwrap());
    });
    let client = server.allocated().await;
    assert_eq!(client.permit(&[at("192.168.0.1")]).await, 0);
    assert_eq!(client.permit(&[at("127.0.0.1")]).await, 403);
    assert_eq!(client.permit(&[at("169.254.169.254")]).await, 403);
}

#[tokio::test]
async fn there_is_no_relay_by_tcp() {
    let server = Server::start();
    let mut client = server.client().await;
    client.learn_nonce().await;
    let answer = client
        .request(ALLOCATE, |_| vec![Box::new(RequestedTransport::new(RequestedTransport::TCP))])
        .await;
    assert_eq!(code(&answer), ErrorCode::UNSUPPORTED_TRANSPORT_PROTOCOL);
    let client = server.allocated().await;
    let peer = peer().await.local_addr().unwrap();
    let answer = client
        .request(CONNECT, |transaction| vec![Box::new(XorPeerAddress::new(peer, transaction))])
        .await;
    assert_eq!(code(&answer), 400);
    assert!(Message::from_bytes(&answer).unwrap().is_response());
}

#[tokio::test]
async fn a_peer_of_the_other_family_is_refused() {
    let server = Server::start();
    let client = server.allocated().await;
    assert_eq!(client.permit(&[at("2606:4700::1111")]).await, 443);
    assert_eq!(client.bind(0x4000, at("2606:4700::1111")).await, 443);
}
