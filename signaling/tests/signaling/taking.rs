//! Rooms for files that others send to whoever made them.

use std::time::Duration;

use serde_json::json;
use sharesync_signaling::SignalingConfig;

use crate::server::{Server, still};

#[tokio::test]
async fn who_comes_learns_who_takes_files() {
    let server = Server::start().await;
    let mut taker = server.client().await;
    let created = taker.ok("create", json!({ "takes": true })).await;
    assert_eq!(created["takes"], created["self"]["id"]);
    let (_guest, joined) = server.guest(&mut taker, &created["room"]).await;
    assert_eq!(joined["takes"], created["self"]["id"]);
    // Also by a node that was told of the room by another.
    let (_second, joined) = server.guest(&mut taker, &created["room"]).await;
    assert_eq!(joined["takes"], created["self"]["id"]);
}

#[tokio::test]
async fn other_rooms_say_nothing_of_it() {
    let server = Server::start().await;
    for create in [json!({}), json!({ "takes": false })] {
        let mut host = server.client().await;
        let created = host.ok("create", create).await;
        assert_eq!(created.get("takes"), None);
        let (_guest, joined) = server.guest(&mut host, &created["room"]).await;
        assert_eq!(joined.get("takes"), None);
    }
}

#[tokio::test]
async fn what_is_neither_yes_nor_no_is_malformed() {
    let server = Server::start().await;
    let mut client = server.client().await;
    for takes in [json!(1), json!("true"), json!(null), json!([]), json!({})] {
        let refusal = client.refused("create", json!({ "takes": takes })).await;
        assert_eq!(refusal, "malformed", "{takes}");
    }
}

#[tokio::test]
async fn whoever_takes_does_so_while_it_is_away_and_no_longer() {
    let (clock, hands) = still();
    let server = Server::with(SignalingConfig { clock, ..SignalingConfig::default() }).await;
    let mut taker = server.client().await;
    let created = taker.ok("create", json!({ "takes": true })).await;
    let (mut guest, _) = server.guest(&mut taker, &created["room"]).await;
    drop(taker);
    guest.event("peer-away").await;

    let (_second, joined) = server.guest(&mut guest, &created["room"]).await;
    assert_eq!(joined["takes"], created["self"]["id"]);
    let mut taker = server.client().await;
    let resume = json!({ "room": created["room"], "resume": created["resume"] });
    assert_eq!(taker.ok("join", resume).await["takes"], created["self"]["id"]);
    guest.event("peer-joined").await;

    drop(taker);
    guest.event("peer-away").await;
    hands.advance(Duration::from_mins(2));
    let mut third = server.client().await;
    let joined = third.ok("join", json!({ "room": created["room"] })).await;
    assert_eq!(joined.get("takes"), None);
}
