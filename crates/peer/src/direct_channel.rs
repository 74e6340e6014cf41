//! One data channel of a WebRTC connection. Made by `Connection`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::sync::{Mutex, Notify, mpsc, watch};
use tokio::time::{Instant, timeout};
use webrtc::data_channel::{DataChannel, DataChannelEvent};

use crate::channels::{Channel, ChannelClosed};
use crate::flight::Flight;

/// Messages that wait to be received; behind them the crate holds the other side back.
const MOST_WAITING: usize = 16;
/// How long it is waited to be told that there is room for more before it is looked.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// A data channel, as a [`Channel`].
pub(crate) struct DirectChannel {
    channel: Arc<dyn DataChannel>,
    /// Whether messages are text (RFC 8831 §6.6), and not bytes.
    text: bool,
    arrived: Mutex<mpsc::Receiver<Bytes>>,
    /// How much may be on its way; as much as there is, where that is little.
    flight: Mutex<Option<Flight>>,
    /// Told when there is room for more.
    drained: Arc<Notify>,
}

/// What becomes of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelState {
    Connecting,
    Open,
    Closed,
}

impl DirectChannel {
    /// Listens to a channel of a connection; the watch tells when it opens and closes.
    pub(crate) fn new(
        channel: Arc<dyn DataChannel>,
        text: bool,
    ) -> (Arc<Self>, watch::Receiver<ChannelState>) {
        let (arrive, arrived) = mpsc::channel(MOST_WAITING);
        let (say, state) = watch::channel(ChannelState::Connecting);
        let drained = Arc::new(Notify::new());
        tokio::spawn(listen(Arc::clone(&channel), arrive, say, Arc::clone(&drained)));
        let (arrived, flight) = (Mutex::new(arrived), Mutex::new(None));
        (Arc::new(Self { channel, text, arrived, flight, drained }), state)
    }

    /// Lets no more be on its way than the flight does.
    pub(crate) async fn limit(&self, flight: Flight) {
        *self.flight.lock().await = Some(flight);
    }

    /// Has the connection's driver look at once what there is to send, and when it has to look again. For a channel without
    /// a flight, which this has no need of.
    pub(crate) async fn nudge(&self) {
        // What it has besides, to say that there is something to write, is of no use before the channel is open.
        let _ = self.channel.set_buffered_amount_low_threshold(0).await;
    }

    /// Waits until a message may be given to the channel.
    async fn wait(&self, flight: &mut Flight, bytes: usize) -> Result<(), ChannelClosed> {
        let mut threshold = None;
        loop {
            let outstanding = self.channel.outstanding_bytes().await.map_err(|_| ChannelClosed)?;
            if flight.allows(bytes, outstanding, Instant::now()) {
                return Ok(());
            }
            let room = u32::try_from(flight.limit().saturating_sub(bytes)).unwrap_or(u32::MAX);
            if threshold != Some(room) {
                let set = self.channel.set_buffered_amount_low_threshold(room).await;
                set.map_err(|_| ChannelClosed)?;
                threshold = Some(room);
            }
            let _ = timeout(LOOK_AGAIN, self.drained.notified()).await;
        }
    }
}

/// Passes on what comes until the channel closes, or its connection.
async fn listen(
    channel: Arc<dyn DataChannel>,
    arrive: mpsc::Sender<Bytes>,
    say: watch::Sender<ChannelState>,
    drained: Arc<Notify>,
) {
    while let Some(event) = channel.poll().await {
        match event {
            DataChannelEvent::OnOpen => {
                say.send_replace(ChannelState::Open);
            }
            DataChannelEvent::OnMessage(message) => {
                // Nobody receives any more: what comes is let go, so that its end is heard.
                let _ = arrive.send(message.data.freeze()).await;
            }
            DataChannelEvent::OnBufferedAmountLow => drained.notify_one(),
            DataChannelEvent::OnClosing | DataChannelEvent::OnClose => break,
            _ => {}
        }
    }
    say.send_replace(ChannelState::Closed);
}

#[async_trait]
impl Channel for DirectChannel {
    async fn send(&self, message: Bytes) -> Result<(), ChannelClosed> {
        let mut flight = self.flight.lock().await;
        if let Some(flight) = flight.as_mut() {
            self.wait(flight, message.len()).await?;
            flight.give(message.len(), Instant::now());
        }
        let sent = if self.text {
            let text = std::str::from_utf8(&message).map_err(|_| ChannelClosed)?;
            self.channel.send_text(text).await
        } else {
            self.channel.send(BytesMut::from(message)).await
        };
        sent.map_err(|_| ChannelClosed)
    }

    async fn receive(&self) -> Option<Bytes> {
        self.arrived.lock().await.recv().await
    }

    async fn queued(&self) -> usize {
        self.channel.outstanding_bytes().await.unwrap_or(0)
    }

    async fn close(&self) {
        // Closed already, or its connection gone: then there is nothing to close.
        let _ = self.channel.close().await;
    }
}
