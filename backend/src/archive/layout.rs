//! Where everything in a ZIP archive lies, before any of it is written: stored files whose sizes and checksums are
//! known, so that the length is, too, and any range can be made by itself. By PKWARE's APPNOTE 6.3.10, whose sections
//! stand at what they are about. Pure; called by the archives that are asked for and by the sending of them.

use std::ops::Range;

use super::fields::{Directory, Entry, directory_header, end, local_header};

/// A part of an archive: what to send for some range of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// What the archive itself says.
    Said(Vec<u8>),
    /// Bytes of a file, the end excluded.
    Content {
        /// Which entry's.
        entry: usize,
        /// First byte of the file.
        from: u64,
        /// One past the last byte.
        to: u64,
    },
}

/// An archive (§4.3.6): each file behind its local header, then the directory, then the end.
pub struct Layout {
    entries: Vec<Entry>,
    /// Where its pieces begin: the local header and the content of each entry in turn, the directory's header of each,
    /// the end; and where that ends.
    starts: Vec<u64>,
}

impl Layout {
    /// The archive of these files, in this order.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut starts = Vec::with_capacity(entries.len() * 3 + 2);
        let mut at = 0;
        for entry in &entries {
            starts.push(at);
            at += local_header(entry).len() as u64;
            starts.push(at);
            at += entry.size;
        }
        for (number, entry) in entries.iter().enumerate() {
            starts.push(at);
            at += directory_header(entry, starts[number * 2]).len() as u64;
        }
        starts.push(at);
        let mut layout = Self { entries, starts };
        let length = at + layout.end().len() as u64;
        layout.starts.push(length);
        layout
    }

    /// Bytes of the whole.
    pub fn length(&self) -> u64 {
        *self.starts.last().expect("there is an end")
    }

    /// What bytes `from..to` of the archive are, in order; headers are made as they are asked for. `to` lies within it.
    pub fn segments(&self, from: u64, to: u64) -> impl Iterator<Item = Segment> + use<'_> {
        let first = self.starts.partition_point(|start| *start <= from).saturating_sub(1);
        (first..self.starts.len() - 1)
            .take_while(move |piece| self.starts[*piece] < to)
            .map(move |piece| {
                let start = self.starts[piece];
                let end = to.min(self.starts[piece + 1]);
                self.segment(piece, from.max(start) - start, end - start)
            })
            .filter(|segment| segment.length() > 0)
    }

    /// The entries of whose files there are bytes in `from..to` of the archive, the last one excluded.
    pub fn entries_within(&self, from: u64, to: u64) -> Range<usize> {
        let begin = |entry: usize| self.starts[entry * 2 + 1];
        let end = |entry: usize| self.starts[entry * 2 + 2];
        let mut within =
            (0..self.entries.len()).filter(|entry| begin(*entry).max(from) < end(*entry).min(to));
        match within.next() {
            Some(first) => first..within.next_back().unwrap_or(first) + 1,
            None => 0..0,
        }
    }

    /// Bytes `from..to` of a piece.
    fn segment(&self, piece: usize, from: u64, to: u64) -> Segment {
        let count = self.entries.len();
        let said = if piece == count * 3 {
            self.end()
        } else if piece >= count * 2 {
            let number = piece - count * 2;
            directory_header(&self.entries[number], self.starts[number * 2])
        } else if piece.is_multiple_of(2) {
            local_header(&self.entries[piece / 2])
        } else {
            return Segment::Content { entry: piece / 2, from, to };
        };
        Segment::Said(said[within(from)..within(to)].to_vec())
    }

    fn end(&self) -> Vec<u8> {
        let count = self.entries.len();
        let (start, size) =
            (self.starts[count * 2], self.starts[count * 3] - self.starts[count * 2]);
        end(&Directory { entries: count as u64, start, size })
    }
}

impl Segment {
    /// How many bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Said(bytes) => bytes.len() as u64,
            Self::Content { from, to, .. } => to - from,
        }
    }
}

/// A place within what is said, which is some hundreds of bytes long at most.
fn within(place: u64) -> usize {
    usize::try_from(place).expect("headers are short")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, Seek, SeekFrom};

    use zip::ZipArchive;

    use super::*;

    /// 2001-09-09 01:46:41 UTC, and a bit.
    const THEN: i64 = 1_000_000_001_234;
    const GIB: u64 = 1 << 30;

    fn entry(name: &str, content: &[u8]) -> Entry {
        let crc32 = crc32fast::hash(content);
        Entry { name: name.into(), size: content.len() as u64, crc32, modified_at: THEN }
    }

    /// A file of zeros, which nobody reads to its end.
    fn vast(name: &str, size: u64) -> Entry {
        Entry { name: name.into(), size, crc32: 0, modified_at: THEN }
    }

    /// Bytes `from..to` of an archive, whose files past the given contents are zeros.
    fn bytes(layout: &Layout, contents: &[&[u8]], from: u64, to: u64) -> Vec<u8> {
        let segments = layout.segments(from, to).map(|segment| match segment {
            Segment::Said(said) => said,
            Segment::Content { entry, from, to } => match contents.get(entry) {
                Some(content) => content[within(from)..within(to)].to_vec(),
                None => vec![0; within(to - from)],
            },
        });
        segments.flatten().collect()
    }

    /// An archive as a file that is made while it is read.
    struct Made {
        layout: Layout,
        at: u64,
    }

    impl Read for Made {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let to = self.layout.length().min(self.at + buffer.len() as u64);
            let made = bytes(&self.layout, &[], self.at, to);
            buffer[..made.len()].copy_from_slice(&made);
            self.at += made.len() as u64;
            Ok(made.len())
        }
    }

    impl Seek for Made {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.at = match to {
                SeekFrom::Start(at) => at,
                SeekFrom::End(by) => self.layout.length().saturating_add_signed(by),
                SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            };
            Ok(self.at)
        }
    }

    fn read_back(entries: Vec<Entry>) -> ZipArchive<Made> {
        ZipArchive::new(Made { layout: Layout::new(entries), at: 0 }).unwrap()
    }

    /// Whether any of an archive's own records has ZIP64's field or record in it.
    fn has_zip64(entries: Vec<Entry>) -> bool {
        let layout = Layout::new(entries);
        layout.segments(0, layout.length()).any(|segment| match segment {
            Segment::Said(said) => {
                said.starts_with(b"PK\x06\x06")
                    || said.windows(4).any(|window| matches!(window, [1, 0, 8 | 16 | 24, 0]))
            }
            Segment::Content { .. } => false,
        })
    }

    #[test]
    fn what_is_packed_is_read_back() {
        let long = vec![7; 100_000];
        let contents: [&[u8]; 3] = [b"hello", b"", &long];
        let names = ["a.txt", "empty", "\u{1F43B} \"b\u{e4}r\".bin"];
        let entries = names.iter().zip(contents).map(|(name, content)| entry(name, content));
        let layout = Layout::new(entries.collect());
        let packed = bytes(&layout, &contents, 0, layout.length());
        assert_eq!(packed.len() as u64, layout.length());
        let mut archive = ZipArchive::new(Cursor::new(packed)).unwrap();
        assert_eq!(archive.len(), 3);
        for (number, content) in contents.into_iter().enumerate() {
            let mut file = archive.by_index(number).unwrap();
            assert_eq!(file.name().unwrap(), names[number]);
            assert_eq!(file.unix_mode(), Some(0o100_644));
            let at = file.last_modified().unwrap();
            let date = (at.year(), at.month(), at.day());
            assert_eq!((date, at.hour(), at.minute(), at.second()), ((2001, 9, 9), 1, 46, 40));
            let mut read = vec![];
            // Which compares the checksum as well.
            file.read_to_end(&mut read).unwrap();
            assert!(read == content);
        }
    }

    #[test]
    fn parts_from_any_place_to_any_place_make_the_whole() {
        let contents: [&[u8]; 4] = [b"hello", b"", b"x", b"world"];
        let layout = Layout::new(contents.map(|content| entry("a", content)).into());
        let whole = bytes(&layout, &contents, 0, layout.length());
        for from in 0..=whole.len() {
            for to in from..=whole.len() {
                let part = bytes(&layout, &contents, from as u64, to as u64);
                assert!(part == whole[from..to], "{from}..{to}");
            }
        }
    }

    #[test]
    fn which_files_a_range_has_bytes_of_is_known() {
        let contents: [&[u8]; 3] = [b"hello", b"x", b"world"];
        let layout = Layout::new(contents.map(|content| entry("a", content)).into());
        for from in 0..layout.length() {
            for to in from..=layout.length() {
                let of = |segment| match segment {
                    Segment::Content { entry, .. } => Some(entry),
                    Segment::Said(_) => None,
                };
                let sent: Vec<_> = layout.segments(from, to).filter_map(of).collect();
                let within: Vec<_> = layout.entries_within(from, to).collect();
                assert_eq!(within, sent, "{from}..{to}");
            }
        }
    }

    #[test]
    fn an_archive_of_nothing_is_one() {
        assert_eq!(Layout::new(vec![]).length(), 22);
        assert_eq!(read_back(vec![]).len(), 0);
    }

    #[test]
    fn files_and_places_beyond_four_gigabytes_are_found() {
        let sizes = [5 * GIB, 3, 4 * GIB - 1, 2];
        let names = ["a", "", "c", "d"];
        let mut entries: Vec<_> =
            names.iter().zip(sizes).map(|(name, size)| vast(name, size)).collect();
        entries[1] = entry("small", &[0; 3]);
        let mut archive = read_back(entries);
        let mut places = vec![];
        for (number, size) in sizes.into_iter().enumerate() {
            let file = archive.by_index_raw(number).unwrap();
            assert_eq!((file.size(), file.compressed_size()), (size, size));
            places.push(file.header_start());
        }
        assert_eq!(places[0], 0);
        assert!(places[1] > 5 * GIB && places[3] > 9 * GIB, "{places:?}");
        let mut small = vec![];
        archive.by_name("small").unwrap().read_to_end(&mut small).unwrap();
        assert_eq!(small, [0; 3]);
    }

    #[test]
    fn more_files_than_sixteen_bits_count_are_all_there() {
        let entries = |count: usize| -> Vec<Entry> {
            (0..count).map(|number| entry(&number.to_string(), b"")).collect()
        };
        for count in [65_534, 65_535, 70_000] {
            let mut archive = read_back(entries(count));
            assert_eq!(archive.len(), count);
            let last = archive.by_index(count - 1).unwrap();
            assert_eq!(last.name().unwrap(), (count - 1).to_string());
        }
        assert!(!has_zip64(entries(65_534)));
        assert!(has_zip64(entries(65_535)));
    }

    #[test]
    fn zip64_is_where_it_has_to_be_and_nowhere_else() {
        let most = 4 * GIB - 2;
        // Its place in the directory, and the directory's own, are within 32 bits.
        assert!(!has_zip64(vec![vast("a", most - 40)]));
        assert!(has_zip64(vec![vast("a", most + 1)]));
        // Neither is large; where the second one begins, is.
        assert!(has_zip64(vec![vast("a", most - 40), vast("b", 1), vast("c", 1)]));
        let record_ends = |offset| {
            let header = directory_header(&entry("a", b"x"), offset);
            (header[6], header[42..46].to_vec(), header.len())
        };
        assert_eq!(record_ends(most), (10, vec![0xfe, 0xff, 0xff, 0xff], 46 + 1 + 9));
        assert_eq!(record_ends(most + 1), (45, vec![0xff; 4], 46 + 1 + 9 + 12));
    }

    #[test]
    fn names_are_said_to_be_utf8_and_sizes_to_stand_before_the_content() {
        let entry = entry("ä", b"x");
        let (local, directory) = (local_header(&entry), directory_header(&entry, 0));
        assert_eq!([&local[6..8], &directory[8..10]], [[0, 0b1000]; 2]);
    }

    #[test]
    fn times_beyond_what_dos_and_unix_can_tell_are_no_hindrance() {
        for (at, field) in [(-1, 9), (0, 9), (i64::MAX, 0), (i64::MIN, 0), (2_200_000_000_000, 0)] {
            let header = local_header(&Entry { modified_at: at, ..entry("a", b"") });
            assert_eq!(header.len(), 30 + 1 + field, "{at}");
        }
    }
}
