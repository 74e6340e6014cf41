//! A folder that is open: what is done in it is done in it, wherever its name leads by now. Names are single ones, and
//! no symbolic link is followed: somebody else may be able to write to the same folder. Used by what receives.

use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, fstat, fstatvfs, fsync, linkat, mkdirat,
    openat, renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// An open folder.
#[derive(Debug)]
pub(super) struct OpenedFolder(OwnedFd);

impl OpenedFolder {
    /// Opens the folder that a person named, wherever that leads.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(openat(rustix::fs::CWD, path, FOLDER, Mode::empty())?))
    }

    /// The same once more.
    pub(super) fn again(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    /// A folder in it.
    pub(super) fn enter(&self, name: &str) -> io::Result<Self> {
        Ok(Self(openat(&self.0, single(name)?, FOLDER | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// A folder in folders in it.
    pub(super) fn enter_all(&self, names: &[String]) -> io::Result<Self> {
        names.iter().try_fold(self.again()?, |folder, name| folder.enter(name))
    }

    /// Makes a folder; false where something has that name.
    pub(super) fn make(&self, name: &str, mode: u32) -> io::Result<bool> {
        match mkdirat(&self.0, single(name)?, Mode::from_raw_mode(mode)) {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether it belongs to this user.
    pub(super) fn is_ours(&self) -> io::Result<bool> {
        Ok(fstat(&self.0)?.st_uid == rustix::process::geteuid().as_raw())
    }

    /// A file in it to read and write, made if there is none.
    pub(super) fn open_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(openat(&self.0, single(name)?, flags, Mode::from_raw_mode(0o666))?))
    }

    /// Bytes of a regular file in it; nothing where there is none of that name.
    pub(super) fn file_size(&self, name: &str) -> Option<u64> {
        let found = statat(&self.0, single(name).ok()?, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
        u64::try_from(found.st_size).ok().filter(|_| is_file)
    }

    /// Moves a file in it to a folder of the same file system; false, and nothing done, where something has that name.
    pub(super) fn move_new(&self, name: &str, to: &Self, new: &str) -> io::Result<bool> {
        let (name, new) = (single(name)?, single(new)?);
        let moved = match renameat_with(&self.0, name, &to.0, new, RenameFlags::NOREPLACE) {
            // A file system that cannot: what a link cannot replace is not replaced either.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                linkat(&self.0, name, &to.0, new, AtFlags::empty())
                    .and_then(|()| unlinkat(&self.0, name, AtFlags::empty()))
            }
            moved => moved,
        };
        match moved {
            Ok(()) => Ok(true),
            Err(Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Moves a file in it over another in it.
    pub(super) fn replace(&self, name: &str, new: &str) -> io::Result<()> {
        Ok(renameat(&self.0, single(name)?, &self.0, single(new)?)?)
    }

    /// Has the disk keep which names there are in it.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(fsync(&self.0)?)
    }

    /// Bytes that this user may still write to its file system.
    pub(super) fn free_bytes(&self) -> io::Result<u64> {
        let disk = fstatvfs(&self.0)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// What there is in it, so far as it has a name in UTF-8.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let name = |entry: Result<rustix::fs::DirEntry, Errno>| {
            let name = entry.ok()?.file_name().to_str().ok()?.to_owned();
            (!matches!(name.as_str(), "." | "..")).then_some(name)
        };
        Ok(Dir::read_from(&self.0)?.filter_map(name).collect())
    }

    /// Removes the files in it, and nothing that they may lead to.
    pub(super) fn clear(&self) -> io::Result<()> {
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name: &CStr = entry.file_name();
            if name != c"." && name != c".." {
                unlinkat(&self.0, name, AtFlags::empty())?;
            }
        }
        Ok(())
    }

    /// Removes an empty folder in it.
    pub(super) fn remove_folder(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.0, single(name)?, AtFlags::REMOVEDIR)?)
    }
}

/// A name that leads to nothing but an entry of the folder.
fn single(name: &str) -> io::Result<&str> {
    if matches!(name, "" | "." | "..") || name.contains(['/', '\0']) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a name that leads elsewhere"));
    }
    Ok(name)
}
