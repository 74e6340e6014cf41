//! A connection to one other member through the server's relay (docs/PROTOCOL.md, "Relay"), for where nothing else gets
//! through: both channels in one pipe, every message sealed for the other side. Made by `Ladder`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex as Lock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use sharesync_protocol::relay::{MAX_RELAY_MESSAGE_BYTES, RelayEntry, RelayReady, RelayTicket};
use sharesync_secrecy::{LANE_HALF_BYTES, LaneError, LaneName, LaneSealer};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::channels::{Channel, ChannelClosed, Channels, Path};
use crate::dialer::Dialer;
use crate::signaling::RelayInvitation;

/// Bytes of a message at most: a frame with half a block fits, and its seal within what the relay takes.
const MAX_MESSAGE_BYTES: usize = 192 * 1024;
/// How long the other side may take to come; a ticket is good for thirty seconds.
const READY_TIMEOUT: Duration = Duration::from_secs(20);
/// How long what was said last may take to leave.
const LINGER: Duration = Duration::from_secs(15);
/// Messages that wait to be sent, and, of each channel, to be received.
const MOST_WAITING: usize = 4;
/// Before every message: which channel it belongs to.
const CONTROL: u8 = 0;
const DATA: u8 = 1;

/// What a relay tells.
pub(crate) enum RelayEvent {
    /// The other side is there.
    Open(Channels),
    /// It could not be made, or is gone; nothing follows.
    Lost(RelayLost),
}

/// Why a relay is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RelayLost {
    /// It broke, or ended, or has carried all that it may.
    Broken,
    /// Somebody between the two changed what was said.
    Tampered,
}

impl From<tungstenite::Error> for RelayLost {
    fn from(_: tungstenite::Error) -> Self {
        Self::Broken
    }
}

impl From<LaneError> for RelayLost {
    fn from(error: LaneError) -> Self {
        match error {
            LaneError::Tampered => Self::Tampered,
            LaneError::TooLong | LaneError::UsedUp => Self::Broken,
        }
    }
}

/// A connection through the relay. Dropped, it closes once what was said has left.
pub(crate) struct RelayLink {
    end: DropGuard,
    ended: JoinHandle<()>,
}

impl RelayLink {
    /// Enters a relay. `half` is our half of the lane's name, drawn at random for it alone; `sealer` makes what seals the lane of a name.
    pub(crate) fn start(
        dialer: Dialer,
        invitation: RelayInvitation,
        half: [u8; LANE_HALF_BYTES],
        sealer: impl FnOnce(LaneName) -> Result<LaneSealer, LaneError> + Send + 'static,
        events: mpsc::Sender<RelayEvent>,
    ) -> Self {
        let end = CancellationToken::new();
        let token = end.clone();
        let ended = tokio::spawn(async move {
            let lost = run(&dialer, invitation, half, sealer, &events, token).await;
            if let Err(lost) = lost {
                let _ = events.send(RelayEvent::Lost(lost)).await;
            }
        });
        Self { end: end.drop_guard(), ended }
    }

    /// Closes it; returns once what was said has left, or has had long enough.
    pub(crate) async fn finish(self) {
        drop(self.end);
        // It does not panic, and nobody aborts it.
        let _ = self.ended.await;
    }
}

/// Runs a relay from our entry to its end; `Ok` when it is we who ended it.
async fn run(
    dialer: &Dialer,
    invitation: RelayInvitation,
    half: [u8; LANE_HALF_BYTES],
    sealer: impl FnOnce(LaneName) -> Result<LaneSealer, LaneError>,
    events: &mpsc::Sender<RelayEvent>,
    end: CancellationToken,
) -> Result<(), RelayLost> {
    let entered = async {
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_RELAY_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_RELAY_MESSAGE_BYTES));
        let mut socket = dialer.open(&invitation.url, config).await?;
        let name = enter(&mut socket, invitation.ticket, half).await?;
        Ok::<_, RelayLost>((socket, sealer(name)?))
    };
    let (socket, sealer) = tokio::select! {
        entered = timeout(READY_TIMEOUT, entered) => entered.map_err(|_| RelayLost::Broken)??,
        () = end.cancelled() => return Ok(()),
    };
    let sealer = Arc::new(Lock::new(sealer));
    let (sink, stream) = socket.split();
    let (pass, passed) = mpsc::channel(MOST_WAITING);
    let queued = Arc::new(AtomicUsize::new(0));
    let channel = |kind| {
        let (arrive, arrived) = mpsc::channel(MOST_WAITING);
        let (pass, queued) = (pass.clone(), Arc::clone(&queued));
        let channel = RelayChannel { kind, pass, queued, arrived: Mutex::new(arrived) };
        (Arc::new(channel) as Arc<dyn Channel>, arrive)
    };
    let (control, arrive_control) = channel(CONTROL);
    let (data, arrive_data) = channel(DATA);
    drop(pass);
    let channels =
        Channels { control, data, max_message_bytes: MAX_MESSAGE_BYTES, path: Path::Relay };
    let _ = events.send(RelayEvent::Open(channels)).await;
    let writer = Writer { sink, sealer: Arc::clone(&sealer), queued, passed };
    let patience = async {
        end.cancelled().await;
        tokio::time::sleep(LINGER).await;
    };
    tokio::select! {
        read = read(stream, &sealer, &arrive_control, &arrive_data) => read,
        written = writer.run(&end) => written,
        // Whoever does not take it in time does not hear our last word.
        () = patience => Ok(()),
    }
}

/// Shows the ticket, waits for the other side, and names the lane with it.
async fn enter<S>(
    socket: &mut S,
    ticket: RelayTicket,
    ours: [u8; LANE_HALF_BYTES],
) -> Result<LaneName, RelayLost>
where
    S: Sink<Message, Error = tungstenite::Error>
        + Stream<Item = Result<Message, tungstenite::Error>>
        + Unpin,
{
    let entry = serde_json::to_string(&RelayEntry { ticket }).map_err(|_| RelayLost::Broken)?;
    socket.send(Message::text(entry)).await?;
    let ready = loop {
        match socket.next().await.ok_or(RelayLost::Broken)?? {
            Message::Text(text) => break serde_json::from_str::<RelayReady>(&text),
            Message::Ping(_) | Message::Pong(_) => {}
            _ => return Err(RelayLost::Broken),
        }
    };
    // The server's own word, so it is trusted with no more than that the other side has come.
    ready.map_err(|_| RelayLost::Broken)?;
    socket.send(Message::binary(ours.to_vec())).await?;
    let theirs = next_binary(socket).await?;
    let theirs = theirs.as_ref().try_into().map_err(|_| RelayLost::Tampered)?;
    Ok(LaneName { ours, theirs })
}

/// The next binary message. Text after the other side has come is nothing that a relay says.
async fn next_binary<S>(stream: &mut S) -> Result<Bytes, RelayLost>
where
    S: Stream<Item = Result<Message, tungstenite::Error>> + Unpin,
{
    loop {
        match stream.next().await.ok_or(RelayLost::Broken)?? {
            Message::Binary(bytes) => return Ok(bytes),
            Message::Text(_) => return Err(RelayLost::Tampered),
            Message::Close(_) => return Err(RelayLost::Broken),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
    }
}

/// Opens what comes, and passes it on to its channel.
async fn read<S>(
    mut stream: S,
    sealer: &Lock<LaneSealer>,
    control: &mpsc::Sender<Bytes>,
    data: &mpsc::Sender<Bytes>,
) -> Result<(), RelayLost>
where
    S: Stream<Item = Result<Message, tungstenite::Error>> + Unpin,
{
    loop {
        let sealed = next_binary(&mut stream).await?;
        let opened = sealer.lock().map_err(|_| RelayLost::Broken)?.open(&sealed)?;
        let mut message = Bytes::from(opened);
        let kind = if message.is_empty() { CONTROL } else { message.split_to(1)[0] };
        // Nobody receives any more: what comes is let go until the relay is.
        match kind {
            DATA => drop(data.send(message).await),
            // An empty one says that the other side is about to close.
            _ if message.is_empty() => {}
            _ => drop(control.send(message).await),
        }
    }
}

/// A message on its way: its channel, and what it says.
type Passed = (u8, Bytes);

/// Seals what is said, and sends it.
struct Writer<S> {
    sink: S,
    sealer: Arc<Lock<LaneSealer>>,
    queued: Arc<AtomicUsize>,
    passed: mpsc::Receiver<Passed>,
}

impl<S: Sink<Message, Error = tungstenite::Error> + Unpin> Writer<S> {
    /// Sends what is said until the link is let go, then what still waits, and closes.
    async fn run(mut self, end: &CancellationToken) -> Result<(), RelayLost> {
        loop {
            let next = tokio::select! {
                next = self.passed.recv() => next,
                () = end.cancelled(), if !self.passed.is_closed() => {
                    self.passed.close();
                    continue;
                }
            };
            let Some((kind, message)) = next else { break };
            self.send(kind, &message).await?;
        }
        self.send(CONTROL, &[]).await?;
        self.sink.close().await?;
        Ok(())
    }

    async fn send(&mut self, kind: u8, message: &[u8]) -> Result<(), RelayLost> {
        let mut marked = Vec::with_capacity(1 + message.len());
        marked.push(kind);
        marked.extend(message);
        let sealed = self.sealer.lock().map_err(|_| RelayLost::Broken)?.seal(&marked)?;
        let sent = self.sink.send(Message::binary(sealed)).await;
        self.queued.fetch_sub(message.len(), Ordering::Relaxed);
        Ok(sent?)
    }
}

/// One of the two channels in a relay's pipe.
struct RelayChannel {
    kind: u8,
    pass: mpsc::Sender<Passed>,
    queued: Arc<AtomicUsize>,
    arrived: Mutex<mpsc::Receiver<Bytes>>,
}

#[async_trait]
impl Channel for RelayChannel {
    async fn send(&self, message: Bytes) -> Result<(), ChannelClosed> {
        let room = self.pass.reserve().await.map_err(|_| ChannelClosed)?;
        self.queued.fetch_add(message.len(), Ordering::Relaxed);
        room.send((self.kind, message));
        Ok(())
    }

    async fn receive(&self) -> Option<Bytes> {
        self.arrived.lock().await.recv().await
    }

    async fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    async fn close(&self) {
        // The pipe closes as a whole, when its link is let go.
    }
}
