//! Signaling: the events of the Socket.IO namespace `/p2p`.
//!
//! A client emits [`JOIN`] and its siblings, each answered by an acknowledgement: the success
//! types below, or [`Refusal`]. The server emits [`PEER_JOINED`], [`PEER_LEFT`] and relays the
//! three WebRTC messages as [`Relayed`]. `docs/PROTOCOL.md` tells the conversation.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The Socket.IO namespace of rooms.
pub const NAMESPACE: &str = "/p2p";

/// Client to server: make a room and be its first member. Takes `{}`, answers [`Joined`].
pub const CREATE: &str = "create";
/// Client to server: enter a room. Takes [`Join`], answers [`Joined`].
pub const JOIN: &str = "join";
/// Client to server: leave the room one is in. Takes `{}`, answers [`Done`].
pub const LEAVE: &str = "leave";
/// Both ways: an SDP offer. Takes [`Addressed`], arrives as [`Relayed`].
pub const OFFER: &str = "offer";
/// Both ways: an SDP answer. Takes [`Addressed`], arrives as [`Relayed`].
pub const ANSWER: &str = "answer";
/// Both ways: a trickled ICE candidate (RFC 8838). Takes [`Addressed`], arrives as [`Relayed`].
pub const ICE_CANDIDATE: &str = "ice-candidate";
/// Server to client: somebody entered the room. Carries [`PeerJoined`].
pub const PEER_JOINED: &str = "peer-joined";
/// Server to client: somebody left the room. Carries [`PeerLeft`].
pub const PEER_LEFT: &str = "peer-left";

/// Most members a room may have.
pub const MAX_PEERS_PER_ROOM: usize = 16;
/// Largest packet the server takes, in bytes; a larger one closes the socket that sent it.
pub const MAX_PACKET_BYTES: usize = 64 * 1024;

/// Names a room: 128 random bits as 22 characters of base64url, chosen by the server.
///
/// Whoever has it may enter, so it is never logged.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoomId(pub String);

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomId(…)")
    }
}

/// Names a member of one room: 128 random bits as 22 characters of base64url, chosen by the
/// server. It is unrelated to the socket's id, which gives nothing to whoever learns it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PeerId(pub String);

/// A member of a room, as the others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// The member.
    pub id: PeerId,
}

/// What [`JOIN`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Join {
    /// The room to enter.
    pub room: RoomId,
}

/// Acknowledges [`CREATE`] and [`JOIN`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Joined {
    /// The room one is in now.
    pub room: RoomId,
    /// Oneself.
    #[serde(rename = "self")]
    pub me: Peer,
    /// The members who were there before, oldest first.
    pub peers: Vec<Peer>,
    /// For `RTCConfiguration.iceServers` (W3C WebRTC §4.2.4).
    pub ice_servers: Vec<IceServer>,
}

/// A STUN or TURN server, as `RTCIceServer` (W3C WebRTC §4.2.4) has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URLs (RFC 7064, RFC 7065).
    pub urls: Vec<String>,
    /// TURN user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// TURN password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// A message to one named member of the same room; the server reads `to` and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Addressed {
    /// Who is to have it.
    pub to: PeerId,
    /// The message, opaque to the server.
    #[serde(flatten)]
    pub body: Map<String, Value>,
}

/// A relayed message: the sender's body with `from` set by the server, over whatever stood there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Relayed {
    /// Who sent it.
    pub from: PeerId,
    /// The message as it was sent.
    #[serde(flatten)]
    pub body: Map<String, Value>,
}

impl Addressed {
    /// The message as its addressee gets it; a `from` that the sender wrote is dropped.
    pub fn relayed_from(self, from: PeerId) -> Relayed {
        let mut body = self.body;
        body.remove("from");
        Relayed { from, body }
    }
}

/// Carried by [`PEER_JOINED`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeerJoined {
    /// Who entered.
    pub peer: Peer,
}

/// Carried by [`PEER_LEFT`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeerLeft {
    /// Who left.
    pub peer: Peer,
}

/// Acknowledges what has nothing to say: `{}`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Done {}

/// Acknowledges an event that was not carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub error: RefusalReason,
}

/// Why an event was not carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RefusalReason {
    /// Stable, for programs.
    pub code: RefusalCode,
    /// A sentence for a person.
    pub message: String,
}

/// Tells refusals apart for a program; never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The event's payload is not of the form this module gives.
    Malformed,
    /// No event of that name.
    UnknownEvent,
    /// No such room, or it has ended.
    UnknownRoom,
    /// The room has as many members as a room may have.
    RoomFull,
    /// This socket is in a room already.
    AlreadyInRoom,
    /// This socket is in no room.
    NotInRoom,
    /// Nobody of that id is in the room.
    UnknownPeer,
    /// This socket, or this address, asks too often.
    RateLimited,
    /// The server holds as many rooms as it may.
    TooManyRooms,
    /// The addressee is there and does not keep up; send again.
    PeerBusy,
}
