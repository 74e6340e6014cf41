//! Order: whatever happens at one time on several nodes, everybody in a room sees it happen in the
//! same order, and what a newcomer finds is what the others saw before it came.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sharesync_service_kit::limiter::Rate;
use sharesync_signaling::SignalingConfig;
use std::time::Duration;

use crate::server::Server;
use crate::socket::Client;

/// People who come and go at one time, and how often each does.
const PEOPLE: usize = 10;
const ROUNDS: usize = 15;

/// What one person found when it came: who it was, and who was there.
type Found = (String, BTreeSet<String>);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_see_one_order_and_newcomers_find_what_it_led_to() {
    let server = Server::with(SignalingConfig {
        entries_per_client: Some(Rate::new(10_000, Duration::from_millis(1))),
        ..SignalingConfig::default()
    })
    .await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;

    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        people.push(tokio::spawn(come_and_go(server.client().await, created["room"].clone())));
    }
    let mut found: Vec<Found> = Vec::new();
    for person in people {
        found.extend(person.await.unwrap());
    }
    assert_eq!(found.len(), PEOPLE * ROUNDS);

    let seen = news(&mut host, 2 * PEOPLE * ROUNDS).await;
    assert_eq!(seen, news(&mut guest, 2 * PEOPLE * ROUNDS).await);

    let mut here = BTreeSet::from([id(&created["self"]), id(&joined["self"])]);
    for (event, who) in seen {
        if event == "peer-joined" {
            let found = found.iter().find(|(newcomer, _)| *newcomer == who).unwrap();
            assert_eq!(found.1, here);
            assert!(here.insert(who));
        } else {
            assert!(here.remove(&who));
        }
    }
}

/// Enters and leaves, again and again; returns what was found each time.
async fn come_and_go(mut client: Client, room: Value) -> Vec<Found> {
    let mut all = Vec::new();
    for _ in 0..ROUNDS {
        let joined = client.ok("join", json!({ "room": room })).await;
        let peers = joined["peers"].as_array().unwrap().iter().map(id).collect();
        all.push((id(&joined["self"]), peers));
        client.ok("leave", json!({})).await;
    }
    all
}

/// The next so many things that happened: which, and to whom.
async fn news(client: &mut Client, count: usize) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for _ in 0..count {
        let (event, payload) = client.next_event().await;
        all.push((event, id(&payload["peer"])));
    }
    all
}

fn id(peer: &Value) -> String {
    peer["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn messages_from_another_node_keep_their_order_among_news() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;
    let to = &joined["self"]["id"];
    for number in 0..20 {
        host.send_event(&json!(["offer", { "to": to, "number": number }]).to_string()).await;
        let locked = number % 2 == 0;
        host.send_event(&json!(["lock", { "locked": locked }]).to_string()).await;
    }
    for number in 0..20 {
        assert_eq!(guest.event("offer").await["number"], number);
        assert_eq!(guest.event("room-locked").await["locked"], number % 2 == 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_are_opened_at_one_time_are_all_different() {
    let server = Server::start().await;
    let mut opening = Vec::new();
    for _ in 0..8 {
        let (mut host, _) = server.host().await;
        opening.push(tokio::spawn(async move {
            let opened = host.ok("open-code", json!({})).await;
            (host, opened)
        }));
    }
    let mut hosts = Vec::new();
    for host in opening {
        hosts.push(host.await.unwrap());
    }
    for (host, opened) in &mut hosts {
        let mut knocker = server.client().await;
        let knocked = knocker.ok("knock", opened.clone()).await;
        assert_eq!(host.event("knock").await, knocked);
    }
}
