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
