//! SHA-256 of blocks and of files: a block's is over its content, a file's over the digests of its blocks.

use std::fmt::Write;

use sha2::{Digest as _, Sha256};
use sharesync_protocol::transfer::DIGEST_BYTES;

/// A block's digest.
pub(super) type Digest = [u8; DIGEST_BYTES];

/// The digest of a block.
pub(super) fn block_digest(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// The digest of a file with these blocks, in order, in hexadecimal.
pub(super) fn file_digest<'a>(blocks: impl IntoIterator<Item = &'a Digest>) -> String {
    let mut hash = Sha256::new();
    blocks.into_iter().for_each(|digest| hash.update(digest));
    hexadecimal(&hash.finalize())
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes whatever is written");
        text
    })
}
