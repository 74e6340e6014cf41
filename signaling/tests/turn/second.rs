//! The second port, by which clients find out how the network before them maps addresses.

use std::net::SocketAddr;
use std::time::Duration;

use sharesync_service_kit::limiter::Rate;
use turn_types::message::ALLOCATE;
use turn_types::stun::attribute::XorMappedAddress;
use turn_types::stun::message::{BINDING, Message, MessageWrite, Method, TransactionId};

use crate::client::{builder, next, peer};
use crate::server::Server;

fn ask(method: Method) -> Vec<u8> {
    builder(method, TransactionId::generate()).finish()
}

fn two_ports() -> (Server, SocketAddr) {
    let server = Server::with(|config| config.second_port = Some(0));
    let second = server.turn.second_addr().expect("loopback has free ports");
    (server, second)
}

#[tokio::test]
async fn both_ports_tell_one_socket_where_it_is_seen() {
    let (server, second) = two_ports();
    let socket = peer().await;
    for port in [server.address, second] {
        socket.send_to(&ask(BINDING), port).await.unwrap();
        let (answer, from) = next(&socket).await;
        assert_eq!(from, port);
        let answer = Message::from_bytes(&answer).unwrap();
        let mapped = answer.attribute::<XorMappedAddress>().unwrap();
        assert_eq!(mapped.addr(answer.transaction_id()), socket.local_addr().unwrap());
    }
}

#[tokio::test]
async fn the_second_answers_nothing_else() {
    let (_server, second) = two_ports();
    let socket = peer().await;
    for other in [ask(ALLOCATE), b"no STUN".to_vec(), ask(BINDING)[..19].to_vec(), Vec::new()] {
        socket.send_to(&other, second).await.unwrap();
    }
    let last = ask(BINDING);
    socket.send_to(&last, second).await.unwrap();
    let (answer, _) = next(&socket).await;
    assert_eq!(answer[8..20], last[8..20]);
}

#[tokio::test]
async fn strangers_get_no_more_answers_for_there_being_two() {
    let server = Server::with(|config| {
        config.second_port = Some(0);
        config.answers_to_strangers = Rate::new(3, Duration::from_secs(1));
    });
    let second = server.turn.second_addr().unwrap();
    let client = server.allocated().await; // One: before it knew the nonce.
    let neighbour = peer().await;
    for _ in 0..2 {
        neighbour.send_to(&ask(BINDING), second).await.unwrap();
        next(&neighbour).await;
    }
    client.socket.send(&ask(BINDING)).await.unwrap();
    // The next answer is to this: whoever shows a credential is no stranger.
    assert_eq!(client.refresh(600).await.0, 0);
}

#[tokio::test]
async fn a_port_that_is_taken_is_done_without() {
    let taken = peer().await;
    let port = taken.local_addr().unwrap().port();
    let server = Server::with(|config| config.second_port = Some(port));
    assert_eq!(server.turn.second_addr(), None);
    server.allocated().await;
}

#[tokio::test]
async fn stopping_closes_it() {
    let (server, second) = two_ports();
    server.turn.close().await;
    drop(server);
    tokio::net::UdpSocket::bind(second).await.unwrap();
}
