//! Devices nearby, and knocks at them, carried out.

use std::sync::Arc;

use sharesync_protocol::code::{KnockId, Knocking};
use sharesync_protocol::nearby::{Appear, NearbyKnock};
use sharesync_protocol::signaling::Done;
use sharesync_service_kit::client_addr::ClientNetwork;

use super::{Hub, settled};
use crate::address::Address;
use crate::nearby::NearbyError;
use crate::post::Asker;
use crate::request::RequestError;
use crate::rooms::RoomError;
use crate::session::Session;
use crate::visit::Visit;

impl Hub {
    pub(super) async fn appear(&self, visit: &mut Visit, appear: &Appear, asker: Asker) {
        let session = Arc::clone(&asker.session);
        if self.appearances_allowed.check(&session.network.key()).await.is_err() {
            return self.post.refuse(asker, RequestError::RateLimited);
        }
        let tells = self.config.devices_per_network > 0;
        let Some(network) = session.nearby.filter(|_| tells) else {
            return self.post.refuse(asker, NearbyError::NoNearby.into());
        };
        match self.visits_somebody(visit, &session).await {
            Ok(false) => {}
            Ok(true) => return self.post.refuse(asker, RoomError::NotOwner.into()),
            Err(error) => return self.post.refuse(asker, error),
        }
        // From now on: whether it came to be seen may not be known.
        visit.neighbourhood = Some(network);
        let appearing = self.registry.change(&network, Some(asker), |neighbourhood, moment| {
            let neighbourhood = neighbourhood.get_or_insert_default();
            Ok(neighbourhood.appear(session.address, appear, moment)?)
        });
        let _ = appearing.await;
    }

    /// Being seen no more than before is no mistake.
    pub(super) async fn disappear(&self, visit: &Visit, asker: Asker) {
        let me = asker.session.address;
        let Some(network) = visit.neighbourhood else {
            return self.post.answer(asker, Ok(Done {}));
        };
        let _ = self.hide(&network, me, Some(asker)).await;
    }

    /// Whoever visits somebody is not at home: it is in that room for its files.
    pub(super) async fn hide_visitor(&self, visit: &Visit, session: &Session) {
        let Some(network) = visit.neighbourhood else { return };
        // Where that cannot be known, it is better not seen.
        if let Ok(false) = self.visits_somebody(visit, session).await {
            return;
        }
        let hiding = self.hide(&network, session.address, None);
        if settled(hiding.await).is_err() {
            self.post.let_go(session.address.socket);
        }
    }

    async fn hide(
        &self,
        network: &ClientNetwork,
        me: Address,
        asker: Option<Asker>,
    ) -> Result<(), RequestError> {
        let hiding = self.registry.change(network, asker, |neighbourhood, moment| {
            if let Some(neighbourhood) = neighbourhood {
                neighbourhood.disappear(me, moment);
            }
            Ok(Done {})
        });
        hiding.await
    }

    /// Whether a socket is in a room that somebody else made.
    async fn visits_somebody(
        &self,
        visit: &Visit,
        session: &Session,
    ) -> Result<bool, RequestError> {
        let Some(room) = &visit.room else { return Ok(false) };
        let visits = self.registry.look(room, |room| room.is_visited_by(session.address)).await?;
        Ok(visits.unwrap_or(false))
    }

    pub(super) async fn knock_nearby(&self, visit: &Visit, knock: &NearbyKnock, asker: Asker) {
        let me = asker.session.address;
        if self.nearby_knocks_allowed.check(&asker.session.network.key()).await.is_err() {
            return self.post.refuse(asker, RequestError::RateLimited);
        }
        let Some(network) = visit.neighbourhood else {
            return self.post.refuse(asker, NearbyError::NotAppeared.into());
        };
        let knocking = self.registry.change(&network, Some(asker), |neighbourhood, moment| {
            let neighbourhood = neighbourhood.as_mut().ok_or(NearbyError::NotAppeared)?;
            Ok(Knocking { knock: neighbourhood.knock(me, knock, moment)? })
        });
        let _ = knocking.await;
    }

    /// The other side of a knock between devices nearby; none where it is no such knock.
    pub(super) async fn route_nearby(
        &self,
        visit: &Visit,
        me: Address,
        knock: &KnockId,
    ) -> Result<Option<Address>, RequestError> {
        let Some(network) = visit.neighbourhood else { return Ok(None) };
        let other = self.registry.look(&network, |here| here.route_knock(me, knock)).await?;
        Ok(other.flatten())
    }

    pub(super) async fn end_knock_nearby(
        &self,
        network: &ClientNetwork,
        ending: &Knocking,
        asker: Asker,
    ) {
        let me = asker.session.address;
        let ending = self.registry.change(network, Some(asker), |neighbourhood, moment| {
            let here = neighbourhood.as_mut().ok_or(RoomError::UnknownKnock)?;
            let ended = here.end_knock(me, &ending.knock, moment);
            if ended { Ok(Done {}) } else { Err(RoomError::UnknownKnock.into()) }
        });
        let _ = ending.await;
    }

    /// Takes a socket that is no more out of its neighbourhood.
    pub(super) async fn leave_neighbourhood(
        &self,
        me: Address,
        visit: &mut Visit,
    ) -> Result<(), RequestError> {
        let Some(network) = visit.neighbourhood else { return Ok(()) };
        let leaving = self.registry.change(&network, None, |neighbourhood, moment| {
            if let Some(neighbourhood) = neighbourhood {
                neighbourhood.lose(me, moment);
            }
            Ok(())
        });
        settled(leaving.await)?;
        visit.neighbourhood = None;
        Ok(())
    }
}
