//! What a conversation with another member runs over: two channels, whichever way they lead. Made by what connects,
//! used by what sends and receives.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;

/// How a connection runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// From host to host.
    Direct,
    /// Through a TURN server.
    Turn,
    /// Through the server's relay.
    Relay,
}

/// The channel has closed; what was not acknowledged by the conversation may or may not have arrived.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the channel has closed")]
pub struct ChannelClosed;

/// Carries whole messages, in order and reliably, for as long as it is open.
#[async_trait]
pub trait Channel: Send + Sync + 'static {
    /// Sends a message once its queue has room; the queue is kept short enough to be sent in a fraction of a second.
    async fn send(&self, message: Bytes) -> Result<(), ChannelClosed>;

    /// The next message; `None` once the channel has closed and all that came before was taken. For one task at a
    /// time, and safe to drop while it waits.
    async fn receive(&self) -> Option<Bytes>;

    /// Bytes that were given to [`Channel::send`] and have not left yet.
    async fn queued(&self) -> usize;

    /// Closes it in order: the other side gets what was sent before, then sees it closed.
    async fn close(&self);
}

/// A connection to another member.
#[derive(Clone)]
pub struct Channels {
    /// For [`sharesync_protocol::transfer::Control`] messages as JSON text.
    pub control: Arc<dyn Channel>,
    /// For [`sharesync_protocol::transfer::Frame`]s.
    pub data: Arc<dyn Channel>,
    /// Bytes of a message on `data` at most: what the other side takes (RFC 8841 §6.1).
    pub max_message_bytes: usize,
    /// How it runs.
    pub path: Path,
}
