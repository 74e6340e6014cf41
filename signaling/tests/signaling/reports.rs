//! What members say of transfers between them, and what of it is counted.

use serde_json::{Value, json};
use sharesync_protocol::report::TransferCount;
use sharesync_signaling::SignalingConfig;
use tokio::sync::mpsc::{self, Receiver};

use crate::server::Server;

/// A service whose counts the test hears.
async fn counting(config: SignalingConfig) -> (Server, Receiver<TransferCount>) {
    let (counts, counted) = mpsc::channel(2);
    let server = Server::with(SignalingConfig { counts: Some(counts), ..config }).await;
    (server, counted)
}

/// A report about a member, of so many bytes that went directly.
pub(crate) fn report(peer: &Value, outcome: &str, direct: u64) -> Value {
    json!({
        "peer": peer["self"]["id"],
        "outcome": outcome,
        "files": 2,
        "bytes": { "direct": direct, "turn": 0, "relay": 0 },
    })
}

#[tokio::test]
async fn what_both_sides_report_is_counted_once() {
    let (server, mut counted) = counting(SignalingConfig::default()).await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    assert_eq!(host.ok("report", report(&joined, "verified", 1000)).await, json!({}));
    assert!(counted.try_recv().is_err(), "one side's word is none");
    assert_eq!(guest.ok("report", report(&created, "verified", 900)).await, json!({}));
    let agreed = json!({
        "outcome": "verified",
        "files": 2,
        "bytes": { "direct": 900, "turn": 0, "relay": 0 },
    });
    assert_eq!(serde_json::to_value(counted.recv().await).unwrap(), agreed);

    // The first two are forgotten.
    guest.ok("report", report(&created, "failed", 1)).await;
    assert!(counted.try_recv().is_err());
    host.ok("report", report(&joined, "cancelled", 5)).await;
    let agreed = serde_json::to_value(counted.recv().await).unwrap();
    assert_eq!((&agreed["outcome"], &agreed["bytes"]["direct"]), (&json!("failed"), &json!(1)));
    assert!(host.has_heard_nothing_else() && guest.has_heard_nothing_else());
}

#[tokio::test]
async fn a_member_that_left_has_said_nothing() {
    let (server, mut counted) = counting(SignalingConfig::default()).await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    guest.ok("report", report(&created, "verified", 10)).await;
    guest.ok("leave", json!({})).await;
    host.event("peer-left").await;
    assert_eq!(host.refused("report", report(&joined, "verified", 10)).await, "unknown_peer");
    assert!(counted.try_recv().is_err());
}

#[tokio::test]
async fn only_members_of_the_same_room_report_about_each_other() {
    let (server, mut counted) = counting(SignalingConfig::default()).await;
    let (mut host, created) = server.host().await;
    let (mut other, elsewhere) = server.host().await;
    assert_eq!(other.refused("report", report(&created, "verified", 1)).await, "unknown_peer");
    assert_eq!(host.refused("report", report(&elsewhere, "verified", 1)).await, "unknown_peer");
    assert_eq!(host.refused("report", report(&created, "verified", 1)).await, "unknown_peer");
    other.ok("leave", json!({})).await;
    assert_eq!(other.refused("report", report(&created, "verified", 1)).await, "not_in_room");
    assert!(counted.try_recv().is_err());
}

#[tokio::test]
async fn reports_that_are_none_are_refused() {
    let (server, _counted) = counting(SignalingConfig::default()).await;
    let (mut host, created) = server.host().await;
    let (_guest, joined) = server.guest(&mut host, &created["room"]).await;
    let good = report(&joined, "verified", (1 << 53) - 1);
    host.ok("report", good.clone()).await;
    for (field, value) in [
        ("peer", json!(7)),
        ("outcome", json!("declined")),
        ("files", json!(-1)),
        ("files", json!(1_u64 << 53)),
        ("bytes", json!({ "direct": 1_u64 << 53, "turn": 0, "relay": 0 })),
        ("bytes", json!({ "direct": 0.5, "turn": 0, "relay": 0 })),
        ("bytes", json!({ "direct": 1 })),
        ("bytes", Value::Null),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        assert_eq!(host.refused("report", bad.clone()).await, "malformed", "{bad}");
    }
}

#[tokio::test]
async fn nothing_waits_on_whoever_does_not_count() {
    let (server, mut counted) = counting(SignalingConfig::default()).await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    for bytes in 1..=3 {
        host.ok("report", report(&joined, "verified", bytes)).await;
        guest.ok("report", report(&created, "verified", bytes)).await;
    }
    // What a socket asks is done in turn: after this the third has been dealt with.
    guest.ok("ice-servers", json!({})).await;
    // The channel holds two: the third is dropped, and nobody is kept waiting or told.
    for bytes in [1, 2] {
        assert_eq!(u64::from(counted.recv().await.unwrap().bytes.direct), bytes);
    }
    host.ok("report", report(&joined, "verified", 4)).await;
    guest.ok("report", report(&created, "verified", 4)).await;
    assert_eq!(u64::from(counted.recv().await.unwrap().bytes.direct), 4);
}
