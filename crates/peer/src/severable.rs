//! A connection that a conversation can be parted from: for it the connection is lost then, whatever has become of it, so that
//! the conversation ends in order and all that came whole is written. Used by `Member`.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use crate::channels::{Channel, ChannelClosed, Channels};

/// The same connection, until `severed`.
pub(crate) fn severable(channels: &Channels, severed: &CancellationToken) -> Channels {
    let part = |channel: &Arc<dyn Channel>| -> Arc<dyn Channel> {
        Arc::new(Severable { channel: Arc::clone(channel), severed: severed.clone() })
    };
    Channels { control: part(&channels.control), data: part(&channels.data), ..channels.clone() }
}

struct Severable {
    channel: Arc<dyn Channel>,
    severed: CancellationToken,
}

#[async_trait]
impl Channel for Severable {
    async fn send(&self, message: Bytes) -> Result<(), ChannelClosed> {
        let sent = self.severed.run_until_cancelled(self.channel.send(message)).await;
        sent.unwrap_or(Err(ChannelClosed))
    }

    async fn receive(&self) -> Option<Bytes> {
        self.severed.run_until_cancelled(self.channel.receive()).await.flatten()
    }

    async fn queued(&self) -> usize {
        self.channel.queued().await
    }

    /// What is severed is closed by whoever keeps the connection: closed in order, it would mean that we leave.
    async fn close(&self) {
        if !self.severed.is_cancelled() {
            self.channel.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::channels::Path;

    /// Over which nothing moves.
    struct Stuck;

    #[async_trait]
    impl Channel for Stuck {
        async fn send(&self, _: Bytes) -> Result<(), ChannelClosed> {
            pending().await
        }

        async fn receive(&self) -> Option<Bytes> {
            pending().await
        }

        async fn queued(&self) -> usize {
            0
        }

        async fn close(&self) {}
    }

    #[tokio::test]
    async fn whoever_waits_for_a_connection_is_let_go_when_it_is_severed() {
        let (stuck, severed) = (Arc::new(Stuck), CancellationToken::new());
        let channels = Channels {
            control: stuck.clone(),
            data: stuck,
            max_message_bytes: 1,
            path: Path::Direct,
        };
        let channels = severable(&channels, &severed);
        let waiting = async {
            tokio::join!(channels.data.send(Bytes::from_static(b"x")), channels.control.receive())
        };
        let (let_go, ()) = tokio::join!(waiting, async { severed.cancel() });
        assert_eq!(let_go, (Err(ChannelClosed), None));
    }
}
