//! The receiving end of a transfer with one sender, from its first offer to the last proof, over as many connections
//! as it takes: once it was accepted, what is missing is asked for again whenever the sender is there.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sharesync_protocol::transfer::OfferedFile;
use tokio::sync::watch;

use super::content::Content;
use super::decision::Decide;
use super::ending::{Ended, Outcome};
use super::progress::{Progress, Reporter};
use super::receiving::Receiving;
use super::steering::Steering;
use super::store::{Begun, Store};
use super::talk::TalkLine;
use super::writing::blocking;
use crate::channels::Channels;

/// How long nothing more has to be offered before it is asked what is wanted: a long offer takes several messages, and
/// none says that it is the last.
const SETTLED_AFTER: Duration = Duration::from_millis(300);

/// What was accepted, and what is there of it.
pub(super) struct Accepted {
    /// All that was on offer then.
    pub(super) offered: Vec<OfferedFile>,
    /// Numbers of the files, ascending.
    pub(super) files: Vec<u32>,
    pub(super) content: Content,
    /// Files that are where they belong.
    pub(super) finished: BTreeSet<u32>,
}

/// Receives files from one sender.
pub struct Receiver {
    pub(super) store: Arc<dyn Store>,
    pub(super) decide: Arc<dyn Decide>,
    pub(super) talk: TalkLine,
    pub(super) steering: Steering,
    pub(super) settled_after: Duration,
    pub(super) reporter: Reporter,
    pub(super) accepted: Option<Accepted>,
    over: Option<Outcome>,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("over", &self.over).finish_non_exhaustive()
    }
}

impl Receiver {
    /// A receiver that puts files into `store`. `talk` is what carries texts to the same member.
    pub fn new(
        store: Arc<dyn Store>,
        decide: Arc<dyn Decide>,
        talk: TalkLine,
        steering: Steering,
    ) -> Self {
        let reporter = Reporter::new();
        let settled_after = SETTLED_AFTER;
        Self { store, decide, talk, steering, settled_after, reporter, accepted: None, over: None }
    }

    /// Asks what is wanted once nothing more was offered for so long, eight times as long after a message that had no
    /// room for more.
    #[must_use]
    pub fn settling_after(mut self, settled_after: Duration) -> Self {
        self.settled_after = settled_after;
        self
    }

    /// Where it stands, now and from now on.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.reporter.subscribe()
    }

    /// Runs one conversation, which closes the channels when it ends. After [`Ended::Lost`] another may be had over
    /// another connection; after the end each returns it at once. Dropping it is losing the connection, after which
    /// some of what came is asked for again.
    pub async fn converse(&mut self, channels: &Channels) -> Ended {
        if let Some(outcome) = &self.over {
            return Ended::Over(outcome.clone());
        }
        self.reporter.begins();
        let ended = Receiving::begin(self, channels).run().await;
        self.note(&ended).await;
        ended
    }

    /// Ends it while there is no connection: a person stopped it. What is unfinished is removed.
    pub async fn cancel(&mut self) {
        if self.over.is_none() {
            self.note(&Ended::Over(Outcome::Cancelled { by_us: true })).await;
        }
    }

    /// Takes up what was accepted.
    pub(super) fn accept(&mut self, begun: Begun) {
        let Begun { offered, accepted: files, blocks, finished } = begun;
        let mut content = Content::new(&offered, &files);
        for block in &blocks {
            content.add(block);
        }
        self.reporter.files(files.iter().filter_map(|file| offered.get(*file as usize)));
        let finished = finished.into_iter().collect();
        self.accepted = Some(Accepted { offered, files, content, finished });
    }

    async fn note(&mut self, ended: &Ended) {
        if let Ended::Over(outcome) = ended {
            self.over = Some(outcome.clone());
            self.close_store(false).await;
        }
        self.reporter.ended(ended);
    }

    pub(super) async fn close_store(&self, keep: bool) {
        let store = self.store.clone();
        let close = move || {
            store.close(keep);
            Ok(())
        };
        // Nothing is left to be told.
        let _ = blocking(close).await;
    }
}
