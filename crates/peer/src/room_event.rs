//! What happens in a room, as its `Room` tells.

use sharesync_protocol::signaling::{IceServer, PeerId, RefusalCode, ResumeSecret, RoomId};

use crate::code_host::CodeNews;
use crate::members::Met;
use crate::peer_signal::PeerSignal;
use crate::signaling::RelayInvitation;

/// Something that happened.
pub enum RoomEvent {
    /// We are in the room, for the first time or again. Members that are not there any more are told as
    /// [`RoomEvent::PeerLeft`] next.
    Entered(Entered),
    /// Somebody entered the room, or is in it again.
    PeerJoined(Met),
    /// Somebody's line to the service was lost; it may come back.
    PeerAway(PeerId),
    /// Somebody left for good.
    PeerLeft(PeerId),
    /// A member said this, to us, now.
    Signal {
        /// Who.
        from: PeerId,
        /// What.
        signal: PeerSignal,
    },
    /// A member has asked for a relay between us.
    RelayOffered {
        /// Who.
        from: PeerId,
        /// Our way there.
        invitation: RelayInvitation,
    },
    /// What came as a member's word was not what it said. Nothing of it was used; a person is to be told.
    Tampered(PeerId),
    /// A member sealed what no peer of ours says.
    Malformed(PeerId),
    /// Nobody new can enter, or can again.
    Locked(bool),
    /// Something became of the room's codes.
    Code(CodeNews),
    /// The line to the service is gone and being made again; connections to members go on.
    Disconnected,
    /// We are not in the room for this reason, and try again: told of rooms that take files only.
    NotYet(CloseReason),
    /// The last of all, unless it was closed by ourselves.
    Closed(CloseReason),
}

/// How we are in a room.
pub struct Entered {
    /// The room.
    pub room: RoomId,
    /// Ourselves.
    pub me: PeerId,
    /// Gives the place back to whoever comes with it, also after a restart.
    pub resume: ResumeSecret,
    /// The others, oldest first.
    pub peers: Vec<Met>,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Nobody new can enter.
    pub locked: bool,
    /// Who takes files here, in a room that is for that and whose owner has not left.
    pub takes: Option<PeerId>,
}

/// Why a room is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The service refused to let us in.
    Refused(RefusalCode),
    /// The service was not reached in the first place; why.
    Unreachable(String),
    /// Whoever made the room has put us out of it.
    Ejected,
    /// Another process has taken our place.
    Displaced,
}
