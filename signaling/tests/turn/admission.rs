//! Who may allocate, and who may use what was allocated.

use std::time::Duration;

use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_signaling::turn::TurnCredentials;
use turn_types::attribute::RequestedTransport;
use turn_types::message::{ALLOCATE, CREATE_PERMISSION, REFRESH};
use turn_types::stun::attribute::XorMappedAddress;
use turn_types::stun::message::{BINDING, Message, MessageWrite, TransactionId};

use crate::client::{Client, builder, code, peer};
use crate::server::Server;

#[tokio::test]
async fn anybody_learns_the_address_they_are_seen_under() {
    let server = Server::start();
    let client = server.client().await;
    let answer = client.ask(&builder(BINDING, TransactionId::generate()).finish()).await;
    let answer = Message::from_bytes(&answer).unwrap();
    let mapped = answer.attribute::<XorMappedAddress>().unwrap();
    assert_eq!(mapped.addr(answer.transaction_id()), client.socket.local_addr().unwrap());
}

#[tokio::test]
async fn the_holder_of_a_credential_allocates() {
    let server = Server::start();
    let mut client = server.client().await;
    let relayed = client.allocate().await;
    assert_eq!(relayed.ip(), server.address.ip());
    assert_ne!(relayed.port(), server.address.port());
    assert_eq!(server.turn.counts().allocations, 1);
}

#[tokio::test]
async fn nobody_else_does() {
    let server = Server::start();
    let (username, password) = server.credentials.mint();
    let (others_name, _) = server.credentials.mint();
    let hands = ManualClock::starting_now();
    let guessed = TurnCredentials::new(b"another secret", Clock::Manual(hands)).mint();
    for credential in [
        (username.clone(), "wrong".to_owned()),
        (others_name, password.clone()),
        (format!("9{username}"), password.clone()),
        ("no-expiry".to_owned(), password),
        guessed,
    ] {
        let mut client = Client::new(server.address, credential).await;
        assert_eq!(client.try_allocate().await, 401);
    }
    assert_eq!(server.turn.counts().allocations, 0);
}

#[tokio::test]
async fn an_expired_credential_opens_nothing_and_keeps_what_it_opened() {
    let server = Server::start();
    let credential = server.credentials.mint();
    let mut early = Client::new(server.address, credential.clone()).await;
    early.allocate().await;
    for _ in 0..7 {
        server.clock.advance(Duration::from_secs(590));
        early.learn_nonce().await;
        assert_eq!(early.refresh(600).await, (0, Some(600)));
    }
    let mut late = Client::new(server.address, credential).await;
    assert_eq!(late.try_allocate().await, 401);
    assert_eq!(early.permit(&[peer().await.local_addr().unwrap()]).await, 0);
}

#[tokio::test]
async fn a_request_of_another_realm_is_refused() {
    let server = Server::start();
    let mut client = server.client().await;
    client.realm = "elsewhere".into();
    client.learn_nonce().await;
    let udp = RequestedTransport::new(RequestedTransport::UDP);
    let request = client.signed(ALLOCATE, TransactionId::generate(), &[&udp]);
    assert_eq!(code(&client.ask(&request).await), 401);
}

#[tokio::test]
async fn a_nonce_is_good_for_ten_minutes_and_for_one_client() {
    let server = Server::start();
    let mut client = server.client().await;
    client.learn_nonce().await;
    let mut other = server.client().await;
    other.nonce = client.nonce.clone();
    let udp = RequestedTransport::new(RequestedTransport::UDP);
    let allocate = |client: &Client| client.signed(ALLOCATE, TransactionId::generate(), &[&udp]);
    assert_eq!(code(&other.ask(&allocate(&other)).await), 438);
    server.clock.advance(Duration::from_secs(599));
    assert_eq!(code(&client.ask(&allocate(&client)).await), 0);
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(code(&client.ask(&allocate(&client)).await), 438);
    for nonce in ["", "x", "99999999999.x", "x.y"] {
        client.nonce = nonce.into();
        assert_eq!(code(&client.ask(&allocate(&client)).await), 438, "{nonce}");
    }
}

#[tokio::test]
async fn an_unsigned_request_is_refused_whatever_it_asks() {
    let server = Server::start();
    let client = server.allocated().await;
    for method in [ALLOCATE, REFRESH, CREATE_PERMISSION] {
        let request = builder(method, TransactionId::generate()).finish();
        assert_eq!(code(&client.ask(&request).await), 401);
    }
}

#[tokio::test]
async fn a_changed_request_is_refused() {
    let server = Server::start();
    let mut client = server.client().await;
    client.learn_nonce().await;
    let udp = RequestedTransport::new(RequestedTransport::UDP);
    let signed = client.signed(ALLOCATE, TransactionId::generate(), &[&udp]);
    // Without the fingerprint, which would already not fit: the length says so too.
    let mut changed = signed[..signed.len() - 8].to_vec();
    changed[3] -= 8;
    assert_eq!(code(&client.ask(&changed).await), 0);
    let mut other = server.client().await;
    other.learn_nonce().await;
    let signed = other.signed(ALLOCATE, TransactionId::generate(), &[&udp]);
    let mut changed = signed[..signed.len() - 8].to_vec();
    changed[3] -= 8;
    changed[8] ^= 1; // The transaction.
    assert_eq!(code(&other.ask(&changed).await), 401);
}

#[tokio::test]
async fn an_allocation_is_its_own_credentials_only() {
    let server = Server::start();
    let mut client = server.allocated().await;
    (client.username, client.password) = server.credentials.mint();
    assert_eq!(client.refresh(600).await.0, 441);
    assert_eq!(client.permit(&[peer().await.local_addr().unwrap()]).await, 441);
}

#[tokio::test]
async fn whoever_has_no_allocation_cannot_use_one() {
    let server = Server::start();
    let mut client = server.client().await;
    client.learn_nonce().await;
    let peer = peer().await.local_addr().unwrap();
    assert_eq!(client.refresh(600).await.0, 437);
    assert_eq!(client.permit(&[peer]).await, 437);
    assert_eq!(client.bind(0x4000, peer).await, 437);
}
