//! One data channel of a WebRTC connection. Made by `Connection`.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::sync::{Mutex, mpsc, watch};
use webrtc::data_channel::{DataChannel, DataChannelEvent};

use crate::channels::{Channel, ChannelClosed};

/// Messages that wait to be received; behind them the crate holds the other side back.
const MOST_WAITING: usize = 16;

/// A data channel, as a [`Channel`].
pub(crate) struct DirectChannel {
    channel: Arc<dyn DataChannel>,
    /// Whether messages are text (RFC 8831 §6.6), and not bytes.
    text: bool,
    arrived: Mutex<mpsc::Receiver<Bytes>>,
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
        tokio::spawn(listen(Arc::clone(&channel), arrive, say));
        (Arc::new(Self { channel, text, arrived: Mutex::new(arrived) }), state)
    }
}

/// Passes on what comes until the channel closes, or its connection.
async fn listen(
    channel: Arc<dyn DataChannel>,
    arrive: mpsc::Sender<Bytes>,
    say: watch::Sender<ChannelState>,
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
            DataChannelEvent::OnClosing | DataChannelEvent::OnClose => break,
            _ => {}
        }
    }
    say.send_replace(ChannelState::Closed);
}

#[async_trait]
impl Channel for DirectChannel {
    async fn send(&self, message: Bytes) -> Result<(), ChannelClosed> {
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
