//! Two sockets joined into one pipe, until either ends. Run by `endpoint` for each relay.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::close_code::{AWAY, NORMAL, POLICY, PROTOCOL, SIZE};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use sharesync_protocol::relay::MAX_RELAY_MESSAGE_BYTES;
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::RelayConfig;
use super::pace::{Pace, Spent};

/// How long a socket that is told of its end may take to say that it has heard.
const LINGER: Duration = Duration::from_secs(2);
/// How often a side is asked whether it is there, in the time that it may be silent.
const PINGS_PER_IDLE_TIMEOUT: u32 = 3;

/// Why a relay ended, as seen from the side whose messages were being carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// It said goodbye.
    Left,
    /// Its connection broke.
    Lost,
    /// It said nothing for too long.
    Silent,
    /// The other side did not take a message for too long.
    Untaken,
    /// It sent text.
    Text,
    /// It sent a message that is too large.
    TooLarge,
    /// The relay has carried all it may.
    Spent,
    /// The server is stopping.
    Stopping,
}

impl End {
    /// What is said to the side whose messages were being carried, and to the other
    /// (RFC 6455 §7.4.1).
    fn words(self) -> ((u16, &'static str), (u16, &'static str)) {
        const GONE: (u16, &str) = (AWAY, "the other side is gone");
        match self {
            Self::Left => ((NORMAL, ""), (NORMAL, "the other side has left")),
            Self::Lost => ((PROTOCOL, "that is no message of a relay"), GONE),
            Self::Silent => ((AWAY, "nothing was heard for too long"), GONE),
            Self::Untaken => (GONE, (AWAY, "messages were not taken for too long")),
            Self::Text => ((POLICY, "only binary messages are relayed"), GONE),
            Self::TooLarge => ((SIZE, "the message is too large"), GONE),
            Self::Spent => {
                let spent = (POLICY, "this relay has carried all it may");
                (spent, spent)
            }
            Self::Stopping => {
                let stopping = (AWAY, "the server is stopping");
                (stopping, stopping)
            }
        }
    }
}

/// One direction of a relay.
struct Way<'a> {
    from: SplitStream<WebSocket>,
    to: SplitSink<WebSocket, Message>,
    idle_timeout: Duration,
    pace: &'a Pace,
    carried: &'a AtomicU64,
}

/// Tells both sides that the other is there, and carries what they say to each other until either
/// has ended. Adds to `carried` what has been taken.
pub(super) async fn join(
    mut one: WebSocket,
    mut other: WebSocket,
    config: &RelayConfig,
    carried: &AtomicU64,
    stop: &CancellationToken,
) {
    let pace = Pace::new(config);
    let ready = Message::text(r#"{"ready":true}"#);
    let readied = async { tokio::try_join!(one.send(ready.clone()), other.send(ready)) };
    if !matches!(timeout(config.idle_timeout, readied).await, Ok(Ok(_))) {
        close_both(one, other, End::Lost).await;
        return;
    }
    let ((to_one, from_one), (to_other, from_other)) = (one.split(), other.split());
    let way = |from, to| Way { from, to, idle_timeout: config.idle_timeout, pace: &pace, carried };
    let (mut out, mut back) = (way(from_one, to_other), way(from_other, to_one));
    let (end, of_one) = tokio::select! {
        end = out.carry() => (end, true),
        end = back.carry() => (end, false),
        () = stop.cancelled() => (End::Stopping, true),
    };
    let halves = "the halves are those that were split";
    let one = out.from.reunite(back.to).expect(halves);
    let other = back.from.reunite(out.to).expect(halves);
    if of_one { close_both(one, other, end).await } else { close_both(other, one, end).await }
}

/// Closes a socket with a code and a reason, and gives its client a moment to hear it: a socket
/// that is dropped with bytes unread is reset, and the reason lost.
pub(super) async fn hang_up(mut socket: WebSocket, code: u16, reason: &'static str) {
    let reason = Utf8Bytes::from_static(reason);
    let farewell = async {
        // One that said goodbye itself takes no other, but waits for the answer to its own, which
        // goes out as it is read from.
        let _ = socket.send(Message::Close(Some(CloseFrame { code, reason }))).await;
        while let Some(Ok(_)) = socket.recv().await {}
    };
    // One that does not hear is dropped.
    let _ = timeout(LINGER, farewell).await;
}

async fn close_both(of: WebSocket, other: WebSocket, end: End) {
    let ((code, reason), (other_code, other_reason)) = end.words();
    tokio::join!(hang_up(of, code, reason), hang_up(other, other_code, other_reason));
}

impl Way<'_> {
    /// Carries messages until there is a reason not to.
    async fn carry(&mut self) -> End {
        let ping_interval = self.idle_timeout / PINGS_PER_IDLE_TIMEOUT;
        let mut pings = interval_at(Instant::now() + ping_interval, ping_interval);
        let mut heard_by = Instant::now() + self.idle_timeout;
        loop {
            let heard = tokio::select! {
                heard = self.from.next() => heard,
                _ = pings.tick() => {
                    match self.hand_over(Message::Ping(bytes::Bytes::new())).await {
                        Ok(()) => continue,
                        Err(end) => return end,
                    }
                }
                () = sleep_until(heard_by) => return End::Silent,
            };
            match heard {
                Some(Ok(Message::Binary(message))) => {
                    if let Err(end) = self.relay(message).await {
                        return end;
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Text(_))) => return End::Text,
                Some(Ok(Message::Close(_))) => return End::Left,
                Some(Err(_)) | None => return End::Lost,
            }
            heard_by = Instant::now() + self.idle_timeout;
        }
    }

    async fn relay(&mut self, message: bytes::Bytes) -> Result<(), End> {
        let size = message.len();
        if size > MAX_RELAY_MESSAGE_BYTES {
            return Err(End::TooLarge);
        }
        self.pace.admit(size).await.map_err(|Spent| End::Spent)?;
        self.hand_over(Message::Binary(message)).await?;
        self.carried.fetch_add(size as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Returns when the other side's connection has taken the whole message. One that breaks
    /// meanwhile is seen by the other direction, which reads from it.
    async fn hand_over(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.idle_timeout, self.to.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => std::future::pending().await,
            Err(_) => Err(End::Untaken),
        }
    }
}
