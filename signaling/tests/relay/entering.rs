//! Who is let in, and joined to whom.

use std::time::Duration;

use sharesync_service_kit::limiter::Rate;
use sharesync_signaling::relay::{RelayConfig, RelayCounts};
use tokio_tungstenite::tungstenite::Message;

use crate::server::Server;
use crate::side::Side;

const BAD_TICKET: (u16, &str) = (1008, "show a good ticket first");

async fn is_told(side: &mut Side, (code, reason): (u16, &str)) {
    assert_eq!(side.farewell().await, (code, reason.to_owned()));
    side.ends().await;
}

#[tokio::test]
async fn two_sides_of_one_relay_are_joined() {
    let server = Server::start();
    let (mut one, mut other) = server.pair().await;
    one.send_bytes(b"from one".to_vec()).await;
    other.send_bytes(b"from the other".to_vec()).await;
    assert_eq!(other.bytes().await, b"from one");
    assert_eq!(one.bytes().await, b"from the other");
}

#[tokio::test]
async fn relays_do_not_mix() {
    let server = Server::start();
    let (mut a, mut b) = server.pair().await;
    let (mut c, mut d) = server.pair().await;
    a.send_bytes(vec![1]).await;
    c.send_bytes(vec![2]).await;
    assert_eq!(d.bytes().await, [2]);
    assert_eq!(b.bytes().await, [1]);
}

#[tokio::test]
async fn a_third_is_refused_whichever_ticket_it_shows() {
    let server = Server::start();
    let (one, other) = server.open();
    let mut first = server.enter(&one).await;
    is_told(&mut server.enter(&one).await, BAD_TICKET).await;
    let mut second = server.enter(&other).await;
    first.is_readied().await;
    second.is_readied().await;
    is_told(&mut server.enter(&one).await, BAD_TICKET).await;
    is_told(&mut server.enter(&other).await, BAD_TICKET).await;
    first.send_bytes(vec![7]).await;
    assert_eq!(second.bytes().await, [7]);
}

#[tokio::test]
async fn an_expired_ticket_lets_nobody_in() {
    let server = Server::start();
    let (one, other) = server.open();
    let _first = server.enter(&one).await;
    server.clock.advance(Duration::from_secs(30));
    is_told(&mut server.enter(&other).await, BAD_TICKET).await;
}

#[tokio::test]
async fn whoever_shows_no_ticket_is_refused() {
    let server = Server::start();
    let (one, _) = server.open();
    let in_quotes = serde_json::to_string(&one).unwrap();
    for first in [
        Message::text(r#"{"ticket":"AAAAAAAAAAAAAAAAAAAAAA"}"#),
        Message::text(in_quotes),
        Message::text("hello"),
        Message::binary(one.0.clone().into_bytes()),
    ] {
        let mut side = Side::connect(server.address).await;
        side.send(first).await;
        is_told(&mut side, BAD_TICKET).await;
    }
}

#[tokio::test]
async fn whoever_says_nothing_is_refused() {
    let ticket_patience = Duration::from_millis(50);
    let server = Server::with(RelayConfig { ticket_patience, ..Default::default() });
    is_told(&mut Side::connect(server.address).await, BAD_TICKET).await;
}

#[tokio::test]
async fn whoever_does_not_wait_for_the_other_is_refused() {
    let server = Server::start();
    let (one, other) = server.open();
    let mut first = server.enter(&one).await;
    first.send_bytes(vec![1]).await;
    is_told(&mut first, (1008, "wait for the other side")).await;
    is_told(&mut server.enter(&other).await, (1001, "the other side is gone")).await;
}

#[tokio::test]
async fn whoever_waits_in_vain_is_told() {
    let ticket_lifetime = Duration::from_millis(50);
    let server = Server::with(RelayConfig { ticket_lifetime, ..Default::default() });
    let (one, _) = server.open();
    let mut first = server.enter(&one).await;
    is_told(&mut first, (1001, "the other side is gone")).await;
}

#[tokio::test]
async fn other_sites_pages_are_refused() {
    let server = Server::start();
    let own = format!("http://{}", server.address);
    let from = async |origin| Side::connect_from(server.address, origin).await.map(|_| ());
    assert_eq!(from(Some("https://evil.example")).await, Err(403));
    assert_eq!(from(Some("null")).await, Err(403));
    assert_eq!(from(Some(&own)).await, Ok(()));
    assert_eq!(from(None).await, Ok(()));
}

#[tokio::test]
async fn one_client_cannot_open_sockets_without_end() {
    let entries_per_client = Rate::new(2, Duration::from_secs(1));
    let server = Server::with(RelayConfig { entries_per_client, ..Default::default() });
    let enter = async || Side::connect_from(server.address, None).await.map(|_| ());
    assert_eq!((enter().await, enter().await, enter().await), (Ok(()), Ok(()), Err(429)));
    server.clock.advance(Duration::from_secs(1));
    assert_eq!(enter().await, Ok(()));
}

#[tokio::test]
async fn there_are_no_more_relays_than_places() {
    let server = Server::with(RelayConfig { max_relays: 2, ..Default::default() });
    let (mut one, mut other) = server.pair().await;
    server.open();
    assert_eq!(server.relays.open(), None);
    assert_eq!(server.relays.counts(), RelayCounts { open: 2, joined: 1, bytes: 0 });

    server.clock.advance(Duration::from_secs(30));
    server.open(); // In the place of the one whose tickets have expired.
    assert_eq!(server.relays.open(), None);

    one.leave().await;
    other.ends().await;
    while server.relays.counts().open == 2 {
        tokio::task::yield_now().await;
    }
    server.open();
}
