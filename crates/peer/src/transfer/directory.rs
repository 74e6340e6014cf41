//! A store that puts files into a folder. Nothing of a file has its name before it is whole and proven; until then it
//! is in a folder of work beside it, from which a later process goes on.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use sharesync_protocol::transfer::{FailureCode, OfferedFile};

use super::digest::hexadecimal;
use super::failure::Failure;
use super::journal::Journal;
use super::opened_folder::OpenedFolder;
use super::store::{Block, Found, Store};
use super::work::{Record, Work};

/// Most folders of work of one key in one folder: of one sender's different offers, none of which was finished.
const MAX_WORKS: usize = 8;
/// Bytes of the key's hash that stand in a folder's name.
const NAME_BYTES: usize = 16;
/// What their names end with.
const ENDING: &str = ".part";

/// Puts files into a folder.
#[derive(Debug)]
pub struct DirectoryStore {
    root: OpenedFolder,
    /// What the folders of work are called before their number.
    stem: String,
    hidden: bool,
    work: Mutex<Option<(String, Arc<Work>)>>,
}

impl DirectoryStore {
    /// A store in this folder, which is made if there is none. `key` tells one sender from another, and is the same
    /// when a later process goes on with the same one: of the room and the sender. `hidden` lets names begin with a
    /// dot; otherwise such files are saved under another name.
    pub fn open(folder: &Path, key: &[u8; 16], hidden: bool) -> io::Result<Self> {
        Self::open_for("", folder, key, hidden)
    }

    /// The same for one purpose of several: what is unfinished of it can be told from the rest by
    /// [`DirectoryStore::discard_all`].
    pub fn open_for(
        purpose: &str,
        folder: &Path,
        key: &[u8; 16],
        hidden: bool,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let root = OpenedFolder::open(folder)?;
        // The key may lead to the sender, and a folder's name may be seen by anybody.
        let hash = Sha256::new().chain_update("sharesync/1 work").chain_update(key).finalize();
        let stem = format!("{}{}", beginning(purpose), hexadecimal(&hash[..NAME_BYTES]));
        Ok(Self { root, stem, hidden, work: Mutex::default() })
    }

    /// Removes everything that is unfinished of a purpose in a folder, and that nobody works on.
    pub fn discard_all(purpose: &str, folder: &Path) -> io::Result<()> {
        let root = OpenedFolder::open(folder)?;
        let beginning = beginning(purpose);
        for name in root.names()? {
            let is_of_purpose = name.starts_with(&beginning) && name.ends_with(ENDING);
            if is_of_purpose && let Ok(Some((work, _locked))) = enter(&root, &name) {
                // What cannot be removed stays, and does no harm.
                let _ = work.clear().and_then(|()| root.remove_folder(&name));
            }
        }
        Ok(())
    }

    /// Bytes that may still be written there.
    pub fn free_bytes(&self) -> io::Result<u64> {
        self.root.free_bytes()
    }

    /// Removes what transfers of this sender have left unfinished, which nobody is to go on with. Waits, and blocks, until
    /// what came of them is written.
    pub fn discard(&self) {
        for name in self.names() {
            // What cannot be removed stays, and does no harm.
            let _ = self.discard_one(&name);
        }
    }

    fn discard_one(&self, name: &str) -> io::Result<()> {
        let folder = self.root.enter(name)?;
        if folder.is_ours()? {
            let _locked = Journal::wait_for(&folder)?;
            folder.clear()?;
            self.root.remove_folder(name)?;
        }
        Ok(())
    }

    fn names(&self) -> impl Iterator<Item = String> {
        (0..MAX_WORKS).map(|at| match at {
            0 => format!("{}{ENDING}", self.stem),
            at => format!("{}-{at}{ENDING}", self.stem),
        })
    }

    fn keep(&self, name: String, work: Work, written: u64) -> Result<(), Failure> {
        let missing = work.missing_bytes(written);
        let work = Arc::new(work);
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some((name, work));
        if self.root.free_bytes()? < missing {
            return Err(Failure::new(FailureCode::OutOfSpace, "there is too little space"));
        }
        Ok(())
    }

    fn work(&self) -> Result<Arc<Work>, Failure> {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let work = work.as_ref().map(|(_, work)| work.clone());
        work.ok_or(Failure::new(FailureCode::Unwritable, "nothing was begun"))
    }
}

impl Store for DirectoryStore {
    fn find(&self, offered: &[OfferedFile]) -> Result<Found, Failure> {
        let mut found = Found::Nothing;
        for name in self.names() {
            let Some((folder, journal)) = enter(&self.root, &name)? else { continue };
            let Some(record) = Record::read(&folder)? else { continue };
            let both = record.offered.iter().zip(offered);
            if !both.clone().all(|(one, other)| is_same(one, other)) {
                continue;
            }
            if both.len() < record.offered.len() {
                found = Found::Partly;
                continue;
            }
            let work = Work::open(self.root.again()?, folder, journal, record, self.hidden)?;
            let begun = work.look()?;
            let bytes = begun.blocks.iter().map(|block| u64::from(block.length(&begun.offered)));
            self.keep(name, work, bytes.sum())?;
            return Ok(Found::Begun(begun));
        }
        Ok(found)
    }

    fn begin(&self, offered: &[OfferedFile], accepted: &[u32]) -> Result<(), Failure> {
        for name in self.names() {
            // Seen by nobody else until it has its name.
            self.root.make(&name, 0o700)?;
            let Some((folder, journal)) = enter(&self.root, &name)? else { continue };
            if Record::read(&folder)?.is_some() {
                continue;
            }
            let record = Record { offered: offered.to_vec(), accepted: accepted.to_vec() };
            let work = Work::begin(self.root.again()?, folder, journal, record, self.hidden)?;
            return self.keep(name, work, 0);
        }
        let said = Failure::new(FailureCode::Unwritable, "a file could not be written");
        Err(said.because("too many unfinished transfers of the same sender"))
    }

    fn write(&self, blocks: &[Block]) -> Result<(), Failure> {
        self.work()?.write(blocks)
    }

    fn finish(&self, files: &[u32]) -> Result<(), Failure> {
        self.work()?.finish(files)
    }

    fn close(&self, keep: bool) {
        let work = self.work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((name, work)) = work.filter(|_| !keep) else { return };
        // What cannot be removed stays, and does no harm.
        let _ = work.clear().and_then(|()| self.root.remove_folder(&name));
    }
}

/// What the folders of work of a purpose are called first.
fn beginning(purpose: &str) -> String {
    if purpose.is_empty() { ".sharesync-".to_owned() } else { format!(".sharesync-{purpose}-") }
}

/// A folder of work that is there, belongs to this user, and is no other process's.
fn enter(root: &OpenedFolder, name: &str) -> Result<Option<(OpenedFolder, Journal)>, Failure> {
    let Ok(folder) = root.enter(name) else { return Ok(None) };
    if !folder.is_ours()? {
        return Ok(None);
    }
    Ok(Journal::open(&folder)?.map(|journal| (folder, journal)))
}

/// Whether a file is on offer again.
pub(super) fn is_same(one: &OfferedFile, other: &OfferedFile) -> bool {
    (&one.name, &one.path, one.size, one.modified_at)
        == (&other.name, &other.path, other.size, other.modified_at)
}
