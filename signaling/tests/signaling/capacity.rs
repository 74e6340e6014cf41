//! What is full: rooms, the server, and members who do not keep up.

use serde_json::json;
use sharesync_signaling::SignalingConfig;

use crate::polling::PollingClient;
use crate::server::Server;

#[tokio::test]
async fn a_room_takes_sixteen() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let mut guests = Vec::new();
    for _ in 1..16 {
        guests.push(server.guest(&mut host, &created["room"]).await);
    }
    let mut late = server.client().await;
    let room = json!({ "room": created["room"] });
    assert_eq!(late.refused("join", room.clone()).await, "room_full");

    let (mut leaver, _) = guests.pop().unwrap();
    leaver.ok("leave", json!({})).await;
    late.ok("join", room).await;
}

#[tokio::test]
async fn the_server_holds_so_many_rooms() {
    let server = Server::with(SignalingConfig { max_rooms: 2, ..SignalingConfig::default() }).await;
    let (mut first, _) = server.host().await;
    let (_second, _) = server.host().await;
    let mut third = server.client().await;
    assert_eq!(third.refused("create", json!({})).await, "too_many_rooms");
    first.ok("leave", json!({})).await;
    third.ok("create", json!({})).await;
}

#[tokio::test]
async fn a_member_that_does_not_read_is_reported_busy_and_catches_up() {
    let server = Server::with(SignalingConfig {
        packets_waiting_per_socket: 8,
        ..SignalingConfig::default()
    })
    .await;
    let (mut host, created) = server.host().await;
    let slow = PollingClient::connect(server.address).await;
    let join = json!(["join", { "room": created["room"] }]);
    slow.send(&format!("42/p2p,1{join}")).await;
    slow.read().await;
    let to = host.event("peer-joined").await["peer"]["id"].clone();

    let mut sent = 0;
    let refusal = loop {
        let answer = host.emit("offer", json!({ "to": to, "number": sent })).await;
        if answer != json!({}) {
            break answer;
        }
        sent += 1;
        assert!(sent <= 8, "more waits for a slow member than may");
    };
    assert_eq!(refusal["error"]["code"], "peer_busy");

    let waiting = slow.read().await;
    assert_eq!(waiting.len(), sent);
    host.ok("offer", json!({ "to": to, "number": "again" })).await;
}

#[tokio::test]
async fn a_member_that_misses_news_of_its_room_is_let_go() {
    let server = Server::with(SignalingConfig {
        packets_waiting_per_socket: 4,
        ..SignalingConfig::default()
    })
    .await;
    let (mut host, created) = server.host().await;
    let slow = PollingClient::connect(server.address).await;
    let join = json!(["join", { "room": created["room"] }]);
    slow.send(&format!("42/p2p,1{join}")).await;
    slow.read().await;
    let slow_peer = host.event("peer-joined").await["peer"].clone();
    let to = &slow_peer["id"];
    while host.emit("offer", json!({ "to": to })).await == json!({}) {}

    let (_guest, _) = server.guest(&mut host, &created["room"]).await;
    slow.read().await;
    assert_eq!(slow.read().await, ["41/p2p,"]);
    let news = host.event("peer-away").await;
    assert_eq!(news["peer"]["id"], *to);
}
