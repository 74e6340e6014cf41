//! Both channels of a connection in one pipe, for ways that carry whole messages in order. Used by `RelayLink` and `TcpLink`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::channels::{Channel, ChannelClosed, Channels, Path};

/// Bytes of a message at most: a frame with half a block fits, and its seal within what the relay takes.
pub(crate) const MAX_MESSAGE_BYTES: usize = 192 * 1024;
/// How long what was said last may take to leave.
const LINGER: Duration = Duration::from_secs(15);
/// Messages that wait to be sent, and, of each channel, to be received.
const MOST_WAITING: usize = 4;
/// Which channel a message belongs to.
pub(crate) const CONTROL: u8 = 0;
pub(crate) const DATA: u8 = 1;

/// A message on its way: its channel, and what it says. One of [`CONTROL`] that says nothing tells that its sender is about to
/// close.
pub(crate) type PipeMessage = (u8, Bytes);

/// Who has ended a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndedBy {
    /// This side.
    Us,
    /// The other side, which has said so.
    Them,
    /// Nobody who said so: another way may be found.
    Nobody,
}

/// How a pipe is ended; clones are the same.
#[derive(Clone, Default)]
pub(crate) struct PipeEnd {
    token: CancellationToken,
    with_farewell: Arc<AtomicBool>,
}

impl PipeEnd {
    /// Ends it because all is said, which the other side is told.
    pub(crate) fn say_farewell(&self) {
        self.with_farewell.store(true, Ordering::Relaxed);
        self.token.cancel();
    }

    /// Ends it once what is returned is dropped; all may not be said then.
    pub(crate) fn drop_guard(&self) -> DropGuard {
        self.token.clone().drop_guard()
    }

    /// Returns when it is to end.
    pub(crate) async fn wanted(&self) {
        self.token.cancelled().await;
    }
}

/// The far end of two channels.
pub(crate) struct Pipe {
    passed: mpsc::Receiver<PipeMessage>,
    queued: Arc<AtomicUsize>,
    control: mpsc::Sender<Bytes>,
    data: mpsc::Sender<Bytes>,
}

impl Pipe {
    /// Two channels, and what moves their messages.
    pub(crate) fn new(path: Path) -> (Channels, Self) {
        let (pass, passed) = mpsc::channel(MOST_WAITING);
        let queued = Arc::new(AtomicUsize::new(0));
        let channel = |kind| {
            let (arrive, arrived) = mpsc::channel(MOST_WAITING);
            let (pass, queued) = (pass.clone(), Arc::clone(&queued));
            let channel = PipeChannel { kind, pass, queued, arrived: Mutex::new(arrived) };
            (Arc::new(channel) as Arc<dyn Channel>, arrive)
        };
        let (control, arrive_control) = channel(CONTROL);
        let (data, arrive_data) = channel(DATA);
        let channels = Channels { control, data, max_message_bytes: MAX_MESSAGE_BYTES, path };
        (channels, Self { passed, queued, control: arrive_control, data: arrive_data })
    }

    /// Moves messages until either side ends it, or it breaks. Ended by us, it first sends what was said.
    pub(crate) async fn run<E>(
        self,
        sink: impl Sink<PipeMessage, Error = E> + Unpin,
        stream: impl Stream<Item = Result<PipeMessage, E>> + Unpin,
        end: &PipeEnd,
    ) -> Result<EndedBy, E> {
        let Self { passed, queued, control, data } = self;
        let writer = Writer { sink, queued, passed };
        let patience = async {
            end.wanted().await;
            tokio::time::sleep(LINGER).await;
        };
        let mut reading = std::pin::pin!(read(stream, &control, &data));
        let ended = async {
            tokio::select! {
                read = &mut reading => return read,
                written = writer.run(end) => written?,
            }
            // What is closed over something unread would take back what was sent last.
            reading.await.map(|_| EndedBy::Us)
        };
        tokio::select! {
            ended = ended => ended,
            // Whoever does not take it in time does not hear our last word.
            () = patience => Ok(EndedBy::Us),
        }
    }
}

/// Passes what comes on to its channel, until the other side says that it leaves, or the stream is over.
async fn read<E>(
    mut stream: impl Stream<Item = Result<PipeMessage, E>> + Unpin,
    control: &mpsc::Sender<Bytes>,
    data: &mpsc::Sender<Bytes>,
) -> Result<EndedBy, E> {
    while let Some(next) = stream.next().await {
        // Nobody receives any more: what comes is let go until the pipe is.
        match next? {
            (DATA, message) => drop(data.send(message).await),
            (CONTROL, message) if message.is_empty() => return Ok(EndedBy::Them),
            (CONTROL, message) => drop(control.send(message).await),
            // Of a kind that is not known here.
            _ => {}
        }
    }
    Ok(EndedBy::Nobody)
}

/// Sends what is said.
struct Writer<S> {
    sink: S,
    queued: Arc<AtomicUsize>,
    passed: mpsc::Receiver<PipeMessage>,
}

impl<S: Sink<PipeMessage> + Unpin> Writer<S> {
    /// Sends what is said until the pipe is let go, then what still waits, and closes.
    async fn run(mut self, end: &PipeEnd) -> Result<(), S::Error> {
        loop {
            let next = tokio::select! {
                next = self.passed.recv() => next,
                () = end.wanted(), if !self.passed.is_closed() => {
                    self.passed.close();
                    continue;
                }
            };
            let Some((kind, message)) = next else { break };
            let length = message.len();
            let sent = self.sink.send((kind, message)).await;
            self.queued.fetch_sub(length, Ordering::Relaxed);
            sent?;
        }
        // Nobody speaks any more; whether we leave by that is known when it ends.
        end.wanted().await;
        if end.with_farewell.load(Ordering::Relaxed) {
            self.sink.send((CONTROL, Bytes::new())).await?;
        }
        self.sink.close().await
    }
}

/// One of the two channels.
struct PipeChannel {
    kind: u8,
    pass: mpsc::Sender<PipeMessage>,
    queued: Arc<AtomicUsize>,
    arrived: Mutex<mpsc::Receiver<Bytes>>,
}

#[async_trait]
impl Channel for PipeChannel {
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
