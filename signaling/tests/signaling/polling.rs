//! A Socket.IO client of the namespace `/p2p` over HTTP long-polling that reads only when told to:
//! the slow member of a room.

use std::net::SocketAddr;

use reqwest::{Client, StatusCode};

/// A session over long-polling, in the namespace.
pub(crate) struct PollingClient {
    http: Client,
    url: String,
}

/// Between two packets in one body (Engine.IO protocol 4).
const SEPARATOR: char = '\u{1e}';

impl PollingClient {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        let url = format!("http://{server}/socket.io/?EIO=4&transport=polling");
        let http = Client::new();
        let open = http.get(&url).send().await.unwrap().text().await.unwrap();
        let open: serde_json::Value = serde_json::from_str(&open[1..]).unwrap();
        let url = format!("{url}&sid={}", open["sid"].as_str().unwrap());
        let client = Self { http, url };
        assert_eq!(client.send("40/p2p,").await, StatusCode::OK);
        let answer = client.read().await;
        assert!(answer[0].starts_with("40/p2p,"), "{answer:?}");
        client
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
            let (pings, packets): (Vec<_>, Vec<_>) = body
                .split(SEPARATOR)
                .map(str::to_owned)
                .partition(|packet| packet == "2");
            for _ in pings {
                assert_eq!(self.send("3").await, StatusCode::OK);
            }
            if !packets.is_empty() {
                return packets;
            }
        }
    }
}
