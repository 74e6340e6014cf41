//! The transfers with all members of a room: whoever sends has one with each who comes, whoever receives one with each
//! who offers. The commands take from here what happens.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sharesync_protocol::report::{Count, Outcome as ReportedOutcome, PathBytes, TransferCount};
use sharesync_protocol::signaling::{IceServer, PeerId};
use sharesync_secrecy::{LaneError, LaneName, LaneSealer};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Interval, interval};

use crate::dialer::Dialer;
use crate::ladder::{Ladder, Line, Unsaid};
use crate::member::{Member, MemberEnd, MemberNews, Transfer};
use crate::members::Met;
use crate::peer_signal::{PeerSignal, SignalBody};
use crate::room::Room;
use crate::room_event::RoomEvent;
use crate::signaling::RelayInvitation;
use crate::tcp_door::TcpDoor;
use crate::transfer::{CarriedBytes, Outcome, Progress, Steering};

/// How often TURN's credentials are asked for again: they open nothing after an hour.
const REFRESH_EVERY: Duration = Duration::from_mins(30);

/// STUN and TURN servers, as they were told last.
type IceServers = Arc<Mutex<Vec<IceServer>>>;

/// Something that happened.
pub enum TransfersEvent {
    /// In the room.
    Room(RoomEvent),
    /// A transfer with a member has begun; this is where it stands.
    Begun(PeerId, watch::Receiver<Progress>),
    /// It has ended, for this reason.
    Ended(PeerId, MemberEnd),
}

/// Whom this side offers files, and with them connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offers {
    /// Everybody who is in the room or comes.
    ToEverybody,
    /// Whoever takes files there, and nobody else: not another guest, who could pose as that one.
    ToTaker,
    /// Nobody: this side takes what others offer.
    ToNobody,
}

/// All transfers of a room.
pub struct Transfers<T> {
    room: Room,
    events: mpsc::Receiver<RoomEvent>,
    dialer: Dialer,
    offers: Offers,
    /// Who takes files in the room. The first that was named stays: a service that names somebody else later is not
    /// believed.
    taker: Option<PeerId>,
    steering: Steering,
    begin: Box<dyn FnMut(&PeerId) -> T + Send>,
    ice_servers: IceServers,
    refresh: Interval,
    members: HashMap<PeerId, mpsc::UnboundedSender<MemberNews>>,
    running: JoinSet<(PeerId, MemberEnd)>,
    /// Told one after the other.
    waiting: VecDeque<TransfersEvent>,
    /// The room is closed.
    left: bool,
}

impl<T: Transfer> Transfers<T> {
    /// The transfers of a room that was opened, with its events. `offers` is whom this side offers files; `begin` makes a
    /// transfer with a member; `steering` is what stops them all.
    pub fn new(
        (room, events): (Room, mpsc::Receiver<RoomEvent>),
        dialer: Dialer,
        offers: Offers,
        steering: Steering,
        begin: impl FnMut(&PeerId) -> T + Send + 'static,
    ) -> Self {
        Self {
            room,
            events,
            dialer,
            offers,
            taker: None,
            steering,
            begin: Box::new(begin),
            ice_servers: IceServers::default(),
            refresh: interval(REFRESH_EVERY),
            members: HashMap::new(),
            running: JoinSet::new(),
            waiting: VecDeque::new(),
            left: false,
        }
    }

    /// The room.
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// What happens next; `None` once the room is closed and every transfer is over. Safe to drop while it waits.
    pub async fn next(&mut self) -> Option<TransfersEvent> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.left && self.running.is_empty() {
                return None;
            }
            tokio::select! {
                event = self.events.recv(), if !self.left => match event {
                    Some(event) => self.hear(event),
                    None => self.left = true,
                },
                Some(ended) = self.running.join_next() => {
                    // None panics, and none is aborted.
                    if let Ok((peer, end)) = ended {
                        self.members.remove(&peer);
                        self.waiting.push_back(TransfersEvent::Ended(peer, end));
                    }
                }
                _ = self.refresh.tick(), if !self.left => self.refresh(),
            }
        }
    }

    /// Leaves the room, once the last words of its transfers were heard.
    pub async fn close(mut self) {
        while self.running.join_next().await.is_some() {}
        self.room.close().await;
    }

    fn hear(&mut self, event: RoomEvent) {
        match &event {
            RoomEvent::Entered(entered) => {
                self.set_ice_servers(entered.ice_servers.clone());
                self.taker = self.taker.take().or_else(|| entered.takes.clone());
                for met in entered.peers.clone() {
                    self.meet(&met);
                }
            }
            RoomEvent::PeerJoined(met) => self.meet(&met.clone()),
            RoomEvent::PeerAway(peer) => self.tell(peer, MemberNews::Away),
            RoomEvent::PeerLeft(peer) => self.tell(peer, MemberNews::Left),
            RoomEvent::Signal { from, signal } => {
                let (from, signal) = (from.clone(), signal.clone());
                // A receiver meets its sender by the first offer.
                if !self.members.contains_key(&from)
                    && self.offers == Offers::ToNobody
                    && matches!(signal.body, SignalBody::Offer(_))
                {
                    self.add(&from, false);
                }
                self.tell(&from, MemberNews::Signal(signal));
            }
            RoomEvent::RelayOffered { from, invitation } => {
                self.tell(&from.clone(), MemberNews::Relay(invitation.clone()));
            }
            _ => {}
        }
        self.waiting.push_back(TransfersEvent::Room(event));
    }

    fn meet(&mut self, met: &Met) {
        if self.members.contains_key(&met.id) {
            let news =
                if met.away { MemberNews::Away } else { MemberNews::Back { fresh: met.fresh } };
            self.tell(&met.id, news);
        } else if met.fresh && self.offers_to(&met.id) {
            self.add(&met.id, met.away);
        }
    }

    fn offers_to(&self, peer: &PeerId) -> bool {
        match self.offers {
            Offers::ToEverybody => true,
            Offers::ToTaker => self.taker.as_ref() == Some(peer),
            Offers::ToNobody => false,
        }
    }

    fn add(&mut self, peer: &PeerId, away: bool) {
        let transfer = (self.begin)(peer);
        let progress = transfer.progress();
        let line = MemberLine {
            room: self.room.clone(),
            peer: peer.clone(),
            dialer: self.dialer.clone(),
            ice_servers: Arc::clone(&self.ice_servers),
        };
        let (tell, news) = mpsc::unbounded_channel();
        let connects = self.offers != Offers::ToNobody;
        let ladder = Ladder::new(connects, Arc::new(line));
        let steering = self.steering.clone();
        let member = Member { transfer, ladder, steering, news, connects, away };
        self.members.insert(peer.clone(), tell);
        self.waiting.push_back(TransfersEvent::Begun(peer.clone(), progress.clone()));
        let (room, peer) = (self.room.clone(), peer.clone());
        self.running.spawn(async move {
            let end = member.keep().await;
            report(&room, &peer, &end, &progress).await;
            (peer, end)
        });
    }

    fn tell(&self, peer: &PeerId, news: MemberNews) {
        // One whose transfer is over hears nothing any more.
        if let Some(member) = self.members.get(peer) {
            let _ = member.send(news);
        }
    }

    fn set_ice_servers(&self, servers: Vec<IceServer>) {
        *self.ice_servers.lock().unwrap_or_else(PoisonError::into_inner) = servers;
    }

    fn refresh(&self) {
        let (room, servers) = (self.room.clone(), Arc::clone(&self.ice_servers));
        tokio::spawn(async move {
            // Where it cannot be asked, what is known has to do.
            if let Ok(fresh) = room.ice_servers().await {
                *servers.lock().unwrap_or_else(PoisonError::into_inner) = fresh.ice_servers;
            }
        });
    }
}

/// Tells the service how a transfer ended, so that it can be counted; not heard, it is not.
async fn report(room: &Room, peer: &PeerId, end: &MemberEnd, progress: &watch::Receiver<Progress>) {
    let outcome = match end {
        MemberEnd::Over(Outcome::Verified) => ReportedOutcome::Verified,
        MemberEnd::Over(Outcome::Cancelled { .. }) => ReportedOutcome::Cancelled,
        MemberEnd::Over(Outcome::Failed { .. }) | MemberEnd::Unreachable | MemberEnd::Tampered => {
            ReportedOutcome::Failed
        }
        // There is nobody to say the same.
        MemberEnd::Over(Outcome::Declined) | MemberEnd::Left => return,
    };
    let now = progress.borrow().clone();
    let carried = now.carried;
    let began = outcome == ReportedOutcome::Verified || carried != CarriedBytes::default();
    if !began {
        return;
    }
    let count = |number: u64| Count::try_from(number).unwrap_or_default();
    let files = count(now.verified as u64);
    let CarriedBytes { direct, turn, relay } = carried;
    let [direct, turn, relay] = [direct, turn, relay].map(count);
    let transfer = TransferCount { outcome, files, bytes: PathBytes { direct, turn, relay } };
    let _ = room.report(peer, transfer).await;
}

/// The way to a member by the room.
struct MemberLine {
    room: Room,
    peer: PeerId,
    dialer: Dialer,
    ice_servers: IceServers,
}

#[async_trait]
impl Line for MemberLine {
    async fn say(&self, signal: PeerSignal) -> Result<(), Unsaid> {
        self.room.say(&self.peer, signal).await.map_err(|_| Unsaid)
    }

    async fn open_relay(&self) -> Result<RelayInvitation, Unsaid> {
        self.room.open_relay(&self.peer).await.map_err(|_| Unsaid)
    }

    fn draw(&self) -> [u8; 16] {
        self.room.draw()
    }

    fn dialer(&self) -> Dialer {
        self.dialer.clone()
    }

    fn tcp_door(&self) -> Option<TcpDoor> {
        TcpDoor::open()
    }

    fn ice_servers(&self) -> Vec<IceServer> {
        self.ice_servers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn sealer(&self, name: LaneName) -> Result<LaneSealer, LaneError> {
        let pair = self.room.sealed_pair(&self.peer).ok_or(LaneError::Tampered)?;
        LaneSealer::new(pair.sealed(), name)
    }
}
