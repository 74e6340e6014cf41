//! Frames: content, as it travels on the data channel.

use super::{BLOCK_BYTES, DIGEST_BYTES};

/// Bytes of a frame's header.
pub const FRAME_HEADER_BYTES: usize = 16;
/// Bytes of a frame at most, header included; the other side's `max-message-size` may ask for less.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A piece of a block that is not its last.
    Chunk = 1,
    /// The block's digest, and its last piece.
    Seal = 2,
}

/// A frame of the data channel: a 16-byte header, all numbers big-endian, and a payload.
///
/// ```text
///  0      1               4               8              12              16
///  +------+---------------+---------------+---------------+---------------+---------…
///  | kind | zero (3)      | file (u32)    | block (u32)   | offset (u32)  | payload
///  +------+---------------+---------------+---------------+---------------+---------…
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What the payload is.
    pub kind: FrameKind,
    /// Number of the file in the offer.
    pub file: u32,
    /// Number of the block in the file.
    pub block: u32,
    /// Bytes from the start of the block to the piece.
    pub offset: u32,
    /// A piece of content; in a seal, after [`DIGEST_BYTES`] of digest.
    pub payload: &'a [u8],
}

/// A frame that is not of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedFrame;

impl<'a> Frame<'a> {
    /// The frame as it travels.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FRAME_HEADER_BYTES + self.payload.len());
        bytes.extend([self.kind as u8, 0, 0, 0]);
        bytes.extend(self.file.to_be_bytes());
        bytes.extend(self.block.to_be_bytes());
        bytes.extend(self.offset.to_be_bytes());
        bytes.extend(self.payload);
        bytes
    }

    /// Reads a frame. Refuses an unknown kind, a header cut short, non-zero padding, an empty
    /// piece, one that reaches past [`BLOCK_BYTES`], and a seal without a digest.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, MalformedFrame> {
        let (header, payload) =
            bytes.split_first_chunk::<FRAME_HEADER_BYTES>().ok_or(MalformedFrame)?;
        let number = |at: usize| {
            u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
        };
        let kind = match header[..4] {
            [1, 0, 0, 0] => FrameKind::Chunk,
            [2, 0, 0, 0] => FrameKind::Seal,
            _ => return Err(MalformedFrame),
        };
        let frame = Self { kind, file: number(4), block: number(8), offset: number(12), payload };
        if frame.fits() { Ok(frame) } else { Err(MalformedFrame) }
    }

    fn fits(&self) -> bool {
        let digest = if self.kind == FrameKind::Seal { DIGEST_BYTES } else { 0 };
        let Some(piece) = self.payload.len().checked_sub(digest) else { return false };
        piece > 0 && u64::from(self.offset) + piece as u64 <= u64::from(BLOCK_BYTES)
    }
}
