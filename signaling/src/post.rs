//! What is said to the sockets of this node: acknowledgements, news and relayed messages; and what
//! becomes of a socket that cannot be told. Used by `hub` and `registry`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sharesync_protocol::code::{KNOCK, KNOCK_ENDED, Knocking};
use sharesync_protocol::nearby::{NEARBY_APPEARED, NEARBY_GONE, NEARBY_KNOCK, NearbyNews};
use sharesync_protocol::signaling::{
    DISPLACED, Done, EJECTED, Lock, NAMESPACE, PEER_AWAY, PEER_JOINED, PEER_LEFT, PeerAway,
    PeerJoined, PeerLeft, ROOM_LOCKED, Refusal,
};
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::operators::BroadcastOperators;
use socketioxide::socket::Sid;
use socketioxide::{SendError, SocketError, SocketIo};

use crate::news::News;
use crate::request::RequestError;
use crate::session::Session;

/// The way to every socket in the namespace.
pub(crate) struct Post {
    io: SocketIo,
}

/// Who asked for something, and how it is acknowledged.
pub(crate) struct Asker {
    /// Who.
    pub(crate) session: Arc<Session>,
    /// How.
    pub(crate) ack: AckSender,
}

/// Why a message did not reach a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Undelivered {
    /// The socket is no more.
    Gone,
    /// It does not keep up.
    Busy,
    /// It cannot be said in a packet.
    Unsayable,
}

impl Post {
    /// The way to the sockets of `io`.
    pub(crate) fn new(io: SocketIo) -> Self {
        Self { io }
    }

    /// Acknowledges an event with what came of it. Of what came of it nobody knows, nothing is said.
    pub(crate) fn answer<T: Serialize>(&self, asker: Asker, outcome: Result<T, RequestError>) {
        let Asker { session, ack } = asker;
        let sent = match outcome {
            Ok(answer) => ack.send(&answer),
            Err(RequestError::Unheard) => return,
            Err(error) => ack.send(&Refusal::from(error)),
        };
        if let Err(SendError::Socket(SocketError::InternalChannelFull)) = sent {
            self.let_go(session.address.socket);
        }
    }

    /// Acknowledges an event that is not carried out.
    pub(crate) fn refuse(&self, asker: Asker, error: RequestError) {
        self.answer::<Done>(asker, Err(error));
    }

    /// Tells a socket what it cannot do without.
    pub(crate) fn tell(&self, to: Sid, news: News) {
        let told = match news {
            News::PeerJoined(peer) => self.emit(to, PEER_JOINED, &PeerJoined { peer }),
            News::PeerAway(peer) => self.emit(to, PEER_AWAY, &PeerAway { peer }),
            News::PeerLeft(peer) => self.emit(to, PEER_LEFT, &PeerLeft { peer }),
            News::Locked(locked) => self.emit(to, ROOM_LOCKED, &Lock { locked }),
            News::Ejected => self.emit(to, EJECTED, &Done {}),
            News::Displaced => self.emit(to, DISPLACED, &Done {}),
            News::Knocked(message) => self.emit(to, KNOCK, &message),
            News::KnockEnded(knock) => self.emit(to, KNOCK_ENDED, &Knocking { knock }),
            News::NearbyAppeared(device) => self.emit(to, NEARBY_APPEARED, &NearbyNews { device }),
            News::NearbyGone(device) => self.emit(to, NEARBY_GONE, &NearbyNews { device }),
            News::NearbyKnocked(heard) => self.emit(to, NEARBY_KNOCK, &heard),
        };
        if told == Err(Undelivered::Busy) {
            self.let_go(to);
        }
    }

    /// Sends an event to one socket.
    pub(crate) fn emit(
        &self,
        to: Sid,
        event: &str,
        data: &impl Serialize,
    ) -> Result<(), Undelivered> {
        // Between leaving the rooms and being forgotten by Socket.IO, and the other way round, a
        // socket is there for one and not for the other.
        let socket = self.socket(to).ok_or(Undelivered::Gone)?;
        socket.emit(event, data).map_err(|error| match error {
            SendError::Socket(SocketError::InternalChannelFull) => Undelivered::Busy,
            SendError::Socket(SocketError::Closed) => Undelivered::Gone,
            SendError::Serialize(_) => Undelivered::Unsayable,
        })
    }

    /// Disconnects a socket that could not be told something it cannot do without: better that it
    /// knows it is out than that it believes in a room that is not so any more.
    pub(crate) fn let_go(&self, id: Sid) {
        if let Some(socket) = self.socket(id) {
            Session::of(&socket).let_go(socket);
        }
    }

    /// Disconnects every socket, for whatever they believe in may not be so.
    pub(crate) fn let_all_go(&self) {
        for socket in self.io.of(NAMESPACE).into_iter().flat_map(BroadcastOperators::sockets) {
            Session::of(&socket).let_go(socket);
        }
    }

    fn socket(&self, id: Sid) -> Option<SocketRef> {
        self.io.of(NAMESPACE)?.get_socket(id)
    }
}
