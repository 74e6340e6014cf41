//! The line to the signaling service: the namespace `/p2p` (docs/PROTOCOL.md, "Signaling"). One [`SignalingClient`]
//! is one connection; `Room` and `join_by_code` make them. The browser's twin is `signaling-client.ts`.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sharesync_protocol::code::{
    CLOSE_CODE, CodeOpened, KNOCK, KNOCK_ENDED, Knock, KnockId, KnockMessage, Knocking, Nameplate,
    OPEN_CODE, PAKE,
};
use sharesync_protocol::relay::{OpenRelay, RELAY, RelayOpened, RelayTicket};
use sharesync_protocol::report::{REPORT, Report, TransferCount};
use sharesync_protocol::signaling::{
    Addressed, Auth, BAD_TICKET, CREATE, Create, Done, EJECT, Eject, ICE_SERVERS, IceServers, JOIN,
    Join, Joined, LEAVE, LOCK, Lock, NAMESPACE, PageNonce, PeerId, Refusal, RefusalCode,
    ResumeSecret, RoomId,
};
use thiserror::Error;
use tokio::time::{Instant, sleep};

use crate::origin::Origin;
use crate::signaling_news::SignalingNews;
use crate::signaling_place::SignalingPlace;
use crate::socket_io::{ConnectError, EmitError, SocketIo};
use crate::sound::Sound;

/// How often a message is sent again to somebody who does not keep up, and the first wait between.
const BUSY_RETRIES: u32 = 5;
const BUSY_WAIT: Duration = Duration::from_millis(200);

/// How long what the service cannot do for now is asked again, and how often, at first and later.
const UNAVAILABLE_PATIENCE: Duration = Duration::from_mins(2);
const UNAVAILABLE_FIRST: Duration = Duration::from_millis(500);
const UNAVAILABLE_MOST: Duration = Duration::from_secs(5);

/// How long one waits before coming again with another ticket.
const TICKET_WAIT: Duration = Duration::from_secs(1);

/// Why the service did not do what was asked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SignalingError {
    /// It refused.
    #[error("the signaling service refused: {0:?}")]
    Refused(RefusalCode),
    /// It could not be asked, or did not answer.
    #[error("the signaling service cannot be reached: {0}")]
    Unreachable(String),
    /// It was not asked: this cannot be said in a packet.
    #[error("this cannot be said in a packet")]
    TooLarge,
}

impl SignalingError {
    /// With what the service refused, if it did.
    pub fn code(&self) -> Option<RefusalCode> {
        match self {
            Self::Refused(code) => Some(*code),
            _ => None,
        }
    }

    pub(crate) fn unreachable(why: impl Into<String>) -> Self {
        Self::Unreachable(why.into())
    }
}

/// The way to one side of a relay. It has no `Debug`, for whoever has the ticket may enter.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayInvitation {
    /// A `ws:` or `wss:` address.
    pub url: String,
    /// Lets in once.
    pub ticket: RelayTicket,
}

/// A connection to the service; clones are the same one, which ends with the last of them.
#[derive(Clone)]
pub struct SignalingClient {
    socket: SocketIo,
    origin: Origin,
}

impl SignalingClient {
    /// Connects, with a ticket of its own where the service asks for any.
    pub async fn connect(place: &SignalingPlace) -> Result<(Self, SignalingNews), SignalingError> {
        match Self::connect_once(place).await {
            // A ticket may be over by the time it is shown.
            Err(ConnectError::Refused(reason)) if reason == BAD_TICKET => {
                sleep(TICKET_WAIT).await;
                Self::connect_once(place).await
            }
            connected => connected,
        }
        .map_err(|error| SignalingError::unreachable(error.to_string()))
    }

    async fn connect_once(place: &SignalingPlace) -> Result<(Self, SignalingNews), ConnectError> {
        let (origin, ticket) = place.ask().await?;
        let auth = Auth { ticket };
        let server = origin.web_socket("");
        let connecting = SocketIo::connect(place.dialer(), &server, NAMESPACE, &auth);
        let (socket, events) = connecting.await?;
        let news = SignalingNews::new(events, origin.clone());
        Ok((Self { socket, origin }, news))
    }

    /// Makes a room and enters it; `takes` is whether it is for files that others send to us.
    pub async fn create(&self, nonce: PageNonce, takes: bool) -> Result<Joined, SignalingError> {
        self.ask(CREATE, &Create { nonce: Some(nonce), takes }).await
    }

    /// Enters a room; as who one was in it before, where `resume` is given and still holds.
    pub async fn join(
        &self,
        room: RoomId,
        nonce: PageNonce,
        resume: Option<ResumeSecret>,
    ) -> Result<Joined, SignalingError> {
        self.ask(JOIN, &Join { room, nonce: Some(nonce), resume }).await
    }

    /// Leaves the room.
    pub async fn leave(&self) -> Result<(), SignalingError> {
        self.ask(LEAVE, &Done {}).await.map(|Done {}| ())
    }

    /// Sends a sealed signal to one member of the room, again if that member does not keep up.
    pub async fn signal(
        &self,
        to: &PeerId,
        event: &str,
        sealed: String,
    ) -> Result<(), SignalingError> {
        let message = Addressed { to: to.clone(), body: said("sealed", sealed) };
        for attempt in 0.. {
            match self.ask(event, &message).await {
                Err(SignalingError::Refused(RefusalCode::PeerBusy)) if attempt < BUSY_RETRIES => {
                    sleep(BUSY_WAIT * 2_u32.pow(attempt)).await;
                }
                answer => return answer.map(|Done {}| ()),
            }
        }
        unreachable!("the last attempt is answered")
    }

    /// Lets nobody new into the room, or lets them in again. Refused to all but its owner.
    pub async fn lock(&self, locked: bool) -> Result<(), SignalingError> {
        self.ask(LOCK, &Lock { locked }).await.map(|Done {}| ())
    }

    /// Puts a member out of the room. Refused to all but its owner.
    pub async fn eject(&self, peer: PeerId) -> Result<(), SignalingError> {
        self.ask(EJECT, &Eject { peer }).await.map(|Done {}| ())
    }

    /// Opens a code, in place of the one before.
    pub async fn open_code(&self) -> Result<Nameplate, SignalingError> {
        self.ask(OPEN_CODE, &Done {}).await.map(|CodeOpened { nameplate }| nameplate)
    }

    /// Takes the code out of use.
    pub async fn close_code(&self) -> Result<(), SignalingError> {
        self.ask(CLOSE_CODE, &Done {}).await.map(|Done {}| ())
    }

    /// Tries a code, with the first message to whoever opened it.
    pub async fn knock(
        &self,
        nameplate: Nameplate,
        message: String,
    ) -> Result<KnockId, SignalingError> {
        let knock = Knock { nameplate, body: said("message", message) };
        self.ask(KNOCK, &knock).await.map(|Knocking { knock }| knock)
    }

    /// Says something, under that name, to the other side of a knock.
    pub async fn pake(
        &self,
        knock: KnockId,
        name: &str,
        what: String,
    ) -> Result<(), SignalingError> {
        self.ask(PAKE, &KnockMessage { knock, body: said(name, what) }).await.map(|Done {}| ())
    }

    /// Breaks a knock off.
    pub async fn end_knock(&self, knock: KnockId) -> Result<(), SignalingError> {
        self.ask(KNOCK_ENDED, &Knocking { knock }).await.map(|Done {}| ())
    }

    /// Asks for STUN and TURN servers again, with credentials that are good for a while.
    pub async fn ice_servers(&self) -> Result<IceServers, SignalingError> {
        self.ask(ICE_SERVERS, &Done {}).await
    }

    /// Asks for a relay to one member, which hears of it; returns our way there.
    pub async fn open_relay(&self, to: PeerId) -> Result<RelayInvitation, SignalingError> {
        let RelayOpened { ticket, url } = self.ask(RELAY, &OpenRelay { to }).await?;
        let invitation = RelayInvitation::new(&self.origin, url, ticket);
        invitation.ok_or_else(|| SignalingError::unreachable("a relay without encryption"))
    }

    /// Says how a transfer with a member of the room ended.
    pub async fn report(
        &self,
        peer: PeerId,
        transfer: TransferCount,
    ) -> Result<(), SignalingError> {
        self.ask(REPORT, &Report { peer, transfer }).await.map(|Done {}| ())
    }

    /// Whether the connection has ended.
    pub fn is_lost(&self) -> bool {
        self.socket.is_lost()
    }

    /// Ends the connection. The membership is kept for a while: whoever goes for good leaves first.
    pub async fn hang_up(&self) {
        self.socket.hang_up().await;
    }

    /// Asks, and asks again what the service says it could not do for now.
    async fn ask<T: DeserializeOwned + Sound>(
        &self,
        event: &str,
        body: &impl Serialize,
    ) -> Result<T, SignalingError> {
        let until = Instant::now() + UNAVAILABLE_PATIENCE;
        let mut wait = UNAVAILABLE_FIRST;
        loop {
            match self.ask_once(event, body).await {
                Err(SignalingError::Refused(RefusalCode::Unavailable))
                    if Instant::now() <= until => {}
                answer => return answer,
            }
            sleep(wait).await;
            wait = UNAVAILABLE_MOST.min(wait * 2);
        }
    }

    async fn ask_once<T: DeserializeOwned + Sound>(
        &self,
        event: &str,
        body: &impl Serialize,
    ) -> Result<T, SignalingError> {
        let answer = self.socket.emit(event, body).await.map_err(|error| match error {
            EmitError::TooLarge => SignalingError::TooLarge,
            error => SignalingError::unreachable(error.to_string()),
        })?;
        let strange = || SignalingError::unreachable("it answered with something else");
        if answer.get("error").is_some() {
            let refusal: Refusal = serde_json::from_value(answer).map_err(|_| strange())?;
            return Err(SignalingError::Refused(refusal.error.code));
        }
        let answer: Option<T> = serde_json::from_value(answer).ok();
        answer.filter(T::is_sound).ok_or_else(strange)
    }
}

impl RelayInvitation {
    /// The way to the relay of a service; `None` where it would not be encrypted although signaling is.
    pub(crate) fn new(
        signaling: &Origin,
        url: Option<String>,
        ticket: RelayTicket,
    ) -> Option<Self> {
        let url = url.unwrap_or_else(|| signaling.web_socket("/relay"));
        let open = url.starts_with("ws://") && !signaling.is_secure();
        (open || url.starts_with("wss://")).then_some(Self { url, ticket })
    }
}

fn said(name: &str, what: String) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), Value::String(what))])
}
