//! Puts blocks on the data channel as frames, as far as the other side lets them go. A task of a sending
//! conversation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sharesync_protocol::transfer::{
    BLOCK_BYTES, DIGEST_BYTES, FRAME_HEADER_BYTES, Frame, MAX_FRAME_BYTES,
};
use tokio::sync::{mpsc, watch};

use super::failure::Failure;
use super::reading::{OutgoingBlock, Read};
use crate::channels::{ChannelClosed, Channels};

/// How far content may go.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leave {
    /// Content bytes in all.
    pub(super) limit: u64,
    /// Either side pauses.
    pub(super) paused: bool,
}

/// What the conversation learns.
pub(super) enum WriterEvent {
    /// All of a file has been sent.
    End { file: u32, digest: String },
    /// A file cannot be read.
    Failed(Failure),
}

/// Writes frames to one data channel.
pub(super) struct FrameWriter {
    pub(super) channels: Channels,
    pub(super) blocks: mpsc::Receiver<Read>,
    pub(super) leave: watch::Receiver<Leave>,
    /// Content bytes that are over there or on their way.
    pub(super) sent: Arc<AtomicU64>,
    pub(super) events: mpsc::UnboundedSender<WriterEvent>,
}

impl FrameWriter {
    /// Until all is sent, or the channel closes: the control channel tells why.
    pub(super) async fn run(mut self) {
        while let Some(come) = self.blocks.recv().await {
            let event = match come {
                Read::Block(block) => {
                    if self.write(&block).await.is_err() {
                        return;
                    }
                    continue;
                }
                Read::End { file, digest } => WriterEvent::End { file, digest },
                Read::Failed(failure) => WriterEvent::Failed(failure),
            };
            if self.events.send(event).is_err() {
                return;
            }
        }
    }

    async fn write(&mut self, block: &OutgoingBlock) -> Result<(), ChannelClosed> {
        self.credit(block.bytes.len() as u64).await?;
        let piece_bytes = piece_bytes(self.channels.max_message_bytes);
        let pieces = block.bytes.len().div_ceil(piece_bytes);
        for (at, piece) in block.bytes.chunks(piece_bytes).enumerate() {
            self.leave.wait_for(|leave| !leave.paused).await.map_err(|_| ChannelClosed)?;
            let frame = frame(block, at * piece_bytes, piece, at + 1 == pieces);
            self.channels.data.send(frame.into()).await?;
        }
        Ok(())
    }

    /// Waits until `bytes` more may be sent, and counts them as sent.
    async fn credit(&mut self, bytes: u64) -> Result<(), ChannelClosed> {
        let end = self.sent.load(Ordering::Acquire) + bytes;
        let may_go = |leave: &Leave| !leave.paused && end <= leave.limit;
        self.leave.wait_for(may_go).await.map_err(|_| ChannelClosed)?;
        self.sent.store(end, Ordering::Release);
        Ok(())
    }
}

fn frame(block: &OutgoingBlock, offset: usize, piece: &[u8], is_last: bool) -> Vec<u8> {
    let offset = u32::try_from(offset).expect("a block has 256 KiB");
    let digest = is_last.then_some(&block.digest);
    Frame { file: block.file, block: block.block, offset, digest, piece }.encode()
}

/// How much content the frames of a channel carry: pieces of equal length, not one that fills a frame and a crumb.
fn piece_bytes(max_message_bytes: usize) -> usize {
    let frame_bytes = max_message_bytes.min(MAX_FRAME_BYTES);
    let room = frame_bytes.saturating_sub(FRAME_HEADER_BYTES + DIGEST_BYTES).max(1);
    let block_bytes = BLOCK_BYTES as usize;
    block_bytes.div_ceil(block_bytes.div_ceil(room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_of_one_length_and_their_frames_no_longer_than_allowed() {
        for (allowed, piece) in [(64 * 1024, 52_429), (16 * 1024, 15_421), (usize::MAX, 131_072)] {
            assert_eq!(piece_bytes(allowed), piece);
            assert!(piece + FRAME_HEADER_BYTES + DIGEST_BYTES <= allowed);
        }
    }
}
