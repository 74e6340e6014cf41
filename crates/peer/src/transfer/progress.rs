//! Where a transfer stands: what a bar is drawn from and what `--json` prints.

use serde::Serialize;
use sharesync_protocol::transfer::OfferedFile;
use tokio::sync::watch;

use super::ending::{Ended, Outcome};
use super::file_names::printable;
use crate::channels::Path;

/// The stages of a transfer, in the order they are gone through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// There has been no conversation yet.
    #[default]
    Connecting,
    /// The other side is there, and nothing has been offered yet.
    Connected,
    /// Offered, and not yet answered.
    Offered,
    /// Content is on its way.
    Moving,
    /// All content is written; the last digests are being compared.
    Checking,
    /// Every accepted file is there and proven to be the same.
    Verified,
    /// The receiver wanted none.
    Declined,
    /// A person stopped it.
    Cancelled,
    /// Something went wrong.
    Failed,
}

/// Who pauses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Paused {
    /// This side.
    pub here: bool,
    /// The other.
    pub there: bool,
}

/// Content bytes that were written, by how the connection ran that they came by; what an earlier process received is
/// in none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CarriedBytes {
    /// From host to host.
    pub direct: u64,
    /// Through a TURN server.
    pub turn: u64,
    /// Through the server's relay.
    pub relay: u64,
}

/// A transfer at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// How far it is.
    pub stage: Stage,
    /// The connection is gone, and another has not taken its place.
    pub interrupted: bool,
    /// The other side was heard over the connection that there is.
    pub greeted: bool,
    /// Files that are offered, until some are accepted; then those.
    pub files: usize,
    /// Bytes of all `files`.
    pub bytes: u64,
    /// Content bytes that the receiver has checked and written.
    pub written: u64,
    /// How many of `files`, from the first, are verified.
    pub verified: usize,
    /// Who pauses it.
    pub paused: Paused,
    /// The file that is being written, its folders before it; safe to print.
    pub current: Option<String>,
    /// What went by which kind of connection.
    pub carried: CarriedBytes,
}

/// Keeps a [`Progress`] for whoever watches.
#[derive(Debug)]
pub(super) struct Reporter {
    progress: watch::Sender<Progress>,
    /// Where each file ends if all are laid end to end, and what it is called.
    layout: Vec<(u64, String)>,
    path: Path,
}

impl Reporter {
    pub(super) fn new() -> Self {
        Self { progress: watch::Sender::default(), layout: Vec::new(), path: Path::Direct }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// A conversation begins, in which the other side was not heard yet.
    pub(super) fn begins(&self) {
        self.progress.send_modify(|now| now.greeted = false);
    }

    /// The other side was heard, over a connection of this kind.
    pub(super) fn connected(&mut self, path: Path) {
        self.path = path;
        self.progress.send_modify(|now| {
            now.interrupted = false;
            now.greeted = true;
            now.paused.there = false;
            if now.stage == Stage::Connecting {
                now.stage = Stage::Connected;
            }
        });
    }

    /// These are the files to show: all that are offered, or those that were accepted.
    pub(super) fn files<'a>(&mut self, files: impl Iterator<Item = &'a OfferedFile>) {
        let mut end = 0_u64;
        let place = |file: &OfferedFile| {
            end = end.saturating_add(file.size);
            let folders = file.path.as_deref().map(|path| format!("{path}/")).unwrap_or_default();
            (end, printable(&format!("{folders}{}", file.name)))
        };
        self.layout = files.map(place).collect();
        self.progress.send_modify(|now| {
            now.files = self.layout.len();
            now.bytes = end;
        });
    }

    /// So many files of so many bytes in all are offered, and nothing is answered yet.
    pub(super) fn offered(&self, files: usize, bytes: u64) {
        self.progress.send_modify(|now| {
            (now.files, now.bytes, now.stage) = (files, bytes, Stage::Offered);
        });
    }

    /// Content moves on; so many bytes are written before it does.
    pub(super) fn moving(&self, written: u64) {
        self.progress.send_modify(|now| {
            now.stage = Stage::Moving;
            now.written = written;
            now.current = self.current(written);
        });
    }

    /// So many content bytes are written.
    pub(super) fn written(&self, written: u64) {
        self.progress.send_modify(|now| {
            let more = written.saturating_sub(now.written);
            match self.path {
                Path::Direct => now.carried.direct += more,
                Path::Turn => now.carried.turn += more,
                Path::Relay => now.carried.relay += more,
            }
            now.written = written;
            now.current = self.current(written);
            if written == now.bytes {
                now.stage = Stage::Checking;
            }
        });
    }

    /// So many files, from the first, are verified.
    pub(super) fn verified(&self, files: usize) {
        self.progress.send_modify(|now| now.verified = now.verified.max(files));
    }

    pub(super) fn paused_here(&self, paused: bool) {
        self.progress.send_modify(|now| now.paused.here = paused);
    }

    pub(super) fn paused_there(&self, paused: bool) {
        self.progress.send_modify(|now| now.paused.there = paused);
    }

    /// A conversation has ended.
    pub(super) fn ended(&self, ended: &Ended) {
        self.progress.send_modify(|now| {
            now.interrupted = *ended == Ended::Lost;
            let Ended::Over(outcome) = ended else { return };
            now.current = None;
            now.stage = match outcome {
                Outcome::Verified => Stage::Verified,
                Outcome::Declined => Stage::Declined,
                Outcome::Cancelled { .. } => Stage::Cancelled,
                Outcome::Failed { .. } => Stage::Failed,
            };
        });
    }

    /// Files are written nearly in order.
    fn current(&self, written: u64) -> Option<String> {
        let at = self.layout.partition_point(|(end, _)| *end <= written);
        self.layout.get(at).map(|(_, name)| name.clone())
    }
}
