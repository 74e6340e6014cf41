//! Membership outlives its socket: members that are away, that come back, and that do not.

use std::time::Duration;

use serde_json::{Value, json};
use sharesync_signaling::SignalingConfig;

use crate::server::{Server, still};

const HOST_NONCE: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const GUEST_NONCE: &str = "BBBBBBBBBBBBBBBBBBBBBB";
const LATER_NONCE: &str = "-_CCCCCCCCCCCCCCCCCCCA";

/// What takes a member's place back.
fn resume(joined: &Value) -> Value {
    json!({ "room": joined["room"], "nonce": LATER_NONCE, "resume": joined["resume"] })
}

/// A member that is away.
fn away(peer: &Value) -> Value {
    json!({ "id": peer["id"], "away": true })
}

#[tokio::test]
async fn members_learn_each_others_nonces() {
    let server = Server::start().await;
    let mut host = server.client().await;
    let created = host.ok("create", json!({ "nonce": HOST_NONCE })).await;
    assert_eq!(created["self"], json!({ "id": created["self"]["id"], "nonce": HOST_NONCE }));

    let mut guest = server.client().await;
    let join = json!({ "room": created["room"], "nonce": GUEST_NONCE });
    let joined = guest.ok("join", join).await;
    assert_eq!(joined["peers"], json!([created["self"]]));
    assert_eq!(joined["self"]["nonce"], GUEST_NONCE);
    assert_eq!(host.event("peer-joined").await, json!({ "peer": joined["self"] }));
}

#[tokio::test]
async fn a_nonce_of_another_form_is_malformed() {
    let server = Server::start().await;
    let mut client = server.client().await;
    for nonce in [json!("short"), json!("AAAAAAAAAAAAAAAAAAAAA+"), json!("ä".repeat(11)), json!(7)]
    {
        let refusal = client.refused("create", json!({ "nonce": nonce })).await;
        assert_eq!(refusal, "malformed", "{nonce}");
    }
}

#[tokio::test]
async fn a_lost_socket_leaves_its_member_away() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (guest, joined) = server.guest(&mut host, &created["room"]).await;
    let (third, third_joined) = server.guest(&mut host, &created["room"]).await;

    drop(guest);
    assert_eq!(host.event("peer-away").await, json!({ "peer": away(&joined["self"]) }));
    third.close().await;
    assert_eq!(host.event("peer-away").await, json!({ "peer": away(&third_joined["self"]) }));

    let message = json!({ "to": joined["self"]["id"], "sdp": "x" });
    assert_eq!(host.refused("offer", message).await, "unknown_peer");
    let (_, late) = server.guest(&mut host, &created["room"]).await;
    let absent = [away(&joined["self"]), away(&third_joined["self"])];
    assert_eq!(late["peers"], json!([created["self"], absent[0], absent[1]]));
}

#[tokio::test]
async fn leaving_the_namespace_leaves_the_room() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    guest.send("41/p2p,").await;
    assert_eq!(host.event("peer-left").await, json!({ "peer": joined["self"] }));

    let (_, again) = server.guest(&mut host, &created["room"]).await;
    assert_ne!(again["self"], joined["self"]);
}

#[tokio::test]
async fn a_member_that_comes_back_is_the_same() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (guest, joined) = server.guest(&mut host, &created["room"]).await;
    drop(guest);
    host.event("peer-away").await;

    let mut guest = server.client().await;
    let back = guest.ok("join", resume(&joined)).await;
    assert_eq!(back["self"], json!({ "id": joined["self"]["id"], "nonce": LATER_NONCE }));
    assert_eq!(back["peers"], json!([created["self"]]));
    assert_eq!(back["resume"], joined["resume"]);
    assert_eq!(host.event("peer-joined").await, json!({ "peer": back["self"] }));

    host.ok("offer", json!({ "to": joined["self"]["id"], "sdp": "x" })).await;
    let offer = guest.event("offer").await;
    assert_eq!(offer, json!({ "from": created["self"]["id"], "sdp": "x" }));
}

#[tokio::test]
async fn a_socket_whose_place_is_taken_hears_of_it_and_is_out() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;

    let mut later = server.client().await;
    later.ok("join", resume(&joined)).await;
    assert_eq!(guest.event("displaced").await, json!({}));
    host.event("peer-joined").await;
    assert_eq!(guest.refused("leave", json!({})).await, "not_in_room");
    let message = json!({ "to": created["self"]["id"], "sdp": "x" });
    assert_eq!(guest.refused("offer", message.clone()).await, "not_in_room");

    // Its end is none of the member's, who is there on another socket.
    guest.close().await;
    later.ok("offer", message).await;
    host.event("offer").await;
}

#[tokio::test]
async fn a_secret_that_is_wrong_or_void_lets_in_somebody_new() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let guessed = json!({ "room": created["room"], "resume": "AAAAAAAAAAAAAAAAAAAAAA" });
    let mut stranger = server.client().await;
    let entered = stranger.ok("join", guessed).await;
    assert_eq!(entered["peers"], json!([created["self"], joined["self"]]));
    guest.event("peer-joined").await;

    guest.ok("leave", json!({})).await;
    let again = guest.ok("join", resume(&joined)).await;
    assert_ne!(again["self"]["id"], joined["self"]["id"]);
    assert_ne!(again["resume"], joined["resume"]);
}

#[tokio::test]
async fn whoever_is_in_a_room_comes_back_into_none() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    assert_eq!(host.refused("join", resume(&created)).await, "already_in_room");
}

#[tokio::test]
async fn who_stays_away_for_longer_than_the_grace_has_left() {
    let (clock, hands) = still();
    let server = Server::with(SignalingConfig { clock, ..SignalingConfig::default() }).await;
    let (mut host, created) = server.host().await;
    let (guest, joined) = server.guest(&mut host, &created["room"]).await;
    drop(guest);
    host.event("peer-away").await;

    hands.advance(Duration::from_millis(119_999));
    server.signaling.sweep().await;
    hands.advance(Duration::from_millis(1));
    // No sweep yet: the secret is void all the same, and the room hears the one before the other.
    let mut late = server.client().await;
    let entered = late.ok("join", resume(&joined)).await;
    assert_ne!(entered["self"]["id"], joined["self"]["id"]);
    assert_eq!(host.event("peer-left").await, json!({ "peer": joined["self"] }));
    assert_eq!(host.event("peer-joined").await, json!({ "peer": entered["self"] }));
}

#[tokio::test]
async fn a_room_ends_once_nobody_can_come_back() {
    let (clock, hands) = still();
    let server = Server::with(SignalingConfig { clock, ..SignalingConfig::default() }).await;
    let (mut host, created) = server.host().await;
    let (guest, _) = server.guest(&mut host, &created["room"]).await;
    drop(guest);
    host.event("peer-away").await;
    host.ok("leave", json!({})).await;
    assert_eq!(server.signaling.rooms_open().await, 1);

    hands.advance(Duration::from_mins(2));
    server.signaling.sweep().await;
    assert_eq!(server.signaling.rooms_open().await, 0);
    let refusal = host.refused("join", json!({ "room": created["room"] })).await;
    assert_eq!(refusal, "unknown_room");
}

#[tokio::test]
async fn absences_end_by_themselves() {
    let server =
        Server::with(SignalingConfig { grace: Duration::ZERO, ..SignalingConfig::default() }).await;
    let (mut host, created) = server.host().await;
    let (guest, joined) = server.guest(&mut host, &created["room"]).await;
    drop(guest);
    host.event("peer-away").await;
    assert_eq!(host.event("peer-left").await, json!({ "peer": joined["self"] }));
}
