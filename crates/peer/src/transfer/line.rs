//! The `control` channel in one conversation: says hello, checks what the other side says, and takes leave. Used by
//! both ends' conversations.

use std::time::Duration;

use sharesync_protocol::transfer::{Control, FailureCode, VERSION};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::failure::Failure;
use crate::channels::Channels;

/// How long the other side has to close what is over.
const LINGER: Duration = Duration::from_secs(5);
/// After the data channel has closed, how long it takes until the connection is lost: what is over is said on the
/// other one, which may come later.
pub(super) const LOST_AFTER: Duration = Duration::from_secs(5);

/// What is heard.
pub(super) enum Heard {
    /// The other side is there and speaks our version.
    Ready,
    /// A message that is not `hello`; the other side has said that before.
    Message(Control),
    /// The channel has closed.
    Closed,
}

/// One conversation's control messages.
pub(super) struct Line {
    channels: Channels,
    /// What waits is bounded by what the protocol lets either side say.
    outbox: mpsc::UnboundedSender<Control>,
    pump: AbortOnDropHandle<()>,
    is_greeted: bool,
}

impl Line {
    /// Says hello.
    pub(super) fn open(channels: &Channels) -> Self {
        let (outbox, mut queue) = mpsc::unbounded_channel::<Control>();
        let control = channels.control.clone();
        let pump = AbortOnDropHandle::new(tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                let text = serde_json::to_vec(&message).expect("a message is plain data");
                if control.send(text.into()).await.is_err() {
                    return;
                }
            }
        }));
        let line = Self { channels: channels.clone(), outbox, pump, is_greeted: false };
        line.say(Control::Hello { version: VERSION });
        line
    }

    /// Says something; does nothing once the channel has closed, for then nobody listens.
    pub(super) fn say(&self, message: Control) {
        let _ = self.outbox.send(message);
    }

    /// What the other side says next. Safe to drop while it waits.
    pub(super) async fn hear(&mut self) -> Result<Heard, Failure> {
        loop {
            let message = self.channels.control.receive().await;
            let Some(message) = message else { return Ok(Heard::Closed) };
            let text = str::from_utf8(&message).map_err(|_| Failure::malformed("no text"))?;
            let message =
                Control::parse(text).map_err(|_| Failure::malformed("no such message"))?;
            match (message, self.is_greeted) {
                (Control::Hello { version: VERSION }, false) => {
                    self.is_greeted = true;
                    return Ok(Heard::Ready);
                }
                (Control::Hello { .. }, false) => {
                    let said = "another version is spoken here";
                    return Err(Failure::new(FailureCode::Version, said));
                }
                (Control::Hello { .. }, true) => return Err(Failure::malformed("hello twice")),
                // `webrtc` loses what came before its handshake was over, as where a datagram of that is lost. Nothing of
                // such a conversation is used; who keeps it makes another when no greeting comes.
                (_, false) => {}
                (message, true) => return Ok(Heard::Message(message)),
            }
        }
    }

    /// Ends what this side has ended: says the last word, if there is one left to say, and closes once the other side
    /// has, or has had the time to.
    pub(super) async fn take_leave(self, last: Option<Control>) {
        if let Some(message) = last {
            self.say(message);
        }
        drop(self.outbox);
        let heard_out = async {
            let _ = self.pump.await;
            while let Some(message) = self.channels.control.receive().await {
                if is_last(&message) {
                    return;
                }
            }
        };
        // Whether it was in time or not, it is over.
        let _ = timeout(LINGER, heard_out).await;
        close(&self.channels).await;
    }

    /// Ends what the other side has ended, and lets it know by closing that its last word was heard.
    pub(super) async fn hang_up(self) {
        drop(self.outbox);
        let _ = timeout(LINGER, self.pump).await;
        close(&self.channels).await;
    }

    /// Ends what is lost: nothing of it reaches anybody.
    pub(super) async fn give_up(self) {
        close(&self.channels).await;
    }
}

/// Whether it is what ends a transfer; it may have crossed ours.
fn is_last(message: &[u8]) -> bool {
    let message = str::from_utf8(message).ok().and_then(|text| Control::parse(text).ok());
    matches!(message, Some(Control::Cancel | Control::Decline | Control::Failed { .. }))
}

async fn close(channels: &Channels) {
    channels.control.close().await;
    channels.data.close().await;
}
