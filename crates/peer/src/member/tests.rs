use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{Member, MemberEnd, MemberNews, Transfer};
use crate::channels::{Channels, Path};
use crate::ladder::LadderEvent;
use crate::ladder::ends::{End, Heard, relay};
use crate::transfer::{Ended, Outcome, Progress, Steering};

/// Longer than anything takes here, and shorter than what is given up for having taken too long.
const PATIENCE: Duration = Duration::from_secs(12);
/// The other side's word that all of it is over.
const OVER: Bytes = Bytes::from_static(b"over");

/// What a transfer tells of its conversations.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// One begins.
    Begun,
    /// Its channels have closed.
    Parted,
    /// What had come by then is written.
    Written,
}

/// A transfer that waits for the other side's word, and then for the disk.
struct Listening {
    tell: mpsc::UnboundedSender<Told>,
    disk: Arc<Notify>,
    progress: watch::Sender<Progress>,
}

#[async_trait]
impl Transfer for Listening {
    async fn converse(&mut self, channels: &Channels) -> Ended {
        self.tell.send(Told::Begun).unwrap();
        while let Some(word) = channels.control.receive().await {
            if word == OVER {
                channels.control.close().await;
                return Ended::Over(Outcome::Verified);
            }
        }
        self.tell.send(Told::Parted).unwrap();
        self.disk.notified().await;
        self.tell.send(Told::Written).unwrap();
        channels.control.close().await;
        Ended::Lost
    }

    async fn cancel(&mut self) {}

    fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }
}

/// A member that is kept.
struct Kept {
    told: mpsc::UnboundedReceiver<Told>,
    disk: Arc<Notify>,
    news: mpsc::UnboundedSender<MemberNews>,
    end: JoinHandle<MemberEnd>,
}

impl Kept {
    fn begin(End { ladder, mut heard, line }: End, connects: bool, greeted: bool) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let (news, hears) = mpsc::unbounded_channel();
        let disk = Arc::new(Notify::new());
        let progress = watch::Sender::new(Progress { greeted, ..Progress::default() });
        let transfer = Listening { tell, disk: Arc::clone(&disk), progress };
        let steering = Steering::new();
        let member = Member { transfer, ladder, steering, news: hears, connects, away: false };
        let end = tokio::spawn(member.keep());
        let forward = news.clone();
        tokio::spawn(async move {
            // Whose way by the service lasts as long as this.
            let _line = line;
            while let Some(heard) = heard.recv().await {
                let _ = forward.send(match heard {
                    Heard::Signal(signal) => MemberNews::Signal(signal),
                    Heard::Relay(invitation) => MemberNews::Relay(invitation),
                });
            }
        });
        Self { told, disk, news, end }
    }

    async fn told(&mut self) -> Told {
        timeout(PATIENCE, self.told.recv()).await.expect("it is told in time").unwrap()
    }

    /// Its end, once the other side has said that it is over.
    async fn ended(self, there: &Channels) -> MemberEnd {
        there.control.send(OVER).await.unwrap();
        while there.control.receive().await.is_some() {}
        there.control.close().await;
        timeout(PATIENCE, self.end).await.expect("it ends in time").unwrap()
    }
}

/// The connection that the other side has next, which it makes itself where that is its part.
async fn next_connection(other: &mut End, connects: bool) -> Channels {
    let next = async {
        loop {
            match other.next().await {
                LadderEvent::Connected(channels) => return channels,
                LadderEvent::Lost { closed } => {
                    assert!(!closed, "it hears that we left");
                    if connects {
                        other.ladder.climb();
                    }
                }
                LadderEvent::Tampered => panic!("tampered"),
            }
        }
    };
    timeout(PATIENCE, next).await.expect("there is one in time")
}

/// Keeps a member that is never greeted over its first connection.
async fn keep_ungreeted(connects: bool) {
    let (one, other) = End::pair(None);
    let (kept, mut other) = if connects { (one, other) } else { (other, one) };
    let mut kept = Kept::begin(kept, connects, false);
    kept.disk.notify_one();
    if !connects {
        other.ladder.climb();
    }
    let _silent = next_connection(&mut other, !connects).await;
    assert_eq!(kept.told().await, Told::Begun);
    let there = next_connection(&mut other, !connects).await;
    for expected in [Told::Parted, Told::Written, Told::Begun] {
        assert_eq!(kept.told().await, expected);
    }
    assert_eq!(kept.ended(&there).await, MemberEnd::Over(Outcome::Verified));
}

#[tokio::test]
async fn a_conversation_that_is_never_greeted_is_had_again_over_another_connection() {
    tokio::join!(keep_ungreeted(true), keep_ungreeted(false));
}

#[tokio::test]
async fn what_came_is_written_before_a_member_that_was_started_anew_is_connected_to_again() {
    let (one, mut other) = End::pair(None);
    let mut kept = Kept::begin(one, true, true);
    let before = next_connection(&mut other, false).await;
    assert_eq!(kept.told().await, Told::Begun);
    // Its earlier process is gone, and says nothing more.
    other.ladder.drop_all();
    drop(before);
    kept.news.send(MemberNews::Back { fresh: true }).unwrap();
    assert_eq!(kept.told().await, Told::Parted);
    kept.disk.notify_one();
    assert_eq!(kept.told().await, Told::Written);
    let there = next_connection(&mut other, false).await;
    assert_eq!(kept.told().await, Told::Begun);
    assert_eq!(kept.ended(&there).await, MemberEnd::Over(Outcome::Verified));
}

#[tokio::test]
async fn what_came_is_written_before_a_better_connection_takes_the_place_of_one() {
    let (mut one, other) = End::pair(Some(&relay().await));
    one.line.swallows.store(true, Ordering::Relaxed);
    one.ladder.climb();
    let mut kept = Kept::begin(other, false, true);
    let relayed = next_connection(&mut one, true).await;
    assert_eq!((relayed.path, kept.told().await), (Path::Relay, Told::Begun));
    one.seek_better();
    let better = next_connection(&mut one, true).await;
    assert_eq!(better.path, Path::Direct);
    assert_eq!(kept.told().await, Told::Parted);
    kept.disk.notify_one();
    assert_eq!(kept.told().await, Told::Written);
    assert_eq!(kept.told().await, Told::Begun);
    assert_eq!(kept.ended(&better).await, MemberEnd::Over(Outcome::Verified));
}
