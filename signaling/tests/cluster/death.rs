//! Nodes that go: in order, or not.

use std::time::Duration;

use serde_json::json;
use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_signaling::SignalingConfig;
use tokio::runtime::Runtime;

use crate::node::{FROM, Node};
use crate::rung::{reach, sharing};
use crate::server::still;
use crate::socket::Client;
use sharesync_test_services::Redis;

/// A node that can be killed: nothing of it runs any more from then on, not even its last words.
struct Mortal {
    runtime: Runtime,
    node: Node,
}

impl Mortal {
    async fn start(config: SignalingConfig) -> Self {
        let runtime = Runtime::new().unwrap();
        let started = runtime.spawn(async move {
            let node = Node::start(config).await;
            reach(&node).await;
            node
        });
        Self { node: started.await.unwrap(), runtime }
    }

    fn kill(self) {
        self.runtime.shutdown_background();
    }
}

/// A node that stays, a member of a room on it, and a member on a node that can be killed.
struct Two {
    clock: ManualClock,
    redis: Redis,
    node: Node,
    host: Client,
    created: serde_json::Value,
    mortal: Mortal,
    guest: Client,
    joined: serde_json::Value,
}

impl Two {
    async fn meet() -> Self {
        let (clock, hands) = still();
        Self::meet_by(clock, hands).await
    }

    async fn meet_by(clock: Clock, hands: ManualClock) -> Self {
        let redis = Redis::start();
        let config = sharing(&redis, SignalingConfig { clock, ..SignalingConfig::default() });
        let node = Node::start(config.clone()).await;
        reach(&node).await;
        let mortal = Mortal::start(config).await;
        let mut host = Client::connect(node.address, &[]).await;
        let created = host.ok("create", json!({})).await;
        let mut guest = Client::connect(mortal.node.address, &[]).await;
        let joined = guest.ok("join", json!({ "room": created["room"] })).await;
        host.event("peer-joined").await;
        Self { clock: hands, redis, node, host, created, mortal, guest, joined }
    }
}

#[tokio::test]
async fn members_of_a_node_that_dies_are_away_and_then_have_left() {
    let Two { clock, node, mut host, joined, mortal, redis: _redis, .. } = Two::meet().await;
    mortal.kill();
    let peer = json!({ "id": joined["self"]["id"], "away": true });
    assert_eq!(host.event("peer-away").await, json!({ "peer": peer }));
    let message = json!({ "to": joined["self"]["id"], "sdp": "x" });
    assert_eq!(host.refused("offer", message).await, "unknown_peer");

    clock.advance(Duration::from_mins(2));
    node.signaling.sweep().await;
    assert_eq!(host.event("peer-left").await, json!({ "peer": joined["self"] }));
}

#[tokio::test]
async fn members_of_a_node_that_died_come_back_on_another() {
    let Two { node, mut host, created, joined, mortal, redis: _redis, .. } = Two::meet().await;
    mortal.kill();
    // Before anybody has noticed.
    let mut guest = Client::connect(node.address, &[]).await;
    let resume = json!({ "room": created["room"], "resume": joined["resume"] });
    let back = guest.ok("join", resume).await;
    assert_eq!(back["self"], joined["self"]);
    assert_eq!(host.event("peer-joined").await, json!({ "peer": joined["self"] }));
    host.ok("offer", json!({ "to": joined["self"]["id"], "sdp": "x" })).await;
    assert_eq!(guest.event("offer").await["sdp"], "x");
}

#[tokio::test]
async fn codes_and_knocks_end_with_a_node_that_dies() {
    let Two { node, mut host, mortal, mut guest, redis: _redis, .. } = Two::meet().await;
    let held = guest.ok("open-code", json!({})).await;
    let open = host.ok("open-code", json!({})).await;
    let mut knocker = Client::connect(mortal.node.address, &[]).await;
    let knocked = knocker.ok("knock", open).await;
    assert_eq!(host.event("knock").await, knocked);

    mortal.kill();
    host.event("peer-away").await;
    assert_eq!(host.event("knock-ended").await, knocked);
    let mut late = Client::connect(node.address, &[]).await;
    assert_eq!(late.refused("knock", held).await, "unknown_code");
}

/// A client of that node whose device can be seen at home, and what its appearing was answered with.
async fn seen(node: &Node, name: &str) -> (Client, serde_json::Value) {
    let mut client = Client::connect(node.address, &[(FROM, "192.0.2.1")]).await;
    let appeared = client.ok("appear", json!({ "name": name })).await;
    (client, appeared)
}

#[tokio::test]
async fn devices_of_a_node_that_dies_are_seen_no_more_and_their_knocks_end() {
    let Two { node, mortal, redis: _redis, .. } = Two::meet().await;
    let (mut home, here) = seen(&node, "Quiet Heron").await;
    let (mut lost, there) = seen(&mortal.node, "Bold Fox").await;
    home.event("nearby-appeared").await;
    let mine = home.ok("nearby-knock", json!({ "device": there["self"]["id"] })).await;
    let theirs = lost.ok("nearby-knock", json!({ "device": here["self"]["id"] })).await;
    home.event("nearby-knock").await;

    mortal.kill();
    assert_eq!(home.event("knock-ended").await, mine);
    assert_eq!(home.event("knock-ended").await, theirs);
    assert_eq!(home.event("nearby-gone").await, json!({ "device": there["self"] }));
    let (_late, appeared) = seen(&node, "Neat Owl").await;
    assert_eq!(appeared["devices"], json!([here["self"]]));
}

#[tokio::test]
async fn members_of_a_node_that_stops_are_away_at_once() {
    let Two { mut host, joined, mortal, mut guest, redis: _redis, .. } = Two::meet().await;
    let stopping = mortal.node.signaling.clone();
    mortal.runtime.spawn(async move { stopping.close().await }).await.unwrap();
    assert!(guest.is_closed().await);
    let peer = json!({ "id": joined["self"]["id"], "away": true });
    assert_eq!(host.event("peer-away").await, json!({ "peer": peer }));
    mortal.kill();
}
