//! Takes the content that was asked for over one connection: frames as far as there was credit for them, and the sender's
//! digests. Whole blocks and proven files go on to the disk. Used by `Receiving`, once it has said what it wants.

use std::sync::Arc;

use bytes::Bytes;
use sharesync_protocol::transfer::{Control, FailureCode, Frame, WINDOW_BYTES};
use tokio::sync::mpsc;

use super::assembler::Assembler;
use super::content::Content;
use super::failure::Failure;
use super::receiver::Accepted;
use super::store::{Block, Store};
use super::writing::{DiskEvent, Proven, finish_files, write_blocks};

/// Bytes written after which the sender hears of it: often enough for a bar, not for every block.
const CREDIT_EVERY_BYTES: u64 = 1024 * 1024;

/// What one connection has brought.
pub(super) struct Taking {
    assembler: Assembler,
    /// Content bytes that are here or came, that the sender knows to be written, and that were allowed.
    received: u64,
    reported: u64,
    limit: u64,
    /// The sender's digests, of the accepted files in their order.
    theirs: Vec<String>,
    /// How many files, from the first, are being finished, and were found right.
    checked: usize,
    proven: usize,
    blocks: mpsc::UnboundedSender<Block>,
    files: mpsc::UnboundedSender<Proven>,
}

impl Taking {
    /// Begins with `written` content bytes that are there. What the disk does is told to `disk`, until this is dropped and
    /// all that came is written.
    pub(super) fn begin(
        store: &Arc<dyn Store>,
        written: u64,
        disk: &mpsc::UnboundedSender<DiskEvent>,
    ) -> Self {
        let (blocks, to_write) = mpsc::unbounded_channel();
        let (files, to_finish) = mpsc::unbounded_channel();
        tokio::spawn(write_blocks(store.clone(), to_write, disk.clone()));
        tokio::spawn(finish_files(store.clone(), to_finish, disk.clone()));
        Self {
            assembler: Assembler::default(),
            received: written,
            reported: 0,
            limit: 0,
            theirs: Vec::new(),
            checked: 0,
            proven: 0,
            blocks,
            files,
        }
    }

    /// What lets the sender go on, with `written` content bytes there: it tells how many those are, and allows as much more.
    /// Nothing where that would be little, unless it is wanted `now`.
    pub(super) fn credit(&mut self, written: u64, now: bool) -> Option<Control> {
        if !now && written - self.reported < CREDIT_EVERY_BYTES {
            return None;
        }
        self.reported = written;
        self.limit = written + WINDOW_BYTES;
        Some(Control::Credit { written, limit: self.limit })
    }

    /// Takes what came on the data channel.
    pub(super) fn on_frame(
        &mut self,
        message: &Bytes,
        content: &mut Content,
    ) -> Result<(), Failure> {
        let frame = Frame::decode(message).map_err(|_| Failure::malformed("no frame"))?;
        self.received += frame.piece.len() as u64;
        if self.received > self.limit {
            return Err(Failure::malformed("content beyond credit"));
        }
        if let Some(block) = self.assembler.take(&frame, content)? {
            // Where nothing is written any more, there is an event that says why.
            let _ = self.blocks.send(block);
        }
        Ok(())
    }

    /// All of a file has been sent, which has this digest.
    pub(super) fn on_end(
        &mut self,
        file: u32,
        digest: String,
        accepted: &Accepted,
    ) -> Result<(), Failure> {
        if accepted.files.get(self.theirs.len()) != Some(&file) {
            return Err(Failure::malformed("end not at this point"));
        }
        self.theirs.push(digest);
        self.check(accepted)
    }

    /// Checks, in order, the files that are written and whose end has come.
    pub(super) fn check(&mut self, accepted: &Accepted) -> Result<(), Failure> {
        while let Some(theirs) = self.theirs.get(self.checked)
            && let Some(&file) = accepted.files.get(self.checked)
            && let Some(ours) = accepted.content.digest(file)
        {
            if ours != theirs {
                return Err(Failure::new(FailureCode::Corrupt, "a file is not whole"));
            }
            self.checked += 1;
            let is_finished = accepted.finished.contains(&file);
            let _ = self.files.send(Proven { file, is_finished });
        }
        Ok(())
    }

    /// So many more files are where they belong; how many are in all.
    pub(super) fn on_finished(&mut self, files: usize) -> usize {
        self.proven += files;
        self.proven
    }
}
