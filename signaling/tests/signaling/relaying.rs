//! Relays as signaling gives them out: to two members of one room, each a ticket of its own.

use serde_json::json;
use sharesync_signaling::SignalingConfig;
use sharesync_signaling::relay::{RelayConfig, RelayOffer, Relays};

use crate::server::Server;

fn with_relays(max_relays: usize) -> SignalingConfig {
    let relays = Relays::new(RelayConfig { max_relays, ..Default::default() });
    SignalingConfig { relays: Some(RelayOffer { relays, url: None }), ..Default::default() }
}

#[tokio::test]
async fn each_of_two_members_gets_a_ticket_of_its_own() {
    let server = Server::with(with_relays(1)).await;
    let (mut host, created) = server.host().await;
    let (mut guest, joined) = server.guest(&mut host, &created["room"]).await;

    let opened = guest.ok("relay", json!({ "to": created["self"]["id"] })).await;
    let offered = host.event("relay").await;
    assert_eq!(offered["from"], joined["self"]["id"]);
    let (own, others) = (opened["ticket"].as_str().unwrap(), offered["ticket"].as_str().unwrap());
    assert_eq!((own.len(), others.len()), (22, 22));
    assert_ne!(own, others);

    let again = guest.refused("relay", json!({ "to": created["self"]["id"] })).await;
    assert_eq!(again, "no_relay");
}

#[tokio::test]
async fn nobody_outside_the_room_gets_one() {
    let server = Server::with(with_relays(9)).await;
    let (_host, created) = server.host().await;
    let (mut stranger, _) = server.host().await;
    let to = json!({ "to": created["self"]["id"] });
    assert_eq!(stranger.refused("relay", to.clone()).await, "unknown_peer");
    let mut outside = server.client().await;
    assert_eq!(outside.refused("relay", to).await, "not_in_room");
    assert_eq!(outside.refused("relay", json!({})).await, "malformed");
}

#[tokio::test]
async fn a_server_without_relays_says_so() {
    let server = Server::start().await;
    let (mut host, created) = server.host().await;
    let (_guest, joined) = server.guest(&mut host, &created["room"]).await;
    let refusal = host.refused("relay", json!({ "to": joined["self"]["id"] })).await;
    assert_eq!(refusal, "no_relay");
}
