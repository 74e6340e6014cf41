//! A service that runs apart lets in whoever brings a ticket of the server's.

use serde_json::json;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::RootSecret;
use sharesync_service_kit::ticket::{TICKET_LIFETIME, TicketKey};
use sharesync_signaling::SignalingConfig;

use crate::server::{Server, still};
use crate::socket::{Client, Packet};

fn key(byte: u8) -> TicketKey {
    TicketKey::of(&RootSecret::new(vec![byte; 32]).unwrap())
}

async fn server(clock: Clock) -> Server {
    Server::with(SignalingConfig { ticket_key: Some(key(1)), clock, ..SignalingConfig::default() })
        .await
}

/// What the server answers to whoever brings this.
async fn answer_to(server: &Server, auth: &str) -> (Client, String) {
    let mut client = Client::connect_outside(server.address, &[]).await;
    client.send(&format!("40/p2p,{auth}")).await;
    let Some(Packet::Opening(answer)) = client.receive().await else {
        panic!("whoever comes is answered");
    };
    (client, answer)
}

#[tokio::test]
async fn a_good_ticket_lets_in_for_as_long_as_the_socket_lives() {
    let (clock, hands) = still();
    let server = server(clock.clone()).await;
    let auth = json!({ "ticket": key(1).mint(&clock) });
    let (mut client, answer) = answer_to(&server, &auth.to_string()).await;
    assert!(answer.starts_with("40/p2p,"), "{answer}");

    hands.advance(TICKET_LIFETIME);
    client.ok("create", json!({})).await;
    let (_, answer) = answer_to(&server, &auth.to_string()).await;
    assert_eq!(answer, r#"44/p2p,{"message":"bad_ticket"}"#);
}

#[tokio::test]
async fn nobody_comes_in_without_a_good_one() {
    let (clock, _hands) = still();
    let server = server(clock.clone()).await;
    let good = key(1).mint(&clock);
    let foreign = json!({ "ticket": key(2).mint(&clock) }).to_string();
    let listed = json!({ "ticket": [good] }).to_string();
    let bare = json!(good).to_string();
    for auth in ["", "{}", r#"{"ticket":null}"#, r#"{"ticket":""}"#, &foreign, &listed, &bare] {
        let (mut client, answer) = answer_to(&server, auth).await;
        assert_eq!(answer, r#"44/p2p,{"message":"bad_ticket"}"#, "{auth}");
        client.send(r#"42/p2p,1["create",{}]"#).await;
        assert!(client.is_closed().await, "{auth}");
    }
    assert_eq!(server.signaling.rooms_open().await, 0);
}

#[tokio::test]
async fn where_none_is_asked_for_any_will_do() {
    let server = Server::start().await;
    for auth in ["", "{}", r#"{"ticket":"made up"}"#, r#"{"ticket":7}"#, "[]"] {
        let (_, answer) = answer_to(&server, auth).await;
        assert!(answer.starts_with("40/p2p,"), "{auth}: {answer}");
    }
}
