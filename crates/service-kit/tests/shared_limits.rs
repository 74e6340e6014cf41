//! Limits that nodes count together, in a real Redis.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::time::Duration;

use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::limiter::{Rate, TooOften};
use sharesync_service_kit::redis_client;
use sharesync_service_kit::shared_limiter::{LimitStore, SharedLimiter};
use sharesync_test_services::Redis;

/// So slow that nothing is given back while a test runs.
const RATE: Rate = Rate::per(3, Duration::from_hours(24));

fn node(redis: &Redis) -> SharedLimiter {
    let store = LimitStore::new(redis_client::open(&redis.url()).unwrap());
    SharedLimiter::new("sign-in", RATE, &Clock::System, Some(store))
}

async fn left(node: &SharedLimiter, key: &str) -> Result<u32, TooOften> {
    node.check(key).await.map(|allowance| allowance.remaining)
}

#[tokio::test]
async fn two_nodes_count_together_each_key_and_each_name_for_itself() {
    let redis = Redis::start();
    let (one, other) = (node(&redis), node(&redis));
    assert_eq!(left(&one, "sam").await, Ok(2));
    assert_eq!(left(&other, "sam").await, Ok(1));
    assert_eq!(left(&one, "sam").await, Ok(0));
    for node in [&one, &other] {
        let wait = left(node, "sam").await.unwrap_err().retry_after;
        let third = RATE.interval();
        assert!(wait <= third && wait + Duration::from_mins(5) > third, "{wait:?}");
    }
    assert_eq!(left(&other, "ann").await, Ok(2));

    let store = LimitStore::new(redis_client::open(&redis.url()).unwrap());
    let uploads = SharedLimiter::new("upload", RATE, &Clock::System, Some(store));
    assert_eq!(left(&uploads, "sam").await, Ok(2));
}

#[tokio::test]
async fn of_many_at_once_as_many_pass_as_may() {
    let redis = Redis::start();
    let nodes = [node(&redis), node(&redis)];
    let uses = (0..40).map(|number| left(&nodes[number % 2], "sam"));
    let passed = futures_util::future::join_all(uses).await;
    assert_eq!(passed.iter().filter(|outcome| outcome.is_ok()).count(), 3);
}

#[tokio::test]
async fn what_is_used_up_comes_back() {
    let redis = Redis::start();
    let store = LimitStore::new(redis_client::open(&redis.url()).unwrap());
    let rate = Rate::new(1, Duration::from_millis(200));
    let limiter = SharedLimiter::new("quick", rate, &Clock::System, Some(store));
    left(&limiter, "sam").await.unwrap();
    while left(&limiter, "sam").await.is_err() {}
}

#[tokio::test]
async fn without_redis_each_node_counts_for_itself_and_with_it_together_again() {
    let mut redis = Redis::start();
    let (one, other) = (node(&redis), node(&redis));
    for _ in 0..3 {
        left(&one, "sam").await.unwrap();
    }
    left(&other, "sam").await.unwrap_err();
    redis.kill();
    for node in [&one, &other] {
        for remaining in [2, 1, 0] {
            assert_eq!(left(node, "sam").await, Ok(remaining));
        }
        left(node, "sam").await.unwrap_err();
    }
    redis.restart();
    // It has kept what was used, and the nodes find back to it by themselves.
    wait_until_together(&one, &other).await;
    left(&one, "sam").await.unwrap_err();
}

/// Returns when a use on one node is seen on the other.
async fn wait_until_together(one: &SharedLimiter, other: &SharedLimiter) {
    let found = async {
        for attempt in 0.. {
            let key = format!("attempt {attempt}");
            if left(one, &key).await == Ok(2) && left(other, &key).await == Ok(1) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.unwrap();
}

#[tokio::test]
async fn a_redis_that_hangs_keeps_nobody_waiting() {
    let redis = Redis::start();
    let limiter = node(&redis);
    left(&limiter, "sam").await.unwrap();
    redis.pause();
    let many = async {
        for number in 0..100 {
            left(&limiter, &number.to_string()).await.unwrap();
        }
    };
    // Each of them alone would wait for a quarter of a second.
    tokio::time::timeout(Duration::from_secs(10), many).await.unwrap();
    redis.resume();
}
