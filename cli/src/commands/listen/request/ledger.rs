//! What is remembered of the files of a request: which were taken, which were declined, and which are on their way, so that
//! nothing is taken twice, whenever this process is killed. Lines of JSON in a file that nobody else may read, each on the
//! disk before what follows from it is done.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sharesync_protocol::api::Sha256Digest;
use sharesync_protocol::{FileId, FolderId};
use tempfile::NamedTempFile;

use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};

/// Of how many files that are not in the folder any more it is known that they were taken: who takes one back from the
/// trash does not have it taken again.
const MOST_GONE: usize = 10_000;
/// Titles that a request has had, at most.
const MOST_TITLES: usize = 100;
/// Lines beyond those that are needed, before the file is written anew.
const SPARE_LINES: usize = 1000;

/// A line of the file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum Line {
    /// Files are looked for here, that came to a request of this title.
    Asked { folder: Option<FolderId>, title: String },
    /// So much was taken in all until now.
    Sum { files: usize, bytes: u64 },
    /// A file was declined, and that was said.
    Declined { file: FileId, reason: String },
    /// A file is on its way to this name.
    Taking { file: FileId, at: String },
    /// All of it is there, and is given this name now.
    Whole { file: FileId, at: String, name: String },
    /// It has been taken; whether the server's copy is still to go.
    Taken { file: FileId, size: u64, remove: bool },
    /// The same of one that is in the sum already.
    Kept { file: FileId, remove: bool },
    /// Nothing is known of it any more.
    Forgotten { file: FileId },
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was declined, for this reason.
    Declined(String),
    /// It is on its way to this name.
    Taking(String),
    /// All of it is beside the first name, and is, or was, given the second.
    Whole(String, String),
    /// It has been taken; whether the server's copy is still to go.
    Taken(bool),
}

/// What is remembered of a request.
pub struct Ledger {
    path: PathBuf,
    file: File,
    /// Bytes of the file that are whole lines.
    length: u64,
    lines: usize,
    folder: Option<FolderId>,
    titles: Vec<String>,
    files: usize,
    bytes: u64,
    /// By numbers that grow, so that it can be told which is older.
    known: HashMap<FileId, (usize, Known)>,
}

impl Ledger {
    /// The one of this identity, which its name does not tell. Fails where another process works on it.
    pub fn open(folder: &Path, identity: &str) -> Result<Self> {
        let digest = Sha256Digest(Sha256::digest(identity).into());
        let path = folder.join(digest.to_string());
        let mut file = lock(&path)?;
        let mut text = vec![];
        file.read_to_end(&mut text).map_err(|error| failed(&path, &error))?;
        let mut ledger = Self {
            path,
            file,
            length: 0,
            lines: 0,
            folder: None,
            titles: vec![],
            files: 0,
            bytes: 0,
            known: HashMap::new(),
        };
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            // What was cut short, or is behind what was, has not been acted upon.
            if !line.ends_with(b"\n") {
                break;
            }
            let Ok(read) = serde_json::from_slice(line) else { break };
            ledger.apply(read);
            ledger.length += line.len() as u64;
        }
        ledger.cut()?;
        sync_folder(folder).map_err(|error| failed(&ledger.path, &error))?;
        Ok(ledger)
    }

    /// What is known of a file.
    pub fn known(&self, file: FileId) -> Option<&Known> {
        self.known.get(&file).map(|(_, known)| known)
    }

    /// Files that are on their way.
    pub fn unfinished(&self) -> impl Iterator<Item = (FileId, &str)> {
        self.known.iter().filter_map(|(file, (_, known))| match known {
            Known::Taking(at) | Known::Whole(at, _) => Some((*file, at.as_str())),
            Known::Declined(_) | Known::Taken(_) => None,
        })
    }

    /// How many files and bytes were taken in all.
    pub fn sum(&self) -> (usize, u64) {
        (self.files, self.bytes)
    }

    /// Where files are looked for; `None` for those that lie in no folder.
    pub fn folder(&self) -> Option<FolderId> {
        self.folder
    }

    /// The titles that the request has had, its present one last; none, where nothing is known of it.
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// Files of a request of this title are looked for here from now on.
    pub fn asked(&mut self, folder: Option<FolderId>, title: &str) -> Result<()> {
        if self.folder == folder && self.titles.last().is_some_and(|last| last == title) {
            return Ok(());
        }
        self.add(Line::Asked { folder, title: title.to_owned() })
    }

    /// A file is declined.
    pub fn declined(&mut self, file: FileId, reason: &str) -> Result<()> {
        self.add(Line::Declined { file, reason: reason.to_owned() })
    }

    /// A file is fetched to be called so.
    pub fn taking(&mut self, file: FileId, at: &str) -> Result<()> {
        self.add(Line::Taking { file, at: at.to_owned() })
    }

    /// All of it is there, and is given this name next.
    pub fn whole(&mut self, file: FileId, at: &str, name: &str) -> Result<()> {
        self.add(Line::Whole { file, at: at.to_owned(), name: name.to_owned() })
    }

    /// It has its name, for good.
    pub fn taken(&mut self, file: FileId, size: u64, remove: bool) -> Result<()> {
        self.add(Line::Taken { file, size, remove })
    }

    /// The server's copy is in the trash.
    pub fn removed(&mut self, file: FileId) -> Result<()> {
        self.add(Line::Kept { file, remove: false })
    }

    /// It was not taken, and is not there any more.
    pub fn forgotten(&mut self, file: FileId) -> Result<()> {
        self.add(Line::Forgotten { file })
    }

    /// Forgets what is long gone, these being the files that are there, and writes the file anew where it has grown.
    pub fn tidy(&mut self, there: &HashSet<FileId>) -> Result<()> {
        let is_over = |known: &Known| matches!(known, Known::Declined(_) | Known::Taken(false));
        let known = self.known.iter();
        let mut gone: Vec<_> = known
            .filter(|(file, (_, known))| is_over(known) && !there.contains(file))
            .map(|(file, (number, _))| (*number, *file))
            .collect();
        gone.sort_unstable();
        let too_many = gone.len().saturating_sub(MOST_GONE);
        for (_, file) in &gone[..too_many] {
            self.known.remove(file);
        }
        let needed = self.known.len() + self.titles.len() + 1;
        if self.lines > 2 * needed + SPARE_LINES { self.write_anew() } else { Ok(()) }
    }

    /// There is nothing to remember any more.
    pub fn forget(&mut self) {
        self.titles.clear();
        self.known.clear();
    }

    fn apply(&mut self, line: Line) {
        self.lines += 1;
        let (file, known) = match line {
            Line::Asked { folder, title } => {
                self.folder = folder;
                self.titles.retain(|known| *known != title);
                self.titles.push(title);
                if self.titles.len() > MOST_TITLES {
                    self.titles.remove(0);
                }
                return;
            }
            Line::Sum { files, bytes } => {
                (self.files, self.bytes) = (files, bytes);
                return;
            }
            Line::Forgotten { file } => {
                self.known.remove(&file);
                return;
            }
            Line::Declined { file, reason } => (file, Known::Declined(reason)),
            Line::Taking { file, at } => (file, Known::Taking(at)),
            Line::Whole { file, at, name } => (file, Known::Whole(at, name)),
            Line::Kept { file, remove } => (file, Known::Taken(remove)),
            Line::Taken { file, size, remove } => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(size);
                (file, Known::Taken(remove))
            }
        };
        self.known.insert(file, (self.lines, known));
    }

    /// Adds a line, and has it on the disk.
    fn add(&mut self, line: Line) -> Result<()> {
        let text = text_of(&line);
        let written = self.file.write_all(&text).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // What follows must not stand behind half a line.
            self.cut()?;
            return Err(failed(&self.path, &error));
        }
        self.length += text.len() as u64;
        self.apply(line);
        Ok(())
    }

    /// Removes what is no whole line.
    fn cut(&mut self) -> Result<()> {
        let cut = self.file.set_len(self.length);
        let cut = cut.and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
        cut.map(drop).map_err(|error| failed(&self.path, &error))
    }

    /// Writes what is known, and nothing else, into a file that takes the place of this one.
    fn write_anew(&mut self) -> Result<()> {
        let asked = |title: &String| Line::Asked { folder: self.folder, title: title.clone() };
        let mut known: Vec<_> = self.known.iter().collect();
        known.sort_unstable_by_key(|(_, (number, _))| *number);
        let files = known.into_iter().map(|(file, (_, known))| line_of(*file, known.clone()));
        let sum = Line::Sum { files: self.files, bytes: self.bytes };
        let asked = self.titles.iter().map(asked);
        let lines: Vec<_> = asked.chain([sum]).chain(files).collect();
        let text: Vec<u8> = lines.iter().flat_map(text_of).collect();
        let write = || {
            // Made with mode 0600.
            let mut file = NamedTempFile::new_in(folder_of(&self.path))?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            // Before it has the name by which others would find it.
            file.as_file().try_lock()?;
            let file = file.persist(&self.path)?;
            sync_folder(folder_of(&self.path))?;
            io::Result::Ok(file)
        };
        self.file = write().map_err(|error| failed(&self.path, &error))?;
        (self.length, self.lines) = (text.len() as u64, 0);
        self.known.clear();
        self.titles.clear();
        for line in lines {
            self.apply(line);
        }
        Ok(())
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if self.titles.is_empty() && self.known.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn text_of(line: &Line) -> Vec<u8> {
    let mut text = serde_json::to_vec(line).expect("a line is JSON");
    text.push(b'\n');
    text
}

/// What says this of a file.
fn line_of(file: FileId, known: Known) -> Line {
    match known {
        Known::Declined(reason) => Line::Declined { file, reason },
        Known::Taking(at) => Line::Taking { file, at },
        Known::Whole(at, name) => Line::Whole { file, at, name },
        Known::Taken(remove) => Line::Kept { file, remove },
    }
}

/// Opens a file that only this process works on.
fn lock(path: &Path) -> Result<File> {
    loop {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| failed(path, &error))?;
        match file.try_lock() {
            // Another may have put one in its place, or removed it, before it let go of it.
            Ok(()) if is_at(&file, path) => return Ok(file),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let message =
                    "another `sharesync` takes what comes to this request into this folder already";
                return Err(Failure::new(ExitCode::Refused, "busy", message));
            }
            Err(TryLockError::Error(error)) => return Err(failed(path, &error)),
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    file.metadata().map(id).ok() == path.metadata().map(id).ok()
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// A file that is made there stays there, whatever becomes of the computer.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::file("remember it in", path, error)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn file(number: usize) -> FileId {
        format!("00000000-0000-0000-0000-{number:012}").parse().unwrap()
    }

    fn open(folder: &TempDir) -> Ledger {
        Ledger::open(folder.path(), "it").unwrap()
    }

    fn text(ledger: &Ledger) -> String {
        fs::read_to_string(&ledger.path).unwrap()
    }

    #[test]
    fn what_is_remembered_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = open(&folder);
        ledger.asked(None, "Essays").unwrap();
        ledger.taking(file(1), "a").unwrap();
        ledger.whole(file(1), "a", "a (1)").unwrap();
        ledger.taken(file(1), 5, true).unwrap();
        ledger.taking(file(2), "b").unwrap();
        ledger.declined(file(3), "too_large").unwrap();
        ledger.taking(file(4), "c").unwrap();
        ledger.whole(file(4), "c", "c").unwrap();
        drop(ledger);
        let ledger = open(&folder);
        assert_eq!((ledger.titles(), ledger.sum()), (&["Essays".to_owned()][..], (1, 5)));
        let known = [1, 2, 3, 4, 5].map(|number| ledger.known(file(number)).cloned());
        let whole = Known::Whole("c".into(), "c".into());
        let declined = Known::Declined("too_large".into());
        let taking = Known::Taking("b".into());
        assert_eq!(
            known,
            [Some(Known::Taken(true)), Some(taking), Some(declined), Some(whole), None]
        );
    }

    #[test]
    fn half_a_line_is_nothing_and_what_follows_does_not_stand_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = open(&folder);
        ledger.asked(None, "Essays").unwrap();
        ledger.taken(file(1), 5, false).unwrap();
        let path = ledger.path.clone();
        drop(ledger);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], b"{\"is\":\"taken\",\"fi"].concat()).unwrap();
        let mut ledger = open(&folder);
        assert_eq!(ledger.sum(), (1, 5));
        ledger.taken(file(2), 6, false).unwrap();
        drop(ledger);
        let ledger = open(&folder);
        assert_eq!((ledger.sum(), text(&ledger).lines().count()), ((2, 11), 3));
    }

    #[test]
    fn it_is_written_anew_before_it_grows_out_of_bounds_and_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = open(&folder);
        ledger.asked(None, "Essays").unwrap();
        let there: HashSet<_> = [file(0)].into();
        ledger.taken(file(0), 7, true).unwrap();
        for _ in 0..SPARE_LINES {
            ledger.declined(file(1), "no_space").unwrap();
            ledger.forgotten(file(1)).unwrap();
        }
        ledger.tidy(&there).unwrap();
        assert_eq!(text(&ledger).lines().count(), 3);
        // The lock is on the new one, and what follows goes there.
        assert_eq!(Ledger::open(folder.path(), "it").err().unwrap().code, "busy");
        ledger.taken(file(2), 1, false).unwrap();
        drop(ledger);
        let ledger = open(&folder);
        assert_eq!((ledger.known(file(0)), ledger.sum()), (Some(&Known::Taken(true)), (2, 8)));
    }

    #[test]
    fn of_what_is_gone_the_oldest_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = open(&folder);
        for number in 0..MOST_GONE + 2 {
            // As if it had been read.
            ledger.apply(Line::Taken { file: file(number), size: 1, remove: false });
        }
        ledger.tidy(&[file(0)].into()).unwrap();
        let known = [0, 1, 2].map(|number| ledger.known(file(number)).is_some());
        assert_eq!((known, ledger.sum().0), ([true, false, true], MOST_GONE + 2));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it_and_nothing_stays_where_there_is_nothing() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = open(&folder);
        assert_eq!(ledger.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        ledger.asked(None, "Essays").unwrap();
        ledger.forget();
        drop(ledger);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
