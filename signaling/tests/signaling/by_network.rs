//! What a client network may do so often and no more: not an address of it, a socket or at a node.

use std::time::Duration;

use serde_json::{Value, json};
use sharesync_service_kit::limiter::Rate;
use sharesync_signaling::SignalingConfig;

use crate::reports::report;
use crate::server::Server;

/// So slow that nothing is given back while a story is told.
const RATE: Rate = Rate::per(3, Duration::from_hours(24));

/// One client, whatever address of its /64 it takes.
const ADDRESSES: [&str; 4] = ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:3", "2001:db8::4"];
const SOMEBODY_ELSE: &str = "2001:db8:0:1::1";

/// Has new sockets ask until that is too often, and then somebody else.
async fn is_limited(config: SignalingConfig, event: &str, payload: Value, answer: &str) -> Server {
    let server = Server::with(config).await;
    let (last, first) = ADDRESSES.split_last().unwrap();
    for address in first {
        let mut eager = server.client_from(address).await;
        assert_eq!(eager.refused(event, payload.clone()).await, answer);
    }
    let mut eager = server.client_from(last).await;
    assert_eq!(eager.refused(event, payload.clone()).await, "rate_limited");
    let mut other = server.client_from(SOMEBODY_ELSE).await;
    assert_eq!(other.refused(event, payload).await, answer);
    server
}

fn no_room() -> Value {
    json!({ "room": "A".repeat(22) })
}

#[tokio::test]
async fn guessing_at_rooms_and_making_some() {
    let config = SignalingConfig { entries_per_client: Some(RATE), ..Default::default() };
    let server = is_limited(config, "join", no_room(), "unknown_room").await;
    let mut eager = server.client_from(ADDRESSES[0]).await;
    assert_eq!(eager.refused("create", json!({})).await, "rate_limited");
}

#[tokio::test]
async fn guessing_at_codes() {
    let config = SignalingConfig { knocks_per_client: RATE, ..Default::default() };
    is_limited(config, "knock", json!({ "nameplate": "0" }), "unknown_code").await;
}

#[tokio::test]
async fn knocking_at_devices_nearby() {
    let config = SignalingConfig { nearby_knocks_per_client: RATE, ..Default::default() };
    let knock = json!({ "device": "A".repeat(22) });
    is_limited(config, "nearby-knock", knock, "not_appeared").await;
}

#[tokio::test]
async fn appearing() {
    let config = SignalingConfig {
        appearances_per_client: RATE,
        devices_per_network: 0,
        ..Default::default()
    };
    is_limited(config, "appear", json!({ "name": "Bold Fox" }), "no_nearby").await;
}

#[tokio::test]
async fn reporting() {
    let config = SignalingConfig { reports_per_client: RATE, ..Default::default() };
    let report = report(&json!({ "self": { "id": "x" } }), "verified", 1);
    is_limited(config, "report", report, "not_in_room").await;
}

#[tokio::test]
async fn entering_where_no_limit_is_wanted() {
    let config = SignalingConfig { entries_per_client: None, ..Default::default() };
    let server = Server::with(config).await;
    let mut client = server.client().await;
    for _ in 0..100 {
        assert_eq!(client.refused("join", no_room()).await, "unknown_room");
    }
}
