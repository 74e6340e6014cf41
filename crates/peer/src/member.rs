//! One other member of a room: the transfer with it, and whatever connection carries that at the moment. A connection that
//! is lost is made again for as long as the transfer is worth it. The browser's twin is `member.ts`. Kept by `Transfers`.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::channels::Channels;
use crate::ladder::{Ladder, LadderEvent};
use crate::moment::at;
use crate::peer_signal::PeerSignal;
use crate::severable::severable;
use crate::signaling::RelayInvitation;
use crate::standstill::Standstill;
use crate::transfer::{Ended, Outcome, Progress, Receiver, Sender, Stage, Steering};

#[cfg(test)]
mod tests;

/// How long to wait before a lost connection is made again, first and at most.
const RECONNECT_FIRST: Duration = Duration::from_millis(500);
const RECONNECT_MOST: Duration = Duration::from_secs(8);
/// How long we go on trying to reach a member that we never reached, or that is about to take files.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long for one that has accepted, so that a closed laptop may be opened again.
const LONG_PATIENCE: Duration = Duration::from_mins(30);
/// How often it is looked whether a conversation goes on.
const LOOK: Duration = Duration::from_millis(500);

/// A transfer with one member, over one conversation after the other.
#[async_trait]
pub trait Transfer: Send + 'static {
    /// Runs one conversation, until it is over or the channels are closed.
    async fn converse(&mut self, channels: &Channels) -> Ended;
    /// Ends it while there is no connection: a person stopped it.
    async fn cancel(&mut self);
    /// Where it stands, now and from now on.
    fn progress(&self) -> watch::Receiver<Progress>;
}

#[async_trait]
impl Transfer for Sender {
    async fn converse(&mut self, channels: &Channels) -> Ended {
        Self::converse(self, channels).await
    }

    async fn cancel(&mut self) {
        Self::cancel(self);
    }

    fn progress(&self) -> watch::Receiver<Progress> {
        Self::progress(self)
    }
}

#[async_trait]
impl Transfer for Receiver {
    async fn converse(&mut self, channels: &Channels) -> Ended {
        Self::converse(self, channels).await
    }

    async fn cancel(&mut self) {
        Self::cancel(self).await;
    }

    fn progress(&self) -> watch::Receiver<Progress> {
        Self::progress(self)
    }
}

/// What a member hears of the other by way of the service.
pub(crate) enum MemberNews {
    /// It said this.
    Signal(PeerSignal),
    /// It has asked for a relay, and this is our way there.
    Relay(RelayInvitation),
    /// Its line to the service is gone; it may come back.
    Away,
    /// It is in the room again; one that was started anew (`fresh`) knows nothing of our connection.
    Back {
        /// Whether it was.
        fresh: bool,
    },
    /// It left for good.
    Left,
}

/// How it ended with a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberEnd {
    /// The transfer is over.
    Over(Outcome),
    /// The member left before it was.
    Left,
    /// No connection to it could be made, or made again.
    Unreachable,
    /// Somebody between the two changed what was said.
    Tampered,
}

/// A member and all that is known of it.
pub(crate) struct Member<T> {
    pub(crate) transfer: T,
    pub(crate) ladder: Ladder,
    pub(crate) steering: Steering,
    pub(crate) news: mpsc::UnboundedReceiver<MemberNews>,
    /// Whether this side makes connections, or waits for the other's.
    pub(crate) connects: bool,
    /// Its line to the service is gone.
    pub(crate) away: bool,
}

impl<T: Transfer> Member<T> {
    /// Transfers, until that is over or the member is gone.
    pub(crate) async fn keep(self) -> MemberEnd {
        let Self { mut transfer, ladder, steering, news, connects, away } = self;
        let progress = transfer.progress();
        let mut way =
            Way { ladder, news, progress, connects, away, gone: false, attempts: 0, again: None };
        let mut next = None;
        let end = loop {
            let channels = match next.take() {
                Some(better) => better,
                None => match way.connected(&steering).await {
                    Ok(channels) => channels,
                    Err(end) => break end,
                },
            };
            way.attempts = 0;
            match way.converse(&mut transfer, &channels).await {
                Conversed::Better(better) => next = Some(better),
                Conversed::Lost { closed } => {
                    let accepted = way.is_accepted();
                    // Closed in order, with nothing begun: the other side has no more interest.
                    if way.gone || (closed && !accepted) {
                        break MemberEnd::Left;
                    }
                    way.wait();
                }
                Conversed::Tampered => break MemberEnd::Tampered,
                Conversed::Over(outcome) => break MemberEnd::Over(outcome),
            }
        };
        match &end {
            MemberEnd::Over(Outcome::Cancelled { by_us: true }) => transfer.cancel().await,
            MemberEnd::Tampered => way.ladder.drop_all(),
            _ => {}
        }
        way.ladder.finish().await;
        end
    }
}

/// What a conversation came to.
enum Conversed {
    Over(Outcome),
    /// A better connection takes the place of the one that it ran over.
    Better(Channels),
    Lost {
        closed: bool,
    },
    Tampered,
}

/// The way to a member.
struct Way {
    ladder: Ladder,
    news: mpsc::UnboundedReceiver<MemberNews>,
    progress: watch::Receiver<Progress>,
    connects: bool,
    away: bool,
    /// The service says that it has left for good.
    gone: bool,
    attempts: u32,
    /// When a connection is sought again.
    again: Option<Instant>,
}

impl Way {
    /// Waits for a connection, as long as that is worth it.
    async fn connected(&mut self, steering: &Steering) -> Result<Channels, MemberEnd> {
        let since = Instant::now();
        if self.attempts == 0 && self.again.is_none() {
            self.again = Some(since);
        }
        loop {
            let patience = if self.is_accepted() { LONG_PATIENCE } else { PATIENCE };
            tokio::select! {
                event = self.ladder.next() => match event {
                    LadderEvent::Connected(channels) => {
                        self.again = None;
                        return Ok(channels);
                    }
                    LadderEvent::Lost { closed } if self.gone || (closed && !self.is_accepted()) => {
                        return Err(MemberEnd::Left);
                    }
                    LadderEvent::Lost { .. } => self.wait(),
                    LadderEvent::Tampered => return Err(MemberEnd::Tampered),
                },
                news = self.news.recv() => match news {
                    None | Some(MemberNews::Left) => return Err(MemberEnd::Left),
                    Some(news) => self.hear(news),
                },
                () = at(self.again) => self.retry(),
                () = sleep_until(since + patience) => return Err(MemberEnd::Unreachable),
                () = steering.cancelled() => {
                    return Err(MemberEnd::Over(Outcome::Cancelled { by_us: true }));
                }
            }
        }
    }

    /// Has a conversation over a connection, until it ends or another connection takes its place.
    async fn converse(&mut self, transfer: &mut impl Transfer, channels: &Channels) -> Conversed {
        let severed = CancellationToken::new();
        let channels = severable(channels, &severed);
        let mut conversation = std::pin::pin!(transfer.converse(&channels));
        // What it means that the connection is lost, once it is.
        let mut lost = None;
        let mut standstill = Standstill::begin(Instant::now(), &self.progress.borrow(), self.away);
        let mut look = interval(LOOK);
        loop {
            tokio::select! {
                ended = &mut conversation => {
                    return match ended {
                        Ended::Over(outcome) => Conversed::Over(outcome),
                        Ended::Lost => lost.unwrap_or(Conversed::Lost { closed: false }),
                    };
                }
                event = self.ladder.next(), if lost.is_none() => match event {
                    LadderEvent::Connected(better) => {
                        severed.cancel();
                        lost = Some(Conversed::Better(better));
                    }
                    // What came before is still taken.
                    LadderEvent::Lost { closed } => lost = Some(Conversed::Lost { closed }),
                    LadderEvent::Tampered => return Conversed::Tampered,
                },
                Some(news) = self.news.recv() => {
                    let fresh = matches!(news, MemberNews::Back { fresh: true });
                    self.hear(news);
                    if fresh {
                        severed.cancel();
                        lost = Some(Conversed::Lost { closed: false });
                    }
                }
                now = look.tick(), if lost.is_none() => {
                    if standstill.lasts(now, &self.progress.borrow(), self.away) {
                        self.ladder.renew();
                        severed.cancel();
                        lost = Some(Conversed::Lost { closed: false });
                    }
                }
            }
        }
    }

    fn hear(&mut self, news: MemberNews) {
        match news {
            MemberNews::Signal(signal) => self.ladder.receive(signal),
            MemberNews::Relay(invitation) if !self.connects => {
                self.ladder.meet_at_relay(invitation);
            }
            MemberNews::Relay(_) => {}
            MemberNews::Away => self.away = true,
            MemberNews::Back { fresh } => {
                (self.away, self.gone) = (false, false);
                if fresh {
                    self.ladder.drop_all();
                }
                if !self.ladder.is_connected() {
                    self.attempts = 0;
                    self.again = Some(Instant::now());
                }
            }
            // Its line to the service may be all that is lost: a connection that stands goes on.
            MemberNews::Left => self.gone = true,
        }
    }

    /// Seeks a connection again after a while.
    fn wait(&mut self) {
        let wait = RECONNECT_FIRST.saturating_mul(2_u32.saturating_pow(self.attempts));
        self.attempts += 1;
        self.again = Some(Instant::now() + wait.min(RECONNECT_MOST));
    }

    fn retry(&mut self) {
        self.again = None;
        // Whoever waits for offers breaks nothing off that is being made; and while the member is away nobody would answer.
        if self.connects && !self.away {
            self.ladder.climb();
        } else {
            self.wait();
        }
    }

    /// Whether files were accepted: then it is worth a longer wait.
    fn is_accepted(&self) -> bool {
        matches!(self.progress.borrow().stage, Stage::Moving | Stage::Checking)
    }
}
