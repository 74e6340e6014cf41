//! Carries out what clients ask: changes the rooms, answers, and tells the members. Called by
//! `namespace` for every event and for every socket that goes.

mod knocking;
mod relaying;

use std::sync::{Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;
use sharesync_protocol::signaling::{
    Addressed, Auth, DISPLACED, Done, EJECTED, Eject, IceServer, IceServers, Joined, Lock,
    PEER_AWAY, PEER_JOINED, PEER_LEFT, PeerAway, PeerJoined, PeerLeft, ROOM_LOCKED,
};
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::limiter::KeyedLimiter;
use sharesync_service_kit::secret::random_bytes;
use socketioxide::SocketIo;
use socketioxide::extract::AckSender;
use socketioxide::socket::{DisconnectReason, Sid};

use crate::SignalingConfig;
use crate::knocks::Knocks;
use crate::post::Post;
use crate::request::{Request, RequestError};
use crate::rooms::{Ejected, Entered, Left, Limits, RoomError, Rooms};
use crate::session::{Session, SocketLimits};

/// The rooms, and the sockets of those who are in them.
pub(crate) struct Hub {
    /// What reaches the sockets.
    pub(crate) post: Post,
    config: SignalingConfig,
    entries: KeyedLimiter<ClientNetwork>,
    knocks_allowed: KeyedLimiter<ClientNetwork>,
    state: Mutex<State>,
}

struct State {
    rooms: Rooms<Sid>,
    knocks: Knocks<Sid>,
    rng: StdRng,
}

impl Hub {
    /// A hub without rooms.
    pub(crate) fn new(config: SignalingConfig, io: SocketIo) -> Self {
        let limits = Limits {
            rooms: config.max_rooms,
            peers: config.max_peers_per_room,
            grace: config.grace,
        };
        Self {
            post: Post::new(io),
            entries: KeyedLimiter::new(config.entries_per_client, &config.clock),
            knocks_allowed: KeyedLimiter::new(config.knocks_per_client, &config.clock),
            config,
            state: Mutex::new(State {
                rooms: Rooms::new(limits),
                knocks: Knocks::new(),
                rng: StdRng::from_seed(random_bytes()),
            }),
        }
    }

    /// Rooms that are open now.
    pub(crate) fn rooms_open(&self) -> usize {
        self.state().rooms.open()
    }

    /// Whether who brings this may come in: with a good ticket, or where none is asked for.
    pub(crate) fn admits(&self, auth: &Auth) -> bool {
        let Some(key) = &self.config.ticket_key else { return true };
        auth.ticket.as_ref().is_some_and(|ticket| key.admits(ticket, &self.config.clock))
    }

    /// The limits of one socket.
    pub(crate) fn socket_limits(&self) -> SocketLimits {
        SocketLimits::new(&self.config)
    }

    /// Does what `session` asks, and acknowledges it.
    pub(crate) fn carry_out(&self, session: &Session, request: Request, ack: AckSender) {
        match request {
            Request::Create(create) => self.enter(session, ack, |state| {
                let entered = state.rooms.create(session.id, create, &mut state.rng)?;
                tracing::info!(rooms_open = state.rooms.open(), "room opened");
                Ok(entered)
            }),
            Request::Join(join) => {
                self.enter(session, ack, |state| {
                    state.rooms.join(session.id, join, &mut state.rng)
                });
            }
            Request::Leave => self.leave(session, ack),
            Request::Lock(lock) => self.lock(session, lock, ack),
            Request::Eject(eject) => self.eject(session, &eject, ack),
            Request::IceServers => {
                let outcome = self.tell_ice_servers(session);
                self.post.answer(session, ack, outcome);
            }
            Request::OpenCode => self.open_code(session, ack),
            Request::CloseCode => {
                let done = self.close_code(session);
                self.post.answer(session, ack, Ok(done));
            }
            Request::Knock(knock) => self.knock(session, knock, ack),
            Request::Pake(message) => {
                let outcome = self.pake(session, &message);
                self.post.answer(session, ack, outcome);
            }
            Request::EndKnock(ending) => {
                let outcome = self.end_knock(session, &ending);
                self.post.answer(session, ack, outcome);
            }
            Request::OpenRelay(wanted) => {
                let outcome = self.open_relay(session, &wanted);
                self.post.answer(session, ack, outcome);
            }
            Request::Relay { event, message } => {
                let outcome = self.relay(session, event, message);
                self.post.answer(session, ack, outcome.map(|()| Done {}));
            }
        }
    }

    /// Takes note that a socket is no more. One that said goodbye has left its room; one that was
    /// lost is away from it.
    pub(crate) fn gone(&self, session: &Session, reason: DisconnectReason) {
        let mut state = self.state();
        session.mark_gone();
        self.tell_of_ends(state.knocks.gone(session.id));
        if matches!(reason, DisconnectReason::ClientNSDisconnect) {
            if let Ok(left) = state.rooms.leave(session.id) {
                self.tell_of_departure(&state, left);
            }
        } else if let Ok(Left { peer, tell, .. }) =
            state.rooms.lose(session.id, self.config.clock.now_ms())
        {
            self.post.notify(&tell, PEER_AWAY, &PeerAway { peer });
        }
    }

    /// Ends what has expired by now.
    pub(crate) fn sweep(&self) {
        self.expire(&mut self.state());
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
            return self.post.refuse(session, ack, RequestError::RateLimited);
        }
        let mut state = self.state();
        if session.is_gone() {
            return; // Its departure was dealt with before its last event: it must not come back.
        }
        // A secret is void from the moment its member's grace is over, whenever the next sweep is.
        self.expire(&mut state);
        let entered = match way_in(&mut state) {
            Ok(entered) => entered,
            Err(error) => return self.post.refuse(session, ack, error.into()),
        };
        let Entered { room, me, resume, peers, tell, displaced, locked } = entered;
        if let Some(displaced) = displaced {
            self.post.notify(&[displaced], DISPLACED, &Done {});
            self.tell_of_ends(state.knocks.shut(displaced));
        }
        let newcomer = PeerJoined { peer: me.clone() };
        let ice_servers = self.ice_servers(session);
        self.post.answer(session, ack, Ok(Joined { room, me, peers, ice_servers, resume, locked }));
        self.post.notify(&tell, PEER_JOINED, &newcomer);
    }

    fn leave(&self, session: &Session, ack: AckSender) {
        let mut state = self.state();
        match state.rooms.leave(session.id) {
            Ok(left) => {
                self.post.answer(session, ack, Ok(Done {}));
                self.tell_of_ends(state.knocks.shut(session.id));
                self.tell_of_departure(&state, left);
            }
            Err(error) => self.post.refuse(session, ack, error.into()),
        }
    }

    fn lock(&self, session: &Session, lock: Lock, ack: AckSender) {
        let mut state = self.state();
        match state.rooms.lock(session.id, lock.locked) {
            Ok(tell) => {
                self.post.answer(session, ack, Ok(Done {}));
                self.post.notify(&tell, ROOM_LOCKED, &lock);
            }
            Err(error) => self.post.refuse(session, ack, error.into()),
        }
    }

    fn eject(&self, session: &Session, eject: &Eject, ack: AckSender) {
        let mut state = self.state();
        match state.rooms.eject(session.id, &eject.peer) {
            Ok(Ejected { left, key }) => {
                self.post.answer(session, ack, Ok(Done {}));
                if let Some(ejected) = key {
                    self.post.notify(&[ejected], EJECTED, &Done {});
                    self.tell_of_ends(state.knocks.shut(ejected));
                }
                self.tell_of_departure(&state, left);
            }
            Err(error) => self.post.refuse(session, ack, error.into()),
        }
    }

    fn tell_ice_servers(&self, session: &Session) -> Result<IceServers, RequestError> {
        if self.state().rooms.is_in_one(session.id) {
            let turn = self.config.turn.as_ref();
            let host = session.host.as_deref();
            let stun_probes = turn.map(|turn| turn.stun_probes(host)).unwrap_or_default();
            Ok(IceServers { ice_servers: self.ice_servers(session), stun_probes })
        } else {
            Err(RoomError::NotInRoom.into())
        }
    }

    /// What a member is told whenever it enters or asks.
    fn ice_servers(&self, session: &Session) -> Vec<IceServer> {
        let turn = self.config.turn.as_ref();
        let turn = turn.and_then(|turn| turn.ice_server(session.host.as_deref()));
        self.config.ice_servers.iter().cloned().chain(turn).collect()
    }

    fn relay(
        &self,
        session: &Session,
        event: &str,
        message: Addressed,
    ) -> Result<(), RequestError> {
        let route = self.state().rooms.route(session.id, &message.to)?;
        self.post.emit(route.to, event, &message.relayed_from(route.from))
    }

    fn expire(&self, state: &mut State) {
        let now_ms = self.config.clock.now_ms();
        while let Some(left) = state.rooms.expire(now_ms) {
            self.tell_of_departure(state, left);
        }
    }

    fn tell_of_departure(&self, state: &State, left: Left<Sid>) {
        if left.room_ended {
            tracing::info!(rooms_open = state.rooms.open(), "room closed");
        }
        self.post.notify(&left.tell, PEER_LEFT, &PeerLeft { peer: left.peer });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Rooms change in one step before anything else is done, so that they are sound even if a
        // handler panicked while it held them: one socket's trouble stays its own.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
