//! An event as it came off the wire, and what is said when it is refused. Used by `namespace` and
//! `hub`.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};
use sharesync_protocol::code::{
    CLOSE_CODE, KNOCK, KNOCK_ENDED, Knock, KnockMessage, Knocking, OPEN_CODE, PAKE,
};
use sharesync_protocol::nearby::{APPEAR, Appear, DISAPPEAR, NEARBY_KNOCK, NearbyKnock};
use sharesync_protocol::relay::{OpenRelay, RELAY};
use sharesync_protocol::report::{REPORT, Report};
use sharesync_protocol::signaling::{
    ANSWER, Addressed, CREATE, Create, Done, EJECT, Eject, ICE_CANDIDATE, ICE_SERVERS, JOIN, Join,
    LEAVE, LOCK, Lock, OFFER, Refusal, RefusalCode, RefusalReason,
};

use crate::nearby::NearbyError;
use crate::post::Undelivered;
use crate::rooms::RoomError;

/// What a client asks for.
#[derive(Debug)]
pub(crate) enum Request {
    /// To make a room.
    Create(Create),
    /// To enter one, or to come back into it.
    Join(Join),
    /// To leave the one it is in.
    Leave,
    /// To lock the one it made, or to unlock it.
    Lock(Lock),
    /// To put somebody out of the one it made.
    Eject(Eject),
    /// To know the STUN and TURN servers of this moment.
    IceServers,
    /// To have a code for the one it is in.
    OpenCode,
    /// To have that code no more.
    CloseCode,
    /// To be heard by whoever holds a code.
    Knock(Knock),
    /// To go on talking to whoever knocked, or was knocked at.
    Pake(KnockMessage),
    /// To end that talk.
    EndKnock(Knocking),
    /// To see those nearby, and be seen by them.
    Appear(Appear),
    /// To be seen no more.
    Disappear,
    /// To be heard by a device nearby.
    KnockNearby(NearbyKnock),
    /// To say how a transfer with another member ended.
    Report(Report),
    /// To have a relay opened to another member.
    OpenRelay(OpenRelay),
    /// To have a message brought to another member.
    Relay {
        /// The message's event, the same on both ways.
        event: &'static str,
        /// The message.
        message: Addressed,
    },
}

impl Request {
    /// Reads an event from its name and its packet's JSON, `["name", {…}]`.
    pub(crate) fn parse(event: &str, packet: &str) -> Result<Self, RequestError> {
        match event {
            CREATE => payload(packet).map(Self::Create),
            JOIN => payload(packet).map(Self::Join),
            LEAVE => payload::<Done>(packet).map(|_| Self::Leave),
            LOCK => payload(packet).map(Self::Lock),
            EJECT => payload(packet).map(Self::Eject),
            ICE_SERVERS => payload::<Done>(packet).map(|_| Self::IceServers),
            OPEN_CODE => payload::<Done>(packet).map(|_| Self::OpenCode),
            CLOSE_CODE => payload::<Done>(packet).map(|_| Self::CloseCode),
            KNOCK => payload(packet).map(Self::Knock),
            PAKE => payload(packet).map(Self::Pake),
            KNOCK_ENDED => payload(packet).map(Self::EndKnock),
            APPEAR => payload(packet).map(Self::Appear),
            DISAPPEAR => payload::<Done>(packet).map(|_| Self::Disappear),
            NEARBY_KNOCK => payload(packet).map(Self::KnockNearby),
            REPORT => payload(packet).map(Self::Report),
            RELAY => payload(packet).map(Self::OpenRelay),
            OFFER => relay(OFFER, packet),
            ANSWER => relay(ANSWER, packet),
            ICE_CANDIDATE => relay(ICE_CANDIDATE, packet),
            _ => Err(RequestError::UnknownEvent),
        }
    }
}

fn relay(event: &'static str, packet: &str) -> Result<Request, RequestError> {
    payload(packet).map(|message| Request::Relay { event, message })
}

/// The one object that an event takes. Read as an object first, because serde takes a list for a
/// struct's fields.
fn payload<T: DeserializeOwned>(packet: &str) -> Result<T, RequestError> {
    #[derive(Deserialize)]
    struct Packet(IgnoredAny, Map<String, Value>);

    serde_json::from_str(packet)
        .and_then(|Packet(_, payload)| serde_json::from_value(Value::Object(payload)))
        .map_err(|_| RequestError::Malformed)
}

/// An event that is not carried out, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("The message is not of the form that this event takes.")]
    Malformed,
    #[error("There is no event of that name.")]
    UnknownEvent,
    #[error("Too many requests. Wait a little and try again.")]
    RateLimited,
    #[error("The other side does not keep up. Send it again in a moment.")]
    PeerBusy,
    #[error("The server carries as much as it may, or carries nothing. Try again later.")]
    NoRelay,
    #[error("The rooms cannot be reached at the moment. Try again.")]
    Unavailable,
    #[error("Nobody knows what came of it.")]
    Unheard,
    #[error(transparent)]
    Room(#[from] RoomError),
    #[error(transparent)]
    Nearby(#[from] NearbyError),
}

impl From<Undelivered> for RequestError {
    fn from(why: Undelivered) -> Self {
        match why {
            Undelivered::Gone => Self::Room(RoomError::UnknownPeer),
            Undelivered::Busy => Self::PeerBusy,
            Undelivered::Unsayable => Self::Malformed,
        }
    }
}

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        let code = match error {
            RequestError::Malformed => RefusalCode::Malformed,
            RequestError::UnknownEvent => RefusalCode::UnknownEvent,
            RequestError::RateLimited => RefusalCode::RateLimited,
            RequestError::PeerBusy => RefusalCode::PeerBusy,
            RequestError::NoRelay => RefusalCode::NoRelay,
            // Of the second nothing is said, in `post`.
            RequestError::Unavailable | RequestError::Unheard => RefusalCode::Unavailable,
            RequestError::Room(room) => room.code(),
            RequestError::Nearby(nearby) => nearby.code(),
        };
        let message = error.to_string();
        Self { error: RefusalReason { code, message } }
    }
}
