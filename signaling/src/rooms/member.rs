//! A member of a room, as the room keeps it.

use serde::{Deserialize, Serialize};
use sharesync_protocol::code::Nameplate;
use sharesync_protocol::signaling::{PageNonce, Peer, PeerId, ResumeSecret};

use crate::address::Address;
use crate::draft::Moment;

/// A member of a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Membership {
    /// What the other members know it by.
    pub(super) id: PeerId,
    /// The nonce of the page that it is now.
    pub(super) nonce: Option<PageNonce>,
    /// Where it is.
    pub(super) place: Place,
    /// What gives its place back.
    pub(super) resume: ResumeSecret,
    /// Its open code.
    pub(super) code: Option<Nameplate>,
}

/// Where a member is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Place {
    /// On this socket.
    Here(Address),
    /// Away, and a member until then (milliseconds since the Unix epoch).
    Away { until_ms: i64 },
}

impl Membership {
    /// Somebody new.
    pub(super) fn begin(me: Address, nonce: Option<PageNonce>, moment: &mut Moment) -> Self {
        Self {
            id: PeerId(moment.random_id()),
            nonce,
            place: Place::Here(me),
            resume: ResumeSecret(moment.random_id()),
            code: None,
        }
    }

    /// Its socket, unless it is away.
    pub(super) fn address(&self) -> Option<Address> {
        match self.place {
            Place::Here(address) => Some(address),
            Place::Away { .. } => None,
        }
    }

    /// The member as the others see it.
    pub(super) fn peer(&self) -> Peer {
        let away = matches!(self.place, Place::Away { .. });
        Peer { id: self.id.clone(), nonce: self.nonce.clone(), away }
    }
}
