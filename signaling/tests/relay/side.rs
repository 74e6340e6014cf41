//! One side of a relay: a WebSocket client that gives up after [`PATIENCE`].

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use sharesync_protocol::relay::RelayTicket;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::server::SOCKET_BUFFER_BYTES;

/// Longer than anything takes here, so that only what never comes runs into it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client, connected.
pub(crate) struct Side {
    pub(crate) stream: WebSocketStream<TcpStream>,
}

impl Side {
    pub(crate) async fn connect(server: SocketAddr) -> Self {
        Self::connect_from(server, None).await.unwrap()
    }

    /// Connects as a page of that origin would; or the status that refuses it.
    pub(crate) async fn connect_from(
        server: SocketAddr,
        origin: Option<&str>,
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{server}/relay").into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(SOCKET_BUFFER_BYTES).unwrap();
        socket.set_send_buffer_size(SOCKET_BUFFER_BYTES).unwrap();
        let tcp = socket.connect(server).await.unwrap();
        match client_async(request, tcp).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    pub(crate) async fn show(&mut self, ticket: &RelayTicket) {
        self.send(Message::text(json!({ "ticket": ticket }).to_string())).await;
    }

    /// Waits to be told that the other side is there.
    pub(crate) async fn is_readied(&mut self) {
        let message = self.next().await;
        assert_eq!(message, Some(Message::text(r#"{"ready":true}"#)));
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    pub(crate) async fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.send(Message::binary(bytes)).await;
    }

    /// The next binary message.
    pub(crate) async fn bytes(&mut self) -> Vec<u8> {
        match self.next().await {
            Some(Message::Binary(bytes)) => bytes.to_vec(),
            other => panic!("instead of bytes: {other:?}"),
        }
    }

    /// The code and reason with which the server closes, and nothing before.
    pub(crate) async fn farewell(&mut self) -> (u16, String) {
        match self.next().await {
            Some(Message::Close(Some(frame))) => (frame.code.into(), frame.reason.to_string()),
            other => panic!("instead of a farewell: {other:?}"),
        }
    }

    /// Waits for the connection's end, whatever comes before.
    pub(crate) async fn ends(&mut self) {
        while self.next().await.is_some() {}
    }

    /// Hangs up as a proper client does, and hears the answer.
    pub(crate) async fn leave(&mut self) {
        self.stream.close(None).await.unwrap();
        self.ends().await;
    }

    /// The next message that is no ping; none when the connection has ended. Reading also answers
    /// pings.
    async fn next(&mut self) -> Option<Message> {
        loop {
            let next = timeout(PATIENCE, self.stream.next()).await;
            match next.expect("the server says something") {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }
}
