//! What the signaling service says unasked, checked. Comes with a `SignalingClient`.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sharesync_protocol::code::{KNOCK, KNOCK_ENDED, KnockId, KnockMessage, Knocking, PAKE};
use sharesync_protocol::relay::{RELAY, RelayOffered};
use sharesync_protocol::signaling::{
    ANSWER, DISPLACED, Done, EJECTED, ICE_CANDIDATE, Lock, OFFER, PEER_AWAY, PEER_JOINED,
    PEER_LEFT, Peer, PeerAway, PeerId, PeerJoined, PeerLeft, ROOM_LOCKED, Relayed,
};
use tokio::sync::mpsc;

use crate::origin::Origin;
use crate::signaling::RelayInvitation;
use crate::socket_io::{Lost, SocketEvent};
use crate::sound::Sound;

/// What the service says.
pub enum SignalingEvent {
    /// Somebody entered the room, or is in it again.
    PeerJoined(Peer),
    /// Somebody's line was lost; it may come back.
    PeerAway(PeerId),
    /// Somebody left for good.
    PeerLeft(PeerId),
    /// Whoever made the room lets nobody new in, or lets them in again.
    Locked(bool),
    /// Whoever made the room has put us out of it.
    Ejected,
    /// Another socket has taken our place.
    Displaced,
    /// A member has asked for a relay between us.
    Relay(PeerId, RelayInvitation),
    /// A member said something, as this event, which nobody has looked into yet.
    Signal(PeerId, &'static str, Map<String, Value>),
    /// Somebody knocks at our code, which is out of use by now.
    Knock(KnockMessage),
    /// The other side of a knock said something, which nobody has looked into yet.
    Said(KnockMessage),
    /// The other side of a knock is gone, or broke it off.
    KnockEnded(KnockId),
    /// The last of all: the connection has ended.
    Lost(Lost),
}

/// The events of one connection, in the order in which the service said them.
pub struct SignalingNews {
    events: mpsc::Receiver<SocketEvent>,
    origin: Origin,
}

impl SignalingNews {
    pub(crate) fn new(events: mpsc::Receiver<SocketEvent>, origin: Origin) -> Self {
        Self { events, origin }
    }

    /// The next event. Safe to drop while it waits.
    pub async fn next(&mut self) -> SignalingEvent {
        loop {
            match self.events.recv().await {
                Some(SocketEvent::Event(name, payload)) => {
                    // What the service itself says wrong is of no use to anybody.
                    if let Some(event) = self.read(&name, payload) {
                        return event;
                    }
                }
                Some(SocketEvent::Lost(lost)) => return SignalingEvent::Lost(lost),
                None => return SignalingEvent::Lost(Lost::Broken),
            }
        }
    }

    fn read(&self, name: &str, payload: Value) -> Option<SignalingEvent> {
        Some(match name {
            PEER_JOINED => SignalingEvent::PeerJoined(sound::<PeerJoined>(payload)?.peer),
            PEER_AWAY => SignalingEvent::PeerAway(sound::<PeerAway>(payload)?.peer.id),
            PEER_LEFT => SignalingEvent::PeerLeft(sound::<PeerLeft>(payload)?.peer.id),
            ROOM_LOCKED => SignalingEvent::Locked(sound::<Lock>(payload)?.locked),
            EJECTED => sound::<Done>(payload).map(|_| SignalingEvent::Ejected)?,
            DISPLACED => sound::<Done>(payload).map(|_| SignalingEvent::Displaced)?,
            RELAY => {
                let RelayOffered { from, ticket, url } = sound(payload)?;
                let invitation = RelayInvitation::new(&self.origin, url, ticket)?;
                SignalingEvent::Relay(from, invitation)
            }
            OFFER => signal(OFFER, payload)?,
            ANSWER => signal(ANSWER, payload)?,
            ICE_CANDIDATE => signal(ICE_CANDIDATE, payload)?,
            KNOCK => SignalingEvent::Knock(sound(payload)?),
            PAKE => SignalingEvent::Said(sound(payload)?),
            KNOCK_ENDED => SignalingEvent::KnockEnded(sound::<Knocking>(payload)?.knock),
            _ => return None,
        })
    }
}

fn signal(event: &'static str, payload: Value) -> Option<SignalingEvent> {
    let Relayed { from, body } = sound(payload)?;
    Some(SignalingEvent::Signal(from, event, body))
}

fn sound<T: DeserializeOwned + Sound>(payload: Value) -> Option<T> {
    serde_json::from_value(payload).ok().filter(T::is_sound)
}
