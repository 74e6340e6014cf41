//! Frames: content, as it travels on the data channel.

use super::{BLOCK_BYTES, DIGEST_BYTES};

/// Bytes of a frame's header.
pub const FRAME_HEADER_BYTES: usize = 16;
/// Bytes of a frame at most, header included; the other side's `max-message-size` may ask for less.
pub const MAX_FRAME_BYTES: usize = 256 * 1024;

/// The first byte of a frame that carries a piece of a block that is not its last.
const CHUNK: u8 = 1;
/// The first byte of one that carries the block's digest and its last piece.
const SEAL: u8 = 2;

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
    /// Number of the file in the offer.
    pub file: u32,
    /// Number of the block in the file.
    pub block: u32,
    /// Bytes from the start of the block to the piece.
    pub offset: u32,
    /// The block's digest, in the frame that has its last piece, which is a seal; its payload begins with it.
    pub digest: Option<&'a [u8; DIGEST_BYTES]>,
    /// A piece of content.
    pub piece: &'a [u8],
}

/// A frame that is not of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedFrame;

impl<'a> Frame<'a> {
    /// The frame as it travels.
    pub fn encode(&self) -> Vec<u8> {
        let digest = self.digest.map_or(&[][..], |digest| &digest[..]);
        let kind = if self.digest.is_some() { SEAL } else { CHUNK };
        let length = FRAME_HEADER_BYTES + digest.len() + self.piece.len();
        let mut bytes = Vec::with_capacity(length);
        bytes.extend([kind, 0, 0, 0]);
        bytes.extend(self.file.to_be_bytes());
        bytes.extend(self.block.to_be_bytes());
        bytes.extend(self.offset.to_be_bytes());
        bytes.extend(digest);
        bytes.extend(self.piece);
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
        let (digest, piece) = match header[..4] {
            [CHUNK, 0, 0, 0] => (None, payload),
            [SEAL, 0, 0, 0] => {
                let (digest, piece) = payload.split_first_chunk().ok_or(MalformedFrame)?;
                (Some(digest), piece)
            }
            _ => return Err(MalformedFrame),
        };
        let frame = Self { file: number(4), block: number(8), offset: number(12), digest, piece };
        if frame.fits() { Ok(frame) } else { Err(MalformedFrame) }
    }

    fn fits(&self) -> bool {
        let end = u64::from(self.offset) + self.piece.len() as u64;
        !self.piece.is_empty() && end <= u64::from(BLOCK_BYTES)
    }
}
