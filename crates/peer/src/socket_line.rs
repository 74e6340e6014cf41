//! A Socket.IO connection from inside: the task that reads, writes and watches it. Begun by `SocketIo`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WebSocketError, Message};

use crate::dialer::{Dialer, WebSocket};
use crate::packet::{Handshake, Packet};
use crate::socket_io::{ConnectError, Lost, SocketEvent};

/// How long saying goodbye may take.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);
/// Most bytes of a packet that the server sends: what is 64 KiB when a member says it may be several times as long
/// when the server has written its numbers out.
const MAX_INCOMING_BYTES: usize = 512 * 1024;

/// What the task is asked to do.
pub(crate) enum Command {
    /// To emit an event, which is `["name",payload]`.
    Emit { event: String, acknowledged: oneshot::Sender<Value> },
    /// To end the connection.
    HangUp,
}

/// Connects, and says what has to be said first.
pub(crate) async fn enter(
    dialer: &Dialer,
    server: &str,
    namespace: &str,
    auth: &str,
) -> Result<(WebSocket, Handshake), ConnectError> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_INCOMING_BYTES))
        .max_frame_size(Some(MAX_INCOMING_BYTES));
    let address = format!("{server}/socket.io/?EIO=4&transport=websocket");
    let unreachable = |error: WebSocketError| ConnectError::Unreachable(error.to_string());
    let mut stream = dialer.open(&address, config).await.map_err(unreachable)?;
    let Packet::Open(handshake) = next_packet(&mut stream, namespace).await? else {
        return Err(ConnectError::Malformed);
    };
    let hello = Message::text(format!("40{namespace},{auth}"));
    stream.send(hello).await.map_err(unreachable)?;
    loop {
        match next_packet(&mut stream, namespace).await? {
            Packet::Entered => return Ok((stream, handshake)),
            Packet::Refused(reason) => return Err(ConnectError::Refused(reason)),
            Packet::Ping => stream.send(Message::text("3")).await.map_err(unreachable)?,
            Packet::Noop => {}
            _ => return Err(ConnectError::Malformed),
        }
    }
}

async fn next_packet(stream: &mut WebSocket, namespace: &str) -> Result<Packet, ConnectError> {
    match read(stream, namespace).await {
        Ok(packet) => Ok(packet),
        Err(Lost::Malformed) => Err(ConnectError::Malformed),
        Err(lost) => Err(ConnectError::Unreachable(lost.to_string())),
    }
}

/// The next packet. Safe to drop while it waits.
async fn read(stream: &mut WebSocket, namespace: &str) -> Result<Packet, Lost> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Text(text))) => {
                return Packet::read(&text, namespace).ok_or(Lost::Malformed);
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_))) => return Err(Lost::ServerHungUp),
            Some(Ok(Message::Binary(_) | Message::Frame(_))) => return Err(Lost::Malformed),
            Some(Err(error)) => return Err(reason(&error)),
            None => return Err(Lost::Broken),
        }
    }
}

/// What an error of the WebSocket means.
fn reason(error: &WebSocketError) -> Lost {
    match error {
        WebSocketError::Io(_)
        | WebSocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Lost::Broken,
        WebSocketError::ConnectionClosed => Lost::ServerHungUp,
        _ => Lost::Malformed,
    }
}

/// The task's end of a connection.
pub(crate) struct Line {
    stream: WebSocket,
    namespace: &'static str,
    silence: Duration,
    tell: mpsc::Sender<SocketEvent>,
    acknowledgements: HashMap<u64, oneshot::Sender<Value>>,
    emitted: u64,
}

impl Line {
    /// A connection in the namespace, whose server says something within `silence`.
    pub(crate) fn new(
        stream: WebSocket,
        namespace: &'static str,
        silence: Duration,
        tell: mpsc::Sender<SocketEvent>,
    ) -> Self {
        Self { stream, namespace, silence, tell, acknowledgements: HashMap::new(), emitted: 0 }
    }

    /// Serves the connection to its end. What was not acknowledged by then never is.
    pub(crate) async fn serve(mut self, mut to_do: mpsc::Receiver<Command>) -> Lost {
        let lost = match self.run(&mut to_do).await {
            Ok(never) => match never {},
            Err(lost) => lost,
        };
        // Not the namespace first: whoever does so leaves its room for good.
        let code = if lost == Lost::Malformed { CloseCode::Protocol } else { CloseCode::Normal };
        let goodbye = self.stream.close(Some(CloseFrame { code, reason: "".into() }));
        // Where the connection is gone there is nobody to say it to.
        let _ = timeout(GOODBYE_TIMEOUT, goodbye).await;
        lost
    }

    async fn run(&mut self, to_do: &mut mpsc::Receiver<Command>) -> Result<Infallible, Lost> {
        let mut deadline = Instant::now() + self.silence;
        loop {
            tokio::select! {
                packet = timeout_at(deadline, read(&mut self.stream, self.namespace)) => {
                    let packet = packet.map_err(|_| Lost::Silent)??;
                    if packet == Packet::Ping {
                        deadline = Instant::now() + self.silence;
                        self.send("3".to_owned(), deadline).await?;
                    }
                    self.take(packet).await?;
                }
                command = to_do.recv() => match command {
                    Some(Command::Emit { event, acknowledged }) => {
                        self.emit(&event, acknowledged, deadline).await?;
                    }
                    Some(Command::HangUp) | None => return Err(Lost::HungUp),
                },
            }
        }
    }

    async fn take(&mut self, packet: Packet) -> Result<(), Lost> {
        match packet {
            Packet::Ping | Packet::Noop => Ok(()),
            Packet::Event(name, payload) => {
                let told = self.tell.send(SocketEvent::Event(name, payload)).await;
                told.map_err(|_| Lost::HungUp)
            }
            Packet::Acknowledged(number, value) => {
                // Whoever asked may have stopped waiting.
                if let Some(acknowledged) = self.acknowledgements.remove(&number) {
                    let _ = acknowledged.send(value);
                }
                Ok(())
            }
            Packet::Close | Packet::Disconnected => Err(Lost::ServerHungUp),
            Packet::Open(_) | Packet::Entered | Packet::Refused(_) => Err(Lost::Malformed),
        }
    }

    async fn emit(
        &mut self,
        event: &str,
        acknowledged: oneshot::Sender<Value>,
        deadline: Instant,
    ) -> Result<(), Lost> {
        self.acknowledgements.retain(|_, waiting| !waiting.is_closed());
        self.emitted += 1;
        self.acknowledgements.insert(self.emitted, acknowledged);
        self.send(format!("42{},{}{event}", self.namespace, self.emitted), deadline).await
    }

    /// Sends a packet; a server that takes none is as silent as one that says nothing.
    async fn send(&mut self, packet: String, deadline: Instant) -> Result<(), Lost> {
        let sent = timeout_at(deadline, self.stream.send(Message::text(packet))).await;
        sent.map_err(|_| Lost::Silent)?.map_err(|_| Lost::Broken)
    }
}
