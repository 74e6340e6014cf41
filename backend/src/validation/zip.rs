//! What a ZIP's directory says of what is in it (APPNOTE.TXT 6.3.10): how much it unpacks to, how many files, where they lie
//! and where they lead. Nothing is unpacked here but the targets of links. This is for those who receive it.
//!
//! Programs differ in where they look for the directory, and in which of its numbers they believe. Every place that one may
//! take is looked at, and an archive is refused for any of them.

mod directory;
mod entry;
mod links;

use std::io::{self, Read, Seek};

use entry::Entry;
use links::Links;

/// Bytes of a directory and of links that are read: room for every archive with as many files as there may be.
pub const BUDGET: u64 = 256 * 1024 * 1024;
/// Files that there may be in an archive.
pub const MOST_FILES: u64 = 500_000;
/// How many times its own size an archive may unpack to, where that is much.
const MOST_TIMES: u64 = 1000;
/// What is much: below it a ratio says nothing, for empty disk images are honest.
const MUCH: u64 = 1024 * 1024 * 1024;

/// What is wrong with an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It unpacks to more bytes than it may, to too many times its size, or to too many files.
    Bomb,
    /// It would harm whoever unpacks it; says how.
    Unsafe(&'static str),
}

/// Why the reading of an archive ends before its end.
#[derive(Debug)]
enum Stop {
    Fault(Fault),
    /// It is not as a ZIP has to be, or cannot be read.
    Broken,
}

impl From<io::Error> for Stop {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Looks at the directories of an archive of so many bytes, which may unpack to `most`. What has no directory, or one that
/// breaks off, is judged by what there is of it.
pub fn check(archive: &mut (impl Read + Seek), size: u64, most: u64) -> Result<(), Fault> {
    let places = directory::places(archive, size).unwrap_or_default();
    for place in places {
        match look(archive, place, size, most) {
            Err(Stop::Fault(fault)) => return Err(fault),
            Ok(()) | Err(Stop::Broken) => {}
        }
    }
    Ok(())
}

/// Looks at one directory.
fn look(
    archive: &mut (impl Read + Seek),
    place: directory::Place,
    size: u64,
    most: u64,
) -> Result<(), Stop> {
    let mut sum = Sum::default();
    let mut links = Links::default();
    let read = directory::each(archive, place.at, |entry| {
        sum.add(&entry, size, most)?;
        entry.check_names()?;
        links.note(&entry)
    });
    // Judged even where it breaks off: some unpack what there is of it.
    sum.check_overlaps()?;
    if let Err(Stop::Fault(fault)) = read {
        return Err(fault.into());
    }
    if links.are_none() {
        return Ok(());
    }
    links.check_targets(archive, place.base)?;
    directory::each(archive, place.at, |entry| links.check_path(&entry))
}

/// What the entries come to.
#[derive(Default)]
struct Sum {
    unpacked: u64,
    /// Where each lies, at least: from and to.
    extents: Vec<(u64, u64)>,
}

impl Sum {
    fn add(&mut self, entry: &Entry, size: u64, most: u64) -> Result<(), Fault> {
        self.unpacked = self.unpacked.saturating_add(entry.unpacked);
        self.extents.push(entry.extent());
        let is_flat_out = self.unpacked > MUCH && self.unpacked / size.max(1) > MOST_TIMES;
        if self.unpacked > most || is_flat_out || self.extents.len() as u64 > MOST_FILES {
            return Err(Fault::Bomb);
        }
        Ok(())
    }

    /// Files that share bytes unpack to many times what they are (Fifield 2019, "A better zip bomb").
    fn check_overlaps(&mut self) -> Result<(), Fault> {
        self.extents.sort_unstable();
        let mut pairs = self.extents.windows(2);
        if pairs.any(|pair| pair[1].0 < pair[0].1) {
            return Err(Fault::Unsafe("files in it lie over each other"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
