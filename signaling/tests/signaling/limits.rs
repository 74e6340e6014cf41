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
async fn without_addresses_all_share_one_limit() {
    let (clock, _hands) = still();
    let server = Server::with(SignalingConfig {
        entries_per_client: Some(Rate::new(1, Duration::from_secs(1))),
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
