//! An object that is whole, and what is read of it, however it lies on the disk: as it is and sealed, or encrypted. Opened
//! by the disk store.

use std::fs::File;
use std::io;

use bytes::Bytes;
use rustix::io::Errno;
use uuid::Uuid;

use super::content_hasher::{ContentHasher, Hashed};
use super::master_key::WrappedKey;
use super::seal;
use super::segments::{self, SegmentKey};

/// Bytes that are checked together: whoever asks for one has as many read.
pub(super) const BLOCK_BYTES: u64 = BLOCK as u64;
/// The same, of what is in memory.
pub(super) const BLOCK: usize = 64 * 1024;
/// Bytes read at a time, a whole number of blocks: one trip to a blocking thread, and what a slow reader holds.
const RUN_BYTES: u64 = 4 * BLOCK_BYTES;

/// Where an object's bytes lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the server's own disk.
    Disk,
    /// In the bucket: as they are, or in encrypted segments.
    Bucket,
}

/// An object that is being written.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its name.
    pub id: Uuid,
    /// Where it will lie once it is whole.
    pub place: Place,
    /// What it is encrypted with, where it is.
    pub key: Option<WrappedKey>,
}

/// An object whose bytes are whole.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name.
    pub id: Uuid,
    /// Where it lies.
    pub place: Place,
    /// Bytes of its content.
    pub size: u64,
    /// What a ZIP says of it. One that was stored before there were seals has none until it is looked through, nor has one that
    /// went past the server.
    pub crc32: Option<u32>,
    /// What it is encrypted with, where it is.
    pub key: Option<WrappedKey>,
}

impl From<&Object> for Incoming {
    fn from(object: &Object) -> Self {
        Self { id: object.id, place: object.place, key: object.key.clone() }
    }
}

/// What is to be sealed.
#[derive(Clone, Debug)]
pub struct Sealing {
    /// Bytes of the object; what lies behind them is cut off.
    pub size: u64,
    /// Where they came one after the other and are encrypted: the last segment, as whoever wrote it got it.
    pub tail: Option<Vec<u8>>,
    /// Bytes of every part but the last, where the parts' own digests are wanted.
    pub part_size: Option<u64>,
}

impl Sealing {
    /// So many bytes as they lie there.
    pub fn of(size: u64) -> Self {
        Self { size, tail: None, part_size: None }
    }
}

/// Bytes that are not what was stored.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("stored bytes are damaged")]
pub struct Damaged;

impl Damaged {
    /// Whether that is what an error says: that bytes were changed, or are not there any more.
    pub fn is_said_by(error: &io::Error) -> bool {
        matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::NotFound)
            || error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}

impl From<Damaged> for io::Error {
    fn from(damaged: Damaged) -> Self {
        Self::new(io::ErrorKind::InvalidData, damaged)
    }
}

/// How an object's bytes lie.
pub(super) enum Layout {
    /// As they are, and behind them a seal, unless it was stored before there were any.
    Plain {
        /// Whether they are held against it.
        is_sealed: bool,
    },
    /// In encrypted segments.
    Encrypted(SegmentKey),
}

/// An object to read from.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) size: u64,
    pub(super) layout: Layout,
}

impl Opened {
    /// Where a run ends that begins at a byte.
    pub(super) fn run_end(&self, from: u64) -> u64 {
        self.size.min((from / RUN_BYTES + 1) * RUN_BYTES)
    }

    /// Bytes of one run; [`Damaged`] where a block of it is not what was stored.
    pub(super) fn read_run(&self, from: u64, to: u64) -> io::Result<Bytes> {
        let start = from / BLOCK_BYTES * BLOCK_BYTES;
        let end = self.size.min(to.next_multiple_of(BLOCK_BYTES));
        let blocks = match &self.layout {
            Layout::Plain { is_sealed: false } => read_exactly(&self.file, start, end - start)?,
            Layout::Plain { is_sealed: true } => seal::read(&self.file, self.size, start, end)?,
            Layout::Encrypted(key) => segments::read(key, &self.file, start, end)?,
        };
        let place = |at: u64| usize::try_from(at - start).expect("a run is small");
        Ok(Bytes::from(blocks).slice(place(from)..place(to)))
    }

    /// What its bytes come to, and its parts where they have a size; `look` sees every run, and where it begins. Those of an
    /// object follow each other.
    pub(super) fn hash(
        &self,
        part_size: Option<u64>,
        mut look: impl FnMut(u64, &[u8]) -> io::Result<()>,
    ) -> io::Result<Hashed> {
        let mut hasher = ContentHasher::new(part_size);
        let mut at = 0;
        while at < self.size {
            let to = self.run_end(at);
            let run = self.read_run(at, to)?;
            hasher.update(&run);
            look(at, &run)?;
            at = to;
        }
        Ok(hasher.finish())
    }
}

/// Seals the first bytes of a file, durably; for the bucket, which looks after its own, only cuts off what lies behind them.
/// As good when done twice.
pub(super) fn seal(
    file: File,
    sealing: &Sealing,
    place: Place,
    key: Option<SegmentKey>,
) -> io::Result<Hashed> {
    let size = sealing.size;
    let is_encrypted = key.is_some();
    let needs_seal = place == Place::Disk && !is_encrypted;
    let layout = key.map_or(Layout::Plain { is_sealed: false }, Layout::Encrypted);
    let object = Opened { file, size, layout };
    let hashed = object.hash(sealing.part_size, |at, run| {
        // Every segment has its own already.
        if needs_seal { seal::write(&object.file, size, at, run) } else { Ok(()) }
    })?;
    object.file.set_len(match (needs_seal, is_encrypted) {
        (true, _) => seal::stored_size(size),
        (false, true) => segments::stored_size(size),
        (false, false) => size,
    })?;
    object.file.sync_all()?;
    Ok(hashed)
}

/// So many bytes from a place; [`io::ErrorKind::UnexpectedEof`] where there are fewer.
pub(super) fn read_exactly(file: &File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        // Into memory that nobody has cleared first.
        let at = from + bytes.len() as u64;
        match rustix::io::pread(file, rustix::buffer::spare_capacity(&mut bytes), at) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            // What the disk cannot read any more is as good as changed.
            Err(Errno::IO) => return Err(Damaged.into()),
            Err(other) => return Err(other.into()),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use sha2::{Digest, Sha256};
    use sharesync_protocol::api::Sha256Digest;

    use super::*;
    use crate::blob::segments::SegmentWriter;

    fn key() -> SegmentKey {
        SegmentKey::new(&[7; 32])
    }

    fn content(size: u64) -> Vec<u8> {
        (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect()
    }

    /// A file of so many bytes that is not sealed yet, as it is and encrypted.
    fn files(size: u64) -> [(File, bool); 2] {
        let (plain, encrypted) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        plain.write_all_at(&content(size), 0).unwrap();
        let file = encrypted.try_clone().unwrap();
        let mut writer = SegmentWriter::new(file, key(), 0, None).unwrap();
        writer.write(&content(size)).unwrap();
        writer.finish().unwrap();
        [(plain, false), (encrypted, true)]
    }

    fn seal_again(file: &File, is_encrypted: bool, size: u64) -> io::Result<Hashed> {
        let sealing = Sealing::of(size);
        seal(file.try_clone().unwrap(), &sealing, Place::Disk, is_encrypted.then(key))
    }

    fn open(file: &File, is_encrypted: bool, size: u64) -> Opened {
        let layout =
            if is_encrypted { Layout::Encrypted(key()) } else { Layout::Plain { is_sealed: true } };
        Opened { file: file.try_clone().unwrap(), size, layout }
    }

    fn flip(file: &File, at: u64) {
        let was = read_exactly(file, at, 1).unwrap();
        file.write_all_at(&[was[0] ^ 0x10], at).unwrap();
    }

    #[test]
    fn a_sealed_object_says_what_it_holds_and_takes_a_little_more() {
        for (size, blocks) in [(1, 1), (BLOCK_BYTES, 1), (BLOCK_BYTES + 1, 2), (RUN_BYTES * 2, 8)] {
            for (file, is_encrypted) in files(size) {
                let sums = seal_again(&file, is_encrypted, size).unwrap();
                assert_eq!(sums.sha256, Sha256Digest(Sha256::digest(content(size)).into()));
                assert_eq!(sums.crc32, crc32fast::hash(&content(size)));
                let more = blocks * if is_encrypted { 28 } else { 4 };
                assert_eq!(file.metadata().unwrap().len(), size + more);
                let object = open(&file, is_encrypted, size);
                assert_eq!(object.hash(None, |_, _| Ok(())).unwrap(), sums);
            }
        }
    }

    #[test]
    fn parts_have_digests_of_their_own() {
        for (file, is_encrypted) in files(RUN_BYTES * 5 + 7) {
            let size = RUN_BYTES * 5 + 7;
            let sealing = Sealing { part_size: Some(RUN_BYTES * 2), ..Sealing::of(size) };
            let sealed = seal(file, &sealing, Place::Disk, is_encrypted.then(key)).unwrap();
            let part = usize::try_from(RUN_BYTES * 2).unwrap();
            let whole = content(size);
            let expected: Vec<_> =
                whole.chunks(part).map(|part| Sha256Digest(Sha256::digest(part).into())).collect();
            assert_eq!(sealed.parts, expected);
        }
    }

    #[test]
    fn what_lies_behind_its_end_is_cut_off_and_sealing_again_changes_nothing() {
        for (file, is_encrypted) in files(BLOCK_BYTES * 3) {
            let size = BLOCK_BYTES * 2;
            let first = seal_again(&file, is_encrypted, size).unwrap();
            assert_eq!(seal_again(&file, is_encrypted, size).unwrap(), first);
            let kept = usize::try_from(size).unwrap();
            assert_eq!(first.crc32, crc32fast::hash(&content(size)[..kept]));
            let length = if is_encrypted { size + 56 } else { size + 8 };
            assert_eq!(file.metadata().unwrap().len(), length);
            assert!(seal_again(&file, is_encrypted, size + 9).is_err(), "there are fewer bytes");
        }
    }

    #[test]
    fn every_changed_byte_is_told_by_whoever_reads_its_block_and_by_nobody_else() {
        let size = BLOCK_BYTES * 2 + 10;
        for (_, is_encrypted) in files(1) {
            let stored = BLOCK_BYTES + if is_encrypted { 28 } else { 0 };
            let mut places = vec![(0, 0), (stored - 1, 0), (stored, 1), (stored * 2 + 9, 2)];
            if is_encrypted {
                places.extend([(11, 0), (stored * 2 + 37, 2)]);
            } else {
                places.extend([(size, 0), (size + 11, 2)]);
            }
            for (at, damaged) in places {
                let file = if is_encrypted { &files(size)[1].0 } else { &files(size)[0].0 };
                seal_again(file, is_encrypted, size).unwrap();
                flip(file, at);
                let object = open(file, is_encrypted, size);
                let told = object.hash(None, |_, _| Ok(())).unwrap_err();
                assert!(Damaged::is_said_by(&told), "{at}");
                for block in 0..3 {
                    let from = block * BLOCK_BYTES + 1;
                    let read = object.read_run(from, from + 2);
                    assert_eq!(read.is_err(), block == damaged, "{at}: {block}");
                }
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_damaged() {
        for (file, is_encrypted) in files(BLOCK_BYTES * 2) {
            seal_again(&file, is_encrypted, BLOCK_BYTES * 2).unwrap();
            file.set_len(BLOCK_BYTES).unwrap();
            let object = open(&file, is_encrypted, BLOCK_BYTES * 2);
            assert!(Damaged::is_said_by(
                &object.read_run(BLOCK_BYTES, BLOCK_BYTES + 1).unwrap_err()
            ));
        }
    }
}
