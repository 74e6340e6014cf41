//! The program `sharesync-signaling`: started, used, stopped.

use std::io::{BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::process::{Child, Command, Stdio};

use reqwest::StatusCode;
use serde_json::json;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::RootSecret;
use sharesync_service_kit::ticket::TicketKey;

use crate::socket::{Client, Packet};

const SECRET: &str = "a secret that two services share";

/// A running service; killed when dropped.
struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sharesync-signaling"))
            .env_clear()
            .envs([("HOST", "127.0.0.1"), ("PORT", "0"), ("TURN_PORT", "0")])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output is ours");
        BufReader::new(stdout).read_line(&mut line).expect("it prints a line");
        let address = line.trim().strip_prefix("Listening on http://").expect("it says where");
        Self { address: address.parse().unwrap(), child }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_takes_in_whoever_has_a_ticket_and_stops_when_told() {
    let mut program = Program::start(&[("SIGNALING_TICKET_KEY", SECRET)]);
    let health = reqwest::get(format!("http://{}/health", program.address)).await.unwrap();
    assert_eq!(health.text().await.unwrap(), "ok");

    let key = TicketKey::of(&RootSecret::new(SECRET.into()).unwrap());
    let auth = json!({ "ticket": key.mint(&Clock::System) });
    let mut client = Client::connect_outside(program.address, &[]).await;
    client.send(&format!("40/p2p,{auth}")).await;
    let answer = client.receive().await;
    assert!(matches!(&answer, Some(Packet::Opening(answer)) if answer.starts_with("40/p2p,")));
    client.ok("create", json!({})).await;

    let mut stranger = Client::connect_outside(program.address, &[]).await;
    stranger.send("40/p2p,").await;
    let answer = stranger.receive().await;
    assert!(matches!(&answer, Some(Packet::Opening(answer)) if answer.starts_with("44/p2p,")));

    let pid = program.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    while client.receive().await.is_some() {}
    assert!(program.child.wait().unwrap().success());
}

#[tokio::test]
async fn it_believes_the_proxies_it_was_told_of_and_no_others() {
    let from = |address| [("x-forwarded-for", address)];
    let limit = ("SOCKETS_PER_CLIENT", "1");
    let program = Program::start(&[limit, ("TRUSTED_PROXIES", "127.0.0.0/8")]);
    let _first = Client::connect(program.address, &from("192.0.2.1")).await;
    let _second = Client::connect(program.address, &from("192.0.2.2")).await;
    let again = Client::try_connect(program.address, &from("203.0.113.9, 192.0.2.1")).await;
    assert_eq!(again.err(), Some(429));

    let program = Program::start(&[limit, ("TRUSTED_PROXIES", "192.0.2.0/24")]);
    let _first = Client::connect(program.address, &from("192.0.2.1")).await;
    let other = Client::try_connect(program.address, &from("192.0.2.2")).await;
    assert_eq!(other.err(), Some(429));
}

#[tokio::test]
async fn it_tells_who_is_nearby_by_the_word_of_a_trusted_proxy() {
    let appear = json!({ "name": "Quiet Heron" });
    let program = Program::start(&[("TRUSTED_PROXIES", "127.0.0.1")]);
    let headers = |address| [("x-forwarded-for", address), ("via", "1.1 proxy.example")];
    let mut home = Client::connect(program.address, &headers("192.0.2.1")).await;
    let mut neighbour = Client::connect(program.address, &headers("192.0.2.1")).await;
    let mut elsewhere = Client::connect(program.address, &headers("192.0.2.2")).await;
    home.ok("appear", appear.clone()).await;
    let seen = neighbour.ok("appear", appear.clone()).await;
    assert_eq!(seen["devices"].as_array().unwrap().len(), 1);
    let seen = elsewhere.ok("appear", appear.clone()).await;
    assert!(seen["devices"].as_array().unwrap().is_empty());
    // Through a second proxy, of which nothing is known.
    let headers = [("via", "1.1 proxy.example")];
    let mut hidden = Client::connect(program.address, &headers).await;
    assert_eq!(hidden.refused("appear", appear).await, "no_nearby");
}

#[tokio::test]
async fn it_counts_sockets_by_address_and_asks_pages_where_they_are_from() {
    let program =
        Program::start(&[("SOCKETS_PER_CLIENT", "1"), ("PUBLIC_URL", "https://a.example")]);
    let page = |origin| [("origin", origin)];
    let refused = Client::try_connect(program.address, &page("https://b.example")).await;
    assert_eq!(refused.err(), Some(403));
    let mut first = Client::connect(program.address, &page("https://a.example")).await;
    assert_eq!(Client::try_connect(program.address, &[]).await.err(), Some(429));
    let neighbour = reqwest::Client::builder().local_address(IpAddr::from([127, 0, 0, 2]));
    let url = format!("http://{}/socket.io/?EIO=4&transport=polling", program.address);
    let response = neighbour.build().unwrap().get(url).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    first.ok("create", json!({})).await;
}
