//! Carries out what clients ask: has the rooms changed, and messages brought across. Called by
//! `turns` for every event and for every socket that goes.

mod knocking;
mod nearby;
mod relaying;
mod reporting;

use std::sync::Arc;

use serde::Serialize;
use sharesync_protocol::signaling::{
    Auth, Create, Done, Eject, IceServer, IceServers, Join, Joined, Lock, RoomId,
};
use sharesync_service_kit::secret::random_token;
use sharesync_service_kit::shared_limiter::{LimitStore, SharedLimiter};
use socketioxide::SocketIo;
use socketioxide::socket::DisconnectReason;

use crate::SignalingConfig;
use crate::address::Address;
use crate::draft::Moment;
use crate::post::{Asker, Post};
use crate::registry::Registry;
use crate::request::{Request, RequestError};
use crate::rooms::{Entered, Room, RoomError};
use crate::session::{Session, SocketLimits};
use crate::visit::Visit;

/// Everything that a socket's events are carried out with.
pub(crate) struct Hub {
    /// What reaches the sockets of this node.
    pub(crate) post: Arc<Post>,
    /// The rooms, and who is nearby.
    pub(crate) registry: Registry,
    config: SignalingConfig,
    entries_allowed: Option<SharedLimiter>,
    knocks_allowed: SharedLimiter,
    reports_allowed: SharedLimiter,
    appearances_allowed: SharedLimiter,
    nearby_knocks_allowed: SharedLimiter,
}

impl Hub {
    /// A hub whose rooms are kept where `config` says.
    pub(crate) fn new(config: SignalingConfig, io: SocketIo) -> Self {
        let post = Arc::new(Post::new(io));
        let redis = config.cluster.as_ref().map(|cluster| LimitStore::new(cluster.client.clone()));
        let shared = |name, rate| SharedLimiter::new(name, rate, &config.clock, redis.clone());
        Self {
            registry: Registry::new(&config, Arc::clone(&post)),
            post,
            entries_allowed: config.entries_per_client.map(|rate| shared("room-join", rate)),
            knocks_allowed: shared("knock", config.knocks_per_client),
            reports_allowed: shared("report", config.reports_per_client),
            appearances_allowed: shared("appearance", config.appearances_per_client),
            nearby_knocks_allowed: shared("nearby-knock", config.nearby_knocks_per_client),
            config,
        }
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

    /// Does what a socket asks, and acknowledges it.
    pub(crate) async fn carry_out(&self, visit: &mut Visit, request: Request, asker: Asker) {
        match request {
            Request::Create(create) => self.create(visit, &create, asker).await,
            Request::Join(join) => self.join(visit, &join, asker).await,
            Request::Leave => self.leave(visit, asker).await,
            Request::Lock(lock) => self.lock(visit, lock, asker).await,
            Request::Eject(eject) => self.eject(visit, &eject, asker).await,
            Request::IceServers => self.tell_ice_servers(visit, asker).await,
            Request::OpenCode => self.open_code(visit, asker).await,
            Request::CloseCode => self.close_code(visit, asker).await,
            Request::Knock(knock) => self.knock(visit, &knock, asker).await,
            Request::Pake(message) => self.pake(visit, &message, asker).await,
            Request::EndKnock(ending) => self.end_knock(visit, &ending, asker).await,
            Request::Appear(appear) => self.appear(visit, &appear, asker).await,
            Request::Disappear => self.disappear(visit, asker).await,
            Request::KnockNearby(knock) => self.knock_nearby(visit, &knock, asker).await,
            Request::Report(report) => self.report(visit, &report, asker).await,
            Request::OpenRelay(wanted) => self.open_relay(visit, &wanted, asker).await,
            Request::Relay { event, message } => self.relay(visit, event, message, asker).await,
        }
    }

    /// Takes note that a socket is no more. One that said goodbye has left its room; one that was
    /// lost is away from it. To be tried again when the rooms cannot be reached.
    pub(crate) async fn gone(
        &self,
        me: Address,
        visit: &mut Visit,
        reason: DisconnectReason,
    ) -> Result<(), RequestError> {
        self.leave_neighbourhood(me, visit).await?;
        let said_goodbye = matches!(reason, DisconnectReason::ClientNSDisconnect);
        self.end_own_knock(me, visit).await?;
        let Some(id) = &visit.room else { return Ok(()) };
        let went = self.registry.change(id, None, |room, moment| {
            let room = room.as_mut().ok_or(RoomError::NotInRoom)?;
            let ended = if said_goodbye { room.leave(me, moment) } else { room.lose(me, moment) };
            Ok(ended?)
        });
        settled(went.await)?;
        visit.room = None;
        Ok(())
    }

    async fn create(&self, visit: &mut Visit, create: &Create, asker: Asker) {
        let id = RoomId(random_token::<16>());
        self.enter(visit, id, asker, |room, me, moment| {
            let (begun, entered) = Room::begin(me, create, moment);
            *room = Some(begun);
            Ok(entered)
        })
        .await;
    }

    async fn join(&self, visit: &mut Visit, join: &Join, asker: Asker) {
        self.enter(visit, join.room.clone(), asker, |room, me, moment| {
            room.as_mut().ok_or(RoomError::UnknownRoom)?.enter(me, join, moment)
        })
        .await;
    }

    async fn enter(
        &self,
        visit: &mut Visit,
        id: RoomId,
        asker: Asker,
        mut way_in: impl FnMut(&mut Option<Room>, Address, &mut Moment) -> Result<Entered, RoomError>
        + Send,
    ) {
        let session = Arc::clone(&asker.session);
        if let Some(allowed) = &self.entries_allowed
            && allowed.check(&session.network.key()).await.is_err()
        {
            return self.post.refuse(asker, RequestError::RateLimited);
        }
        if let Err(error) = self.check_is_outside(visit, &session).await {
            return self.post.refuse(asker, error);
        }
        let entered = self.registry.change(&id, Some(asker), |room, moment| {
            let Entered { me, resume, peers, locked, takes } =
                way_in(room, session.address, moment)?;
            let ice_servers = self.ice_servers(&session);
            Ok(Joined { room: id.clone(), me, peers, ice_servers, resume, locked, takes })
        });
        if let Ok(()) | Err(RequestError::Unheard) = entered.await {
            visit.room = Some(id);
            self.hide_visitor(visit, &session).await;
        }
    }

    /// Refuses whoever is in a room already.
    async fn check_is_outside(&self, visit: &Visit, session: &Session) -> Result<(), RequestError> {
        let Some(room) = &visit.room else { return Ok(()) };
        match self.registry.look(room, |room| room.holds(session.address)).await? {
            Some(true) => Err(RoomError::AlreadyInRoom.into()),
            _ => Ok(()),
        }
    }

    async fn leave(&self, visit: &mut Visit, asker: Asker) {
        let me = asker.session.address;
        let left = self.in_room(visit, asker, |room, moment| {
            room.leave(me, moment)?;
            Ok(Done {})
        });
        if left.await.is_ok() {
            visit.room = None;
        }
    }

    async fn lock(&self, visit: &Visit, Lock { locked }: Lock, asker: Asker) {
        let me = asker.session.address;
        let locking = self.in_room(visit, asker, |room, moment| {
            room.lock(me, locked, moment)?;
            Ok(Done {})
        });
        let _ = locking.await;
    }

    async fn eject(&self, visit: &Visit, eject: &Eject, asker: Asker) {
        let me = asker.session.address;
        let ejecting = self.in_room(visit, asker, |room, moment| {
            room.eject(me, &eject.peer, moment)?;
            Ok(Done {})
        });
        let _ = ejecting.await;
    }

    async fn tell_ice_servers(&self, visit: &Visit, asker: Asker) {
        let session = Arc::clone(&asker.session);
        let telling = self.in_room(visit, asker, |room, _| {
            if room.holds(session.address) {
                Ok(IceServers {
                    ice_servers: self.ice_servers(&session),
                    stun_probes: self.stun_probes(&session),
                })
            } else {
                Err(RoomError::NotInRoom)
            }
        });
        let _ = telling.await;
    }

    /// What a member is told whenever it enters or asks.
    fn ice_servers(&self, session: &Session) -> Vec<IceServer> {
        let turn = self.config.turn.as_ref();
        let turn = turn.and_then(|turn| turn.ice_server(session.host.as_deref()));
        self.config.ice_servers.iter().cloned().chain(turn).collect()
    }

    /// By which pages find out how their network maps addresses.
    fn stun_probes(&self, session: &Session) -> Vec<String> {
        let turn = self.config.turn.as_ref();
        turn.map(|turn| turn.stun_probes(session.host.as_deref())).unwrap_or_default()
    }

    /// Changes the room that a socket is in.
    async fn in_room<T: Serialize + Send>(
        &self,
        visit: &Visit,
        asker: Asker,
        mut act: impl FnMut(&mut Room, &mut Moment) -> Result<T, RoomError> + Send,
    ) -> Result<(), RequestError> {
        let Some(id) = &visit.room else {
            self.post.refuse(asker, RoomError::NotInRoom.into());
            return Err(RoomError::NotInRoom.into());
        };
        let acting = self.registry.change(id, Some(asker), |room, moment| {
            Ok(act(room.as_mut().ok_or(RoomError::NotInRoom)?, moment)?)
        });
        acting.await
    }
}

/// Whether a change that nobody is told the outcome of is done with: also when there was nothing to
/// change.
fn settled(outcome: Result<(), RequestError>) -> Result<(), RequestError> {
    match outcome {
        Err(RequestError::Unavailable | RequestError::Unheard) => outcome,
        _ => Ok(()),
    }
}
