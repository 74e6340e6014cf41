//! What has come of the accepted files, over however many connections: which blocks are written, their digests, and
//! what is still wanted. Pure state, which grows with what came and not with what was promised.

use std::collections::{BTreeMap, BTreeSet};

use sharesync_protocol::transfer::OfferedFile;

use super::block_map::{block_length, blocks_in};
use super::digest::{Digest, file_digest};
use super::store::WrittenBlock;

#[derive(Debug)]
struct FileContent {
    size: u64,
    written: BTreeMap<u32, Digest>,
    /// Blocks that are coming, or being written.
    claimed: BTreeSet<u32>,
    /// The file's digest, once it is complete: its blocks' are not kept then.
    digest: Option<String>,
}

/// The blocks of a transfer's files.
#[derive(Debug)]
pub(super) struct Content {
    files: BTreeMap<u32, FileContent>,
    written: u64,
}

impl Content {
    /// Nothing yet of these files of the offer.
    pub(super) fn new(offered: &[OfferedFile], accepted: &[u32]) -> Self {
        let expected = |number: &u32| {
            let size = offered.get(*number as usize)?.size;
            let (written, claimed) = (BTreeMap::new(), BTreeSet::new());
            let mut file = FileContent { size, written, claimed, digest: None };
            file.complete();
            Some((*number, file))
        };
        Self { files: accepted.iter().filter_map(expected).collect(), written: 0 }
    }

    /// Content bytes written.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Notes that a block is on its way, if it is wanted and not on its way already; its length in bytes.
    pub(super) fn claim(&mut self, file: u32, block: u32) -> Option<u32> {
        let content = self.files.get_mut(&file)?;
        let is_there = content.digest.is_some() || content.written.contains_key(&block);
        if u64::from(block) >= blocks_in(content.size) || is_there || !content.claimed.insert(block)
        {
            return None;
        }
        Some(block_length(content.size, block))
    }

    /// Nothing is on its way any more: the connection is gone.
    pub(super) fn release_all(&mut self) {
        self.files.values_mut().for_each(|content| content.claimed.clear());
    }

    /// Notes that a block is written.
    pub(super) fn add(&mut self, written: &WrittenBlock) {
        let Some(content) = self.files.get_mut(&written.file) else { return };
        content.claimed.remove(&written.block);
        let is_one = u64::from(written.block) < blocks_in(content.size) && content.digest.is_none();
        if is_one && content.written.insert(written.block, written.digest).is_none() {
            self.written += u64::from(block_length(content.size, written.block));
            content.complete();
        }
    }

    /// The digest of a file, in hexadecimal, if it is complete.
    pub(super) fn digest(&self, file: u32) -> Option<&str> {
        self.files.get(&file)?.digest.as_deref()
    }

    /// The written blocks of a file, as ascending ranges that do not touch.
    pub(super) fn ranges(&self, file: u32) -> Vec<(u32, u32)> {
        self.files.get(&file).map(FileContent::ranges).unwrap_or_default()
    }
}

impl FileContent {
    /// Takes the file's digest if it is complete.
    fn complete(&mut self) {
        if self.written.len() as u64 == blocks_in(self.size) {
            self.digest = Some(file_digest(self.written.values()));
            self.written = BTreeMap::new();
        }
    }

    fn ranges(&self) -> Vec<(u32, u32)> {
        if self.digest.is_some() {
            let blocks = u32::try_from(blocks_in(self.size)).unwrap_or(u32::MAX);
            return if blocks == 0 { Vec::new() } else { vec![(0, blocks)] };
        }
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for &block in self.written.keys() {
            match ranges.last_mut() {
                Some((first, count)) if *first + *count == block => *count += 1,
                _ => ranges.push((block, 1)),
            }
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(size: u64) -> Content {
        let file = OfferedFile {
            name: "file".to_owned(),
            path: None,
            size,
            media_type: String::new(),
            modified_at: 0,
        };
        Content::new(&[file], &[0])
    }

    fn written(block: u32) -> WrittenBlock {
        WrittenBlock { file: 0, block, digest: [1; 32] }
    }

    #[test]
    fn a_block_is_wanted_once() {
        let mut content = content(600_000);
        assert_eq!(content.claim(0, 2), Some(75_712));
        assert_eq!(content.claim(0, 2), None);
        content.release_all();
        assert_eq!(content.claim(0, 2), Some(75_712));
        content.add(&written(2));
        assert_eq!(content.claim(0, 2), None);
        assert_eq!(content.written(), 75_712);
    }

    #[test]
    fn what_the_offer_does_not_have_is_not_wanted() {
        let mut content = content(600_000);
        assert_eq!([content.claim(0, 3), content.claim(1, 0)], [None, None]);
        content.add(&written(3));
        assert_eq!(content.written(), 0);
        assert_eq!(content.ranges(0), []);
    }

    #[test]
    fn ranges_tell_the_gaps_and_a_whole_file_is_one() {
        let mut content = content(5 * 262_144);
        for block in [0, 1, 3] {
            content.add(&written(block));
        }
        assert_eq!(content.ranges(0), [(0, 2), (3, 1)]);
        assert_eq!(content.digest(0), None);
        for block in [2, 4] {
            content.add(&written(block));
        }
        assert_eq!(content.ranges(0), [(0, 5)]);
        assert!(content.digest(0).is_some());
    }

    #[test]
    fn a_promise_of_a_pebibyte_takes_no_memory() {
        let mut content = content(1 << 50);
        assert_eq!(content.claim(0, u32::MAX), Some(262_144));
        content.add(&written(u32::MAX));
        assert_eq!(content.ranges(0), [(u32::MAX, 1)]);
    }
}
