//! How an encrypted object lies on the disk: in segments of 64 KiB, each encrypted by itself, so that parts are written in
//! any order and a range is read without the rest. Used by the disk store.
//!
//! A segment is a random nonce (12 bytes), its bytes under AES-256-GCM (NIST SP 800-38D) with a key that only its object has, and
//! a tag (16 bytes); its place among the segments is authenticated with it, and how many there are the database knows. So none
//! can be changed, swapped or taken from another object unnoticed. A segment that is written again gets another nonce: of
//! random ones a key may have 2^32 (§8.3), which is 256 TiB of writing.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, NONCE_LEN, Nonce, UnboundKey};
use sharesync_service_kit::secret::random_bytes;

use super::object::{BLOCK, Damaged, read_exactly};

/// Bytes of content in a segment.
const SEGMENT: usize = BLOCK;
const SEGMENT_BYTES: u64 = SEGMENT as u64;
/// Bytes of one on the disk.
pub(super) const STORED: usize = NONCE_LEN + SEGMENT + MAX_TAG_LEN;
const STORED_BYTES: u64 = STORED as u64;

/// What an object's segments are encrypted with.
pub(super) struct SegmentKey(LessSafeKey);

impl SegmentKey {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key);
        Self(LessSafeKey::new(key.expect("a key of 32 bytes is one of AES-256")))
    }

    fn seal(&self, index: u64, content: &[u8]) -> Vec<u8> {
        let nonce = random_bytes::<NONCE_LEN>();
        let mut stored = Vec::with_capacity(content.len() + STORED);
        stored.extend_from_slice(&nonce);
        stored.extend_from_slice(content);
        let tag = self
            .0
            .seal_in_place_separate_tag((&nonce).into(), place(index), &mut stored[NONCE_LEN..])
            .expect("a segment is not too long");
        stored.extend_from_slice(tag.as_ref());
        stored
    }

    /// Opens a segment where it lies. [`Damaged`] where it is not what was written there.
    fn open<'s>(&self, index: u64, stored: &'s mut [u8]) -> Result<&'s [u8], Damaged> {
        let (nonce, sealed) = stored.split_first_chunk_mut::<NONCE_LEN>().ok_or(Damaged)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_in_place(nonce, place(index), sealed).map_err(|_| Damaged)?;
        Ok(opened)
    }
}

fn place(index: u64) -> Aad<[u8; 8]> {
    Aad::from(index.to_be_bytes())
}

/// Bytes on the disk of an object of so many.
pub(super) fn stored_size(size: u64) -> u64 {
    size + size.div_ceil(SEGMENT_BYTES) * (STORED_BYTES - SEGMENT_BYTES)
}

/// The content of all segments that bytes `start..end` lie in; `start` begins one, and `end` ends one or the object.
pub(super) fn read(key: &SegmentKey, file: &File, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let (from, to) = stored_range(start, end);
    let mut stored = read_exactly(file, from, to - from)?;
    Ok(open(key, start, &mut stored)?)
}

/// From where to where the segments lie that have bytes `start..end`, both as in [`read`].
pub(super) fn stored_range(start: u64, end: u64) -> (u64, u64) {
    let from = start / SEGMENT_BYTES * STORED_BYTES;
    (from, from + stored_size(end - start))
}

/// The content of whole segments that follow each other, the first of which begins at `start`. [`Damaged`] where one is not
/// what was written there.
pub(super) fn open(key: &SegmentKey, start: u64, stored: &mut [u8]) -> Result<Vec<u8>, Damaged> {
    let mut content = Vec::with_capacity(stored.len());
    for (index, segment) in (start / SEGMENT_BYTES..).zip(stored.chunks_mut(STORED)) {
        content.extend_from_slice(key.open(index, segment)?);
    }
    Ok(content)
}

/// Writes content from one byte on, segment by segment.
pub(super) struct SegmentWriter {
    file: File,
    key: SegmentKey,
    index: u64,
    /// Less than a segment.
    partial: Vec<u8>,
}

impl SegmentWriter {
    /// Goes on at a byte; `tail` is the segment that it lies in, as [`finish`](Self::finish) gave it, unless it begins one.
    pub(super) fn new(
        file: File,
        key: SegmentKey,
        at: u64,
        tail: Option<&[u8]>,
    ) -> io::Result<Self> {
        let index = at / SEGMENT_BYTES;
        let before = usize::try_from(at % SEGMENT_BYTES).map_err(io::Error::other)?;
        let mut partial = Vec::with_capacity(SEGMENT);
        if before > 0 {
            let mut tail = tail.ok_or(Damaged)?.to_vec();
            partial.extend_from_slice(key.open(index, &mut tail)?.get(..before).ok_or(Damaged)?);
        }
        Ok(Self { file, key, index, partial })
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.partial.len() + bytes.len() >= SEGMENT {
            let (now, later) = bytes.split_at(SEGMENT - self.partial.len());
            self.partial.extend_from_slice(now);
            self.write_segment()?;
            self.partial.clear();
            self.index += 1;
            bytes = later;
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes what is left, which is less than a segment, and gives it as it lies on the disk. Whoever goes on behind it
    /// writes over it, and is to keep this in another place until that is done: a stop in the middle of writing leaves
    /// neither the one nor the other.
    pub(super) fn finish(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.partial.is_empty() {
            return Ok(None);
        }
        self.write_segment().map(Some)
    }

    fn write_segment(&self) -> io::Result<Vec<u8>> {
        let stored = self.key.seal(self.index, &self.partial);
        self.file.write_all_at(&stored, self.index * STORED_BYTES)?;
        Ok(stored)
    }
}

/// Puts the segment that a byte lies in back where it belongs.
pub(super) fn put_back(file: &File, at: u64, tail: &[u8]) -> io::Result<()> {
    file.write_all_at(tail, at / SEGMENT_BYTES * STORED_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SegmentKey {
        SegmentKey::new(&[byte; 32])
    }

    fn content(size: u64) -> Vec<u8> {
        (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect()
    }

    fn write(file: &File, at: u64, tail: Option<&[u8]>, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut writer = SegmentWriter::new(file.try_clone().unwrap(), key(1), at, tail).unwrap();
        writer.write(bytes).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn segments_are_read_by_their_key_and_in_their_places_only() {
        let file = tempfile::tempfile().unwrap();
        write(&file, 0, None, &content(SEGMENT_BYTES * 2));
        assert_eq!(read(&key(1), &file, 0, SEGMENT_BYTES * 2).unwrap(), content(SEGMENT_BYTES * 2));
        assert!(read(&key(2), &file, 0, SEGMENT_BYTES).is_err());
        let [first, second] =
            [0, STORED_BYTES].map(|at| read_exactly(&file, at, STORED_BYTES).unwrap());
        file.write_all_at(&second, 0).unwrap();
        file.write_all_at(&first, STORED_BYTES).unwrap();
        assert!(read(&key(1), &file, 0, SEGMENT_BYTES).is_err());
    }

    #[test]
    fn bytes_go_on_within_a_segment_although_a_stop_has_torn_it() {
        let whole = content(SEGMENT_BYTES + 100);
        let (cut, again) = (SEGMENT_BYTES - 30, SEGMENT_BYTES + 7);
        let place = |at: u64| usize::try_from(at).unwrap();
        let piece = |from: u64, to: u64| &whole[place(from)..place(to)];
        let file = tempfile::tempfile().unwrap();
        let tail = write(&file, 0, None, piece(0, cut)).unwrap();
        file.write_all_at(&[0; 500], 100).unwrap();
        let tail = write(&file, cut, Some(&tail), piece(cut, again)).unwrap();
        let last = write(&file, again, Some(&tail), piece(again, SEGMENT_BYTES + 100)).unwrap();
        assert_eq!(read(&key(1), &file, 0, SEGMENT_BYTES + 100).unwrap(), whole);
        // Torn again, and nobody goes on.
        file.write_all_at(&[0; 20], STORED_BYTES).unwrap();
        put_back(&file, SEGMENT_BYTES + 100, &last).unwrap();
        assert_eq!(read(&key(1), &file, 0, SEGMENT_BYTES + 100).unwrap(), whole);
        let nothing_said = SegmentWriter::new(file, key(1), again, None);
        assert!(nothing_said.is_err());
    }

    #[test]
    fn the_same_bytes_written_again_are_not_the_same_on_the_disk() {
        let file = tempfile::tempfile().unwrap();
        let [first, second] = [(); 2].map(|()| write(&file, 0, None, b"the same").unwrap());
        assert_ne!(first[..NONCE_LEN], second[..NONCE_LEN]);
        assert_ne!(first[NONCE_LEN..], second[NONCE_LEN..]);
    }
}
