//! Where an archive's directory is, and its entries one after the other.

use std::io::{self, Read, Seek, SeekFrom};

use super::entry::Entry;
use super::{Fault, Stop};

/// Begins the record at the end (APPNOTE §4.3.16).
const END: &[u8] = b"PK\x05\x06";
/// Bytes of that record, without its comment.
const END_BYTES: usize = 22;
/// Begins the locator of the ZIP64 record (§4.3.15), right before that.
const LOCATOR: &[u8] = b"PK\x06\x07";
const LOCATOR_BYTES: usize = 20;
/// Begins the ZIP64 record (§4.3.14).
const END64: &[u8] = b"PK\x06\x06";
const END64_BYTES: usize = 56;
/// Begins every entry of the directory (§4.3.12).
const ENTRY: &[u8] = b"PK\x01\x02";
/// The longest comment at the end.
const MOST_COMMENT: u64 = 0xffff;

/// A place where somebody may find the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its first byte.
    pub at: u64,
    /// What is to be added to where the directory says that files are: archives may have something before them.
    pub base: i64,
}

/// The places where a directory begins, for somebody.
pub fn places(archive: &mut (impl Read + Seek), size: u64) -> io::Result<Vec<Place>> {
    let tail_bytes = size.min(MOST_COMMENT + (END_BYTES + LOCATOR_BYTES) as u64);
    let tail_at = size - tail_bytes;
    let mut tail = vec![];
    archive.seek(SeekFrom::Start(tail_at))?;
    archive.by_ref().take(tail_bytes).read_to_end(&mut tail)?;
    let mut places = vec![];
    let ends = tail.windows(END.len()).enumerate().filter(|(_, bytes)| *bytes == END);
    // Backwards, as everybody looks for it; some take another one than the last.
    for (end, _) in ends.collect::<Vec<_>>().into_iter().rev().take(4) {
        let Some(record) = tail.get(end..end + END_BYTES) else { continue };
        let end_at = tail_at + end as u64;
        consider(archive, u32_at(record, 12), u32_at(record, 16), end_at, &mut places)?;
        let locator = end.checked_sub(LOCATOR_BYTES).map(|from| &tail[from..end]);
        let Some(locator) = locator.filter(|locator| locator.starts_with(LOCATOR)) else {
            continue;
        };
        let locator_at = end_at - LOCATOR_BYTES as u64;
        for at in [u64_at(locator, 8), locator_at.saturating_sub(END64_BYTES as u64)] {
            let record: [u8; END64_BYTES] = match read_at(archive, at)? {
                Some(record) if record.starts_with(END64) => record,
                _ => continue,
            };
            consider(archive, u64_at(&record, 40), u64_at(&record, 48), at, &mut places)?;
        }
    }
    Ok(places)
}

/// A directory of so many bytes ends here, and is said to begin there.
fn consider(
    archive: &mut (impl Read + Seek),
    size: u64,
    said: u64,
    end: u64,
    places: &mut Vec<Place>,
) -> io::Result<()> {
    for at in [end.checked_sub(size), Some(said)].into_iter().flatten() {
        let begins = read_at::<4>(archive, at)?.is_some_and(|bytes| bytes == ENTRY);
        let base = at.cast_signed().wrapping_sub(said.cast_signed());
        let place = Place { at, base };
        if begins && !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(())
}

/// Shows every entry of the directory that begins here, however many it is said to have.
pub fn each(
    archive: &mut (impl Read + Seek),
    at: u64,
    mut show: impl FnMut(Entry) -> Result<(), Fault>,
) -> Result<(), Stop> {
    archive.seek(SeekFrom::Start(at))?;
    loop {
        let mut signature = [0; 4];
        archive.read_exact(&mut signature)?;
        if signature != ENTRY {
            return Ok(());
        }
        show(Entry::read(archive)?)?;
    }
}

/// So many bytes from a place; none where there are fewer.
pub fn read_at<const N: usize>(
    archive: &mut (impl Read + Seek),
    at: u64,
) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    archive.seek(SeekFrom::Start(at))?;
    match archive.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// A number of two bytes.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// A number of four bytes.
pub fn u32_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u16_at(bytes, at)) | u64::from(u16_at(bytes, at + 2)) << 16
}

/// A number of eight bytes.
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u32_at(bytes, at) | u32_at(bytes, at + 4) << 32
}
