//! A member of a room, as the stories see it.

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use sharesync_peer::{
    CloseReason, CodeNews, Entered, Entrance, Met, PeerSignal, Room, RoomEvent, RoomOptions,
    SignalBody, SignalingPlace,
};
use sharesync_protocol::signaling::{PeerId, RoomId};
use sharesync_secrecy::LinkKey;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Longer than anything takes here, so that only what never comes runs into it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Randomness that is another one for each seed.
pub(crate) fn random(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// The key of all rooms here.
pub(crate) fn key() -> LinkKey {
    LinkKey::make(&mut random(0))
}

pub(crate) struct Member {
    pub(crate) room: Room,
    pub(crate) events: mpsc::Receiver<RoomEvent>,
}

impl Member {
    pub(crate) fn open(place: SignalingPlace, entrance: Entrance, seed: u64) -> Self {
        Self::with(RoomOptions { place, entrance, key: key(), codes: false }, seed)
    }

    pub(crate) fn with(options: RoomOptions, seed: u64) -> Self {
        let (room, events) = Room::open(options, random(seed));
        Self { room, events }
    }

    /// A member alone in a room of its own.
    pub(crate) async fn host(place: SignalingPlace) -> (Self, Entered) {
        let mut host = Self::open(place, Entrance::Host(None), 1);
        let entered = host.entered().await;
        (host, entered)
    }

    /// Another member in `host`'s room, whom `host` has met.
    pub(crate) async fn guest(
        place: SignalingPlace,
        host: &mut Self,
        room: &RoomId,
    ) -> (Self, Entered) {
        let mut guest = Self::open(place, Entrance::Guest(room.clone(), None), 2);
        let entered = guest.entered().await;
        assert_eq!(host.met().await.id, entered.me);
        (guest, entered)
    }

    pub(crate) async fn next(&mut self) -> RoomEvent {
        let next = timeout(PATIENCE, self.events.recv()).await.expect("something happens");
        next.expect("the room is open")
    }

    pub(crate) async fn entered(&mut self) -> Entered {
        match self.next().await {
            RoomEvent::Entered(entered) => entered,
            other => panic!("instead of entering: {}", name(&other)),
        }
    }

    pub(crate) async fn met(&mut self) -> Met {
        match self.next().await {
            RoomEvent::PeerJoined(met) => met,
            other => panic!("instead of somebody: {}", name(&other)),
        }
    }

    pub(crate) async fn signal(&mut self) -> (PeerId, PeerSignal) {
        match self.next().await {
            RoomEvent::Signal { from, signal } => (from, signal),
            other => panic!("instead of a signal: {}", name(&other)),
        }
    }

    pub(crate) async fn code(&mut self) -> CodeNews {
        match self.next().await {
            RoomEvent::Code(news) => news,
            other => panic!("instead of a code: {}", name(&other)),
        }
    }

    /// The text of the code that is opened next.
    pub(crate) async fn open_code(&mut self) -> String {
        match self.code().await {
            CodeNews::Open(text) => text,
            other => panic!("instead of an open code: {}", code_name(&other)),
        }
    }

    pub(crate) async fn closed(&mut self) -> CloseReason {
        let reason = match self.next().await {
            RoomEvent::Closed(reason) => reason,
            other => panic!("instead of closing: {}", name(&other)),
        };
        assert!(self.events.recv().await.is_none(), "it is the last");
        reason
    }

    /// Asserts what happens next, by name.
    pub(crate) async fn hears(&mut self, expected: &str) {
        assert_eq!(name(&self.next().await), expected);
    }
}

pub(crate) fn offer(sdp: &str) -> PeerSignal {
    PeerSignal { link: "one".to_owned(), body: SignalBody::Offer(sdp.to_owned()) }
}

pub(crate) fn name(event: &RoomEvent) -> &'static str {
    match event {
        RoomEvent::Entered(_) => "entered",
        RoomEvent::PeerJoined(_) => "peer joined",
        RoomEvent::PeerAway(_) => "peer away",
        RoomEvent::PeerLeft(_) => "peer left",
        RoomEvent::Signal { .. } => "signal",
        RoomEvent::RelayOffered { .. } => "relay offered",
        RoomEvent::Tampered(_) => "tampered",
        RoomEvent::Malformed(_) => "malformed",
        RoomEvent::Locked(true) => "locked",
        RoomEvent::Locked(false) => "unlocked",
        RoomEvent::Code(news) => code_name(news),
        RoomEvent::Disconnected => "disconnected",
        RoomEvent::NotYet(_) => "not yet",
        RoomEvent::Closed(_) => "closed",
    }
}

fn code_name(news: &CodeNews) -> &'static str {
    match news {
        CodeNews::Open(_) => "code open",
        CodeNews::InUse => "code in use",
        CodeNews::LetIn => "code let in",
        CodeNews::Wrong => "code wrong",
        CodeNews::BrokenOff => "code broken off",
        CodeNews::Refused(_) => "code refused",
        CodeNews::Closed => "code closed",
    }
}
