//! A Socket.IO client of the namespace `/p2p` over a WebSocket: Engine.IO protocol 4, Socket.IO
//! protocol 5. Keeps what arrives out of turn, answers pings, gives up after [`PATIENCE`].

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderName;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than anything takes here, so that only what never comes runs into it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

const NAMESPACE: &str = "/p2p,";

/// What the server sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Packet {
    /// An event: its name and its one argument.
    Event(String, Value),
    /// The acknowledgement of the event that was sent with this number.
    Ack(u64, Value),
    /// The server ended the membership in the namespace.
    Disconnect,
    /// Engine.IO's open packet, or the answer to joining the namespace.
    Opening(String),
}

/// A client, connected.
pub(crate) struct Client {
    stream: WebSocketStream<TcpStream>,
    events: VecDeque<(String, Value)>,
    last_ack: u64,
}

impl Client {
    /// Connects and enters the namespace; `headers` are sent with the request.
    pub(crate) async fn connect(server: SocketAddr, headers: &[(&str, &str)]) -> Self {
        let mut client = Self::connect_outside(server, headers).await;
        client.send("40/p2p,").await;
        let answer = client.receive().await;
        assert!(
            matches!(&answer, Some(Packet::Opening(packet)) if packet.contains("\"sid\"")),
            "{answer:?}"
        );
        client
    }

    /// Connects and stays outside the namespace.
    pub(crate) async fn connect_outside(server: SocketAddr, headers: &[(&str, &str)]) -> Self {
        let connected = Self::try_connect(server, headers).await;
        connected.unwrap_or_else(|status| panic!("refused with {status}"))
    }

    /// Connects and stays outside the namespace, unless refused with a status.
    pub(crate) async fn try_connect(
        server: SocketAddr,
        headers: &[(&str, &str)],
    ) -> Result<Self, u16> {
        let url = format!("ws://{server}/socket.io/?EIO=4&transport=websocket");
        let mut request = url.into_client_request().unwrap();
        for &(name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().append(name, value.parse().unwrap());
        }
        let tcp = TcpStream::connect(server).await.unwrap();
        let stream = match client_async(request, tcp).await {
            Ok((stream, _)) => stream,
            Err(Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        };
        let mut client = Self { stream, events: VecDeque::new(), last_ack: 0 };
        let open = client.receive().await;
        assert!(matches!(&open, Some(Packet::Opening(packet)) if packet.starts_with('0')));
        Ok(client)
    }

    /// Emits and returns what it is acknowledged with, which must be no refusal.
    pub(crate) async fn ok(&mut self, event: &str, payload: Value) -> Value {
        let answer = self.emit(event, payload).await;
        assert_eq!(answer.get("error"), None, "{event} was refused");
        answer
    }

    /// Emits and returns the code it is refused with.
    pub(crate) async fn refused(&mut self, event: &str, payload: Value) -> String {
        let answer = self.emit(event, payload).await;
        assert!(answer["error"]["message"].is_string(), "{answer}");
        answer["error"]["code"].as_str().unwrap().to_owned()
    }

    /// Emits and returns what it is acknowledged with.
    pub(crate) async fn emit(&mut self, event: &str, payload: Value) -> Value {
        self.emit_text(&json!([event, payload]).to_string()).await
    }

    /// Emits what stands for an event's JSON and returns what it is acknowledged with.
    pub(crate) async fn emit_text(&mut self, json: &str) -> Value {
        let number = self.send_event(json).await;
        self.ack(number).await
    }

    /// Sends an event without waiting, and returns the number under which it will be acknowledged.
    pub(crate) async fn send_event(&mut self, json: &str) -> u64 {
        self.last_ack += 1;
        let number = self.last_ack;
        self.send(&format!("42{NAMESPACE}{number}{json}")).await;
        number
    }

    /// The acknowledgement of that number; events that come first are kept.
    pub(crate) async fn ack(&mut self, number: u64) -> Value {
        loop {
            match self.receive().await.expect("the socket is open") {
                Packet::Ack(answered, value) if answered == number => return value,
                Packet::Event(event, value) => self.events.push_back((event, value)),
                other => panic!("instead of acknowledgement {number}: {other:?}"),
            }
        }
    }

    /// The next event, which must be of that name.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        let (event, payload) = self.next_event().await;
        assert_eq!(event, name, "{payload}");
        payload
    }

    /// The next event: its name and its one argument.
    pub(crate) async fn next_event(&mut self) -> (String, Value) {
        match self.events.pop_front() {
            Some(event) => event,
            None => match self.receive().await {
                Some(Packet::Event(event, payload)) => (event, payload),
                other => panic!("instead of an event: {other:?}"),
            },
        }
    }

    /// Whether no event has come that was not asked for.
    pub(crate) fn has_heard_nothing_else(&self) -> bool {
        self.events.is_empty()
    }

    /// Sends an Engine.IO packet as it stands.
    pub(crate) async fn send(&mut self, packet: &str) {
        let message = Message::text(packet.to_owned());
        self.stream.send(message).await.expect("the socket is open");
    }

    /// Sends a message that the server may refuse in the middle of.
    pub(crate) async fn try_send(&mut self, message: Message) -> Result<(), Error> {
        self.stream.send(message).await
    }

    /// Sends bytes below the WebSocket protocol.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.unwrap();
    }

    /// Whether the server closes the connection, rather than sending anything but events.
    pub(crate) async fn is_closed(&mut self) -> bool {
        loop {
            match self.receive().await {
                None => return true,
                Some(Packet::Event(..)) => {}
                Some(_) => return false,
            }
        }
    }

    /// Hangs up as a proper client does.
    pub(crate) async fn close(mut self) {
        self.stream.close(None).await.unwrap();
    }

    /// The next packet; none when the connection has ended.
    pub(crate) async fn receive(&mut self) -> Option<Packet> {
        loop {
            let next = timeout(PATIENCE, self.stream.next());
            let text = match next.await.expect("the server says something") {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("unexpected WebSocket message: {other:?}"),
            };
            match text.as_str() {
                "1" => return None,
                "2" => {
                    // A server that has hung up says so next.
                    let _ = self.stream.send(Message::text("3")).await;
                }
                packet => return Some(decode(packet)),
            }
        }
    }
}

fn decode(packet: &str) -> Packet {
    if packet.starts_with('0') || packet.starts_with("40") || packet.starts_with("44") {
        return Packet::Opening(packet.to_owned());
    }
    if packet.starts_with("41") {
        return Packet::Disconnect;
    }
    let Some(event) = packet.strip_prefix("42/p2p,") else {
        let ack = packet.strip_prefix("43/p2p,").expect(packet);
        let (number, values) = ack.split_at(ack.find('[').expect(packet));
        let [value] = serde_json::from_str(values).expect(packet);
        return Packet::Ack(number.parse().expect(packet), value);
    };
    let (name, payload) = serde_json::from_str(event).expect(packet);
    Packet::Event(name, payload)
}
