//! Devices nearby, carried out. They are known to the node that they are connected to, in memory,
//! wherever rooms are kept: nothing here is waited for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use sharesync_protocol::code::{KNOCK_ENDED, KnockId, KnockMessage, Knocking, PAKE};
use sharesync_protocol::nearby::{
    Appear, Appeared, NEARBY_APPEARED, NEARBY_GONE, NEARBY_KNOCK, NearbyKnock, NearbyNews,
};
use sharesync_protocol::signaling::Done;
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::limiter::KeyedLimiter;
use sharesync_service_kit::secret::random_bytes;
use socketioxide::socket::Sid;

use super::Hub;
use crate::SignalingConfig;
use crate::nearby::{Ended, Found, Gone, Nearby, NearbyError, Sighted, Talks};
use crate::post::{Asker, Post, Undelivered};
use crate::request::RequestError;
use crate::rooms::RoomError;
use crate::session::Session;
use crate::visit::Visit;

/// Who sees whom at this node, and who knocks at whom.
pub(super) struct Neighbourhood {
    /// Whether anybody may be told of anybody.
    is_open: bool,
    post: Arc<Post>,
    appearances: KeyedLimiter<ClientNetwork>,
    knocks: KeyedLimiter<ClientNetwork>,
    state: Mutex<State>,
}

struct State {
    nearby: Nearby<Sid>,
    talks: Talks<Sid>,
    rng: StdRng,
}

impl Neighbourhood {
    /// Nobody is there yet.
    pub(super) fn new(config: &SignalingConfig, post: Arc<Post>) -> Self {
        Self {
            is_open: config.devices_per_network > 0,
            post,
            appearances: KeyedLimiter::new(config.appearances_per_client, &config.clock),
            knocks: KeyedLimiter::new(config.nearby_knocks_per_client, &config.clock),
            state: Mutex::new(State {
                nearby: Nearby::new(config.devices_per_network),
                talks: Talks::new(),
                rng: StdRng::from_seed(random_bytes()),
            }),
        }
    }

    /// Everybody is told while the state is held: so nobody hears of a device before it knows its own
    /// list, nor of its end before its beginning.
    fn appear(&self, appear: Appear, asker: Asker) {
        let session = Arc::clone(&asker.session);
        let mut state = self.state();
        let Sighted { me, devices, tell, before } = match self.show(&mut state, &session, appear) {
            Ok(sighted) => sighted,
            Err(error) => return self.post.refuse(asker, error.into()),
        };
        let news = NearbyNews { device: me.clone() };
        self.post.answer(asker, Ok(Appeared { me, devices }));
        self.tell_of_the_gone(before);
        self.tell(&tell, NEARBY_APPEARED, &news);
    }

    fn show(
        &self,
        state: &mut State,
        session: &Session,
        appear: Appear,
    ) -> Result<Sighted<Sid>, NearbyError> {
        let network = session.nearby.filter(|_| self.is_open).ok_or(NearbyError::NoNearby)?;
        state.nearby.appear(session.address.socket, network, appear, &mut state.rng)
    }

    /// Whether a socket can be seen.
    fn shows(&self, socket: Sid) -> bool {
        self.state().nearby.shows(socket)
    }

    /// Lets a socket be seen no more, if it could be.
    fn hide(&self, socket: Sid) {
        let mut state = self.state();
        self.tell_of_the_gone(state.nearby.disappear(socket));
    }

    /// Forgets a socket that is no more.
    pub(super) fn forget(&self, socket: Sid) {
        let mut state = self.state();
        self.tell_of_ends(state.talks.gone(socket));
        self.tell_of_the_gone(state.nearby.disappear(socket));
    }

    /// The one that is knocked at hears of it, and the knocker of its knock, while the state is held:
    /// so nothing that follows comes before them.
    fn knock(&self, me: Sid, said: NearbyKnock, asker: Asker) {
        let mut state = self.state();
        let State { nearby, talks, rng } = &mut *state;
        let Found { from, to } = match nearby.find(me, &said.device) {
            Ok(found) => found,
            Err(error) => return self.post.refuse(asker, error.into()),
        };
        let (knock, before) = talks.begin(me, to, rng);
        self.tell_of_ends(before);
        self.tell(&[to], NEARBY_KNOCK, &said.heard_from(from, knock.clone()));
        self.post.answer(asker, Ok(Knocking { knock }));
    }

    /// Brings a message to the other side of a knock.
    fn pake(&self, me: Sid, message: &KnockMessage) -> Result<Done, RequestError> {
        let other = self.state().talks.route(me, &message.knock);
        match self.post.emit(other.ok_or(RoomError::UnknownKnock)?, PAKE, message) {
            // Its socket is gone, and the knock is about to be.
            Err(Undelivered::Gone) => Err(RoomError::UnknownKnock.into()),
            outcome => Ok(outcome.map(|()| Done {})?),
        }
    }

    fn end_knock(&self, me: Sid, knock: &KnockId) -> Result<Done, RequestError> {
        let ended = self.state().talks.end(me, knock).ok_or(RoomError::UnknownKnock)?;
        self.tell_of_ends([ended]);
        Ok(Done {})
    }

    fn tell_of_ends(&self, ended: impl IntoIterator<Item = Ended<Sid>>) {
        for Ended { knock, tell } in ended {
            self.tell(&[tell], KNOCK_ENDED, &Knocking { knock });
        }
    }

    fn tell_of_the_gone(&self, gone: Option<Gone<Sid>>) {
        if let Some(Gone { device, tell }) = gone {
            self.tell(&tell, NEARBY_GONE, &NearbyNews { device });
        }
    }

    /// Tells each of the sockets what it cannot do without.
    fn tell(&self, sockets: &[Sid], event: &str, news: &impl Serialize) {
        for &socket in sockets {
            if self.post.emit(socket, event, news) == Err(Undelivered::Busy) {
                self.post.let_go(socket);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It changes in one step before anybody is told, so that it is sound even if a handler
        // panicked while it was held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    pub(super) async fn appear(&self, visit: &Visit, appear: Appear, asker: Asker) {
        if self.nearby.appearances.check(&asker.session.network).is_err() {
            return self.post.refuse(asker, RequestError::RateLimited);
        }
        match self.visits_somebody(visit, &asker.session).await {
            Ok(false) => self.nearby.appear(appear, asker),
            Ok(true) => self.post.refuse(asker, RoomError::NotOwner.into()),
            Err(error) => self.post.refuse(asker, error),
        }
    }

    pub(super) fn disappear(&self, asker: Asker) {
        let me = asker.session.address.socket;
        self.post.answer(asker, Ok(Done {}));
        self.nearby.hide(me);
    }

    /// Whoever visits somebody is not at home: it is in that room for its files.
    pub(super) async fn hide_visitor(&self, visit: &Visit, session: &Session) {
        let me = session.address.socket;
        if !self.nearby.shows(me) {
            return;
        }
        // Where that cannot be known, it is better not seen.
        if !matches!(self.visits_somebody(visit, session).await, Ok(false)) {
            self.nearby.hide(me);
        }
    }

    /// Whether a socket is in a room that somebody else made.
    async fn visits_somebody(
        &self,
        visit: &Visit,
        session: &Session,
    ) -> Result<bool, RequestError> {
        let Some(room) = &visit.room else { return Ok(false) };
        let visits = self.rooms.look(room, |room| room.is_visited_by(session.address)).await?;
        Ok(visits.unwrap_or(false))
    }

    pub(super) fn knock_nearby(&self, knock: NearbyKnock, asker: Asker) {
        if self.nearby.knocks.check(&asker.session.network).is_err() {
            return self.post.refuse(asker, RequestError::RateLimited);
        }
        self.nearby.knock(asker.session.address.socket, knock, asker);
    }

    /// Whether a knock is between devices nearby, and this socket has part in it.
    pub(super) fn is_nearby(&self, asker: &Asker, knock: &KnockId) -> bool {
        self.nearby.state().talks.route(asker.session.address.socket, knock).is_some()
    }

    pub(super) fn pake_nearby(&self, message: &KnockMessage, asker: Asker) {
        let outcome = self.nearby.pake(asker.session.address.socket, message);
        self.post.answer(asker, outcome);
    }

    pub(super) fn end_knock_nearby(&self, ending: &Knocking, asker: Asker) {
        let outcome = self.nearby.end_knock(asker.session.address.socket, &ending.knock);
        self.post.answer(asker, outcome);
    }
}
