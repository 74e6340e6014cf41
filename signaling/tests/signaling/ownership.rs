//! What the member that made a room may do, and the others may not.

use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn a_locked_room_lets_nobody_new_in() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    assert_eq!(joined.get("locked"), None);
    assert_eq!(host.ok("lock", json!({ "locked": true })).await, json!({}));
    assert_eq!(guest.event("room-locked").await, json!({ "locked": true }));

    let mut late = server.client().await;
    let room = json!({ "room": created["room"] });
    assert_eq!(late.refused("join", room.clone()).await, "room_locked");
    let guessed = json!({ "room": created["room"], "resume": "AAAAAAAAAAAAAAAAAAAAAA" });
    assert_eq!(late.refused("join", guessed).await, "room_locked");

    host.ok("lock", json!({ "locked": false })).await;
    assert_eq!(guest.event("room-locked").await, json!({ "locked": false }));
    late.ok("join", room).await;
}

#[tokio::test]
async fn members_come_back_into_a_locked_room_and_the_owner_is_still_its_owner() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, _) = server.guest(&mut host, &created["room"]).await;
    host.ok("lock", json!({ "locked": true })).await;
    guest.event("room-locked").await;
    drop(host);
    guest.event("peer-away").await;

    let mut host = server.client().await;
    let resume = json!({ "room": created["room"], "resume": created["resume"] });
    let back = host.ok("join", resume).await;
    assert_eq!(back["self"], created["self"]);
    assert_eq!(back["locked"], true);
    guest.event("peer-joined").await;
    host.ok("lock", json!({ "locked": false })).await;
    guest.event("room-locked").await;
}

#[tokio::test]
async fn only_the_owner_may() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, _) = server.guest(&mut host, &created["room"]).await;
    let eject = json!({ "peer": created["self"]["id"] });
    assert_eq!(guest.refused("lock", json!({ "locked": true })).await, "not_owner");
    assert_eq!(guest.refused("eject", eject.clone()).await, "not_owner");

    host.ok("leave", json!({})).await;
    guest.event("peer-left").await;
    assert_eq!(guest.refused("lock", json!({ "locked": true })).await, "not_owner");
    assert_eq!(host.refused("lock", json!({ "locked": true })).await, "not_in_room");
    assert_eq!(host.refused("eject", eject).await, "not_in_room");
    // Its room was not locked by any of this.
    host.ok("join", json!({ "room": created["room"] })).await;
    assert_eq!(host.refused("lock", json!({ "locked": true })).await, "not_owner");
}

#[tokio::test]
async fn whoever_is_ejected_is_out() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let (mut third, _) = server.guest(&mut host, &created["room"]).await;
    guest.event("peer-joined").await;

    let eject = json!({ "peer": joined["self"]["id"] });
    assert_eq!(host.ok("eject", eject.clone()).await, json!({}));
    assert_eq!(guest.event("ejected").await, json!({}));
    for member in [&mut host, &mut third] {
        assert_eq!(member.event("peer-left").await, json!({ "peer": joined["self"] }));
    }
    let message = json!({ "to": created["self"]["id"], "sdp": "x" });
    assert_eq!(guest.refused("offer", message).await, "not_in_room");
    assert_eq!(host.refused("eject", eject).await, "unknown_peer");

    host.ok("lock", json!({ "locked": true })).await;
    let resume = json!({ "room": created["room"], "resume": joined["resume"] });
    assert_eq!(guest.refused("join", resume).await, "room_locked");
}

#[tokio::test]
async fn malformed_wishes_of_an_owner_are_refused() {
    let server = Server::start().await;
    let (mut host, _) = server.host().await;
    for lock in [json!({}), json!({ "locked": 1 }), json!({ "locked": "true" }), json!([true])] {
        assert_eq!(host.refused("lock", lock).await, "malformed");
    }
    for eject in [json!({}), json!({ "peer": { "id": "x" } }), json!({ "peer": null })] {
        assert_eq!(host.refused("eject", eject).await, "malformed");
    }
    assert_eq!(host.refused("eject", json!({ "peer": "" })).await, "unknown_peer");
}
