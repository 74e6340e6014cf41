//! A Socket.IO client over a WebSocket, in one namespace. It does not come back by itself: whoever uses it knows
//! what has to be said again. Used by `SignalingClient`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WebSocketError, Message};

use crate::dialer::{Dialer, WebSocket};
use crate::packet::{Handshake, Packet};

/// How long reaching the server and entering the namespace may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the server may take to acknowledge.
const ACK_TIMEOUT: Duration = Duration::from_secs(8);
/// How long saying goodbye may take.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);
/// Most bytes of a packet that the server sends: what is 64 KiB when a member says it may be several times as long
/// when the server has written its numbers out.
const MAX_INCOMING_BYTES: usize = 512 * 1024;
/// Events that may wait to be heard before no more are read.
const EVENTS_WAITING: usize = 256;
/// Events that may wait to be sent.
const COMMANDS_WAITING: usize = 64;
/// What Engine.IO and Socket.IO put before an event besides the namespace: kinds, a comma and a number.
const ENVELOPE_BYTES: usize = 24;

/// Why there is no connection.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ConnectError {
    /// Nobody answers, or not in time, or not as a WebSocket.
    #[error("no connection to the server: {0}")]
    Unreachable(String),
    /// What answers is no Socket.IO server.
    #[error("the server does not speak Socket.IO")]
    Malformed,
    /// The server does not let us into the namespace; why, in its words.
    #[error("the server let nobody in")]
    Refused(String),
}

/// Why a connection has ended.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Lost {
    /// We hung up.
    #[error("this side hung up")]
    HungUp,
    /// The server hung up, as one does that is shut down.
    #[error("the server hung up")]
    ServerHungUp,
    /// The connection broke.
    #[error("the connection broke")]
    Broken,
    /// The server has not said anything for too long.
    #[error("the server is silent")]
    Silent,
    /// The server said what is no packet, or too large a one.
    #[error("the server said something that is no Socket.IO")]
    Malformed,
}

/// Why an event was not acknowledged. What became of it is not known, unless it was too large.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum EmitError {
    /// The connection has ended.
    #[error("the connection has ended")]
    Lost,
    /// The server did not acknowledge it in time.
    #[error("the server did not acknowledge it")]
    Unanswered,
    /// The server takes no packet of that size; it was not sent.
    #[error("the server takes nothing so large")]
    TooLarge,
}

/// What the server says unasked.
#[derive(PartialEq)]
pub enum SocketEvent {
    /// An event and what it carries.
    Event(String, Value),
    /// The last of all: the connection has ended.
    Lost(Lost),
}

/// Without what an event carries, which may be secret.
impl fmt::Debug for SocketEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(name, _) => write!(f, "Event({name:?}, …)"),
            Self::Lost(lost) => write!(f, "Lost({lost:?})"),
        }
    }
}

/// A connection; clones are the same one, which ends with the last of them.
#[derive(Clone)]
pub struct SocketIo {
    commands: mpsc::Sender<Command>,
    /// Most bytes of an event's JSON.
    max_event_bytes: usize,
}

enum Command {
    Emit { event: String, acknowledged: oneshot::Sender<Value> },
    HangUp,
}

impl SocketIo {
    /// Connects to a server (`ws:` or `wss:`, without a path) and enters a namespace, which begins with a slash. The
    /// events come in the order in which the server said them, the last of them [`SocketEvent::Lost`].
    pub async fn connect(
        dialer: &Dialer,
        server: &str,
        namespace: &'static str,
        auth: &impl Serialize,
    ) -> Result<(Self, mpsc::Receiver<SocketEvent>), ConnectError> {
        let auth = serde_json::to_string(auth).map_err(|_| ConnectError::Malformed)?;
        let entering = enter(dialer, server, namespace, &auth);
        let late = |_| ConnectError::Unreachable("it does not answer in time".to_owned());
        let (stream, handshake) = timeout(CONNECT_TIMEOUT, entering).await.map_err(late)??;
        let (commands, to_do) = mpsc::channel(COMMANDS_WAITING);
        let (tell, events) = mpsc::channel(EVENTS_WAITING);
        let line = Line {
            stream,
            namespace,
            silence: handshake.silence(),
            tell: tell.clone(),
            acknowledgements: HashMap::new(),
            emitted: 0,
        };
        tokio::spawn(async move {
            let lost = line.serve(to_do).await;
            tracing::debug!(%lost, "a Socket.IO connection has ended");
            // Nobody may be listening any more.
            let _ = tell.send(SocketEvent::Lost(lost)).await;
        });
        let max_payload = usize::try_from(handshake.max_payload).unwrap_or(usize::MAX);
        let max_event_bytes = max_payload.saturating_sub(namespace.len() + ENVELOPE_BYTES);
        Ok((Self { commands, max_event_bytes }, events))
    }

    /// Emits an event; returns what it is acknowledged with.
    pub async fn emit(&self, event: &str, payload: &impl Serialize) -> Result<Value, EmitError> {
        let event = serde_json::to_string(&(event, payload)).map_err(|_| EmitError::TooLarge)?;
        if event.len() > self.max_event_bytes {
            return Err(EmitError::TooLarge);
        }
        let asking = async {
            let (acknowledged, answer) = oneshot::channel();
            let sent = self.commands.send(Command::Emit { event, acknowledged }).await;
            sent.map_err(|_| EmitError::Lost)?;
            answer.await.map_err(|_| EmitError::Lost)
        };
        timeout(ACK_TIMEOUT, asking).await.unwrap_or(Err(EmitError::Unanswered))
    }

    /// Whether the connection has ended.
    pub fn is_lost(&self) -> bool {
        self.commands.is_closed()
    }

    /// Ends the connection, once what was emitted before has been sent.
    pub async fn hang_up(&self) {
        // It may have ended by itself.
        let _ = self.commands.send(Command::HangUp).await;
    }
}

/// Connects, and says what has to be said first.
async fn enter(
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
struct Line {
    stream: WebSocket,
    namespace: &'static str,
    silence: Duration,
    tell: mpsc::Sender<SocketEvent>,
    acknowledgements: HashMap<u64, oneshot::Sender<Value>>,
    emitted: u64,
}

impl Line {
    /// Serves the connection to its end. What was not acknowledged by then never is.
    async fn serve(mut self, mut to_do: mpsc::Receiver<Command>) -> Lost {
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
