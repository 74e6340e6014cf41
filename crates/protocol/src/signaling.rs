//! Signaling: the events of the Socket.IO namespace `/p2p`.
//!
//! A client emits [`JOIN`] and its siblings, each answered by an acknowledgement: the success
//! types below, or [`Refusal`]. The server emits [`PEER_JOINED`] and its siblings, and relays the
//! three WebRTC messages as [`Relayed`]. `docs/PROTOCOL.md` tells the conversation.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::redacted::redacted_debug;

/// The Socket.IO namespace of rooms.
pub const NAMESPACE: &str = "/p2p";

/// Client to server: make a room and be its first member. Takes [`Create`], answers [`Joined`].
pub const CREATE: &str = "create";
/// Client to server: enter a room, or come back into it. Takes [`Join`], answers [`Joined`].
pub const JOIN: &str = "join";
/// Client to server: let nobody new into the room one made, or let them in again. Takes [`Lock`],
/// answers [`Done`].
pub const LOCK: &str = "lock";
/// Client to server: end somebody's membership in the room one made. Takes [`Eject`], answers
/// [`Done`].
pub const EJECT: &str = "eject";
/// Client to server: leave the room one is in. Takes `{}`, answers [`Done`].
pub const LEAVE: &str = "leave";
/// Both ways: an SDP offer. Takes [`Addressed`], arrives as [`Relayed`].
pub const OFFER: &str = "offer";
/// Both ways: an SDP answer. Takes [`Addressed`], arrives as [`Relayed`].
pub const ANSWER: &str = "answer";
/// Both ways: a trickled ICE candidate (RFC 8838). Takes [`Addressed`], arrives as [`Relayed`].
pub const ICE_CANDIDATE: &str = "ice-candidate";
/// Client to server: tell the STUN and TURN servers again, with credentials that are good for a
/// while. Takes `{}`, answers [`IceServers`].
pub const ICE_SERVERS: &str = "ice-servers";
/// Server to client: somebody entered the room, or came back into it. Carries [`PeerJoined`].
pub const PEER_JOINED: &str = "peer-joined";
/// Server to client: somebody's socket was lost; it may come back. Carries [`PeerAway`].
pub const PEER_AWAY: &str = "peer-away";
/// Server to client: somebody left the room for good. Carries [`PeerLeft`].
pub const PEER_LEFT: &str = "peer-left";
/// Server to client: the room's owner locked or unlocked it. Carries [`Lock`].
pub const ROOM_LOCKED: &str = "room-locked";
/// Server to client: the room's owner ended one's membership. Carries `{}`.
pub const EJECTED: &str = "ejected";
/// Server to client: another socket took one's place, by its [`ResumeSecret`]. Carries `{}`.
pub const DISPLACED: &str = "displaced";

/// Most members a room may have.
pub const MAX_PEERS_PER_ROOM: usize = 16;
/// Largest packet the server takes, in bytes; a larger one closes the socket that sent it.
pub const MAX_PACKET_BYTES: usize = 64 * 1024;

/// Names a room: 128 random bits as 22 characters of base64url, chosen by the server.
///
/// Whoever has it may enter, so it is never logged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoomId(pub String);

redacted_debug!(RoomId);

/// Names a member of one room: 128 random bits as 22 characters of base64url, chosen by the
/// server. It is unrelated to the socket's id, which gives nothing to whoever learns it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PeerId(pub String);

/// What a member's page made afresh when it was loaded: 128 random bits as 22 characters of
/// base64url. The other members need it to seal what they send; the server passes it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageNonce(String);

/// What is no [`PageNonce`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPageNonce;

impl fmt::Display for NoPageNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page's nonce has 22 characters of base64url")
    }
}

impl TryFrom<String> for PageNonce {
    type Error = NoPageNonce;

    fn try_from(text: String) -> Result<Self, NoPageNonce> {
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() == 22 && text.bytes().all(is_base64url) {
            Ok(Self(text))
        } else {
            Err(NoPageNonce)
        }
    }
}

impl From<PageNonce> for String {
    fn from(nonce: PageNonce) -> Self {
        nonce.0
    }
}

/// Gives whoever has it a member's place in its room: 128 random bits as 22 characters of
/// base64url, told to that member alone. Never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResumeSecret(pub String);

redacted_debug!(ResumeSecret);

/// A member of a room, as the others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// The member.
    pub id: PeerId,
    /// Its page's nonce, if it told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<PageNonce>,
    /// Whether its socket was lost and it may still come back. Left out when it is there.
    #[serde(default, skip_serializing_if = "is_false")]
    pub away: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a client brings when it enters the namespace, as Socket.IO's `auth`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Auth {
    /// A ticket, where signaling runs apart from the server that gives them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth { ticket: … }")
    }
}

/// With what a client is told, instead of being let into the namespace, that its ticket is missing,
/// forged or over: the `message` of Socket.IO's `CONNECT_ERROR`.
pub const BAD_TICKET: &str = "bad_ticket";

/// What [`CREATE`] takes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Create {
    /// The nonce of one's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<PageNonce>,
    /// Whether the room is for files that others send to whoever makes it. Left out when it is not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub takes: bool,
}

/// What [`JOIN`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Join {
    /// The room to enter.
    pub room: RoomId,
    /// The nonce of one's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<PageNonce>,
    /// To come back as the member one was: what [`Joined`] told then. One that is wrong, or whose
    /// member has left, changes nothing: one enters as somebody new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<ResumeSecret>,
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
    /// With which one comes back as the same member when the socket is lost.
    pub resume: ResumeSecret,
    /// Whether the room lets nobody new in, as one who comes back may find. Left out when it does.
    #[serde(default, skip_serializing_if = "is_false")]
    pub locked: bool,
    /// In a room for files that others send to whoever made it: who that is, for as long as it is a
    /// member, present or away. Left out in every other room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes: Option<PeerId>,
}

/// Acknowledges [`ICE_SERVERS`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IceServers {
    /// For `RTCConfiguration.iceServers` (W3C WebRTC §4.2.4).
    pub ice_servers: Vec<IceServer>,
    /// `stun:` URLs of one server at two ports, by which a client finds out whether the network
    /// before it shows it alike to both. Left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stun_probes: Vec<String>,
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
    /// Who entered: somebody new, or, by the same id, somebody who was there before.
    pub peer: Peer,
}

/// Carried by [`PEER_AWAY`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeerAway {
    /// Whose socket was lost.
    pub peer: Peer,
}

/// Carried by [`PEER_LEFT`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeerLeft {
    /// Who left.
    pub peer: Peer,
}

/// What [`LOCK`] takes, and what [`ROOM_LOCKED`] carries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// Whether nobody new is let in.
    pub locked: bool,
}

/// What [`EJECT`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Eject {
    /// Whose membership is to end.
    pub peer: PeerId,
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
    /// The room's owner lets nobody new in.
    RoomLocked,
    /// Only the member that made the room may do this.
    NotOwner,
    /// This socket is in a room already.
    AlreadyInRoom,
    /// This socket is in no room.
    NotInRoom,
    /// Nobody of that id is in the room.
    UnknownPeer,
    /// No open code has this nameplate.
    UnknownCode,
    /// This socket has part in no such knock.
    UnknownKnock,
    /// This socket, or this address, asks too often.
    RateLimited,
    /// The server holds as many rooms as it may.
    TooManyRooms,
    /// The addressee is there and does not keep up; send again.
    PeerBusy,
    /// The server relays as much as it may, or relays nothing.
    NoRelay,
    /// The server cannot reach its rooms at the moment. Nothing was done; ask again.
    Unavailable,
    /// The server cannot tell which devices are nearby, or may not say.
    NoNearby,
    /// As many devices of the client network can be seen as may be.
    TooManyDevices,
    /// This socket's device cannot be seen itself.
    NotAppeared,
    /// No other device of that id can be seen from here.
    UnknownDevice,
}
