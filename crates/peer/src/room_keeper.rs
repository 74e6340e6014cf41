//! The task that keeps us in a room: holds the line to the service, makes it again when it is lost, and tells what
//! happens. Begun by `Room`.

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use serde_json::{Map, Value};
use sharesync_protocol::signaling::{Joined, Peer, PeerId, RefusalCode, ResumeSecret, RoomId};
use sharesync_secrecy::OpenError;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::code_host::CodeHosting;
use crate::members::Members;
use crate::room::Entrance;
use crate::room_event::{CloseReason, Entered, RoomEvent};
use crate::signaling::{SignalingClient, SignalingError};
use crate::signaling_news::{SignalingEvent, SignalingNews};
use crate::signaling_place::SignalingPlace;

/// How long one waits before a line is made again: at first, and later.
const RECONNECT_FIRST: Duration = Duration::from_secs(1);
const RECONNECT_MOST: Duration = Duration::from_secs(5);
/// How long after having been refused for asking too often the room is entered again.
const ENTER_AGAIN: Duration = Duration::from_secs(2);
/// How long leaving may take.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a line is of no more use.
enum End {
    /// It is lost.
    Lost,
    /// The room is closed to us.
    Closed(CloseReason),
    /// Nobody listens.
    Unheard,
}

pub(crate) struct RoomKeeper {
    place: SignalingPlace,
    entrance: Entrance,
    members: Arc<Members>,
    codes: Option<Arc<CodeHosting>>,
    tell: mpsc::Sender<RoomEvent>,
    /// We have been in the room.
    entered: bool,
    /// Lines that were not made since we were in it last.
    failures: u32,
}

impl RoomKeeper {
    pub(crate) fn new(
        place: SignalingPlace,
        entrance: Entrance,
        members: Arc<Members>,
        codes: Option<Arc<CodeHosting>>,
        tell: mpsc::Sender<RoomEvent>,
    ) -> Self {
        Self { place, entrance, members, codes, tell, entered: false, failures: 0 }
    }

    /// Keeps us in the room until it is closed to us, `leave` is wished for or everything is `gone`.
    pub(crate) async fn keep(mut self, leave: CancellationToken, gone: CancellationToken) {
        let leaves = tokio::select! {
            () = self.run_and_tell() => false,
            () = leave.cancelled() => true,
            () = gone.cancelled() => leave.is_cancelled(),
        };
        let client = self.members.client.get();
        self.members.client.set(None);
        if let Ok(client) = client {
            if leaves {
                // A line that merely breaks leaves us in the room for a while; whoever goes on purpose says so.
                let _ = timeout(LEAVE_TIMEOUT, client.leave()).await;
            }
            client.hang_up().await;
        }
    }

    async fn run_and_tell(&mut self) {
        if let Some(reason) = self.run().await {
            // Where nobody listens nobody is told.
            let _ = self.tell.send(RoomEvent::Closed(reason)).await;
        }
    }

    /// Runs until the room is closed to us; `None` when nobody listens any more.
    async fn run(&mut self) -> Option<CloseReason> {
        loop {
            let end = match SignalingClient::connect(&self.place).await {
                Ok((client, news)) => self.dwell(client, news).await,
                Err(error) if !self.entered => End::Closed(reason(error)),
                Err(_) => End::Lost,
            };
            match end {
                End::Closed(reason) if matches!(self.entrance, Entrance::Taker(_)) => {
                    if matches!(reason, CloseReason::Ejected | CloseReason::Displaced) {
                        self.entrance = Entrance::Taker(None);
                    }
                    self.tell(RoomEvent::NotYet(reason)).await.ok()?;
                    sleep(self.next_wait()).await;
                }
                End::Closed(reason) => return Some(reason),
                End::Unheard => return None,
                End::Lost => sleep(self.next_wait()).await,
            }
        }
    }

    /// Between half and all of a wait, so that not everybody comes back to a server at the same moment.
    fn next_wait(&mut self) -> Duration {
        let wait = RECONNECT_FIRST * 2_u32.saturating_pow(self.failures.min(8));
        self.failures += 1;
        let stray = self.members.random.draw(|random| random.random_range(0.5..1.0));
        RECONNECT_MOST.min(wait).mul_f64(stray)
    }

    /// Enters the room by this line and stays for as long as it holds.
    async fn dwell(&mut self, client: SignalingClient, mut news: SignalingNews) -> End {
        let joined = loop {
            match self.enter(&client).await {
                Ok(joined) => break joined,
                // We were in, and the room is most likely still there.
                Err(SignalingError::Refused(RefusalCode::RateLimited)) if self.entered => {
                    sleep(ENTER_AGAIN).await;
                }
                // We may be in it by this line without knowing: by another one we come back as who we are.
                Err(SignalingError::Unreachable(_)) if self.entered => {
                    client.hang_up().await;
                    return End::Lost;
                }
                Err(error) => {
                    client.hang_up().await;
                    return End::Closed(reason(error));
                }
            }
        };
        self.entered = true;
        self.failures = 0;
        self.members.client.set(Some(client.clone()));
        let end = match self.entered(&client, joined).await {
            Ok(()) => self.listen(&client, &mut news).await,
            Err(end) => end,
        };
        self.members.client.set(None);
        if let Some(codes) = &self.codes {
            codes.close();
        }
        if matches!(end, End::Lost) {
            return self.tell(RoomEvent::Disconnected).await.err().unwrap_or(end);
        }
        client.hang_up().await;
        end
    }

    async fn enter(&mut self, client: &SignalingClient) -> Result<Joined, SignalingError> {
        let joined = match self.entrance.clone() {
            Entrance::Host(before) => self.enter_own(client, before, false).await?,
            Entrance::Taker(before) => self.enter_own(client, before, true).await?,
            Entrance::Guest(room, resume) => {
                client.join(room, self.members.nonce.clone(), resume).await?
            }
        };
        let (room, resume) = (joined.room.clone(), joined.resume.clone());
        self.entrance = match self.entrance {
            Entrance::Host(_) => Entrance::Host(Some((room, resume))),
            Entrance::Taker(_) => Entrance::Taker(Some((room, resume))),
            Entrance::Guest(..) => Entrance::Guest(room, Some(resume)),
        };
        Ok(joined)
    }

    /// Enters the room of our own from before, or a new one.
    async fn enter_own(
        &self,
        client: &SignalingClient,
        before: Option<(RoomId, ResumeSecret)>,
        takes: bool,
    ) -> Result<Joined, SignalingError> {
        let nonce = self.members.nonce.clone();
        let Some((room, resume)) = before else { return client.create(nonce, takes).await };
        match client.join(room, nonce.clone(), Some(resume)).await {
            // Alone in it when the line broke: it ended with us, and a new one takes its place.
            Err(SignalingError::Refused(RefusalCode::UnknownRoom)) => {}
            // Guests have kept it open for longer than our place in it, and nobody takes anything there any more.
            Err(SignalingError::Refused(RefusalCode::RoomFull | RefusalCode::RoomLocked))
                if takes => {}
            Ok(joined) if takes && joined.takes.as_ref() != Some(&joined.me.id) => {
                client.leave().await?;
            }
            joined => return joined,
        }
        client.create(nonce, takes).await
    }

    async fn entered(&self, client: &SignalingClient, joined: Joined) -> Result<(), End> {
        let Joined { room, me, peers, ice_servers, resume, locked, takes } = joined;
        self.members.entered(&room, &me.id);
        let left = self.members.beside(&peers);
        let peers = peers.into_iter().filter_map(|peer| self.members.meet(peer)).collect();
        if let Some(codes) = &self.codes {
            codes.serve(client, &room, &self.members.key, locked);
        }
        let entered = Entered { room, me: me.id, resume, peers, ice_servers, locked, takes };
        self.tell(RoomEvent::Entered(entered)).await?;
        for id in left {
            self.left(id).await?;
        }
        Ok(())
    }

    /// Tells what the service says, until there is no more.
    async fn listen(&self, client: &SignalingClient, news: &mut SignalingNews) -> End {
        loop {
            let told = match news.next().await {
                SignalingEvent::PeerJoined(peer) => self.met(peer).await,
                SignalingEvent::PeerAway(id) if self.members.know(&id) => {
                    self.tell(RoomEvent::PeerAway(id)).await
                }
                SignalingEvent::PeerLeft(id) => self.left(id).await,
                SignalingEvent::Signal(from, event, body) => self.heard(from, event, &body).await,
                SignalingEvent::Relay(from, invitation) if self.members.know(&from) => {
                    self.tell(RoomEvent::RelayOffered { from, invitation }).await
                }
                SignalingEvent::Locked(locked) => self.tell(RoomEvent::Locked(locked)).await,
                SignalingEvent::Ejected => return End::Closed(CloseReason::Ejected),
                SignalingEvent::Displaced => return End::Closed(CloseReason::Displaced),
                SignalingEvent::Lost(_) => return End::Lost,
                event @ (SignalingEvent::Knock(_)
                | SignalingEvent::Said(_)
                | SignalingEvent::KnockEnded(_)) => {
                    self.knocked(client, event);
                    Ok(())
                }
                SignalingEvent::PeerAway(_) | SignalingEvent::Relay(..) => Ok(()),
            };
            if let Err(end) = told {
                return end;
            }
        }
    }

    async fn met(&self, peer: Peer) -> Result<(), End> {
        match self.members.meet(peer) {
            Some(met) => self.tell(RoomEvent::PeerJoined(met)).await,
            None => Ok(()),
        }
    }

    async fn left(&self, id: PeerId) -> Result<(), End> {
        if self.members.forget(&id) { self.tell(RoomEvent::PeerLeft(id)).await } else { Ok(()) }
    }

    async fn heard(
        &self,
        from: PeerId,
        event: &'static str,
        body: &Map<String, Value>,
    ) -> Result<(), End> {
        let Some(line) = self.members.line(&from) else { return Ok(()) };
        self.tell(match line.hear(event, body) {
            Ok(signal) => RoomEvent::Signal { from, signal },
            Err(OpenError::Tampered) => RoomEvent::Tampered(from),
            Err(OpenError::Malformed) => RoomEvent::Malformed(from),
        })
        .await
    }

    fn knocked(&self, client: &SignalingClient, event: SignalingEvent) {
        match (&self.codes, event) {
            (Some(codes), event) => codes.hear(event),
            (None, SignalingEvent::Knock(message)) => {
                // No code of ours; and whoever knocks need not wait.
                let client = client.clone();
                tokio::spawn(async move { client.end_knock(message.knock).await });
            }
            (None, _) => {}
        }
    }

    async fn tell(&self, event: RoomEvent) -> Result<(), End> {
        self.tell.send(event).await.map_err(|_| End::Unheard)
    }
}

fn reason(error: SignalingError) -> CloseReason {
    match error {
        SignalingError::Refused(code) => CloseReason::Refused(code),
        error => CloseReason::Unreachable(error.to_string()),
    }
}
