//! The program `sharesync-signaling`, twice, sharing a Redis.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use reqwest::StatusCode;
use serde_json::json;
use tokio::time::timeout;

use crate::socket::{Client, PATIENCE};
use sharesync_test_services::{Authority, Program, Redis};

/// A running service.
struct Node {
    program: Program,
    address: SocketAddr,
}

impl Node {
    fn start(redis: &Redis) -> Self {
        Self::start_with(redis.variables(), Stdio::null())
    }

    fn start_with(redis: Vec<(&str, OsString)>, log: Stdio) -> Self {
        let program = Program::start(
            Command::new(env!("CARGO_BIN_EXE_sharesync-signaling"))
                .env_clear()
                .envs([("HOST", "127.0.0.1"), ("PORT", "0"), ("TURN", "off")])
                .envs(redis)
                .env("RELAY_URL", "ws://127.0.0.1:1/relay")
                .stderr(log),
        );
        let address = program.url().strip_prefix("http://").unwrap().parse().unwrap();
        Self { program, address }
    }

    async fn health(&self, path: &str) -> StatusCode {
        reqwest::get(format!("http://{}/health{path}", self.address)).await.unwrap().status()
    }

    /// Returns once it is as ready as that.
    async fn is(&self, status: StatusCode) {
        let coming = async {
            while self.health("/ready").await != status {
                tokio::task::yield_now().await;
            }
        };
        assert!(timeout(PATIENCE, coming).await.is_ok(), "it never answers {status}");
    }
}

#[tokio::test]
async fn two_of_them_are_one_service_until_one_is_told_to_stop() {
    let redis = Redis::start();
    let (one, mut other) = (Node::start(&redis), Node::start(&redis));
    one.is(StatusCode::OK).await;
    other.is(StatusCode::OK).await;
    let mut host = Client::connect(one.address, &[]).await;
    let created = host.ok("create", json!({})).await;
    let mut guest = Client::connect(other.address, &[]).await;
    let joined = guest.ok("join", json!({ "room": created["room"] })).await;
    assert_eq!(host.event("peer-joined").await, json!({ "peer": joined["self"] }));

    let relay = guest.ok("relay", json!({ "to": created["self"]["id"] })).await;
    let offered = host.event("relay").await;
    for told in [relay, offered] {
        assert_eq!(told["url"], "ws://127.0.0.1:1/relay", "tickets are good with one of them");
    }

    other.program.signal("-TERM");
    assert_eq!(host.event("peer-away").await["peer"]["id"], joined["self"]["id"]);
    assert!(other.program.child.wait().unwrap().success());
}

#[tokio::test]
async fn it_says_whether_it_reaches_redis_and_lives_without() {
    let mut redis = Redis::start();
    let node = Node::start(&redis);
    node.is(StatusCode::OK).await;
    redis.kill();
    node.is(StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(node.health("").await, StatusCode::OK);
    redis.restart();
    node.is(StatusCode::OK).await;
}

#[tokio::test]
async fn rooms_are_shared_over_tls() {
    let mut redis = Redis::start_with_tls();
    let (one, other) = (Node::start(&redis), Node::start(&redis));
    one.is(StatusCode::OK).await;
    other.is(StatusCode::OK).await;
    let mut host = Client::connect(one.address, &[]).await;
    let created = host.ok("create", json!({})).await;
    let mut guest = Client::connect(other.address, &[]).await;
    guest.ok("join", json!({ "room": created["room"] })).await;
    host.event("peer-joined").await;

    redis.kill();
    one.is(StatusCode::SERVICE_UNAVAILABLE).await;
    redis.restart();
    one.is(StatusCode::OK).await;
}

#[tokio::test]
async fn a_redis_that_nobody_vouches_for_is_told_nothing() {
    let redis = Redis::start_with_tls();
    let stranger = Authority::new();
    let variables =
        vec![("REDIS_URL", redis.url().into()), ("REDIS_CA_FILE", stranger.certificate().into())];
    let mut node = Node::start_with(variables, Stdio::piped());
    let mut log = BufReader::new(node.program.child.stderr.take().unwrap()).lines();
    let said = log.find_map(|line| line.ok().filter(|line| line.contains("cannot be reached")));
    assert!(said.unwrap().contains("invalid peer certificate"));
    assert_eq!(node.health("/ready").await, StatusCode::SERVICE_UNAVAILABLE);
}
