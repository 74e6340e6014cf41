//! Messages from one member to another, and the relay that one asks for and the other is offered.

use sharesync_protocol::relay::{OpenRelay, RELAY, RelayOffered, RelayOpened};
use sharesync_protocol::signaling::{Addressed, Done, PeerId};

use super::Hub;
use crate::address::Address;
use crate::post::Asker;
use crate::request::RequestError;
use crate::rooms::{RoomError, Route};
use crate::visit::Visit;

impl Hub {
    pub(super) async fn relay(&self, visit: &Visit, event: &str, message: Addressed, asker: Asker) {
        let outcome = match self.route(visit, asker.session.address, &message.to).await {
            Ok(route) => {
                let message = message.relayed_from(route.from);
                self.registry.deliver(route.to, event, &message).await
            }
            Err(error) => return self.refuse_in_turn(visit, asker, error).await,
        };
        self.post.answer(asker, outcome.map(|()| Done {}));
    }

    pub(super) async fn open_relay(&self, visit: &Visit, wanted: &OpenRelay, asker: Asker) {
        let outcome = match self.route(visit, asker.session.address, &wanted.to).await {
            Ok(route) => self.open_relay_to(route).await,
            Err(error) => return self.refuse_in_turn(visit, asker, error).await,
        };
        self.post.answer(asker, outcome);
    }

    /// The other member is told first: a relay that it does not hear of is no use.
    async fn open_relay_to(&self, route: Route) -> Result<RelayOpened, RequestError> {
        let offer = self.config.relays.as_ref().ok_or(RequestError::NoRelay)?;
        let (own, others) = offer.relays.open().ok_or(RequestError::NoRelay)?;
        let url = offer.url.clone();
        let offered = RelayOffered { from: route.from, ticket: others, url: url.clone() };
        self.registry.deliver(route.to, RELAY, &offered).await?;
        Ok(RelayOpened { ticket: own, url })
    }

    async fn route(&self, visit: &Visit, me: Address, to: &PeerId) -> Result<Route, RequestError> {
        let room = visit.room.as_ref().ok_or(RoomError::NotInRoom)?;
        let route = self.registry.look(room, |room| room.route(me, to)).await?;
        Ok(route.unwrap_or(Err(RoomError::NotInRoom))?)
    }

    /// Refuses what a room has said no to, after the news that explain it.
    pub(super) async fn refuse_in_turn(&self, visit: &Visit, asker: Asker, error: RequestError) {
        match (&visit.room, error) {
            (Some(room), RequestError::Room(_)) => {
                let refusing =
                    self.registry.change(room, Some(asker), |_, _| Err::<Done, _>(error));
                let _ = refusing.await;
            }
            _ => self.post.refuse(asker, error),
        }
    }
}
