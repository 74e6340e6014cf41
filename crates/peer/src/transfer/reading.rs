//! Reads and hashes ahead of the network what one receiver still needs, in the order in which it is sent.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::block_map::{BlockMap, blocks_in};
use super::digest::Digest;
use super::failure::Failure;
use super::source::{OpenSource, Source};

/// Blocks that are read and wait to be sent.
const AHEAD: usize = 2;

/// A file to send.
pub(super) struct QueuedFile {
    /// Its number in the offer.
    pub(super) number: u32,
    pub(super) source: Arc<Source>,
    /// Blocks that the receiver has.
    pub(super) has: BlockMap,
}

/// A block on its way.
pub(super) struct OutgoingBlock {
    /// Number of the file in the offer.
    pub(super) file: u32,
    /// Number of the block in the file.
    pub(super) block: u32,
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Digest,
}

/// What comes of reading.
pub(super) enum Read {
    /// A block to send.
    Block(OutgoingBlock),
    /// All of a file that is needed has come.
    End { file: u32, digest: String },
    /// It ends here.
    Failed(Failure),
}

/// Reads these files on a thread that may wait. It ends when what it is read for does.
pub(super) fn read_ahead(files: Vec<QueuedFile>) -> mpsc::Receiver<Read> {
    let (out, blocks) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        for file in files {
            let come = match file.read(&out) {
                Ok(Some(digest)) => Read::End { file: file.number, digest },
                Ok(None) => return,
                Err(failure) => Read::Failed(failure),
            };
            if out.blocking_send(come).is_err() {
                return;
            }
        }
    });
    blocks
}

impl QueuedFile {
    /// Reads the file; its digest, or nothing when nobody listens any more.
    fn read(&self, out: &mpsc::Sender<Read>) -> Result<Option<String>, Failure> {
        let mut opened: Option<OpenSource<'_>> = None;
        let mut read = |block: u32| {
            let open = match opened.take() {
                Some(open) => open,
                None => self.source.open()?,
            };
            opened.insert(open).read(block)
        };
        for block in self.blocks().filter(|block| !self.has.has(*block)) {
            let (bytes, digest) = read(block)?;
            let block = OutgoingBlock { file: self.number, block, bytes, digest };
            if out.blocking_send(Read::Block(block)).is_err() {
                return Ok(None);
            }
        }
        // What the receiver had before this process could read it still counts in the digest.
        for block in self.blocks().filter(|block| !self.source.has_read(*block)) {
            read(block)?;
            if out.is_closed() {
                return Ok(None);
            }
        }
        let digest = self.source.digest();
        Ok(Some(digest.expect("every block has been read")))
    }

    fn blocks(&self) -> impl Iterator<Item = u32> + use<> {
        // As many as the protocol can number.
        (0..blocks_in(self.source.offered().size)).map_while(|block| u32::try_from(block).ok())
    }
}
