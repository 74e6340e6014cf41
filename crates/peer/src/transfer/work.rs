//! A folder of work: what is there of a transfer that is not finished. In it are the offer, the journal, the notes of
//! where files were put, and each file under its number until it is whole and proven. Used by `DirectoryStore`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use sharesync_protocol::transfer::{BLOCK_BYTES, FailureCode, OfferedFile};

use super::block_map::{block_length, blocks_in};
use super::digest::block_digest;
use super::failure::Failure;
use super::folder_tree::FolderTree;
use super::journal::Journal;
use super::opened_folder::OpenedFolder;
use super::store::{Begun, Block, WrittenBlock};

/// Names in the folder, besides the journal's; while it is written the record has another.
const RECORD: &str = "offer";
const NEW_RECORD: &str = "offer.new";
const NOTES: &str = "places";
/// Most bytes of a record: ten thousand files of the longest names and paths, every character escaped.
const MAX_RECORD_BYTES: u64 = 128 * 1024 * 1024;
/// Files that are made safe on the disk at one time: each waits for it, whatever its size.
const SYNCED_AT_ONCE: usize = 8;

/// What was on offer, and what of it was accepted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) offered: Vec<OfferedFile>,
    /// Numbers, ascending.
    pub(super) accepted: Vec<u32>,
}

impl Record {
    /// Reads the record of a folder of work; nothing where there is none that is whole.
    pub(super) fn read(folder: &OpenedFolder) -> io::Result<Option<Self>> {
        if folder.file_size(RECORD).is_none() {
            return Ok(None);
        }
        let mut text = Vec::new();
        folder.open_file(RECORD)?.take(MAX_RECORD_BYTES).read_to_end(&mut text)?;
        let record: Option<Self> = serde_json::from_slice(&text).ok();
        Ok(record.filter(|record| {
            let is_offered = |number: &u32| (*number as usize) < record.offered.len();
            record.accepted.is_sorted_by(|a, b| a < b) && record.accepted.iter().all(is_offered)
        }))
    }

    fn write(&self, folder: &OpenedFolder) -> io::Result<()> {
        let mut file = folder.open_file(NEW_RECORD)?;
        file.set_len(0)?;
        file.write_all(&serde_json::to_vec(self).expect("a record is plain data"))?;
        folder.replace(NEW_RECORD, RECORD)
    }
}

/// A transfer's unfinished files, open.
#[derive(Debug)]
pub(super) struct Work {
    folder: OpenedFolder,
    record: Record,
    journal: Mutex<Journal>,
    tree: Mutex<FolderTree>,
    /// The file that was written last.
    current: Mutex<Option<(u32, Arc<File>)>>,
}

impl Work {
    /// Begins with an empty folder.
    pub(super) fn begin(
        root: OpenedFolder,
        folder: OpenedFolder,
        journal: Journal,
        record: Record,
        hidden: bool,
    ) -> Result<Self, Failure> {
        record.write(&folder)?;
        Self::open(root, folder, journal, record, hidden)
    }

    /// Opens what is there, without looking at it.
    pub(super) fn open(
        root: OpenedFolder,
        folder: OpenedFolder,
        journal: Journal,
        record: Record,
        hidden: bool,
    ) -> Result<Self, Failure> {
        let tree = FolderTree::open(root, hidden, folder.open_file(NOTES)?)?;
        let (journal, tree) = (Mutex::new(journal), Mutex::new(tree));
        Ok(Self { folder, record, journal, tree, current: Mutex::default() })
    }

    /// Bytes that are still to be written, if so many are.
    pub(super) fn missing_bytes(&self, written: u64) -> u64 {
        let sizes = self.record.accepted.iter().map(|number| self.offered(*number).size);
        sizes.sum::<u64>().saturating_sub(written)
    }

    /// Looks at what is there: every block is read again before it is believed.
    pub(super) fn look(&self) -> Result<Begun, Failure> {
        let mut noted: BTreeMap<u32, BTreeMap<u32, WrittenBlock>> = BTreeMap::new();
        for block in lock(&self.journal).read()? {
            let is_accepted = self.record.accepted.binary_search(&block.file).is_ok();
            if is_accepted && u64::from(block.block) < blocks_in(self.offered(block.file).size) {
                noted.entry(block.file).or_default().insert(block.block, block);
            }
        }
        let (mut blocks, mut finished) = (Vec::new(), Vec::new());
        for &number in &self.record.accepted {
            let noted = noted.remove(&number).unwrap_or_default();
            if self.is_finished(number, noted.len() as u64) {
                finished.push(number);
                blocks.extend(noted.into_values());
            } else {
                self.read_again(number, noted, &mut blocks)?;
            }
        }
        let Record { offered, accepted } = &self.record;
        let (offered, accepted) = (offered.clone(), accepted.clone());
        Ok(Begun { offered, accepted, blocks, finished })
    }

    /// Whether a file was proven and put where it belongs, and is there still.
    fn is_finished(&self, number: u32, blocks: u64) -> bool {
        let size = self.offered(number).size;
        blocks == blocks_in(size) && self.is_placed(number)
    }

    /// Whether a file was put where it belongs, and is there still.
    fn is_placed(&self, number: u32) -> bool {
        let is_under_way = self.folder.file_size(&number.to_string()).is_some();
        !is_under_way && lock(&self.tree).has(number, self.offered(number).size)
    }

    fn read_again(
        &self,
        number: u32,
        noted: BTreeMap<u32, WrittenBlock>,
        found: &mut Vec<WrittenBlock>,
    ) -> Result<(), Failure> {
        if noted.is_empty() || self.folder.file_size(&number.to_string()).is_none() {
            return Ok(());
        }
        let file = self.folder.open_file(&number.to_string())?;
        let size = self.offered(number).size;
        let mut bytes = Vec::new();
        for block in noted.into_values() {
            bytes.resize(block_length(size, block.block) as usize, 0);
            let is_read = file.read_exact_at(&mut bytes, start_of(block.block)).is_ok();
            if is_read && block_digest(&bytes) == block.digest {
                found.push(block);
            }
        }
        Ok(())
    }

    /// Writes blocks, then notes them.
    pub(super) fn write(&self, blocks: &[Block]) -> Result<(), Failure> {
        for block in blocks {
            self.file(block.file)?.write_all_at(&block.bytes, start_of(block.block))?;
        }
        let noted = blocks.iter();
        let noted =
            noted.map(|&Block { file, block, digest, .. }| WrittenBlock { file, block, digest });
        Ok(lock(&self.journal).append(noted)?)
    }

    /// Makes whole files safe on the disk, and puts them where they belong, unless they are there: a conversation that was
    /// dropped may have done so, and nobody heard of it.
    pub(super) fn finish(&self, files: &[u32]) -> Result<(), Failure> {
        let files: Vec<u32> = files.iter().copied().filter(|file| !self.is_placed(*file)).collect();
        for files in files.chunks(SYNCED_AT_ONCE) {
            let sync = |number: &u32| self.sync(*number);
            thread::scope(|scope| {
                let syncing: Vec<_> =
                    files.iter().map(|number| scope.spawn(move || sync(number))).collect();
                syncing.into_iter().try_for_each(|one| one.join().unwrap_or_else(|_| Err(broken())))
            })?;
        }
        let mut tree = lock(&self.tree);
        for number in files {
            tree.place(number, self.offered(number), &self.folder, &number.to_string())?;
        }
        Ok(tree.sync()?)
    }

    /// Removes all that is not where it belongs.
    pub(super) fn clear(&self) -> io::Result<()> {
        self.folder.clear()
    }

    fn sync(&self, number: u32) -> Result<(), Failure> {
        let file = self.folder.open_file(&number.to_string())?;
        let OfferedFile { size, modified_at, .. } = self.offered(number);
        if file.metadata()?.len() != *size {
            return Err(broken());
        }
        let since = Duration::from_millis(modified_at.unsigned_abs());
        let modified = if *modified_at < 0 {
            UNIX_EPOCH.checked_sub(since)
        } else {
            UNIX_EPOCH.checked_add(since)
        };
        // A time that the file system does not have is no reason to do without the file.
        let _ = modified.map(|time| file.set_modified(time));
        Ok(file.sync_all()?)
    }

    /// A file that is being written. Blocks come nearly in order, so that one is kept open.
    fn file(&self, number: u32) -> Result<Arc<File>, Failure> {
        let mut current = lock(&self.current);
        if let Some((_, file)) = current.as_ref().filter(|(open, _)| *open == number) {
            return Ok(file.clone());
        }
        let file = Arc::new(self.folder.open_file(&number.to_string())?);
        let size = self.offered(number).size;
        if size > 0 {
            // Not every file system can, and it is for speed only.
            let reserved = fallocate(&*file, FallocateFlags::KEEP_SIZE, 0, size);
            if let Err(full @ (Errno::NOSPC | Errno::DQUOT)) = reserved {
                return Err(full.into());
            }
        }
        *current = Some((number, file.clone()));
        Ok(file)
    }

    fn offered(&self, number: u32) -> &OfferedFile {
        &self.record.offered[number as usize]
    }
}

fn start_of(block: u32) -> u64 {
    u64::from(block) * u64::from(BLOCK_BYTES)
}

fn broken() -> Failure {
    Failure::new(FailureCode::Unwritable, "a file could not be written").because("it was changed")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
