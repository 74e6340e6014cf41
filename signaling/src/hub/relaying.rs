//! A relay asked for by one member, and offered to another: the hub's part between `rooms` and
//! [`crate::relay`].

use sharesync_protocol::relay::{OpenRelay, RELAY, RelayOffered, RelayOpened};

use super::Hub;
use crate::relay::Relays;
use crate::request::RequestError;
use crate::session::Session;

impl Hub {
    /// The other member is told first: a relay that it does not hear of is no use.
    pub(super) fn open_relay(
        &self,
        session: &Session,
        wanted: &OpenRelay,
    ) -> Result<RelayOpened, RequestError> {
        let route = self.state().rooms.route(session.id, &wanted.to)?;
        let open = self.config.relays.as_ref().and_then(Relays::open);
        let (own, others) = open.ok_or(RequestError::NoRelay)?;
        self.post.emit(route.to, RELAY, &RelayOffered { from: route.from, ticket: others })?;
        Ok(RelayOpened { ticket: own })
    }
}
