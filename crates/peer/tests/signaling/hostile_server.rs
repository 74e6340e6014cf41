//! A WebSocket server that says whatever a test wants, right or wrong.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// Engine.IO's first packet of a server that is slow to ask.
pub(crate) const OPEN: &str =
    r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}"#;

/// The server's end of a connection.
pub(crate) struct Caller(WebSocketStream<TcpStream>);

impl Caller {
    pub(crate) async fn say(&mut self, packet: &str) {
        // The caller may have hung up, which is what is tested.
        let _ = self.0.send(Message::text(packet.to_owned())).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) {
        let _ = self.0.send(Message::binary(bytes.to_vec())).await;
    }

    /// The next packet; none once the caller has hung up.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Some(text.to_string()),
            _ => None,
        }
    }

    /// Lets the caller into the namespace, as a proper server does.
    pub(crate) async fn let_in(&mut self, open: &str) {
        self.say(open).await;
        assert_eq!(self.hear().await.as_deref(), Some("40/p2p,{}"));
        self.say(r#"40/p2p,{"sid":"y"}"#).await;
    }

    /// The next event: its number, its name and what it carries.
    pub(crate) async fn event(&mut self) -> (u64, String, Value) {
        let packet = self.hear().await.expect("the caller is there");
        let packet = packet.strip_prefix("42/p2p,").expect("an event");
        let (number, values) = packet.split_at(packet.find('[').unwrap());
        let (name, payload) = serde_json::from_str(values).unwrap();
        (number.parse().unwrap(), name, payload)
    }

    pub(crate) async fn acknowledge(&mut self, number: u64, value: Value) {
        self.say(&format!("43/p2p,{number}{}", json!([value]))).await;
    }
}

/// A server that does the same with everybody who comes.
pub(crate) struct HostileServer {
    pub(crate) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl HostileServer {
    pub(crate) async fn start<F>(serve: impl Fn(Caller) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if let Ok(stream) = accept_async(stream).await {
                    tokio::spawn(serve(Caller(stream)));
                }
            }
        });
        Self { address, serving }
    }

    /// Its address as `SocketIo` takes it.
    pub(crate) fn web_socket(&self) -> String {
        format!("ws://{}", self.address)
    }
}

impl Drop for HostileServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
