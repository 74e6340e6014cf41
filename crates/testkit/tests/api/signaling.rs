//! Where signaling is, and who is let into it, as the server says: here, or apart.

use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{Health, ProblemCode, SignalingAccess};
use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_service_kit::secret::RootSecret;
use sharesync_service_kit::ticket::TicketKey;
use sharesync_testkit::{Listener, Stack, StackBuilder};

const SECRET: &str = "a secret that two services share";
const URL: &str = "https://signaling.example.com";

/// A server whose signaling is apart, and TURN with it.
fn apart() -> StackBuilder {
    Stack::builder().env("TURN_PORT", "").env("SIGNALING_TICKET_KEY", SECRET)
}

async fn apart_at_a_url() -> Stack {
    apart().env("SIGNALING_URL", URL).start().await
}

async fn access(stack: &Stack) -> SignalingAccess {
    let answer = stack.anonymous().get("/api/signaling").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json(200)
}

async fn text(stack: &Stack, path: &str) -> String {
    String::from_utf8(stack.anonymous().get(path).await.body).unwrap()
}

async fn connect_sources(stack: &Stack) -> String {
    let answer = stack.anonymous().get("/").await;
    let policy = answer.header("content-security-policy");
    let (_, sources) = policy.split_once("connect-src ").unwrap();
    sources.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn there_is_nothing_to_know_where_signaling_is_here() {
    let stack = Stack::start().await;
    let access = access(&stack).await;
    assert!(access.url.is_none() && access.ticket.is_none() && access.expires_in.is_none());
    assert_eq!(connect_sources(&stack).await, "'self'");
    assert!(!text(&stack, "/").await.contains("name=\"signaling\""));
}

#[tokio::test]
async fn whoever_asks_gets_a_fresh_ticket_where_it_is_apart() {
    let stack = apart_at_a_url().await;
    let (first, second) = (access(&stack).await, access(&stack).await);
    assert_eq!((first.url.as_deref(), first.expires_in), (Some(URL), Some(300)));
    let key = TicketKey::of(&RootSecret::new(SECRET.into()).unwrap());
    let (first, second) = (first.ticket.unwrap(), second.ticket.unwrap());
    assert_ne!(first, second);

    let hands = ManualClock::starting_now();
    let clock = Clock::Manual(hands.clone());
    assert!(key.admits(&first, &clock) && key.admits(&second, &clock));
    hands.advance(Duration::from_secs(301));
    assert!(!key.admits(&first, &clock));
}

#[tokio::test]
async fn pages_are_told_where_it_is_and_may_go_there_and_nowhere_else() {
    let stack = apart_at_a_url().await;
    let sources = connect_sources(&stack).await;
    assert_eq!(sources, format!("'self' {URL} wss://signaling.example.com"));
    let word = format!("<meta name=\"signaling\" content=\"{URL}\" />");
    let page = text(&stack, "/p2p").await;
    assert!(page.contains(&word), "{page}");
}

#[tokio::test]
async fn pages_may_go_to_relays_elsewhere() {
    let origins = "wss://*.signaling.example.com, ws://192.0.2.1:5002";
    let stack = Stack::builder().env("RELAY_ORIGINS", origins).start().await;
    let sources = connect_sources(&stack).await;
    assert_eq!(sources, "'self' wss://*.signaling.example.com ws://192.0.2.1:5002");
}

#[tokio::test]
async fn behind_one_address_only_tickets_tell_that_it_is_apart() {
    let stack = apart().start().await;
    let access = access(&stack).await;
    assert!(access.url.is_none() && access.ticket.is_some());
    assert_eq!(connect_sources(&stack).await, "'self'");
}

#[tokio::test]
async fn a_server_whose_signaling_is_apart_lets_nobody_into_its_own() {
    let enter = async |stack: &Stack| {
        Listener::try_enter(stack.url(), "/p2p", &json!({})).await.map(|_| ())
    };
    assert_eq!(enter(&Stack::start().await).await, Ok(()));
    assert_eq!(enter(&apart_at_a_url().await).await, Err("Invalid namespace".to_owned()));
}

#[tokio::test]
async fn a_server_is_ready_when_it_reaches_its_rooms() {
    let stack = Stack::start().await;
    let health: Health = stack.anonymous().get("/api/health/ready").await.json(200);
    assert_eq!(health.status, "ok");

    // A port that nothing listens on.
    let stack = Stack::builder().env("REDIS_URL", "redis://127.0.0.1:1").start().await;
    let refused = stack.anonymous().get("/api/health/ready").await;
    refused.problem(503, ProblemCode::Unavailable);
    assert_eq!(refused.header("retry-after"), "2");
    let health: Health = stack.anonymous().get("/api/health").await.json(200);
    assert_eq!(health.status, "ok");
}

async fn handshake(stack: &Stack, forwarded_for: &str) -> u16 {
    let url = format!("{}/socket.io/?EIO=4&transport=polling", stack.url());
    let request = reqwest::Client::new().get(url).header("x-forwarded-for", forwarded_for);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_spoofed_address_resets_no_limit() {
    let stack = Stack::builder().env("SOCKETS_PER_CLIENT", 1).start().await;
    assert_eq!(handshake(&stack, "192.0.2.1").await, 200);
    assert_eq!(handshake(&stack, "192.0.2.2").await, 429);
}

#[tokio::test]
async fn clients_of_a_trusted_proxy_are_told_apart() {
    let builder = Stack::builder().env("SOCKETS_PER_CLIENT", 1);
    let stack = builder.env("TRUSTED_PROXIES", "127.0.0.1").start().await;
    assert_eq!(handshake(&stack, "192.0.2.1").await, 200);
    assert_eq!(handshake(&stack, "192.0.2.2").await, 200);
    // Only what the proxy itself appended is believed.
    assert_eq!(handshake(&stack, "203.0.113.9, 192.0.2.1").await, 429);
    assert_eq!(handshake(&stack, "2001:db8::1").await, 200);
    assert_eq!(handshake(&stack, "2001:db8::2").await, 429);
}
