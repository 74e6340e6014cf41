//! The ways that a server with nothing configured offers to members of a room: what is carried over
//! UDP (TURN), and over WebSocket (the relay).

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed; Clippy sees that of tests only, not of their helpers"
)]

use std::time::Duration;

use reqwest::header::{CONNECTION, ORIGIN, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use serde_json::{Value, json};
use sharesync_testkit::Stack;
use tokio::net::UdpSocket;
use tokio::time::timeout;

/// A member of a room, over long-polling.
struct Member {
    url: String,
    events: u64,
}

impl Member {
    async fn connect(stack: &Stack) -> Self {
        let url = format!("{}/socket.io/?EIO=4&transport=polling", stack.url());
        let open = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let open: Value = serde_json::from_str(open.strip_prefix('0').unwrap()).unwrap();
        let url = format!("{url}&sid={}", open["sid"].as_str().unwrap());
        let member = Self { url, events: 0 };
        member.post("40/p2p,".into()).await;
        assert!(member.read().await.starts_with("40/p2p,"));
        member
    }

    async fn emit(&mut self, event: &str, payload: Value) -> Value {
        self.events += 1;
        self.post(format!("42/p2p,{}{}", self.events, json!([event, payload]))).await;
        let answer = self.read().await;
        let ack = answer.split('\u{1e}').find(|packet| packet.starts_with("43/p2p,")).unwrap();
        let [value] = serde_json::from_str(&ack[ack.find('[').unwrap()..]).unwrap();
        value
    }

    async fn post(&self, packet: String) {
        let sent = reqwest::Client::new().post(&self.url).body(packet).send().await.unwrap();
        assert_eq!(sent.status(), 200);
    }

    /// The next packets that are no ping; pings are answered.
    async fn read(&self) -> String {
        loop {
            let body = reqwest::get(&self.url).await.unwrap().text().await.unwrap();
            let (pings, packets): (Vec<_>, Vec<_>) =
                body.split('\u{1e}').partition(|packet| *packet == "2");
            for _ in pings {
                self.post("3".into()).await;
            }
            if !packets.is_empty() {
                return packets.join("\u{1e}");
            }
        }
    }
}

/// What a member is told of TURN, and the port in it.
async fn told(stack: &Stack) -> (Value, Option<u16>) {
    let created = Member::connect(stack).await.emit("create", json!({})).await;
    let servers = created["ice_servers"].clone();
    let url = servers[0]["urls"][0].as_str().unwrap_or_default();
    let port = url.split([':', '?']).nth(2).and_then(|port| port.parse().ok());
    (servers, port)
}

#[tokio::test]
async fn members_are_told_of_a_turn_server_that_answers() {
    let stack = Stack::start().await;
    let (servers, port) = told(&stack).await;
    assert!(servers[0]["username"].is_string() && servers[0]["credential"].is_string());

    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    bind_through(&socket, port.unwrap()).await;
}

/// Asks for STUN's Binding (RFC 8489 §5) at a port, and waits for success.
async fn bind_through(socket: &UdpSocket, port: u16) {
    let mut request = [0; 20];
    request[1] = 1;
    request[4..8].copy_from_slice(&0x2112_a442_u32.to_be_bytes());
    socket.send_to(&request, ("127.0.0.1", port)).await.unwrap();
    let mut answer = [0; 128];
    let answered = timeout(Duration::from_secs(20), socket.recv_from(&mut answer)).await;
    answered.expect("the server answers").unwrap();
    assert_eq!(answer[..2], [1, 1]);
}

/// The ports in what a member is told when it asks for the servers again.
async fn probes(stack: &Stack) -> Vec<u16> {
    let mut member = Member::connect(stack).await;
    member.emit("create", json!({})).await;
    let asked = member.emit("ice-servers", json!({})).await;
    let urls = asked["stun_probes"].as_array().cloned().unwrap_or_default();
    let port = |url: &Value| url.as_str()?.strip_prefix("stun:127.0.0.1:")?.parse().ok();
    urls.iter().map(|url| port(url).expect("a STUN server here")).collect()
}

#[tokio::test]
async fn whoever_asks_is_told_of_two_ports_that_answer_one_socket() {
    let stack = Stack::start().await;
    let ports = probes(&stack).await;
    assert_eq!(ports.len(), 2);
    assert_ne!(ports[0], ports[1]);
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for port in ports {
        bind_through(&socket, port).await;
    }
}

#[tokio::test]
async fn a_second_port_that_is_taken_is_done_without() {
    let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let stack = Stack::builder().env("STUN_SECOND_PORT", port).start().await;
    assert_eq!(probes(&stack).await, [0; 0]);
    assert!(told(&stack).await.1.is_some(), "TURN is there all the same");
}

#[tokio::test]
async fn or_done_without_where_it_is_not_wanted() {
    let stack = Stack::builder().env("STUN_SECOND_PORT", "off").start().await;
    assert_eq!(probes(&stack).await, [0; 0]);
}

#[tokio::test]
async fn whoever_wants_no_turn_has_none() {
    let stack = Stack::builder().env("TURN", "off").start().await;
    assert_eq!(told(&stack).await.0, json!([]));
}

#[tokio::test]
async fn a_taken_port_keeps_nobody_from_starting() {
    let taken = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let stack = Stack::builder().env("TURN_PORT", port).start().await;
    assert_eq!(told(&stack).await.0, json!([]));
}

#[tokio::test]
async fn another_turn_server_is_told_with_its_credentials() {
    let builder = Stack::builder().env("TURN_URLS", "turns:turn.example.com");
    let stack = builder.env("TURN_SECRET", "shared").start().await;
    let (servers, _) = told(&stack).await;
    assert_eq!(servers[0]["urls"], json!(["turns:turn.example.com"]));
    assert!(servers[0]["credential"].is_string());
}

#[tokio::test]
async fn the_relay_is_there_for_the_servers_own_pages() {
    let stack = Stack::start().await;
    let open = async |origin: &str| {
        let request = reqwest::Client::new().get(format!("{}/relay", stack.url()));
        let request = request.header(CONNECTION, "upgrade").header(UPGRADE, "websocket");
        let request = request.header(SEC_WEBSOCKET_KEY, "AAAAAAAAAAAAAAAAAAAAAA==");
        let request = request.header(SEC_WEBSOCKET_VERSION, "13").header(ORIGIN, origin);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(open(stack.url()).await, 101);
    assert_eq!(open("https://evil.example").await, 403);
}

#[tokio::test]
async fn members_get_tickets_to_it() {
    let stack = Stack::start().await;
    let mut host = Member::connect(&stack).await;
    let created = host.emit("create", json!({})).await;
    let mut guest = Member::connect(&stack).await;
    guest.emit("join", json!({ "room": created["room"] })).await;
    let opened = guest.emit("relay", json!({ "to": created["self"]["id"] })).await;
    assert!(opened["ticket"].is_string(), "{opened}");
}
