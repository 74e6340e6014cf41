//! One WebRTC connection to one other member: describes itself, takes the other's descriptions and candidates, and mends
//! itself by ICE restarts (RFC 8839 §4.4) while it can. Made by `Ladder`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rtc::peer_connection::configuration::setting_engine::SctpMaxMessageSize;
use sharesync_protocol::signaling::IceServer;
use sharesync_protocol::transfer::{
    CONTROL_CHANNEL, DATA_CHANNEL, IceCandidate, LaneSignal as ConnectionSignal, MAX_FRAME_BYTES,
};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use webrtc::data_channel::RTCDataChannelInit;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
    RTCIceCandidateInit, RTCIceConnectionState, RTCIceServer, RTCPeerConnectionIceEvent,
    RTCPeerConnectionState, RTCSessionDescription, SettingEngineBuilder, StatsSelector,
};

use crate::channels::{Channel, Channels, Path};
use crate::direct_channel::{ChannelState, DirectChannel};
use crate::flight::{BROWSER_BUFFER_BYTES, Flight};
use crate::moment::at;
use crate::udp::{PeerRuntime, own_addresses, receive_window};

#[cfg(test)]
mod tests;
mod translation;

use translation::{as_protocol, as_rtc, from_protocol, path_of};

/// How long making the connection, or mending it, may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a connection that went quiet may come back by itself before it is mended.
const QUIET: Duration = Duration::from_secs(2);
/// How long what was said last may take to leave before the connection is closed over it.
const LINGER: Duration = Duration::from_secs(15);
/// How long the path that a new connection takes is asked for before it is taken to be direct.
const PATH_PATIENCE: Duration = Duration::from_secs(1);
const PATH_LOOK: Duration = Duration::from_millis(50);
/// Candidates kept while the description that they belong to has not come; no peer has as many.
const MAX_HELD: usize = 64;
/// Signals of the other side that wait to be taken.
const MAX_SIGNALS: usize = 128;
/// Bytes of a channel that may wait for the other side's acknowledgement, whatever its line holds.
const SEND_BUFFER_BYTES: usize = 4 * 1024 * 1024;
/// The attribute (RFC 8866 §5.13) of a description in which a native peer says how many bytes its sockets hold. Browsers,
/// which do not know it, pass over it, and say nothing of their own.
const RECEIVE_BUFFER: &str = "x-sharesync-receive-buffer";
/// How long between two checks of the paths that may be (RFC 8445 §14.2), and how many are made of one: for three seconds,
/// since the other side may begin later. By the crate's own, 200 ms, each step of connecting waits for the next check.
const CHECK_EVERY: Duration = Duration::from_millis(50);
const MOST_CHECKS: u16 = 60;
/// How long a candidate that the other side did not announce has to wait for better ones. The crate's own second is most
/// of what connecting to a browser takes, whose addresses are hidden from us (draft-ietf-mmusic-mdns-ice-candidates).
const UNANNOUNCED_WAIT: Duration = Duration::from_millis(50);

/// Why a connection is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It could not be made, or not be mended.
    Failed,
    /// The other side closed it in order.
    Closed,
}

/// What a connection tells.
pub(crate) enum ConnectionEvent {
    /// To be sent to the other side.
    Signal(ConnectionSignal),
    /// Both channels are open.
    Open(Channels),
    /// It is over; nothing follows.
    Lost(Lost),
}

/// A connection that is being made, or stands. Dropped, it closes.
pub(crate) struct Connection {
    signals: mpsc::Sender<ConnectionSignal>,
    end: DropGuard,
    ended: JoinHandle<()>,
}

impl Connection {
    /// Makes a connection; `offers` says which side describes it first.
    pub(crate) fn start(
        offers: bool,
        ice_servers: &[IceServer],
        events: mpsc::Sender<ConnectionEvent>,
    ) -> Self {
        let (signals, heard) = mpsc::channel(MAX_SIGNALS);
        let end = CancellationToken::new();
        let ice_servers = ice_servers.iter().map(as_rtc).collect();
        let ended = tokio::spawn(run(offers, ice_servers, heard, events, end.clone()));
        Self { signals, end: end.drop_guard(), ended }
    }

    /// Closes it; returns once the other side has heard what was said last, or has had long enough.
    pub(crate) async fn finish(self) {
        drop(self.end);
        // It does not panic, and nobody aborts it.
        let _ = self.ended.await;
    }

    /// Takes what the other side says. One that says more than can be taken has what is too much ignored.
    pub(crate) fn receive(&self, signal: ConnectionSignal) {
        let _ = self.signals.try_send(signal);
    }
}

/// Runs a connection from its first description to its end.
async fn run(
    offers: bool,
    ice_servers: Vec<RTCIceServer>,
    mut heard: mpsc::Receiver<ConnectionSignal>,
    events: mpsc::Sender<ConnectionEvent>,
    end: CancellationToken,
) {
    let Ok(mut running) = Box::pin(Running::build(offers, ice_servers, events.clone())).await
    else {
        let _ = events.send(ConnectionEvent::Lost(Lost::Failed)).await;
        return;
    };
    let lost = tokio::select! {
        lost = running.run(&mut heard) => Some(lost),
        () = end.cancelled() => None,
    };
    match lost {
        Some(lost) => {
            let _ = events.send(ConnectionEvent::Lost(lost)).await;
        }
        None => running.linger().await,
    }
    // An error says that it is closed already.
    let _ = running.connection.close().await;
}

/// What the crate tells of a connection.
enum News {
    Candidate(RTCIceCandidateInit),
    /// ICE has come to another state, which only is to be looked at.
    Ice,
    State(RTCPeerConnectionState),
}

/// Passes on the crate's news; never waits, for the crate's driver would wait along.
struct Handler(mpsc::UnboundedSender<News>);

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        if let Ok(candidate) = event.candidate.to_json() {
            let _ = self.0.send(News::Candidate(candidate));
        }
    }

    async fn on_ice_connection_state_change(&self, _: RTCIceConnectionState) {
        let _ = self.0.send(News::Ice);
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let _ = self.0.send(News::State(state));
    }
}

struct Running {
    offers: bool,
    connection: Arc<dyn PeerConnection>,
    news: mpsc::UnboundedReceiver<News>,
    control: (Arc<DirectChannel>, watch::Receiver<ChannelState>),
    data: (Arc<DirectChannel>, watch::Receiver<ChannelState>),
    events: mpsc::Sender<ConnectionEvent>,
    /// Candidates that came before the description that they belong to.
    held: Vec<IceCandidate>,
    described: bool,
    /// Told when the channels are open.
    opened: Arc<AtomicBool>,
    /// Bytes that the other side's sockets hold.
    their_buffer: usize,
    open: bool,
    /// When it is given up, if it is not connected by then.
    deadline: Option<Instant>,
    /// When it is mended, if it is still quiet by then.
    mending: Option<Instant>,
}

impl Running {
    async fn build(
        offers: bool,
        ice_servers: Vec<RTCIceServer>,
        events: mpsc::Sender<ConnectionEvent>,
    ) -> webrtc::error::Result<Self> {
        let (tell, news) = mpsc::unbounded_channel();
        let largest = u32::try_from(MAX_FRAME_BYTES).expect("256 KiB");
        let settings = SettingEngineBuilder::new()
            .with_include_loopback_candidate(true)
            .with_ice_connection_attempts(Some(CHECK_EVERY), Some(MOST_CHECKS))
            .with_prflx_acceptance_min_wait(Some(UNANNOUNCED_WAIT))
            .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(largest))
            .with_sctp_max_receive_buffer_size(receive_window())
            .build();
        let configuration =
            RTCConfigurationBuilder::default().with_ice_servers(ice_servers).build();
        let runtime = PeerRuntime::default();
        let opened = runtime.open();
        let builder = PeerConnectionBuilder::new()
            .with_configuration(configuration)
            .with_setting_engine(settings)
            .with_runtime(Arc::new(runtime))
            .with_handler(Arc::new(Handler(tell)))
            .with_udp_addrs(own_addresses())
            .with_data_channel_send_buffer_limit(SEND_BUFFER_BYTES);
        let connection: Arc<dyn PeerConnection> = Arc::new(Box::pin(builder.build()).await?);
        let control = open_channel(&*connection, "control", CONTROL_CHANNEL, true).await?;
        let data = open_channel(&*connection, "data", DATA_CHANNEL, false).await?;
        Ok(Self {
            offers,
            connection,
            news,
            control,
            data,
            events,
            held: Vec::new(),
            described: false,
            opened,
            their_buffer: BROWSER_BUFFER_BYTES,
            open: false,
            deadline: Some(Instant::now() + CONNECT_TIMEOUT),
            mending: None,
        })
    }

    /// Keeps the connection until it is lost.
    async fn run(&mut self, heard: &mut mpsc::Receiver<ConnectionSignal>) -> Lost {
        if self.offers && self.offer().await.is_err() {
            return Lost::Failed;
        }
        loop {
            let went_on = tokio::select! {
                Some(signal) = heard.recv() => self.receive(signal).await,
                Some(news) = self.news.recv() => self.hear(news).await,
                state = changed(&mut self.control.1) => self.channel_is(state).await,
                state = changed(&mut self.data.1) => self.channel_is(state).await,
                () = at(self.deadline) => Err(Lost::Failed),
                () = at(self.mending) => self.mend().await,
            };
            if let Err(lost) = went_on {
                return lost;
            }
            // What has changed gives the crate something to send: a first check of a path, or the first words of DTLS and of SCTP,
            // which it leaves for its next timer else, a fifth of a second each time.
            if !self.open {
                self.control.0.nudge().await;
            }
        }
    }

    /// Gives what was said last the time to arrive: until the other side has closed, or has had long enough.
    async fn linger(&mut self) {
        if self.open {
            let closed = self.control.1.wait_for(|state| *state == ChannelState::Closed);
            let _ = timeout(LINGER, closed).await;
        }
    }

    async fn channel_is(&mut self, state: ChannelState) -> Result<(), Lost> {
        let [control, data] = [*self.control.1.borrow(), *self.data.1.borrow()];
        if state == ChannelState::Closed {
            return Err(Lost::Closed);
        }
        if !self.open && control == ChannelState::Open && data == ChannelState::Open {
            self.open = true;
            self.deadline = None;
            self.opened.store(true, Ordering::Relaxed);
            let channels = self.channels().await;
            let _ = self.events.send(ConnectionEvent::Open(channels)).await;
        }
        Ok(())
    }

    async fn channels(&self) -> Channels {
        let negotiated = match self.connection.sctp().await {
            Some(sctp) => sctp.max_message_size().await.ok(),
            None => None,
        };
        let bytes = negotiated.unwrap_or(SctpMaxMessageSize::DEFAULT_MESSAGE_SIZE) as usize;
        let flight = Flight::new(self.their_buffer, Instant::now());
        let max_message_bytes = bytes.min(flight.most_message_bytes());
        self.data.0.limit(flight).await;
        Channels {
            control: Arc::clone(&self.control.0) as Arc<dyn Channel>,
            data: Arc::clone(&self.data.0) as Arc<dyn Channel>,
            max_message_bytes,
            path: self.path().await,
        }
    }

    /// How the connection runs. The crate knows a moment after it does.
    async fn path(&self) -> Path {
        let until = Instant::now() + PATH_PATIENCE;
        loop {
            let now = std::time::Instant::now();
            let stats = self.connection.get_stats(now, StatsSelector::None).await;
            match path_of(&stats) {
                Some(path) => return path,
                None if Instant::now() > until => return Path::Direct,
                None => tokio::time::sleep(PATH_LOOK).await,
            }
        }
    }

    async fn hear(&mut self, news: News) -> Result<(), Lost> {
        match news {
            News::Candidate(candidate) => {
                let candidates = vec![as_protocol(candidate)];
                self.say(ConnectionSignal::IceCandidate { candidates }).await;
            }
            News::State(RTCPeerConnectionState::Connected) => {
                // The channels have to open as well, before anything can be said.
                if self.open {
                    self.deadline = None;
                }
                self.mending = None;
            }
            News::State(RTCPeerConnectionState::Disconnected) => {
                self.mending = Some(Instant::now() + QUIET);
            }
            News::State(RTCPeerConnectionState::Failed) => self.mend().await?,
            News::Ice | News::State(_) => {}
        }
        Ok(())
    }

    /// Looks for another way between the two; the side that offered does, for both at once would collide.
    async fn mend(&mut self) -> Result<(), Lost> {
        self.mending = None;
        self.deadline = Some(Instant::now() + CONNECT_TIMEOUT);
        if !self.offers {
            return Ok(());
        }
        self.connection.restart_ice().await.map_err(|_| Lost::Failed)?;
        self.offer().await
    }

    async fn receive(&mut self, signal: ConnectionSignal) -> Result<(), Lost> {
        match signal {
            ConnectionSignal::IceCandidate { candidates } if self.described => {
                self.add(candidates).await;
            }
            ConnectionSignal::IceCandidate { candidates } => {
                self.held.extend(candidates);
                self.held.truncate(MAX_HELD);
            }
            // The other side has lost this connection for good, and says so.
            ConnectionSignal::Answer { sdp } if sdp.is_empty() => return Err(Lost::Failed),
            ConnectionSignal::Answer { sdp } => {
                self.their_buffer = receive_buffer(&sdp);
                self.describe_other(RTCSessionDescription::answer(sdp)).await?;
            }
            ConnectionSignal::Offer { sdp } => {
                self.their_buffer = receive_buffer(&sdp);
                self.describe_other(RTCSessionDescription::offer(sdp)).await?;
                self.answer().await?;
            }
        }
        Ok(())
    }

    /// One that the crate refuses ends the connection.
    async fn describe_other(
        &mut self,
        description: webrtc::error::Result<RTCSessionDescription>,
    ) -> Result<(), Lost> {
        let description = description.map_err(|_| Lost::Failed)?;
        let set = self.connection.set_remote_description(description).await;
        set.map_err(|_| Lost::Failed)?;
        self.described = true;
        let held = std::mem::take(&mut self.held);
        self.add(held).await;
        Ok(())
    }

    async fn add(&self, candidates: Vec<IceCandidate>) {
        for candidate in candidates {
            // One that is of no use here does no harm: ICE goes on with the others.
            let _ = self.connection.add_ice_candidate(from_protocol(candidate)).await;
        }
    }

    async fn offer(&self) -> Result<(), Lost> {
        let offer = self.connection.create_offer(None).await.map_err(|_| Lost::Failed)?;
        let sdp = self.describe(offer).await?;
        self.say(ConnectionSignal::Offer { sdp }).await;
        Ok(())
    }

    async fn answer(&self) -> Result<(), Lost> {
        let answer = self.connection.create_answer(None).await.map_err(|_| Lost::Failed)?;
        let sdp = self.describe(answer).await?;
        self.say(ConnectionSignal::Answer { sdp }).await;
        Ok(())
    }

    async fn describe(&self, description: RTCSessionDescription) -> Result<String, Lost> {
        let set = self.connection.set_local_description(description).await;
        set.map_err(|_| Lost::Failed)?;
        let own = self.connection.local_description().await.ok_or(Lost::Failed)?;
        Ok(format!("{}a={RECEIVE_BUFFER}:{}\r\n", own.sdp, receive_window()))
    }

    async fn say(&self, signal: ConnectionSignal) {
        let _ = self.events.send(ConnectionEvent::Signal(signal)).await;
    }
}

async fn open_channel(
    connection: &dyn PeerConnection,
    label: &str,
    id: u16,
    text: bool,
) -> webrtc::error::Result<(Arc<DirectChannel>, watch::Receiver<ChannelState>)> {
    let negotiated = RTCDataChannelInit { negotiated: Some(id), ..RTCDataChannelInit::default() };
    let channel = connection.create_data_channel(label, Some(negotiated)).await?;
    Ok(DirectChannel::new(channel, text))
}

/// The next state of a channel; never again once it has closed.
async fn changed(state: &mut watch::Receiver<ChannelState>) -> ChannelState {
    match state.changed().await {
        Ok(()) => *state.borrow_and_update(),
        Err(_) => std::future::pending().await,
    }
}

/// Bytes that the sockets hold of whoever describes itself so: a browser's, where nothing is said.
fn receive_buffer(sdp: &str) -> usize {
    let said = sdp.lines().find_map(|line| {
        line.strip_prefix("a=")?.strip_prefix(RECEIVE_BUFFER)?.strip_prefix(':')?.parse().ok()
    });
    said.map_or(BROWSER_BUFFER_BYTES, |bytes: usize| {
        bytes.clamp(BROWSER_BUFFER_BYTES, SEND_BUFFER_BYTES)
    })
}
