//! The record of the blocks that are written, so that a transfer can go on after its process was killed. Entries of 40
//! bytes, numbers big-endian: file (u32), block (u32), the block's digest. It claims nothing that is not read again
//! before anybody believes it, and so needs no `fsync`.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use rustix::fs::{FlockOperation, flock};
use sharesync_protocol::transfer::DIGEST_BYTES;

use super::opened_folder::OpenedFolder;
use super::store::WrittenBlock;

/// Its name in the folder of the work.
const NAME: &str = "journal";
/// Bytes of an entry.
const ENTRY_BYTES: usize = 8 + DIGEST_BYTES;

/// An open journal, which no other process has.
#[derive(Debug)]
pub(super) struct Journal(File);

impl Journal {
    /// Opens it, or makes it. Nothing where another process has it.
    pub(super) fn open(folder: &OpenedFolder) -> io::Result<Option<Self>> {
        let file = folder.open_file(NAME)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Opens it once nobody else has it any more. Blocks until then.
    pub(super) fn wait_for(folder: &OpenedFolder) -> io::Result<Self> {
        let file = folder.open_file(NAME)?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(Self(file))
    }

    /// What it says. An entry that was cut short when its process died is cut off.
    pub(super) fn read(&mut self) -> io::Result<Vec<WrittenBlock>> {
        let mut bytes = Vec::new();
        self.0.seek(SeekFrom::Start(0))?;
        self.0.read_to_end(&mut bytes)?;
        let (entries, torn) = bytes.as_chunks::<ENTRY_BYTES>();
        self.0.set_len((bytes.len() - torn.len()) as u64)?;
        Ok(entries.iter().map(decode).collect())
    }

    /// Notes these blocks, whose content is written.
    pub(super) fn append(&mut self, blocks: impl Iterator<Item = WrittenBlock>) -> io::Result<()> {
        let entries: Vec<u8> = blocks.flat_map(encode).collect();
        self.0.seek(SeekFrom::End(0))?;
        self.0.write_all(&entries)
    }
}

fn encode(block: WrittenBlock) -> [u8; ENTRY_BYTES] {
    let mut entry = [0; ENTRY_BYTES];
    entry[..4].copy_from_slice(&block.file.to_be_bytes());
    entry[4..8].copy_from_slice(&block.block.to_be_bytes());
    entry[8..].copy_from_slice(&block.digest);
    entry
}

fn decode(entry: &[u8; ENTRY_BYTES]) -> WrittenBlock {
    let number =
        |at: usize| u32::from_be_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
    let mut digest = [0; DIGEST_BYTES];
    digest.copy_from_slice(&entry[8..]);
    WrittenBlock { file: number(0), block: number(4), digest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(block: u32) -> WrittenBlock {
        WrittenBlock { file: 7, block, digest: [9; DIGEST_BYTES] }
    }

    #[test]
    fn an_entry_that_was_cut_short_is_left_out_and_the_next_stands_where_it_stood() {
        let directory = tempfile::tempdir().unwrap();
        let folder = OpenedFolder::open(directory.path()).unwrap();
        let mut journal = Journal::open(&folder).unwrap().unwrap();
        journal.append([block(0), block(1)].into_iter()).unwrap();
        journal.0.write_all(&[1, 2, 3]).unwrap();
        assert_eq!(journal.read().unwrap(), [block(0), block(1)]);
        journal.append([block(2)].into_iter()).unwrap();
        assert_eq!(journal.read().unwrap(), [block(0), block(1), block(2)]);
    }

    #[test]
    fn one_process_at_a_time_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let folder = OpenedFolder::open(directory.path()).unwrap();
        let journal = Journal::open(&folder).unwrap();
        assert!(journal.is_some());
        assert!(Journal::open(&folder).unwrap().is_none());
        drop(journal);
        assert!(Journal::open(&folder).unwrap().is_some());
    }
}
