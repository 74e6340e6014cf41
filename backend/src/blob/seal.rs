//! The seal of an object that is stored as it is: what each of its blocks must add up to, behind its last byte. Whatever is
//! read of it is held against that, so that what a disk has changed is told and never served as good.
//!
//! A seal is a CRC-32 (ISO 3309, as in ZIP) a block, four bytes each, the lowest first. It tells every single changed byte
//! and every run of changed bits up to 32, and one in four billion other changes of a block is not told: it is for accidents.
//! For what that misses there is the digest.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::object::{BLOCK, BLOCK_BYTES, Damaged, read_exactly};

/// Bytes that a block adds to the seal.
const CHECK_BYTES: u64 = 4;

/// Bytes on the disk of a sealed object of so many.
pub(super) fn stored_size(size: u64) -> u64 {
    size + seal_size(size)
}

/// Blocks of an object of `size` bytes, from `start` to `end`, that are as its seal says; [`Damaged`] where one is not.
pub(super) fn read(file: &File, size: u64, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let blocks = read_exactly(file, start, end - start)?;
    if read_exactly(file, place(size, start), seal_size(end - start))? == seal_of(&blocks) {
        Ok(blocks)
    } else {
        Err(Damaged.into())
    }
}

/// Writes what the seal says of blocks that begin at `start`.
pub(super) fn write(file: &File, size: u64, start: u64, blocks: &[u8]) -> io::Result<()> {
    file.write_all_at(&seal_of(blocks), place(size, start))
}

fn place(size: u64, start: u64) -> u64 {
    size + seal_size(start)
}

fn seal_size(size: u64) -> u64 {
    size.div_ceil(BLOCK_BYTES) * CHECK_BYTES
}

fn seal_of(blocks: &[u8]) -> Vec<u8> {
    blocks.chunks(BLOCK).flat_map(|block| crc32fast::hash(block).to_le_bytes()).collect()
}
