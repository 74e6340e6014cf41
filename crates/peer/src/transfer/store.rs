//! Where a receiver puts blocks: [`DirectoryStore`](super::DirectoryStore) puts files into a folder,
//! [`StreamStore`](super::StreamStore) writes one to standard output. All of it may block.

use sharesync_protocol::transfer::{DIGEST_BYTES, OfferedFile};

use super::block_map::block_length;
use super::failure::Failure;

/// A block whose digest was checked.
#[derive(Clone, Debug)]
pub struct Block {
    /// Number of the file in the offer.
    pub file: u32,
    /// Number of the block in the file.
    pub block: u32,
    /// SHA-256 of `bytes`.
    pub digest: [u8; DIGEST_BYTES],
    /// The content.
    pub bytes: Vec<u8>,
}

/// A block that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenBlock {
    /// Number of the file in the offer.
    pub file: u32,
    /// Number of the block in the file.
    pub block: u32,
    /// SHA-256 of its content.
    pub digest: [u8; DIGEST_BYTES],
}

impl WrittenBlock {
    /// Bytes of its content, its file being one of these.
    pub(super) fn length(&self, offered: &[OfferedFile]) -> u32 {
        offered.get(self.file as usize).map_or(0, |file| block_length(file.size, self.block))
    }
}

/// A transfer that an earlier process accepted.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What was on offer then.
    pub offered: Vec<OfferedFile>,
    /// Numbers of the files that were accepted, ascending.
    pub accepted: Vec<u32>,
    /// The blocks that are there, each read again and found right, or of a file in `finished`.
    pub blocks: Vec<WrittenBlock>,
    /// Files that are where they belong.
    pub finished: Vec<u32>,
}

/// What there is of an offer from before.
#[derive(Clone, Debug)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Perhaps something: more was on offer then, and it begins like this.
    Partly,
    /// This, of all or of the first of the files.
    Begun(Begun),
}

/// Takes the blocks of a transfer's files, and puts the files where they belong.
pub trait Store: Send + Sync + 'static {
    /// Looks for what an earlier process has left of these files, and opens it.
    fn find(&self, offered: &[OfferedFile]) -> Result<Found, Failure>;

    /// Makes ready for those of the offered files that are accepted. `out_of_space` where it is known that they will
    /// not fit.
    fn begin(&self, offered: &[OfferedFile], accepted: &[u32]) -> Result<(), Failure>;

    /// Writes blocks, and notes that they are there.
    fn write(&self, blocks: &[Block]) -> Result<(), Failure>;

    /// Puts files where they belong, for good, of which every block is written; called while others are written.
    fn finish(&self, files: &[u32]) -> Result<(), Failure>;

    /// Ends it. What is not finished is removed, unless it is to be kept for a later process.
    fn close(&self, keep: bool);
}
