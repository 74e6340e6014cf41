//! Carries out what clients ask: changes the rooms, answers, and tells the members. Called by
//! `namespace` for every event and for every socket that goes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use sharesync_protocol::signaling::{
    Addressed, Done, Joined, NAMESPACE, PEER_JOINED, PEER_LEFT, Peer, PeerJoined, PeerLeft, Refusal,
};
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::limiter::KeyedLimiter;
use sharesync_service_kit::secret::random_bytes;
use socketioxide::extract::{AckSender, SocketRef};
use socketioxide::socket::Sid;
use socketioxide::{SendError, SocketError, SocketIo};

use crate::SignalingConfig;
use crate::request::{Request, RequestError};
use crate::rooms::{Entered, Left, Limits, Member, RoomError, Rooms};
use crate::session::{Session, SocketLimits};

/// The rooms, and the sockets of those who are in them.
pub(crate) struct Hub {
    io: SocketIo,
    config: SignalingConfig,
    entries: KeyedLimiter<ClientNetwork>,
    state: Mutex<State>,
}

struct State {
    rooms: Rooms<Sid>,
    rng: StdRng,
}

impl Hub {
    /// A hub without rooms.
    pub(crate) fn new(config: SignalingConfig, io: SocketIo) -> Self {
        let limits = Limits { rooms: config.max_rooms, peers: config.max_peers_per_room };
        Self {
            io,
            entries: KeyedLimiter::new(config.entries_per_client, &config.clock),
            config,
            state: Mutex::new(State {
                rooms: Rooms::new(limits),
                rng: StdRng::from_seed(random_bytes()),
            }),
        }
    }

    /// Rooms that are open now.
    pub(crate) fn rooms_open(&self) -> usize {
        self.state().rooms.open()
    }

    /// The limits of one socket.
    pub(crate) fn socket_limits(&self) -> SocketLimits {
        SocketLimits::new(&self.config)
    }

    /// Does what `session` asks, and acknowledges it.
    pub(crate) fn carry_out(&self, session: &Session, request: Request, ack: AckSender) {
        match request {
            Request::Create => {
                self.enter(session, ack, |state| state.rooms.create(session.id, &mut state.rng));
            }
            Request::Join(join) => self.enter(session, ack, |state| {
                state.rooms.join(session.id, &join.room, &mut state.rng)
            }),
            Request::Leave => self.leave(session, ack),
            Request::Relay { event, message } => {
                let outcome = self.relay(session, event, message);
                self.answer(session, ack, outcome.map(|()| Done {}));
            }
        }
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

    /// Ends the membership of a socket that is no more.
    pub(crate) fn gone(&self, session: &Session) {
        let mut state = self.state();
        session.mark_gone();
        if let Ok(left) = state.rooms.leave(session.id) {
            self.tell_of_departure(&state, &left);
        }
    }

    /// Members are told while the state is held, so that each hears of changes in the order in
    /// which they happened, and hears from nobody before it knows its own room.
    fn enter(
        &self,
        session: &Session,
        ack: AckSender,
        way_in: impl FnOnce(&mut State) -> Result<Entered<Sid>, RoomError>,
    ) {
        if self.entries.check(&session.network).is_err() {
            return self.answer::<Done>(session, ack, Err(RequestError::RateLimited));
        }
        let mut state = self.state();
        if session.is_gone() {
            return; // Its departure was dealt with before its last event: it must not come back.
        }
        let entered = match way_in(&mut state) {
            Ok(entered) => entered,
            Err(error) => return self.answer::<Done>(session, ack, Err(error.into())),
        };
        if entered.others.is_empty() {
            tracing::info!(rooms_open = state.rooms.open(), "room opened");
        }
        let newcomer = PeerJoined { peer: Peer { id: entered.peer.clone() } };
        let joined = self.joined(&entered);
        self.answer(session, ack, Ok(joined));
        self.notify(&entered.others, PEER_JOINED, &newcomer);
    }

    fn leave(&self, session: &Session, ack: AckSender) {
        let mut state = self.state();
        match state.rooms.leave(session.id) {
            Ok(left) => {
                self.answer(session, ack, Ok(Done {}));
                self.tell_of_departure(&state, &left);
            }
            Err(error) => self.answer::<Done>(session, ack, Err(error.into())),
        }
    }

    fn relay(
        &self,
        session: &Session,
        event: &str,
        message: Addressed,
    ) -> Result<(), RequestError> {
        let route = self.state().rooms.route(session.id, &message.to)?;
        self.emit(route.to, event, &message.relayed_from(route.from))
    }

    fn joined(&self, entered: &Entered<Sid>) -> Joined {
        let others = entered.others.iter();
        Joined {
            room: entered.room.clone(),
            me: Peer { id: entered.peer.clone() },
            peers: others.map(|Member { peer, .. }| Peer { id: peer.clone() }).collect(),
            ice_servers: self.config.ice_servers.clone(),
        }
    }

    fn tell_of_departure(&self, state: &State, left: &Left<Sid>) {
        if left.others.is_empty() {
            tracing::info!(rooms_open = state.rooms.open(), "room closed");
        }
        let departed = PeerLeft { peer: Peer { id: left.peer.clone() } };
        self.notify(&left.others, PEER_LEFT, &departed);
    }

    fn notify(&self, members: &[Member<Sid>], event: &str, news: &impl Serialize) {
        for member in members {
            if let Err(RequestError::PeerBusy) = self.emit(member.key, event, news) {
                self.let_go(member.key);
            }
        }
    }

    fn emit(&self, to: Sid, event: &str, data: &impl Serialize) -> Result<(), RequestError> {
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

    fn state(&self) -> MutexGuard<'_, State> {
        // Rooms change in one step before anything else is done, so that they are sound even if a
        // handler panicked while it held them: one socket's trouble stays its own.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
