//! Two members as tests have them: a real ladder each, and between them a way by the service that a test can disturb.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sharesync_protocol::signaling::IceServer;
use sharesync_secrecy::{LaneError, LaneName, LaneSealer, LinkKey, SealedMember, SealedPair};
use sharesync_signaling::relay::{RelayConfig, Relays};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Ladder, LadderEvent, Line, Rung, Unsaid};
use crate::channels::Channels;
use crate::dialer::Dialer;
use crate::peer_signal::PeerSignal;
use crate::signaling::RelayInvitation;
use crate::tcp_door::TcpDoor;

/// What one member hears of the other by way of the service.
pub(crate) enum Heard {
    Signal(PeerSignal),
    Relay(RelayInvitation),
}

/// The way by the service, as two members have it whom nobody disturbs, or whom somebody does.
pub(crate) struct TestLine {
    other: mpsc::UnboundedSender<Heard>,
    pub(crate) relay: Option<(Relays, String)>,
    pub(crate) key: Mutex<LinkKey>,
    own: &'static str,
    random: Mutex<StdRng>,
    /// Signals are taken and go nowhere.
    pub(crate) swallows: AtomicBool,
    /// Signals are refused.
    pub(crate) refuses: AtomicBool,
    /// Nobody can come by TCP.
    pub(crate) locked: AtomicBool,
}

#[async_trait]
impl Line for TestLine {
    async fn say(&self, signal: PeerSignal) -> Result<(), Unsaid> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err(Unsaid);
        }
        if !self.swallows.load(Ordering::Relaxed) {
            let _ = self.other.send(Heard::Signal(signal));
        }
        Ok(())
    }

    async fn open_relay(&self) -> Result<RelayInvitation, Unsaid> {
        let (relays, url) = self.relay.as_ref().ok_or(Unsaid)?;
        let (ours, theirs) = relays.open().ok_or(Unsaid)?;
        let _ = self.other.send(Heard::Relay(RelayInvitation { url: url.clone(), ticket: theirs }));
        Ok(RelayInvitation { url: url.clone(), ticket: ours })
    }

    fn draw(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.random.lock().unwrap().fill_bytes(&mut bytes);
        bytes
    }

    fn dialer(&self) -> Dialer {
        Dialer::of_this_machine().unwrap()
    }

    fn tcp_door(&self) -> Option<TcpDoor> {
        (!self.locked.load(Ordering::Relaxed)).then(TcpDoor::open).flatten()
    }

    fn ice_servers(&self) -> Vec<IceServer> {
        Vec::new()
    }

    fn sealer(&self, name: LaneName) -> Result<LaneSealer, LaneError> {
        let other = if self.own == "one" { "other" } else { "one" };
        let [own, other] = [self.own, other].map(|id| SealedMember { id, nonce: id });
        let key = self.key.lock().unwrap();
        LaneSealer::new(SealedPair { key: &key, room: "room", own, other }, name)
    }
}

/// A member, and its way to the other.
pub(crate) struct End {
    pub(crate) ladder: Ladder,
    pub(crate) line: Arc<TestLine>,
    pub(crate) heard: mpsc::UnboundedReceiver<Heard>,
}

impl End {
    /// Two members, of whom the first connects.
    pub(crate) fn pair(relay: Option<&(Relays, String)>) -> (Self, Self) {
        let key = LinkKey::make(&mut StdRng::seed_from_u64(7));
        let (to_one, one) = mpsc::unbounded_channel();
        let (to_other, other) = mpsc::unbounded_channel();
        let end = |own, to, heard| {
            let line = Arc::new(TestLine {
                other: to,
                relay: relay.cloned(),
                key: Mutex::new(key.clone()),
                own,
                random: Mutex::new(StdRng::seed_from_u64(own.len() as u64)),
                swallows: AtomicBool::new(false),
                refuses: AtomicBool::new(false),
                locked: AtomicBool::new(true),
            });
            let ladder = Ladder::new(own == "one", Arc::clone(&line) as Arc<dyn Line>);
            Self { ladder, line, heard }
        };
        (end("one", to_other, one), end("other", to_one, other))
    }

    /// What happens next; signals are taken meanwhile.
    pub(crate) async fn next(&mut self) -> LadderEvent {
        loop {
            tokio::select! {
                event = self.ladder.next() => return event,
                Some(heard) = self.heard.recv() => match heard {
                    Heard::Signal(signal) => self.ladder.receive(signal),
                    Heard::Relay(invitation) => self.ladder.meet_at_relay(invitation),
                },
            }
        }
    }

    pub(crate) async fn connected(&mut self) -> Channels {
        match self.next().await {
            LadderEvent::Connected(channels) => channels,
            LadderEvent::Lost { closed } => panic!("lost, closed: {closed}"),
            LadderEvent::Tampered => panic!("tampered"),
        }
    }

    /// Has signals get through from now on, and looks for a better way than the relay at once: what ICE tries is given up in
    /// the end, and the wait for another try is over.
    pub(crate) fn seek_better(&mut self) {
        self.line.swallows.store(false, Ordering::Relaxed);
        self.ladder.link = None;
        self.ladder.better_at = Some(Instant::now());
    }
}

/// A relay such as servers have, and where it is.
pub(crate) async fn relay() -> (Relays, String) {
    let relays = Relays::new(RelayConfig::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/relay", listener.local_addr().unwrap());
    let router = relays.router();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (relays, url)
}

impl Ladder {
    /// Whether it is connected by TCP.
    pub(crate) fn is_by_tcp(&self) -> bool {
        self.active == Some(Rung::Tcp)
    }
}
