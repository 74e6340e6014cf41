//! What is said to sockets: acknowledgements, news and relayed messages; and what becomes of a
//! socket that cannot be told. Used by `hub`.

use serde::Serialize;
use sharesync_protocol::signaling::{Done, NAMESPACE, Refusal};
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::socket::Sid;
use socketioxide::{SendError, SocketError, SocketIo};

use crate::request::RequestError;
use crate::rooms::RoomError;
use crate::session::Session;

/// The way to every socket in the namespace.
pub(crate) struct Post {
    io: SocketIo,
}

impl Post {
    /// The way to the sockets of `io`.
    pub(crate) fn new(io: SocketIo) -> Self {
        Self { io }
    }

    /// Acknowledges an event with what came of it.
    pub(crate) fn answer<T: Serialize>(
        &self,
        session: &Session,
        ack: AckSender,
        outcome: Result<T, RequestError>,
    ) {
        let sent = match outcome {
            Ok(answer) => ack.send(&answer),
            Err(error) => ack.send(&Refusal::from(error)),
        };
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = sent {
            self.let_go(session.id);
        }
    }

    /// Acknowledges an event that is not carried out.
    pub(crate) fn refuse(&self, session: &Session, ack: AckSender, error: RequestError) {
        self.answer::<Done>(session, ack, Err(error));
    }

    /// Tells each of the sockets what it cannot do without.
    pub(crate) fn notify(&self, sockets: &[Sid], event: &str, news: &impl Serialize) {
        for &socket in sockets {
            if let Err(RequestError::PeerBusy) = self.emit(socket, event, news) {
                self.let_go(socket);
            }
        }
    }

    /// Sends an event to one socket.
    pub(crate) fn emit(
        &self,
        to: Sid,
        event: &str,
        data: &impl Serialize,
    ) -> Result<(), RequestError> {
        // Between leaving the rooms and being forgotten by Socket.IO, and the other way round, a
        // socket is there for one and not for the other.
        let gone = RequestError::Room(RoomError::UnknownPeer);
        let socket = self.socket(to).ok_or(gone)?;
        socket.emit(event, data).map_err(|error| match error {
            SendError::Socket(SocketError::InternalChannelFull) => RequestError::PeerBusy,
            SendError::Socket(SocketError::Closed) => gone,
            SendError::Serialize(_) => RequestError::Malformed,
        })
    }

    /// Disconnects a socket that could not be told something it cannot do without: better that it
    /// knows it is out than that it believes in a room that is not so any more.
    fn let_go(&self, id: Sid) {
        if let Some(socket) = self.socket(id) {
            Session::of(&socket).let_go(socket);
        }
    }

    fn socket(&self, id: Sid) -> Option<SocketRef> {
        self.io.of(NAMESPACE)?.get_socket(id)
    }
}
