//! Where one socket is, as far as itself has gone there. The rooms know better: a member may have
//! been put out of its room meanwhile. Kept by `turns`, one for each socket.

use sharesync_protocol::code::KnockId;
use sharesync_protocol::signaling::RoomId;
use sharesync_service_kit::client_addr::ClientNetwork;

/// Where to look for a socket.
#[derive(Debug, Default)]
pub(crate) struct Visit {
    /// The room that it entered last.
    pub(crate) room: Option<RoomId>,
    /// The knock of its own that it began last, and the room at which it knocked.
    pub(crate) knock: Option<(RoomId, KnockId)>,
    /// The network in which it could be seen last; none if it never wished to be.
    pub(crate) neighbourhood: Option<ClientNetwork>,
}

impl Visit {
    /// Where a knock is, that the socket began or that came to the room it is in.
    pub(crate) fn place_of(&self, knock: &KnockId) -> Option<&RoomId> {
        match &self.knock {
            Some((room, own)) if own == knock => Some(room),
            _ => self.room.as_ref(),
        }
    }
}
