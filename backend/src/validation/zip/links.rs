//! The symbolic links of an archive: none may lead out of the folder that it is unpacked to, nor anything lie behind one, for
//! what is unpacked through a link goes to where that leads.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Seek, SeekFrom};

use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::directory::{read_at, u16_at};
use super::entry::{Entry, LOCAL};
use super::{Fault, Stop};

/// Links that there may be: each costs a reading of its own.
const MOST: usize = 4096;
/// Bytes of the longest path (`PATH_MAX` of Linux).
const LONGEST: u64 = 4096;
/// Methods that are understood here (APPNOTE §4.4.5).
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

const LEADS_OUT: Fault = Fault::Unsafe("a link in it leads out of the folder it is unpacked to");
const UNREADABLE: Fault = Fault::Unsafe("a link in it does not say where it leads");

/// What is kept of a link.
struct Link {
    /// Folders that it lies in, by the name with the fewest.
    depth: usize,
    at: u64,
    packed: u64,
    method: u16,
}

/// The links, and their names as numbers.
#[derive(Default)]
pub struct Links {
    all: Vec<Link>,
    names: HashSet<u64>,
    hasher: RandomState,
}

impl Links {
    /// Keeps an entry if it is a link.
    pub fn note(&mut self, entry: &Entry) -> Result<(), Fault> {
        if !entry.is_link {
            return Ok(());
        }
        if entry.is_encrypted || entry.packed > LONGEST {
            return Err(UNREADABLE);
        }
        if self.all.len() == MOST {
            return Err(Fault::Unsafe("there are too many links in it"));
        }
        let mut depth = usize::MAX;
        for name in entry.names() {
            depth = depth.min(components(name).count().saturating_sub(1));
            let path = self.paths(name).last();
            self.names.extend(path);
        }
        let Entry { at, packed, method, .. } = *entry;
        self.all.push(Link { depth, at, packed, method });
        Ok(())
    }

    /// Whether there are none.
    pub fn are_none(&self) -> bool {
        self.all.is_empty()
    }

    /// Makes sure that every link leads to somewhere beside it or below.
    pub fn check_targets(&self, archive: &mut (impl Read + Seek), base: i64) -> Result<(), Stop> {
        for link in &self.all {
            let target = target(archive, link, base)?.ok_or(UNREADABLE)?;
            if leads_out(link.depth, &target) {
                return Err(LEADS_OUT.into());
            }
        }
        Ok(())
    }

    /// Makes sure that an entry does not lie behind a link.
    pub fn check_path(&self, entry: &Entry) -> Result<(), Fault> {
        let is_behind = |name: &[u8]| {
            let folders = components(name).count().saturating_sub(1);
            self.paths(name).take(folders).any(|folder| self.names.contains(&folder))
        };
        if entry.names().any(is_behind) {
            return Err(Fault::Unsafe("a file in it lies behind a link"));
        }
        Ok(())
    }

    /// A path and all folders on it, from the outermost, each as a number.
    fn paths(&self, name: &[u8]) -> impl Iterator<Item = u64> {
        let mut path = 0;
        components(name).map(move |component| {
            path = self.hasher.hash_one((path, component));
            path
        })
    }
}

/// The parts of a path that say anything.
fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let all = path.split(|byte| matches!(byte, b'/' | b'\\'));
    all.filter(|component| !component.is_empty() && *component != b".")
}

/// Where a link leads; none where that cannot be told.
fn target(
    archive: &mut (impl Read + Seek),
    link: &Link,
    base: i64,
) -> Result<Option<Vec<u8>>, Stop> {
    let places = [link.at.checked_add_signed(base), Some(link.at)];
    for at in places.into_iter().flatten() {
        let header: [u8; LOCAL] = match read_at(archive, at)? {
            Some(header) if header.starts_with(b"PK\x03\x04") => header,
            _ => continue,
        };
        let between = u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let mut packed = vec![];
        archive.seek(SeekFrom::Start(at.saturating_add(LOCAL as u64 + between)))?;
        archive.by_ref().take(link.packed).read_to_end(&mut packed)?;
        let longest = usize::try_from(LONGEST).unwrap_or(usize::MAX);
        return Ok(match link.method {
            STORED => Some(packed),
            DEFLATED => decompress_to_vec_with_limit(&packed, longest).ok(),
            _ => None,
        });
    }
    Ok(None)
}

/// Whether a link in so many folders leads out of the one that its archive is unpacked to. One that goes up behind something
/// else is taken for one, for that may be a link as well.
fn leads_out(depth: usize, target: &[u8]) -> bool {
    let is_absolute = matches!(target, [b'/' | b'\\', ..] | [_, b':', ..]);
    let up = components(target).take_while(|component| *component == b"..").count();
    let goes_up_again = components(target).skip(up).any(|component| component == b"..");
    target.is_empty() || target.contains(&0) || is_absolute || up > depth || goes_up_again
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn links_that_lead_out_are_told_from_those_that_do_not() {
        for (depth, target) in [
            (0, "/etc/passwd"),
            (0, ".."),
            (1, "../../c"),
            (1, "../x/../../c"),
            (5, "x/.."),
            (0, "C:\\"),
            (0, ""),
            (0, "a\0b"),
        ] {
            assert!(leads_out(depth, target.as_bytes()), "{depth}: {target}");
        }
        for (depth, target) in [(0, "b"), (0, "b/c"), (1, "../c"), (2, "../../d/e"), (0, "./b")] {
            assert!(!leads_out(depth, target.as_bytes()), "{depth}: {target}");
        }
    }
}
