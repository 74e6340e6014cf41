//! Which blocks of one file the other side has. Kept by a sending conversation; how files are cut is here, too.

use sharesync_protocol::transfer::BLOCK_BYTES;

/// How many blocks a file of so many bytes has.
pub(super) fn blocks_in(size: u64) -> u64 {
    size.div_ceil(u64::from(BLOCK_BYTES))
}

/// Bytes of one block of a file of `size` bytes; the block has to be one of its blocks.
pub(super) fn block_length(size: u64, block: u32) -> u32 {
    let left = size.saturating_sub(u64::from(block) * u64::from(BLOCK_BYTES));
    u32::try_from(left).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES)
}

/// A set of block numbers, one bit each.
#[derive(Clone, Debug)]
pub(super) struct BlockMap {
    size: u64,
    bits: Vec<u64>,
}

impl BlockMap {
    /// An empty map of a file of so many bytes, which is one of ours: the map is as large as the file asks for.
    pub(super) fn new(size: u64) -> Self {
        let words = usize::try_from(blocks_in(size).div_ceil(64)).unwrap_or(usize::MAX);
        Self { size, bits: vec![0; words] }
    }

    /// Whether this block is there.
    pub(super) fn has(&self, block: u32) -> bool {
        self.bits.get((block / 64) as usize).is_some_and(|word| word & (1 << (block % 64)) != 0)
    }

    /// Adds blocks that follow each other; false, and nothing added, where the file has no such blocks.
    #[must_use]
    pub(super) fn add(&mut self, (first, count): (u32, u32)) -> bool {
        let end = u64::from(first) + u64::from(count);
        if end > blocks_in(self.size) {
            return false;
        }
        for block in u64::from(first)..end {
            let at = usize::try_from(block / 64).unwrap_or(usize::MAX);
            if let Some(word) = self.bits.get_mut(at) {
                *word |= 1 << (block % 64);
            }
        }
        true
    }

    /// Content bytes of the blocks that are there.
    pub(super) fn bytes(&self) -> u64 {
        let count: u64 = self.bits.iter().map(|word| u64::from(word.count_ones())).sum();
        let Some(last) = blocks_in(self.size).checked_sub(1) else { return 0 };
        let last = u32::try_from(last).unwrap_or(u32::MAX);
        let missing = BLOCK_BYTES - block_length(self.size, last);
        count * u64::from(BLOCK_BYTES) - if self.has(last) { u64::from(missing) } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u64 = BLOCK_BYTES as u64;

    #[test]
    fn a_file_has_as_many_blocks_as_it_fills_and_the_last_may_be_short() {
        assert_eq!([0, 1, BLOCK, BLOCK + 1].map(blocks_in), [0, 1, 1, 2]);
        assert_eq!(block_length(BLOCK + 1, 0), BLOCK_BYTES);
        assert_eq!(block_length(BLOCK + 1, 1), 1);
    }

    #[test]
    fn a_map_counts_blocks_once_and_the_last_by_its_length() {
        let mut map = BlockMap::new(70 * BLOCK + 5);
        assert!(map.add((60, 11)));
        assert!(map.add((69, 1)));
        assert_eq!(map.bytes(), 10 * BLOCK + 5);
        assert!(map.has(60) && map.has(70) && !map.has(59) && !map.has(71));
    }

    #[test]
    fn a_map_refuses_blocks_that_the_file_does_not_have() {
        let mut map = BlockMap::new(3 * BLOCK);
        assert!(!map.add((1, 3)));
        assert!(!map.add((u32::MAX, 1)));
        assert_eq!(map.bytes(), 0);
        assert!(!BlockMap::new(0).add((0, 1)));
    }
}
