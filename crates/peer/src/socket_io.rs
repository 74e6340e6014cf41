//! A Socket.IO client over a WebSocket, in one namespace. It does not come back by itself: whoever uses it knows
//! what has to be said again. Used by `SignalingClient`.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::dialer::Dialer;
use crate::socket_line::{Command, Line, enter};

/// How long reaching the server and entering the namespace may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the server may take to acknowledge.
const ACK_TIMEOUT: Duration = Duration::from_secs(8);
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
        let line = Line::new(stream, namespace, handshake.silence(), tell.clone());
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
