//! Files below the folder that a person chose: finds a free name for each, so that nothing that is there is
//! overwritten, and keeps together what came together. The outermost folder of an offer is always a new one, so that
//! nothing is put into folders that were there before. Used by `Work`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use sharesync_protocol::transfer::{FailureCode, OfferedFile};

use super::failure::Failure;
use super::opened_folder::OpenedFolder;
use super::save_paths::{free_file_names, free_folder_names, saved_name};

/// Names that are tried before it is given up.
const MAX_TRIES: usize = 10_000;

/// What is noted about where something is: the names on the way there, its own last.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Note {
    /// What a folder of the offer has become.
    Folder { offered: String, path: Vec<String> },
    /// Where a file is about to be.
    File { number: u32, path: Vec<String> },
}

/// The folders and files of one transfer.
#[derive(Debug)]
pub(super) struct FolderTree {
    root: OpenedFolder,
    /// Hidden names are allowed.
    hidden: bool,
    notes: File,
    /// By what they are in the offer, which tells two apart that are saved under one name.
    folders: BTreeMap<String, Vec<String>>,
    files: BTreeMap<u32, Vec<String>>,
    /// Folders in which names are that the disk may still forget.
    unsynced: BTreeSet<Vec<String>>,
}

impl FolderTree {
    /// A tree in `root` whose notes an earlier process may have begun.
    pub(super) fn open(root: OpenedFolder, hidden: bool, mut notes: File) -> io::Result<Self> {
        let mut bytes = Vec::new();
        notes.seek(SeekFrom::Start(0))?;
        notes.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        // What was cut short when its process died.
        notes.set_len(whole as u64)?;
        let (folders, files) = (BTreeMap::new(), BTreeMap::new());
        let unsynced = BTreeSet::new();
        let mut tree = Self { root, hidden, notes, folders, files, unsynced };
        for line in bytes[..whole].split(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Note::Folder { offered, path }) => drop(tree.folders.insert(offered, path)),
                Ok(Note::File { number, path }) => drop(tree.files.insert(number, path)),
                // Not of ours, and so not of use.
                Err(_) => {}
            }
        }
        Ok(tree)
    }

    /// Whether a file of this number and size is where it was put, or where an earlier process was about to put it.
    pub(super) fn has(&self, number: u32, size: u64) -> bool {
        let place = self.files.get(&number).and_then(|path| path.split_last());
        place.is_some_and(|(name, folders)| {
            let folder = self.root.enter_all(folders).ok();
            folder.and_then(|folder| folder.file_size(name)) == Some(size)
        })
    }

    /// Moves a file that is whole to where it belongs, under a name that is free.
    pub(super) fn place(
        &mut self,
        number: u32,
        file: &OfferedFile,
        from: &OpenedFolder,
        name: &str,
    ) -> Result<(), Failure> {
        let (folder, names) = self.folder(file.path.as_deref())?;
        for free in free_file_names(&saved_name(&file.name, self.hidden)).take(MAX_TRIES) {
            let path: Vec<String> = names.iter().cloned().chain([free.clone()]).collect();
            // Before it is moved: were it after, a process that dies between the two would forget where it is.
            self.note(&Note::File { number, path: path.clone() })?;
            if from.move_new(name, &folder, &free)? {
                self.files.insert(number, path);
                self.unsynced.insert(names);
                return Ok(());
            }
        }
        Err(no_name())
    }

    /// Has the disk keep the names of all that was placed.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        for path in std::mem::take(&mut self.unsynced) {
            self.root.enter_all(&path)?.sync()?;
        }
        Ok(())
    }

    /// What a folder of the offer has become.
    fn folder(&mut self, offered: Option<&str>) -> Result<(OpenedFolder, Vec<String>), Failure> {
        let Some(offered) = offered else { return Ok((self.root.again()?, Vec::new())) };
        if let Some(names) = self.folders.get(offered)
            && let Ok(folder) = self.root.enter_all(names)
        {
            return Ok((folder, names.clone()));
        }
        // Not made yet; or gone, or not a folder any more, and then there has to be another.
        let (outer, name) = match offered.rsplit_once('/') {
            Some((outer, name)) => (Some(outer), name),
            None => (None, offered),
        };
        let (outer, mut names) = self.folder(outer)?;
        for free in free_folder_names(&saved_name(name, self.hidden)).take(MAX_TRIES) {
            if outer.make(&free, 0o777)? {
                let folder = outer.enter(&free)?;
                self.unsynced.insert(names.clone());
                names.push(free);
                self.note(&Note::Folder { offered: offered.to_owned(), path: names.clone() })?;
                self.folders.insert(offered.to_owned(), names.clone());
                return Ok((folder, names));
            }
        }
        Err(no_name())
    }

    fn note(&mut self, note: &Note) -> io::Result<()> {
        let mut line = serde_json::to_vec(note).expect("a note is plain data");
        line.push(b'\n');
        self.notes.seek(SeekFrom::End(0))?;
        self.notes.write_all(&line)
    }
}

fn no_name() -> Failure {
    Failure::new(FailureCode::Unwritable, "a file could not be written").because("no name is free")
}
