//! The sending end of a transfer with one receiver, from the first offer to the last proof, over as many connections
//! as it takes.

use std::sync::Arc;

use sharesync_protocol::transfer::{MAX_FILES, OfferedFile};
use tokio::sync::watch;

use super::ending::{Ended, Outcome};
use super::progress::{Progress, Reporter, Stage};
use super::sending::Sending;
use super::source::{Source, SourceError};
use super::steering::Steering;
use super::talk::TalkLine;
use crate::channels::Channels;

/// Sends files to one receiver.
#[derive(Debug)]
pub struct Sender {
    pub(super) files: Arc<[Arc<Source>]>,
    pub(super) talk: TalkLine,
    pub(super) steering: Steering,
    pub(super) reporter: Reporter,
    over: Option<Outcome>,
}

impl Sender {
    /// A sender of these files, in this order; several may share them. `talk` is what carries texts to the same
    /// member. Refuses more than [`MAX_FILES`] files, or more bytes than can be counted.
    pub fn new(
        files: Arc<[Arc<Source>]>,
        talk: TalkLine,
        steering: Steering,
    ) -> Result<Self, SourceError> {
        let bytes = files.iter().try_fold(0_u64, |sum, file| sum.checked_add(file.offered().size));
        if files.len() > MAX_FILES || bytes.is_none_or(|bytes| bytes >= 1 << 53) {
            return Err(SourceError::TooMany);
        }
        let mut reporter = Reporter::new();
        reporter.files(files.iter().map(|file| file.offered()));
        Ok(Self { files, talk, steering, reporter, over: None })
    }

    /// Where it stands, now and from now on.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.reporter.subscribe()
    }

    /// Runs one conversation, which closes the channels when it ends. After [`Ended::Lost`] another may be had over
    /// another connection; after the end each returns it at once. Dropping it is losing the connection.
    pub async fn converse(&mut self, channels: &Channels) -> Ended {
        if let Some(outcome) = &self.over {
            return Ended::Over(outcome.clone());
        }
        self.reporter.begins();
        let ended = Sending::begin(self, channels).run().await;
        self.note(&ended);
        ended
    }

    /// Ends it while there is no connection: a person stopped it.
    pub fn cancel(&mut self) {
        if self.over.is_none() {
            self.note(&Ended::Over(Outcome::Cancelled { by_us: true }));
        }
    }

    pub(super) fn offered(&self, number: u32) -> Option<&OfferedFile> {
        self.files.get(number as usize).map(|file| file.offered())
    }

    pub(super) fn note_offer(&self) {
        let now = self.reporter.subscribe();
        let Progress { stage, files, bytes, .. } = *now.borrow();
        if files > 0 && stage == Stage::Connected {
            self.reporter.offered(files, bytes);
        }
    }

    fn note(&mut self, ended: &Ended) {
        self.reporter.ended(ended);
        if let Ended::Over(outcome) = ended {
            self.over = Some(outcome.clone());
        }
    }
}
