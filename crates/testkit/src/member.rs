//! Somebody in a room: a client of the signaling service that asks and is answered. It speaks Socket.IO
//! (protocol revision 5) over Engine.IO's long polling, which takes no more than HTTP.

use reqwest::Client;
use serde_json::{Value, json};

/// A socket in the namespace `/p2p`, and in a room once it has entered one.
pub struct Member {
    client: Client,
    url: String,
    asked: u64,
    /// What making or entering the room answered.
    pub entered: Value,
}

impl Member {
    /// Makes a room at the server of this address, without a slash at the end.
    pub async fn host(server: &str) -> Self {
        let mut member = Self::connect(server).await;
        member.entered = member.ask("create", json!({})).await;
        member
    }

    /// Enters the room that another is in.
    pub async fn join(server: &str, other: &Self) -> Self {
        let mut member = Self::connect(server).await;
        member.entered = member.ask("join", json!({ "room": other.entered["room"] })).await;
        member
    }

    /// Its id in the room.
    pub fn id(&self) -> &str {
        self.entered["self"]["id"].as_str().expect("a member has an id")
    }

    /// Asks, and returns what it is acknowledged with; what the server says besides is not heard.
    pub async fn ask(&mut self, event: &str, payload: Value) -> Value {
        self.asked += 1;
        self.send(format!("42/p2p,{}{}", self.asked, json!([event, payload]))).await;
        let answer = self.receive(&format!("43/p2p,{}[", self.asked)).await;
        let values: Vec<Value> =
            serde_json::from_str(&format!("[{answer}")).expect("an acknowledgement is JSON");
        values.into_iter().next().expect("an acknowledgement has a value")
    }

    async fn connect(server: &str) -> Self {
        let client = Client::new();
        let url = format!("{server}/socket.io/?EIO=4&transport=polling");
        let mut member = Self { client, url, asked: 0, entered: Value::Null };
        let open: Value = serde_json::from_str(&member.receive("0").await).expect("it is JSON");
        let sid = open["sid"].as_str().expect("a connection has an id");
        member.url = format!("{}&sid={sid}", member.url);
        member.send("40/p2p,".into()).await;
        member.receive("40/p2p,").await;
        member
    }

    async fn send(&self, packet: String) {
        let sent = self.client.post(&self.url).body(packet).send().await;
        let status = sent.expect("the server answers").status();
        assert!(status.is_success(), "a packet was answered with {status}");
    }

    /// The rest of the next packet that begins like this.
    async fn receive(&self, beginning: &str) -> String {
        loop {
            let polled = self.client.get(&self.url).send().await.expect("the server answers");
            assert!(polled.status().is_success(), "a poll was answered with {}", polled.status());
            let packets = polled.text().await.expect("packets are text");
            let mut packets = packets.split('\u{1e}');
            if let Some(rest) = packets.find_map(|packet| packet.strip_prefix(beginning)) {
                return rest.to_owned();
            }
        }
    }
}
