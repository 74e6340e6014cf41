//! Puts the blocks that come over one connection together, and refuses the first frame that is out of place: a block
//! nobody asked for, a gap, too much, a seal too early.

use sharesync_protocol::transfer::Frame;

use super::content::Content;
use super::failure::Failure;
use super::store::Block;

struct Unfinished {
    file: u32,
    block: u32,
    /// Bytes it will have.
    length: usize,
    bytes: Vec<u8>,
}

/// Collects one connection's chunks into blocks.
#[derive(Default)]
pub(super) struct Assembler {
    current: Option<Unfinished>,
}

impl Assembler {
    /// Takes the next frame; the block that it completes, if it does, whose digest nobody has checked.
    pub(super) fn take(
        &mut self,
        frame: &Frame<'_>,
        content: &mut Content,
    ) -> Result<Option<Block>, Failure> {
        let mut current = match self.current.take() {
            Some(current) => current,
            None => begin(frame, content)?,
        };
        if (frame.file, frame.block) != (current.file, current.block) {
            return Err(Failure::malformed("a frame of another block"));
        }
        if frame.offset as usize != current.bytes.len() {
            return Err(Failure::malformed("a frame after a gap"));
        }
        let end = current.bytes.len() + frame.piece.len();
        if end > current.length {
            return Err(Failure::malformed("a frame past the end of its block"));
        }
        if frame.digest.is_some() != (end == current.length) {
            return Err(Failure::malformed("a seal too early or too late"));
        }
        current.bytes.extend_from_slice(frame.piece);
        let Some(&digest) = frame.digest else {
            self.current = Some(current);
            return Ok(None);
        };
        let Unfinished { file, block, bytes, .. } = current;
        Ok(Some(Block { file, block, digest, bytes }))
    }
}

fn begin(frame: &Frame<'_>, content: &mut Content) -> Result<Unfinished, Failure> {
    let (file, block) = (frame.file, frame.block);
    let length = content.claim(file, block).ok_or(Failure::malformed("a block that is not due"))?;
    let length = length as usize;
    Ok(Unfinished { file, block, length, bytes: Vec::with_capacity(length) })
}
