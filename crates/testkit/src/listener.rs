//! Somebody's page that is told of live updates: a Socket.IO client (protocol revision 5) of one namespace over a
//! WebSocket. Keeps nothing back: what comes is returned in its order.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sharesync_protocol::events::NAMESPACE;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than anything takes here, so that only what never comes runs into it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A socket in the namespace `/events`.
pub struct Listener {
    stream: WebSocketStream<TcpStream>,
}

impl Listener {
    /// Enters with an access token. Panics where it is not let in.
    pub async fn connect(server: &str, token: &str) -> Self {
        let entered = Self::try_enter(server, NAMESPACE, &json!({ "token": token })).await;
        entered.unwrap_or_else(|refusal| panic!("refused: {refusal}"))
    }

    /// Tries to enter a namespace with Socket.IO's `auth`; the message of the refusal where it is not let in.
    pub async fn try_enter(server: &str, namespace: &str, auth: &Value) -> Result<Self, String> {
        let opened = Self::open(server, None).await;
        let mut listener = opened.unwrap_or_else(|status| panic!("refused with {status}"));
        listener.send(&format!("40{namespace},{auth}")).await;
        let answer = listener.packet().await.expect("whoever comes is answered");
        if answer.starts_with(&format!("40{namespace},")) {
            return Ok(listener);
        }
        let refusal = answer.strip_prefix(&format!("44{namespace},"));
        let refusal = refusal.unwrap_or_else(|| panic!("neither let in nor refused: {answer}"));
        let refusal: Value = serde_json::from_str(refusal).expect("a refusal is JSON");
        Err(refusal["message"].as_str().expect("a refusal says why").to_owned())
    }

    /// Connects, from a page of that origin, and enters no namespace; the status where that is refused.
    pub async fn open(server: &str, origin: Option<&str>) -> Result<Self, u16> {
        let url =
            format!("{}/socket.io/?EIO=4&transport=websocket", server.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("the address is one");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("it makes a header"));
        }
        let address = server.strip_prefix("http://").expect("there is no TLS in tests");
        let tcp = TcpStream::connect(address).await.expect("the server accepts");
        let stream = match client_async(request, tcp).await {
            Ok((stream, _)) => stream,
            Err(Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        };
        let mut listener = Self { stream };
        let open = listener.packet().await;
        assert!(open.as_ref().is_some_and(|packet| packet.starts_with('0')), "{open:?}");
        Ok(listener)
    }

    /// Sends a packet of Engine.IO as it stands.
    pub async fn send(&mut self, packet: &str) {
        self.stream.send(Message::text(packet.to_owned())).await.expect("the socket is open");
    }

    /// The next event: its name and what it carries.
    pub async fn event(&mut self) -> (String, Value) {
        let packet = self.packet().await.expect("the socket is open");
        let event = packet.strip_prefix(&format!("42{NAMESPACE},"));
        let event = event.unwrap_or_else(|| panic!("no event: {packet}"));
        serde_json::from_str(event).expect("an event is JSON")
    }

    /// Whether the server ends this before it says anything else.
    pub async fn is_ended(&mut self) -> bool {
        self.packet().await.is_none_or(|packet| packet == format!("41{NAMESPACE},"))
    }

    /// The next packet; none when the connection has ended.
    async fn packet(&mut self) -> Option<String> {
        loop {
            let next = timeout(PATIENCE, self.stream.next());
            let text = match next.await.expect("the server says something") {
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("unexpected WebSocket message: {other:?}"),
            };
            match text.as_str() {
                "1" => return None,
                "2" => self.send("3").await,
                packet => return Some(packet.to_owned()),
            }
        }
    }
}
