//! A Socket.IO client of the namespace `/p2p` over HTTP long-polling that reads only when told to:
//! the slow member of a room.

use std::net::SocketAddr;

use reqwest::{Client, StatusCode};
use serde_json::Value;

/// A session over long-polling, in the namespace.
pub(crate) struct PollingClient {
    http: Client,
    url: String,
}

fn url(server: SocketAddr) -> String {
    format!("http://{server}/socket.io/?EIO=4&transport=polling")
}

/// Between two packets in one body (Engine.IO protocol 4).
const SEPARATOR: char = '\u{1e}';

impl PollingClient {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        let open = Self::open(server).await;
        let client = Self {
            http: Client::new(),
            url: format!("{}&sid={}", url(server), open["sid"].as_str().unwrap()),
        };
        assert_eq!(client.send("40/p2p,").await, StatusCode::OK);
        let answer = client.read().await;
        assert!(answer[0].starts_with("40/p2p,"), "{answer:?}");
        client
    }

    /// What the server says to whoever comes (Engine.IO's open packet).
    pub(crate) async fn open(server: SocketAddr) -> Value {
        let response = reqwest::get(url(server)).await.unwrap();
        let packet = response.text().await.unwrap();
        serde_json::from_str(packet.strip_prefix('0').unwrap()).unwrap()
    }

    /// Where the session is, its name included.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Posts a body of packets.
    pub(crate) async fn send(&self, packets: &str) -> StatusCode {
        let request = self.http.post(&self.url).body(packets.to_owned());
        request.send().await.unwrap().status()
    }

    /// Waits for packets and takes all that are there; answers pings.
    pub(crate) async fn read(&self) -> Vec<String> {
        loop {
            let response = self.http.get(&self.url).send().await.unwrap();
            let body = response.text().await.unwrap();
            let (pings, packets): (Vec<_>, Vec<_>) =
                body.split(SEPARATOR).map(str::to_owned).partition(|packet| packet == "2");
            for _ in pings {
                assert_eq!(self.send("3").await, StatusCode::OK);
            }
            if !packets.is_empty() {
                return packets;
            }
        }
    }
}
