//! Every limit, reached and refused by its name.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use sharesync_service_kit::limiter::Rate;
use sharesync_signaling::SignalingConfig;

use crate::polling::PollingClient;
use crate::server::{Server, still};
use crate::socket::Packet;

#[tokio::test]
async fn a_socket_that_asks_too_often_is_refused_until_time_has_passed() {
    let (clock, hands) = still();
    let server = Server::with(SignalingConfig {
        events_per_socket: Rate::new(5, Duration::from_secs(1)),
        clock,
        ..SignalingConfig::default()
    })
    .await;
    let mut eager = server.client().await;
    let mut calm = server.client().await;
    for _ in 0..5 {
        assert_eq!(eager.refused("leave", json!({})).await, "not_in_room");
    }
    assert_eq!(eager.refused("leave", json!({})).await, "rate_limited");
    assert_eq!(eager.refused("dance", json!({})).await, "rate_limited");
    assert_eq!(calm.refused("leave", json!({})).await, "not_in_room");

    hands.advance(Duration::from_secs(1));
    assert_eq!(eager.refused("leave", json!({})).await, "not_in_room");
    assert_eq!(eager.refused("leave", json!({})).await, "rate_limited");
}

#[tokio::test]
async fn a_socket_that_sends_too_much_is_refused_until_time_has_passed() {
    let (clock, hands) = still();
    let server = Server::with(SignalingConfig {
        bytes_per_socket: Rate::new(1000, Duration::from_millis(1)),
        clock,
        ..SignalingConfig::default()
    })
    .await;
    let (mut host, created) = server.host().await;
    let message = json!({ "to": created["self"]["id"], "sdp": "x".repeat(900) });
    host.ok("offer", message.clone()).await;
    assert_eq!(host.refused("offer", message.clone()).await, "rate_limited");
    hands.advance(Duration::from_secs(1));
    host.event("offer").await;
    host.ok("offer", message).await;
}

#[tokio::test]
async fn guessing_rooms_is_limited_by_address_and_not_by_socket() {
    let (clock, _hands) = still();
    let server = Server::with(SignalingConfig {
        entries_per_client: Rate::new(3, Duration::from_secs(1)),
        clock,
        ..SignalingConfig::default()
    })
    .await;
    let guess = || json!({ "room": "AAAAAAAAAAAAAAAAAAAAAA" });
    // One /64 is one client, whatever address in it a guesser takes and however often it reconnects.
    for address in ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:3"] {
        let mut guesser = server.client_from(address).await;
        assert_eq!(guesser.refused("join", guess()).await, "unknown_room");
    }
    let mut guesser = server.client_from("2001:db8::4").await;
    assert_eq!(guesser.refused("join", guess()).await, "rate_limited");
    assert_eq!(guesser.refused("create", json!({})).await, "rate_limited");

    let mut other = server.client_from("2001:db8:0:1::1").await;
    other.ok("create", json!({})).await;
}

#[tokio::test]
async fn without_addresses_all_share_one_limit() {
    let (clock, _hands) = still();
    let server = Server::with(SignalingConfig {
        entries_per_client: Rate::new(1, Duration::from_secs(1)),
        clock,
        ..SignalingConfig::default()
    })
    .await;
    let (_host, _) = server.host().await;
    let mut other = server.client().await;
    assert_eq!(other.refused("create", json!({})).await, "rate_limited");
}

#[tokio::test]
async fn packets_may_have_64_kib_and_no_more() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let to = joined["self"]["id"].as_str().unwrap();
    let packet = |bytes: usize| {
        let (start, end) = (format!(r#"42/p2p,["offer",{{"to":"{to}","sdp":""#), r#""}]"#);
        let padding = "x".repeat(bytes - start.len() - end.len());
        format!("{start}{padding}{end}")
    };
    host.send(&packet(64 * 1024)).await;
    let relayed = guest.event("offer").await;
    assert!(matches!(&relayed["sdp"], Value::String(sdp) if sdp.len() > 65_000));

    host.send(&packet(64 * 1024 + 1)).await;
    assert!(host.is_closed().await);
    assert!(matches!(guest.receive().await, Some(Packet::Event(event, _)) if event == "peer-away"));
}

#[tokio::test]
async fn clients_are_told_the_limits() {
    let server = Server::with(SignalingConfig {
        ping_interval: Duration::from_secs(7),
        ping_timeout: Duration::from_secs(3),
        ..SignalingConfig::default()
    })
    .await;
    let open = PollingClient::open(server.address).await;
    assert_eq!(open["pingInterval"], 7000);
    assert_eq!(open["pingTimeout"], 3000);
    assert_eq!(open["maxPayload"], 65_536);
    assert_eq!(open["upgrades"], json!(["websocket"]));
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused() {
    let server = Server::start().await;
    let client = PollingClient::connect(server.address).await;
    let event = r#"42/p2p,["leave",{}]"#;
    let body = |bytes: usize| format!("{event}\u{1e}{}", "4".repeat(bytes - event.len() - 1));
    assert_eq!(client.send(&body(65_537)).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_connection_that_enters_no_namespace_is_closed() {
    let server = Server::with(SignalingConfig {
        connect_timeout: Duration::from_millis(50),
        ..SignalingConfig::default()
    })
    .await;
    let mut idle = crate::socket::Client::connect_outside(server.address, &[]).await;
    assert!(idle.is_closed().await);
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_missed() {
    let server = Server::with(SignalingConfig {
        ping_interval: Duration::from_millis(50),
        ping_timeout: Duration::from_millis(300),
        ..SignalingConfig::default()
    })
    .await;
    let (mut host, created) = server.host().await;
    let (_mute, joined) = server.guest(&mut host, &created["room"]).await;
    let news = host.event("peer-away").await;
    assert_eq!(news["peer"]["id"], joined["self"]["id"]);
}

#[tokio::test]
async fn appearing_and_knocking_are_limited_by_network() {
    let (clock, hands) = still();
    let server = Server::with(SignalingConfig {
        appearances_per_client: Rate::new(3, Duration::from_secs(1)),
        nearby_knocks_per_client: Rate::new(2, Duration::from_secs(3)),
        clock,
        ..SignalingConfig::default()
    })
    .await;
    let mut first = server.client_from("192.0.2.1").await;
    let mut second = server.client_from("192.0.2.1").await;
    let appear = json!({ "name": "Bold Fox" });
    first.ok("appear", appear.clone()).await;
    for _ in 0..2 {
        second.ok("appear", appear.clone()).await;
    }
    assert_eq!(first.refused("appear", appear.clone()).await, "rate_limited");
    server.client_from("192.0.2.2").await.ok("appear", appear).await;

    let knock = json!({ "device": "A".repeat(22) });
    assert_eq!(first.refused("nearby-knock", knock.clone()).await, "unknown_device");
    assert_eq!(second.refused("nearby-knock", knock.clone()).await, "unknown_device");
    assert_eq!(first.refused("nearby-knock", knock.clone()).await, "rate_limited");
    hands.advance(Duration::from_secs(3));
    assert_eq!(first.refused("nearby-knock", knock).await, "unknown_device");
}
