//! The ways to one other member, from the best down: TCP, where it is native, too, and one of the two can be reached; a direct
//! connection, one through TURN (both by ICE, in one `Connection`); and the server's relay. The first two are sought at
//! once, and the relay is asked for when neither has come through soon; while it is in use a better way is sought again and
//! again. Whatever is better is taken when found. Used by `Member`.

use std::mem::take;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sharesync_protocol::signaling::IceServer;
use sharesync_protocol::transfer::LaneSignal as ConnectionSignal;
use sharesync_secrecy::{LaneError, LaneName, LaneSealer};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::channels::Channels;
use crate::connection::{Connection, ConnectionEvent, Lost};
use crate::dialer::Dialer;
use crate::moment::at;
use crate::peer_signal::{PeerSignal, SignalBody};
use crate::relay_link::{RelayEvent, RelayLink, RelayLost};
use crate::signaling::RelayInvitation;
use crate::tcp_door::{TcpAddresses, TcpDoor};
use crate::tcp_link::{TcpEvent, TcpLink};

#[cfg(test)]
pub(crate) mod ends;
mod rungs;
#[cfg(test)]
mod tests;

use rungs::{Door, Link, Relay, Tcp, next_of};

/// How long TCP and ICE have before the relay is asked for as well: several times what a connection usually takes, and soon
/// enough for the relay to be in use within three seconds.
const RELAY_AFTER: Duration = Duration::from_millis(1500);
/// How long to wait before a better way than the relay is sought again, first and at most.
const BETTER_FIRST: Duration = Duration::from_secs(10);
const BETTER_MOST: Duration = Duration::from_mins(2);
/// How long a way is kept after a better one was found, so that the other side finds that, too.
const LINGER: Duration = Duration::from_secs(3);
/// How long a connection by ICE waits, once it stands, for one by TCP that is being made.
const TCP_WAIT: Duration = Duration::from_millis(300);
/// What a link tells that waits to be taken.
const MAX_EVENTS: usize = 64;

/// The service does not pass on what was said, or gives no relay.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the signaling service did not do it")]
pub(crate) struct Unsaid;

/// What two members have beside their connection: the sealed line that leads by way of the service.
#[async_trait]
pub(crate) trait Line: Send + Sync + 'static {
    /// Says something to the other member, after what was said before.
    async fn say(&self, signal: PeerSignal) -> Result<(), Unsaid>;
    /// Asks the service for a relay to the other member; answers our way there.
    async fn open_relay(&self) -> Result<RelayInvitation, Unsaid>;
    /// 16 random bytes.
    fn draw(&self) -> [u8; 16];
    /// How to reach a relay.
    fn dialer(&self) -> Dialer;
    /// Where we can be reached by TCP, if anywhere.
    fn tcp_door(&self) -> Option<TcpDoor>;
    /// STUN and TURN servers, with credentials that are good for a while.
    fn ice_servers(&self) -> Vec<IceServer>;
    /// What seals a lane of this name between the two.
    fn sealer(&self, name: LaneName) -> Result<LaneSealer, LaneError>;
}

/// What a ladder tells.
pub(crate) enum LadderEvent {
    /// There is a connection, or a better one than before, which closes.
    Connected(Channels),
    /// There is none any more, or none could be made; `closed` when the other side ended it in order.
    Lost { closed: bool },
    /// Somebody between the two changed what was said.
    Tampered,
}

/// Which of its links a ladder uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rung {
    Tcp,
    Ice,
    Relay,
}

/// What was asked of the service, and how it went.
enum Answer {
    /// The description of this link was not passed on.
    Unsaid(String),
    /// A relay, asked for in this turn.
    Relay(u64, RelayInvitation),
}

/// Makes and keeps a connection to one other member. Dropped, it closes it.
pub(crate) struct Ladder {
    /// Whether this side offers connections, and asks for the relay.
    connects: bool,
    line: Arc<dyn Line>,
    link: Option<Link>,
    tcp: Option<Tcp>,
    relay: Option<Relay>,
    active: Option<Rung>,
    /// A connection by ICE that waits for a better one, and until when; at the side that chooses, so that what a conversation has begun
    /// with is not taken from under it.
    waiting: Option<(Instant, Channels)>,
    /// The next link is made without TCP: over the last one nothing moved.
    without_tcp: bool,
    /// The last link that the other side has offered.
    theirs: Option<String>,
    say: mpsc::UnboundedSender<PeerSignal>,
    answer: mpsc::UnboundedSender<Answer>,
    answers: mpsc::UnboundedReceiver<Answer>,
    relay_at: Option<Instant>,
    better_at: Option<Instant>,
    better_wait: Duration,
    drop_idle_at: Option<Instant>,
    /// Counts climbs, so that what was asked for before one is of no use after it.
    turn: u64,
}

impl Ladder {
    /// A ladder with no connection yet.
    pub(crate) fn new(connects: bool, line: Arc<dyn Line>) -> Self {
        let (answer, answers) = mpsc::unbounded_channel();
        let (say, said) = mpsc::unbounded_channel();
        tokio::spawn(speak(Arc::clone(&line), said, answer.clone()));
        Self {
            connects,
            line,
            link: None,
            tcp: None,
            relay: None,
            active: None,
            waiting: None,
            without_tcp: false,
            theirs: None,
            say,
            answer,
            answers,
            relay_at: None,
            better_at: None,
            better_wait: BETTER_FIRST,
            drop_idle_at: None,
            turn: 0,
        }
    }

    /// Whether there is a connection.
    pub(crate) fn is_connected(&self) -> bool {
        self.active.is_some()
    }

    /// Seeks a connection; only where this side connects.
    pub(crate) fn climb(&mut self) {
        self.open_link(self.link_name());
        self.better_wait = BETTER_FIRST;
        self.turn += 1;
        self.relay_at = Some(Instant::now() + RELAY_AFTER);
    }

    /// Takes a signal of the other member.
    pub(crate) fn receive(&mut self, PeerSignal { link, body }: PeerSignal) {
        let signal = match body {
            SignalBody::Offer(sdp) => ConnectionSignal::Offer { sdp },
            SignalBody::Answer(sdp) => ConnectionSignal::Answer { sdp },
            SignalBody::Candidates(candidates, _) => ConnectionSignal::IceCandidate { candidates },
        };
        if is_disowned(&signal)
            && let Some(tcp) = self.tcp.as_mut().filter(|tcp| tcp.id == link)
        {
            tcp.break_off();
        }
        if self.link.as_ref().is_some_and(|known| known.id == link) {
            self.pass(signal);
        } else if matches!(signal, ConnectionSignal::Offer { .. }) && !self.connects {
            // What is lost here cannot be mended, though the other side may try to: it took us long to find out, too.
            if self.theirs.as_ref() == Some(&link) {
                self.disown(link);
                return;
            }
            self.theirs = Some(link.clone());
            self.open_link(link);
            self.pass(signal);
        }
    }

    /// Passes a signal on to the link, and what it says of TCP to what it is for.
    fn pass(&mut self, signal: ConnectionSignal) {
        if let ConnectionSignal::Offer { sdp } | ConnectionSignal::Answer { sdp } = &signal {
            self.meet_by_tcp(sdp);
        }
        if let Some(link) = &self.link {
            link.connection.receive(signal);
        }
    }

    /// Meets the other member by TCP where its description says that it can be met so: at the door that our offer told of, or at one
    /// that our answer will tell of.
    fn meet_by_tcp(&mut self, sdp: &str) {
        let Some(link) = &mut self.link else { return };
        let door = std::mem::replace(&mut link.door, Door::Closed);
        let Some(theirs) = TcpAddresses::read(sdp) else { return };
        let door = match door {
            Door::Open(door) => door,
            Door::Unopened => {
                let Some(door) = self.line.tcp_door() else { return };
                link.door = Door::Announced(door.attribute());
                door
            }
            Door::Announced(_) | Door::Closed => return,
        };
        let (tell, events) = mpsc::channel(MAX_EVENTS);
        let id = link.id.clone();
        let way = TcpLink::start(door, theirs, self.connects, tell);
        self.tcp = Some(Tcp { id, link: way, events });
    }

    /// The other member has asked for a relay, and this is our way there.
    pub(crate) fn meet_at_relay(&mut self, invitation: RelayInvitation) {
        self.drop_relay();
        let (tell, events) = mpsc::channel(MAX_EVENTS);
        let line = Arc::clone(&self.line);
        let (dialer, half) = (self.line.dialer(), self.line.draw());
        let link = RelayLink::start(dialer, invitation, half, move |name| line.sealer(name), tell);
        self.relay = Some(Relay { link, events });
    }

    /// Takes what there is for lost, though the other side may think that it stands, so that another is made. What is dropped
    /// here lingers: it is closed only after the other side has heard of that, for whom it would else mean that we leave.
    pub(crate) fn renew(&mut self) {
        self.without_tcp = self.active == Some(Rung::Tcp);
        let by_tcp = self.tcp.as_ref().map(|tcp| tcp.id.clone());
        let by_either = by_tcp.or_else(|| self.link.as_ref().map(|link| link.id.clone()));
        if let Some(id) = by_either.filter(|_| !self.connects) {
            self.disown(id);
        }
        self.drop_all();
    }

    /// Gives up everything at once.
    pub(crate) fn drop_all(&mut self) {
        self.stop();
        self.link = None;
        self.waiting = None;
        self.tcp = None;
        self.drop_relay();
        self.active = None;
    }

    /// Ends it so that the other side hears what was said last; returns when it has, or had long enough.
    pub(crate) async fn finish(mut self) {
        // Over what is not used nothing was said.
        self.drop_idle();
        // Nobody hears any more what a link tells: it must not wait for that.
        if let Some(Link { connection, events, .. }) = self.link.take() {
            drop(events);
            connection.finish().await;
        }
        if let Some(Tcp { link, events, .. }) = self.tcp.take() {
            drop(events);
            link.finish().await;
        }
        if let Some(Relay { link, events }) = self.relay.take() {
            drop(events);
            link.finish().await;
        }
    }

    /// What happens next. Safe to drop while it waits.
    pub(crate) async fn next(&mut self) -> LadderEvent {
        loop {
            let link = self.link.as_mut().map(|link| &mut link.events);
            let tcp = self.tcp.as_mut().map(|tcp| &mut tcp.events);
            let relay = self.relay.as_mut().map(|relay| &mut relay.events);
            let told = tokio::select! {
                event = next_of(link, ConnectionEvent::Lost(Lost::Failed)) => self.hear_link(event),
                event = next_of(tcp, TcpEvent::Lost { closed: false }) => self.hear_tcp(event),
                event = next_of(relay, RelayEvent::Lost(RelayLost::Broken)) => self.hear_relay(event),
                Some(answer) = self.answers.recv() => self.hear_answer(answer),
                () = at(self.relay_at) => { self.ask_for_relay(); None }
                () = at(self.better_at) => { self.seek_better(); None }
                () = at(self.waiting.as_ref().map(|(until, _)| *until)) => self.stop_waiting(),
                () = at(self.drop_idle_at) => { self.drop_idle(); None }
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    fn hear_link(&mut self, event: ConnectionEvent) -> Option<LadderEvent> {
        match event {
            ConnectionEvent::Signal(signal) => {
                let link = self.link.as_mut()?;
                let (id, signal) = (link.id.clone(), link.with_door(signal));
                self.say(id, signal);
                None
            }
            // What came about meanwhile is better.
            ConnectionEvent::Open(_) if self.active == Some(Rung::Tcp) => None,
            ConnectionEvent::Open(channels) if self.connects && self.tcp.is_some() => {
                self.waiting = Some((Instant::now() + TCP_WAIT, channels));
                None
            }
            ConnectionEvent::Open(channels) => Some(self.use_rung(Rung::Ice, channels)),
            ConnectionEvent::Lost(why) => {
                self.waiting = None;
                let link = self.link.take()?;
                if why == Lost::Failed && !self.connects {
                    self.disown(link.id);
                }
                self.lost(Rung::Ice, why == Lost::Closed)
            }
        }
    }

    fn hear_tcp(&mut self, event: TcpEvent) -> Option<LadderEvent> {
        match event {
            TcpEvent::Open(channels) => Some(self.use_rung(Rung::Tcp, channels)),
            TcpEvent::Lost { closed } => {
                let Tcp { id, .. } = self.tcp.take()?;
                if self.active == Some(Rung::Tcp) {
                    // Made for the same purpose, it is of no more use: the other side is about to let go of it, or makes another.
                    self.link = None;
                    if !closed && !self.connects {
                        self.disown(id);
                    }
                }
                self.stop_waiting().or_else(|| self.lost(Rung::Tcp, closed))
            }
        }
    }

    /// Uses the connection by ICE that has waited; none by TCP is taken any more.
    fn stop_waiting(&mut self) -> Option<LadderEvent> {
        let (_, channels) = self.waiting.take()?;
        self.tcp = None;
        Some(self.use_rung(Rung::Ice, channels))
    }

    /// Uses a way that is better than all there were.
    fn use_rung(&mut self, rung: Rung, channels: Channels) -> LadderEvent {
        self.active = Some(rung);
        self.waiting = None;
        self.relay_at = None;
        self.better_at = None;
        self.drop_idle_at = Some(Instant::now() + LINGER);
        LadderEvent::Connected(channels)
    }

    fn hear_relay(&mut self, event: RelayEvent) -> Option<LadderEvent> {
        match event {
            // What came through meanwhile is better.
            RelayEvent::Open(_) if self.active.is_some() => {
                self.drop_idle_at = Some(Instant::now() + LINGER);
                None
            }
            RelayEvent::Open(channels) => {
                self.active = Some(Rung::Relay);
                self.wait_for_better();
                Some(LadderEvent::Connected(channels))
            }
            RelayEvent::Lost(RelayLost::Tampered) => Some(LadderEvent::Tampered),
            RelayEvent::Lost(RelayLost::Broken) => {
                self.relay = None;
                self.lost(Rung::Relay, false)
            }
        }
    }

    fn hear_answer(&mut self, answer: Answer) -> Option<LadderEvent> {
        match answer {
            // A lost candidate is one way fewer; without a description there is no way at all.
            Answer::Unsaid(link) if self.link.as_ref().is_some_and(|known| known.id == link) => {
                self.link = None;
                return self.lost(Rung::Ice, false);
            }
            // ICE may have come through meanwhile, or all have been given up.
            Answer::Relay(turn, invitation) if turn == self.turn && !self.is_connected() => {
                self.meet_at_relay(invitation);
            }
            Answer::Unsaid(_) | Answer::Relay(..) => {}
        }
        None
    }

    /// What the loss of a rung means for the whole.
    fn lost(&mut self, rung: Rung, closed: bool) -> Option<LadderEvent> {
        if self.active == Some(rung) {
            self.active = None;
            self.stop();
            return Some(LadderEvent::Lost { closed });
        }
        let nothing_is_left = self.link.is_none() && self.tcp.is_none() && self.relay.is_none();
        if self.active.is_none() && nothing_is_left {
            return Some(LadderEvent::Lost { closed });
        }
        if self.active == Some(Rung::Relay) {
            self.wait_for_better();
        }
        None
    }

    fn open_link(&mut self, id: String) {
        if self.active != Some(Rung::Relay) {
            self.active = None;
        }
        (self.tcp, self.waiting) = (None, None);
        let (tell, events) = mpsc::channel(MAX_EVENTS);
        let connection = Connection::start(self.connects, &self.line.ice_servers(), tell);
        let door = match take(&mut self.without_tcp) {
            true => Door::Closed,
            false if self.connects => self.line.tcp_door().map_or(Door::Closed, Door::Open),
            false => Door::Unopened,
        };
        self.link = Some(Link { id, connection, events, door });
    }

    /// A name for a link that no other has.
    fn link_name(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.line.draw()))
    }

    /// Tells whoever offered it that a link is gone here, so that it makes another. Not heard, it finds out by itself.
    fn disown(&self, link: String) {
        self.say(link, ConnectionSignal::Answer { sdp: String::new() });
    }

    fn say(&self, link: String, signal: ConnectionSignal) {
        let body = match signal {
            ConnectionSignal::Offer { sdp } => SignalBody::Offer(sdp),
            ConnectionSignal::Answer { sdp } => SignalBody::Answer(sdp),
            ConnectionSignal::IceCandidate { candidates } => {
                SignalBody::Candidates(candidates, None)
            }
        };
        let _ = self.say.send(PeerSignal { link, body });
    }

    fn ask_for_relay(&mut self) {
        self.relay_at = None;
        let (turn, line, answer) = (self.turn, Arc::clone(&self.line), self.answer.clone());
        tokio::spawn(async move {
            // There may be no relay here: ICE goes on by itself.
            if let Ok(invitation) = line.open_relay().await {
                let _ = answer.send(Answer::Relay(turn, invitation));
            }
        });
    }

    /// Seeks a better way than the relay after a while, where none is sought already.
    fn wait_for_better(&mut self) {
        if self.connects && self.link.is_none() && self.tcp.is_none() {
            self.better_at = Some(Instant::now() + self.better_wait);
            self.better_wait = (self.better_wait * 2).min(BETTER_MOST);
        }
    }

    fn seek_better(&mut self) {
        self.better_at = None;
        if self.active == Some(Rung::Relay) && self.link.is_none() {
            self.open_link(self.link_name());
        }
    }

    /// Drops what a better way has made superfluous.
    fn drop_idle(&mut self) {
        self.drop_idle_at = None;
        match self.active {
            Some(Rung::Tcp) => (self.link, self.relay) = (None, None),
            Some(Rung::Ice) => self.relay = None,
            Some(Rung::Relay) | None => {}
        }
    }

    fn drop_relay(&mut self) {
        self.relay = None;
        if self.active == Some(Rung::Relay) {
            self.active = None;
            self.drop_idle_at = None;
        }
    }

    fn stop(&mut self) {
        self.turn += 1;
        self.relay_at = None;
        self.better_at = None;
    }
}

/// Whether a signal says that its link is lost at the other end.
fn is_disowned(signal: &ConnectionSignal) -> bool {
    matches!(signal, ConnectionSignal::Answer { sdp } if sdp.is_empty())
}

/// Says what there is to say, one after the other, and tells of a description that was not passed on.
async fn speak(
    line: Arc<dyn Line>,
    mut said: mpsc::UnboundedReceiver<PeerSignal>,
    answer: mpsc::UnboundedSender<Answer>,
) {
    while let Some(signal) = said.recv().await {
        let link = signal.link.clone();
        let describes = !matches!(signal.body, SignalBody::Candidates(..));
        if line.say(signal).await.is_err() && describes {
            let _ = answer.send(Answer::Unsaid(link));
        }
    }
}
