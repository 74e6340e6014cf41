//! Many clients at one time: what they are to each other does not depend on how many there are. How much
//! the service takes for them is measured by `make bench`.

use serde_json::{Value, json};

use crate::server::Server;
use crate::socket::Client;

const ROOMS: usize = 100;
const IDLE: usize = 150;
const MESSAGES: usize = 20;

/// Clients that come from one address.
const NEIGHBOURS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_room_of_many_relays_its_own_messages_in_order_and_idle_sockets_hear_none() {
    let server = Server::start().await;
    let mut idle = Vec::new();
    for number in 0..IDLE {
        idle.push(server.client_from(&address(number)).await);
    }
    let mut pairs = Vec::new();
    for number in 0..ROOMS {
        pairs.push(pair(&server, &address(IDLE + 2 * number)).await);
    }

    for number in 0..MESSAGES {
        for (room, (host, _, to)) in pairs.iter_mut().enumerate() {
            let sdp = format!("{room}/{number}");
            host.send_event(&json!(["offer", { "to": to, "sdp": sdp }]).to_string()).await;
        }
    }
    for (room, (_, guest, _)) in pairs.iter_mut().enumerate() {
        for number in 0..MESSAGES {
            assert_eq!(guest.event("offer").await["sdp"], format!("{room}/{number}"));
        }
    }
    for client in &mut idle {
        // The acknowledgement is the first that it hears.
        let answer = client.emit("leave", json!({})).await;
        assert_eq!(answer["error"]["code"], "not_in_room");
        assert!(client.has_heard_nothing_else());
    }
}

/// Two clients in a room of their own, and the second one's id.
async fn pair(server: &Server, address: &str) -> (Client, Client, Value) {
    let mut host = server.client_from(address).await;
    let created = host.ok("create", json!({})).await;
    let mut guest = server.client_from(address).await;
    let joined = guest.ok("join", json!({ "room": created["room"] })).await;
    host.event("peer-joined").await;
    (host, guest, joined["self"]["id"].clone())
}

fn address(client: usize) -> String {
    format!("192.0.2.{}", client / NEIGHBOURS)
}
