//! The seal of an object: what each of its blocks must add up to, written behind its last byte when it is whole. Whatever
//! is read of it later is held against that, so that what a disk has changed is told and never served as good. Made
//! by the disk store, and looked at by whatever reads there.
//!
//! A seal is a CRC-32 (ISO 3309, as in ZIP) a block, four bytes each, the lowest first. It tells every single changed byte
//! and every run of changed bits up to 32, and one in four billion other changes of a block is not told: it is for accidents.
//! For what that misses there is the digest.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use bytes::Bytes;
use crc32fast::Hasher;
use rustix::buffer::spare_capacity;
use sha2::{Digest, Sha256};
use sharesync_protocol::api::Sha256Digest;
use uuid::Uuid;

/// Bytes of a block: whoever asks for one byte has as many read.
const BLOCK_BYTES: u64 = 64 * 1024;
/// Bytes read at a time, a whole number of blocks: one trip to a blocking thread, and what a slow reader holds.
const RUN_BYTES: u64 = 4 * BLOCK_BYTES;
/// Bytes that a block adds to the seal.
const CHECK_BYTES: u64 = 4;

/// An object whose bytes are whole.
#[derive(Clone, Copy, Debug)]
pub struct Object {
    /// Its name.
    pub id: Uuid,
    /// Its bytes, without the seal.
    pub size: u64,
    /// What a ZIP says of it, where it has a seal. One that was stored before there were any has none until it is looked
    /// through.
    pub crc32: Option<u32>,
}

/// What an object's bytes come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// The digest by which others know the content.
    pub sha256: Sha256Digest,
    /// What a ZIP says of it.
    pub crc32: u32,
}

/// Bytes that are not what was stored.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stored bytes are damaged")]
pub struct Damaged;

impl Damaged {
    /// Whether that is what an error says: that bytes were changed, or are not there any more.
    pub fn is_said_by(error: &io::Error) -> bool {
        matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::NotFound)
            || error.get_ref().is_some_and(|cause| cause.is::<Self>())
    }
}

impl From<Damaged> for io::Error {
    fn from(damaged: Damaged) -> Self {
        Self::new(io::ErrorKind::InvalidData, damaged)
    }
}

impl Object {
    /// Whether it has a seal.
    pub fn is_sealed(&self) -> bool {
        self.crc32.is_some()
    }

    /// Where a run ends that begins at a byte.
    pub(super) fn run_end(&self, from: u64) -> u64 {
        self.size.min((from / RUN_BYTES + 1) * RUN_BYTES)
    }

    /// Bytes of one run, which lie in blocks that are as the seal says; [`Damaged`] where one is not.
    pub(super) fn read_run(&self, file: &File, from: u64, to: u64) -> io::Result<Bytes> {
        let start = from / BLOCK_BYTES * BLOCK_BYTES;
        let end = self.size.min(to.next_multiple_of(BLOCK_BYTES));
        let bytes = read_exactly(file, start, end - start)?;
        if self.is_sealed() {
            let at = self.size + start / BLOCK_BYTES * CHECK_BYTES;
            let checks = read_exactly(file, at, seal_size(end - start))?;
            if checks != seal_of(&bytes) {
                return Err(Damaged.into());
            }
        }
        let place = |at: u64| usize::try_from(at - start).expect("a run is small");
        Ok(Bytes::from(bytes).slice(place(from)..place(to)))
    }

    /// What its bytes come to. With a seal, they are held against that, too.
    pub(super) fn sums(&self, file: &File) -> io::Result<Sums> {
        let mut sums = Summing::default();
        let mut at = 0;
        while at < self.size {
            let to = self.run_end(at);
            sums.add(&self.read_run(file, at, to)?);
            at = to;
        }
        Ok(sums.finish())
    }
}

/// Seals the first `size` bytes of a file, durably; what lies behind them is cut off. As good when done twice.
pub(super) fn seal(file: &File, id: Uuid, size: u64) -> io::Result<Sums> {
    let object = Object { id, size, crc32: None };
    let mut sums = Summing::default();
    let mut at = 0;
    while at < size {
        let to = object.run_end(at);
        let run = object.read_run(file, at, to)?;
        sums.add(&run);
        file.write_all_at(&seal_of(&run), size + at / BLOCK_BYTES * CHECK_BYTES)?;
        at = to;
    }
    file.set_len(size + seal_size(size))?;
    file.sync_all()?;
    Ok(sums.finish())
}

/// Adds up what is read in sequence.
#[derive(Default)]
struct Summing {
    sha256: Sha256,
    crc32: Hasher,
}

impl Summing {
    fn add(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.crc32.update(bytes);
    }

    fn finish(self) -> Sums {
        let sha256 = Sha256Digest(self.sha256.finalize().into());
        Sums { sha256, crc32: self.crc32.finalize() }
    }
}

fn seal_size(size: u64) -> u64 {
    size.div_ceil(BLOCK_BYTES) * CHECK_BYTES
}

/// The checks of blocks that follow each other.
fn seal_of(blocks: &[u8]) -> Vec<u8> {
    blocks
        .chunks(BLOCK_BYTES as usize)
        .flat_map(|block| crc32fast::hash(block).to_le_bytes())
        .collect()
}

/// So many bytes from a place; [`io::ErrorKind::UnexpectedEof`] where there are fewer.
fn read_exactly(file: &File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        // Into memory that nobody has cleared first.
        let at = from + bytes.len() as u64;
        let read = rustix::io::pread(file, spare_capacity(&mut bytes), at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of some blocks and a bit, and what it holds.
    fn file(size: u64) -> (File, Vec<u8>) {
        let content: Vec<u8> = (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(&content, 0).unwrap();
        (file, content)
    }

    fn sealed(size: u64) -> Object {
        Object { id: Uuid::nil(), size, crc32: Some(0) }
    }

    #[test]
    fn a_seal_is_four_bytes_a_block_and_behind_all_of_them() {
        for (size, blocks) in [(1, 1), (BLOCK_BYTES, 1), (BLOCK_BYTES + 1, 2), (RUN_BYTES * 2, 8)] {
            let (file, content) = file(size);
            let sums = seal(&file, Uuid::nil(), size).unwrap();
            assert_eq!(sums.sha256, Sha256Digest(Sha256::digest(&content).into()));
            assert_eq!(sums.crc32, crc32fast::hash(&content));
            assert_eq!(file.metadata().unwrap().len(), size + blocks * 4);
            assert_eq!(sealed(size).sums(&file).unwrap(), sums);
            assert_eq!(read_exactly(&file, 0, size).unwrap(), content);
        }
    }

    #[test]
    fn what_lies_behind_its_end_is_cut_off_and_sealing_again_changes_nothing() {
        let (file, content) = file(BLOCK_BYTES * 3);
        let size = BLOCK_BYTES + 5;
        let first = seal(&file, Uuid::nil(), size).unwrap();
        assert_eq!(seal(&file, Uuid::nil(), size).unwrap(), first);
        assert_eq!(first.crc32, crc32fast::hash(&content[..usize::try_from(size).unwrap()]));
        assert_eq!(file.metadata().unwrap().len(), size + 8);
        assert!(seal(&file, Uuid::nil(), size + 9).is_err(), "there are fewer bytes");
    }

    #[test]
    fn every_changed_byte_is_told_by_whoever_reads_its_block_and_by_nobody_else() {
        let size = BLOCK_BYTES * 2 + 10;
        for at in [0, BLOCK_BYTES - 1, BLOCK_BYTES, size - 1, size, size + 11] {
            let (file, _) = file(size);
            seal(&file, Uuid::nil(), size).unwrap();
            let was = read_exactly(&file, at, 1).unwrap();
            file.write_all_at(&[was[0] ^ 0x10], at).unwrap();
            assert!(Damaged::is_said_by(&sealed(size).sums(&file).unwrap_err()), "{at}");
            let damaged = if at < size { at / BLOCK_BYTES } else { (at - size) / CHECK_BYTES };
            for block in 0..3 {
                let from = block * BLOCK_BYTES + 1;
                let read = sealed(size).read_run(&file, from, from + 2);
                assert_eq!(read.is_err(), block == damaged, "{at}: {block}");
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_damaged() {
        let (file, _) = file(BLOCK_BYTES * 2);
        seal(&file, Uuid::nil(), BLOCK_BYTES * 2).unwrap();
        file.set_len(BLOCK_BYTES * 2).unwrap();
        assert!(Damaged::is_said_by(&sealed(BLOCK_BYTES * 2).read_run(&file, 0, 1).unwrap_err()));
    }
}
