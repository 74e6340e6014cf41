//! The tasks of a receiving conversation that wait for the disk: they check and write blocks, and put whole files
//! where they belong. What came whole is written even when its connection is gone.

use std::sync::Arc;

use sharesync_protocol::transfer::FailureCode;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::digest::block_digest;
use super::failure::Failure;
use super::store::{Block, Store, WrittenBlock};

/// Most blocks that are written together because they came while others were being written.
const MAX_BLOCKS: usize = 8;
/// Most files that are finished together.
const MAX_FINISHING: usize = 64;

/// What comes of it.
pub(super) enum DiskEvent {
    /// These blocks are written.
    Written(Vec<WrittenBlock>),
    /// These files are where they belong.
    Finished(Vec<u32>),
    /// It ends here.
    Failed(Failure),
}

/// A file whose digest was found right.
pub(super) struct Proven {
    pub(super) file: u32,
    /// It is where it belongs already.
    pub(super) is_finished: bool,
}

/// Checks and writes blocks until there are no more.
pub(super) async fn write_blocks(
    store: Arc<dyn Store>,
    mut blocks: mpsc::UnboundedReceiver<Block>,
    events: mpsc::UnboundedSender<DiskEvent>,
) {
    let mut batch = Vec::new();
    while blocks.recv_many(&mut batch, MAX_BLOCKS).await > 0 {
        let (store, batch) = (store.clone(), std::mem::take(&mut batch));
        let event = match blocking(move || write(&*store, &batch)).await {
            Ok(written) => DiskEvent::Written(written),
            Err(failure) => DiskEvent::Failed(failure),
        };
        let has_failed = matches!(event, DiskEvent::Failed(_));
        if events.send(event).is_err() || has_failed {
            return;
        }
    }
}

fn write(store: &dyn Store, blocks: &[Block]) -> Result<Vec<WrittenBlock>, Failure> {
    if blocks.iter().any(|block| block_digest(&block.bytes) != block.digest) {
        return Err(Failure::new(FailureCode::Corrupt, "a block is not what its digest says"));
    }
    store.write(blocks)?;
    let written = |&Block { file, block, digest, .. }: &Block| WrittenBlock { file, block, digest };
    Ok(blocks.iter().map(written).collect())
}

/// Finishes files, in order, until there are no more.
pub(super) async fn finish_files(
    store: Arc<dyn Store>,
    mut files: mpsc::UnboundedReceiver<Proven>,
    events: mpsc::UnboundedSender<DiskEvent>,
) {
    let mut batch = Vec::new();
    while files.recv_many(&mut batch, MAX_FINISHING).await > 0 {
        let all = batch.iter().map(|proven| proven.file).collect();
        let due = batch.drain(..).filter(|proven| !proven.is_finished).map(|proven| proven.file);
        let (store, due) = (store.clone(), due.collect::<Vec<u32>>());
        let event = match blocking(move || store.finish(&due)).await {
            Ok(()) => DiskEvent::Finished(all),
            Err(failure) => DiskEvent::Failed(failure),
        };
        let has_failed = matches!(event, DiskEvent::Failed(_));
        if events.send(event).is_err() || has_failed {
            return;
        }
    }
}

/// Does what may wait for the disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let broken = || Failure::new(FailureCode::Unwritable, "a file could not be written");
    spawn_blocking(work).await.unwrap_or_else(|error| Err(broken().because(error)))
}
