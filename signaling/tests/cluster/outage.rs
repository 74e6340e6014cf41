//! Redis out of reach: nobody hangs, nobody is told what is not so, and all goes on by itself once it
//! is back.

use serde_json::{Value, json};
use sharesync_signaling::SignalingConfig;

use crate::rung::{Rung, reach};
use crate::socket::{Client, Packet};

/// Two members of a room, each on a node of its own.
struct Pair {
    rung: Rung,
    host: Client,
    created: Value,
    guest: Client,
    joined: Value,
}

impl Pair {
    async fn meet() -> Self {
        let rung = Rung::start(SignalingConfig::default()).await;
        let mut host = client(&rung, 0).await;
        let created = host.ok("create", json!({})).await;
        let mut guest = client(&rung, 1).await;
        let joined = guest.ok("join", json!({ "room": created["room"] })).await;
        host.event("peer-joined").await;
        Self { rung, host, created, guest, joined }
    }
}

async fn client(rung: &Rung, node: usize) -> Client {
    Client::connect(rung.nodes()[node].address, &[]).await
}

/// Comes back once rooms can be reached.
async fn come_back(rung: &Rung, node: usize, before: &Value) -> (Client, Value) {
    reach(&rung.nodes()[node]).await;
    let mut client = client(rung, node).await;
    let resume = json!({ "room": before["room"], "resume": before["resume"] });
    let answer = client.emit("join", resume).await;
    (client, answer)
}

/// Returns once the server has put a client out of the namespace, after whatever events.
async fn is_let_go(client: &mut Client) {
    loop {
        match client.receive().await {
            Some(Packet::Event(..)) => {}
            other => return assert_eq!(other, Some(Packet::Disconnect)),
        }
    }
}

#[tokio::test]
async fn events_are_refused_while_redis_is_gone_and_sockets_stay() {
    let Pair { mut rung, mut host, joined, .. } = Pair::meet().await;
    rung.redis.kill();
    let message = json!({ "to": joined["self"]["id"], "sdp": "x" });
    for _ in 0..3 {
        assert_eq!(host.refused("offer", message.clone()).await, "unavailable");
        assert_eq!(host.refused("lock", json!({ "locked": true })).await, "unavailable");
    }
    let mut late = client(&rung, 1).await;
    assert_eq!(late.refused("create", json!({})).await, "unavailable");
    assert_eq!(late.refused("knock", json!({ "nameplate": "1234" })).await, "unavailable");
    assert!(!rung.nodes()[0].signaling.is_ready());
    assert_eq!(rung.nodes()[0].signaling.rooms_open().await, 0);
}

#[tokio::test]
async fn members_come_back_as_they_were_when_redis_has_kept_their_rooms() {
    let Pair { mut rung, mut host, created, mut guest, joined } = Pair::meet().await;
    rung.redis.kill();
    rung.redis.restart();
    // It may have forgotten the last moments: better that all look again.
    is_let_go(&mut host).await;
    is_let_go(&mut guest).await;
    let (mut host, back) = come_back(&rung, 1, &created).await;
    assert_eq!(back["self"]["id"], created["self"]["id"]);
    let (mut guest, back) = come_back(&rung, 0, &joined).await;
    assert_eq!(back["self"]["id"], joined["self"]["id"]);
    while host.next_event().await != ("peer-joined".into(), json!({ "peer": back["self"] })) {}

    guest.ok("offer", json!({ "to": created["self"]["id"], "sdp": "x" })).await;
    assert_eq!(host.event("offer").await["sdp"], "x");
    host.ok("lock", json!({ "locked": true })).await;
    guest.event("room-locked").await;
}

#[tokio::test]
async fn rooms_that_redis_has_forgotten_are_over() {
    let Pair { mut rung, mut host, created, mut guest, .. } = Pair::meet().await;
    rung.redis.kill();
    rung.redis.restart_empty();
    is_let_go(&mut host).await;
    is_let_go(&mut guest).await;
    let (mut host, answer) = come_back(&rung, 0, &created).await;
    assert_eq!(answer["error"]["code"], "unknown_room");
    let again = host.ok("create", json!({})).await;
    let mut guest = client(&rung, 1).await;
    let joined = guest.ok("join", json!({ "room": again["room"] })).await;
    assert_eq!(joined["peers"], json!([again["self"]]));
    host.event("peer-joined").await;
}

#[tokio::test]
async fn a_redis_that_hangs_makes_nobody_hang() {
    let Pair { rung, mut host, created, joined, .. } = Pair::meet().await;
    rung.redis.pause();
    let message = json!({ "to": joined["self"]["id"], "sdp": "x" });
    assert_eq!(host.refused("offer", message.clone()).await, "unavailable");
    assert_eq!(host.refused("offer", message).await, "unavailable");
    rung.redis.resume();

    reach(&rung.nodes()[0]).await;
    let mut third = client(&rung, 0).await;
    let joined = third.ok("join", json!({ "room": created["room"] })).await;
    assert_eq!(joined["room"], created["room"]);
}

#[tokio::test]
async fn who_went_while_redis_was_gone_is_missed_when_it_is_back() {
    let Pair { mut rung, mut host, created, guest, joined } = Pair::meet().await;
    rung.redis.kill();
    drop(guest);
    rung.redis.restart();
    is_let_go(&mut host).await;
    let (mut host, back) = come_back(&rung, 0, &created).await;
    let away = json!({ "id": joined["self"]["id"], "away": true });
    if back["peers"] != json!([away]) {
        assert_eq!(host.event("peer-away").await, json!({ "peer": away }));
    }
}
