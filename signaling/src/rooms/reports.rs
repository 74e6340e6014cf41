//! What members say of transfers between them. One member's word is a half and waits for the other's; the two
//! make one count, and only what both of them say is in it.

use serde::{Deserialize, Serialize};
use sharesync_protocol::report::{Outcome, PathBytes, Report, TransferCount};
use sharesync_protocol::signaling::PeerId;

use super::{Room, RoomError};
use crate::address::Address;

/// What one member said, for as long as the other has not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Half {
    from: PeerId,
    about: PeerId,
    transfer: TransferCount,
}

impl Room {
    /// Takes a member's word about a transfer with another, in place of what it said of one before; returns
    /// what there is to count, if the other has had its say.
    pub(crate) fn report(
        &mut self,
        me: Address,
        report: &Report,
    ) -> Result<Option<TransferCount>, RoomError> {
        let me = self.members[self.place_of(me)?].id.clone();
        let peer = &report.peer;
        if *peer == me || self.place_by_peer(peer).is_none() {
            return Err(RoomError::UnknownPeer);
        }
        if let Some(at) = self.halves.iter().position(|half| half.is(peer, &me)) {
            return Ok(Some(agreed(self.halves.swap_remove(at).transfer, report.transfer)));
        }
        self.halves.retain(|half| !half.is(&me, peer));
        self.halves.push(Half { from: me, about: peer.clone(), transfer: report.transfer });
        Ok(None)
    }

    /// Forgets what a member said, and what was said of it: it will say nothing more.
    pub(super) fn forget_reports(&mut self, member: &PeerId) {
        self.halves.retain(|half| half.from != *member && half.about != *member);
    }
}

impl Half {
    fn is(&self, from: &PeerId, about: &PeerId) -> bool {
        self.from == *from && self.about == *about
    }
}

/// What both say: so much as the one that says less, and proven only if both found it so.
fn agreed(one: TransferCount, other: TransferCount) -> TransferCount {
    let outcome = match (one.outcome, other.outcome) {
        (Outcome::Verified, Outcome::Verified) => Outcome::Verified,
        (Outcome::Failed, _) | (_, Outcome::Failed) => Outcome::Failed,
        _ => Outcome::Cancelled,
    };
    TransferCount {
        outcome,
        files: one.files.min(other.files),
        bytes: PathBytes {
            direct: one.bytes.direct.min(other.bytes.direct),
            turn: one.bytes.turn.min(other.bytes.turn),
            relay: one.bytes.relay.min(other.bytes.relay),
        },
    }
}
