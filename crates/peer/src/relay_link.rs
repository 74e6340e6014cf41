//! A connection to one other member through the server's relay (docs/PROTOCOL.md, "Relay"), for where nothing else gets
//! through: every message sealed for the other side. Made by `Ladder`.

use std::future::ready;
use std::sync::{Arc, Mutex as Lock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use sharesync_protocol::relay::{MAX_RELAY_MESSAGE_BYTES, RelayEntry, RelayReady, RelayTicket};
use sharesync_secrecy::{LANE_HALF_BYTES, LaneError, LaneName, LaneSealer};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_util::sync::DropGuard;

use crate::channels::{Channels, Path};
use crate::dialer::Dialer;
use crate::pipe::{CONTROL, EndedBy, Pipe, PipeEnd, PipeMessage};
use crate::signaling::RelayInvitation;

/// How long the other side may take to come; a ticket is good for thirty seconds.
const READY_TIMEOUT: Duration = Duration::from_secs(20);

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
    end: PipeEnd,
    _guard: DropGuard,
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
        let end = PipeEnd::default();
        let wanted = end.clone();
        let ended = tokio::spawn(async move {
            let lost = run(&dialer, invitation, half, sealer, &events, &wanted).await;
            if let Err(lost) = lost {
                let _ = events.send(RelayEvent::Lost(lost)).await;
            }
        });
        Self { _guard: end.drop_guard(), end, ended }
    }

    /// Closes it because we leave; returns once what was said has left, or has had long enough.
    pub(crate) async fn finish(self) {
        self.end.say_farewell();
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
    end: &PipeEnd,
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
        () = end.wanted() => return Ok(()),
    };
    let (channels, pipe) = Pipe::new(Path::Relay);
    let _ = events.send(RelayEvent::Open(channels)).await;
    let sealer = Arc::new(Lock::new(sealer));
    let (sink, stream) = socket.split();
    let seals = Arc::clone(&sealer);
    let sink = sink.with(move |message| ready(seal(&seals, &message)));
    let stream = Box::pin(futures_util::stream::unfold(stream, |mut stream| async {
        let sealed = next_binary(&mut stream).await;
        Some((sealed, stream))
    }));
    let stream = stream.map(|sealed| open(&sealer, &sealed?));
    match pipe.run(sink, stream, end).await? {
        EndedBy::Us => Ok(()),
        EndedBy::Them | EndedBy::Nobody => Err(RelayLost::Broken),
    }
}

fn seal(sealer: &Lock<LaneSealer>, (kind, message): &PipeMessage) -> Result<Message, RelayLost> {
    let mut marked = Vec::with_capacity(1 + message.len());
    marked.push(*kind);
    marked.extend_from_slice(message);
    let sealed = sealer.lock().map_err(|_| RelayLost::Broken)?.seal(&marked)?;
    Ok(Message::binary(sealed))
}

fn open(sealer: &Lock<LaneSealer>, sealed: &[u8]) -> Result<PipeMessage, RelayLost> {
    let opened = sealer.lock().map_err(|_| RelayLost::Broken)?.open(sealed)?;
    let mut message = Bytes::from(opened);
    let kind = if message.is_empty() { CONTROL } else { message.split_to(1)[0] };
    Ok((kind, message))
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
