//! The records of a ZIP archive, byte by byte (PKWARE's APPNOTE 6.3.10), with ZIP64's where a number does not fit and
//! nowhere else. Called by `layout`.

use time::OffsetDateTime;

/// What stands in a field of 32 bits whose value is in the ZIP64 field instead (§4.4.8, §4.4.9, §4.4.16, §4.4.24).
const SEE_ZIP64: u32 = u32::MAX;
/// The same for a field of 16 bits (§4.4.21, §4.4.22).
const SEE_ZIP64_COUNT: u16 = u16::MAX;
/// Version 1.0: a stored file (§4.4.3.2).
const PLAIN: u16 = 10;
/// Version 4.5: ZIP64 (§4.4.3.2).
const ZIP64: u16 = 45;
/// Made on Unix, whose file modes are understood (§4.4.2.2), by this version at most.
const MADE_BY: u16 = 3 << 8 | ZIP64;
/// An ordinary file that its owner writes and everybody reads, where Unix keeps it (§4.4.15).
const FILE_MODE: u32 = 0o100_644 << 16;
/// Names are UTF-8 (§4.4.4, bit 11; appendix D).
const NAMES_ARE_UTF8: u16 = 1 << 11;
/// Not compressed (§4.4.5).
const STORED: u16 = 0;

/// A file in an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name there.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// CRC-32 of the content (§4.4.7).
    pub crc32: u32,
    /// When it was stored, in milliseconds since the Unix epoch.
    pub modified_at: i64,
}

/// The directory, as the end tells of it.
pub(super) struct Directory {
    /// How many entries.
    pub entries: u64,
    /// Where it begins.
    pub start: u64,
    /// Bytes.
    pub size: u64,
}

/// What stands before a file's content (§4.3.7). Sizes and checksum are in it: no data descriptor follows.
pub(super) fn local_header(entry: &Entry) -> Vec<u8> {
    let is_large = !fits(entry.size);
    // In a local header both sizes stand in the field, or none (§4.5.3).
    let large = if is_large { vec![entry.size, entry.size] } else { vec![] };
    let extra = extra_fields(&large, entry.modified_at);
    let mut record = Record::new(0x0403_4b50);
    record.u16(version(is_large));
    record.about(entry, extra.len());
    record.bytes(entry.name.as_bytes());
    record.bytes(&extra);
    record.0
}

/// What the directory says of a file whose local header is at `offset` (§4.3.12).
pub(super) fn directory_header(entry: &Entry, offset: u64) -> Vec<u8> {
    // Only what does not fit, in this order (§4.5.3).
    let large: Vec<u64> =
        [entry.size, entry.size, offset].into_iter().filter(|value| !fits(*value)).collect();
    let extra = extra_fields(&large, entry.modified_at);
    let mut record = Record::new(0x0201_4b50);
    record.u16(MADE_BY);
    record.u16(version(!large.is_empty()));
    record.about(entry, extra.len());
    record.u16(0); // Length of the comment.
    record.u16(0); // The disk on which it begins.
    record.u16(0); // Internal attributes.
    record.u32(FILE_MODE);
    record.u32(narrow(offset));
    record.bytes(entry.name.as_bytes());
    record.bytes(&extra);
    record.0
}

/// What stands behind the directory (§4.3.16), and before that what ZIP64 has (§4.3.14, §4.3.15) where it takes that.
pub(super) fn end(directory: &Directory) -> Vec<u8> {
    let &Directory { entries, start, size } = directory;
    let count = u16::try_from(entries).ok().filter(|count| *count != SEE_ZIP64_COUNT);
    let mut record = Record(Vec::new());
    if count.is_none() || !fits(start) || !fits(size) {
        record.u32(0x0606_4b50);
        record.u64(44); // Bytes of this record that follow.
        record.u16(MADE_BY);
        record.u16(ZIP64);
        record.u32(0); // This disk.
        record.u32(0); // The one on which the directory begins.
        record.u64(entries); // On this disk.
        record.u64(entries); // In all.
        record.u64(size);
        record.u64(start);
        record.u32(0x0706_4b50);
        record.u32(0); // The disk of the record above.
        record.u64(start + size); // Where that is.
        record.u32(1); // Disks in all.
    }
    let count = count.unwrap_or(SEE_ZIP64_COUNT);
    record.u32(0x0605_4b50);
    record.u16(0); // This disk.
    record.u16(0); // The one on which the directory begins.
    record.u16(count); // On this disk.
    record.u16(count); // In all.
    record.u32(narrow(size));
    record.u32(narrow(start));
    record.u16(0); // Length of the comment.
    record.0
}

/// A record under way: everything is little-endian (§4.4.1.1).
struct Record(Vec<u8>);

impl Record {
    fn new(signature: u32) -> Self {
        Self(signature.to_le_bytes().to_vec())
    }

    /// What both headers of a file have in common (§4.4.4 to §4.4.11).
    fn about(&mut self, entry: &Entry, extra: usize) {
        let (time, date) = dos_time(entry.modified_at);
        self.u16(NAMES_ARE_UTF8);
        self.u16(STORED);
        self.u16(time);
        self.u16(date);
        self.u32(entry.crc32);
        self.u32(narrow(entry.size));
        self.u32(narrow(entry.size));
        self.u16(u16::try_from(entry.name.len()).expect("names have 255 bytes at most"));
        self.u16(u16::try_from(extra).expect("there are two fields at most"));
    }

    fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }
}

/// Whether a value has a place in 32 bits; the greatest one means that it has none.
fn fits(value: u64) -> bool {
    value < u64::from(SEE_ZIP64)
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(SEE_ZIP64)
}

fn version(is_zip64: bool) -> u16 {
    if is_zip64 { ZIP64 } else { PLAIN }
}

/// The extra fields (§4.5.1): what was too large for its place (§4.5.3), and the time (§4.6.1, Info-ZIP's `UT`), which
/// the one of DOS tells in steps of two seconds and of no known zone.
fn extra_fields(large: &[u64], modified_at: i64) -> Vec<u8> {
    let mut fields = Record(Vec::new());
    if !large.is_empty() {
        fields.u16(0x0001);
        fields.u16(u16::try_from(large.len() * 8).expect("three values at most"));
        for value in large {
            fields.u64(*value);
        }
    }
    if let Ok(seconds) = i32::try_from(modified_at.div_euclid(1000)) {
        fields.u16(0x5455);
        fields.u16(5);
        fields.bytes(&[1]); // Of modification alone.
        fields.bytes(&seconds.to_le_bytes());
    }
    fields.0
}

/// The time and date of MS-DOS (§4.4.6), in UTC. It begins in 1980 and ends in 2107.
fn dos_time(at_ms: i64) -> (u16, u16) {
    const FIRST: (u16, u16) = (0, 1 << 5 | 1);
    let Ok(at) = OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000)) else {
        return FIRST;
    };
    let Some(year) = u16::try_from(at.year() - 1980).ok().filter(|year| *year < 128) else {
        return FIRST;
    };
    let (hour, minute, second) = at.to_hms();
    let time = u16::from(hour) << 11 | u16::from(minute) << 5 | u16::from(second / 2);
    let date = year << 9 | u16::from(u8::from(at.month())) << 5 | u16::from(at.day());
    (time, date)
}
