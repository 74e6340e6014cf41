//! The digest of a content while it passes: of all of it and, where it is known by its parts', of these (see
//! `ContentDigest`). Used by uploads and downloads.

use sha2::{Digest, Sha256};
use sharesync_protocol::api::{ContentDigest, PartsDigest, Sha256Digest};

/// A content's digest so far.
pub struct SavedDigest {
    whole: Sha256,
    parts: Option<Parts>,
}

struct Parts {
    /// Bytes of every part but the last.
    size: u64,
    /// Bytes of the present one.
    filled: u64,
    present: Sha256,
    all: Sha256,
}

impl SavedDigest {
    /// Of nothing yet; in parts of so many bytes, where that is how it is known.
    pub fn new(part_size: Option<u64>) -> Self {
        let parts = part_size.filter(|size| *size > 0).map(|size| Parts {
            size,
            filled: 0,
            present: Sha256::new(),
            all: Sha256::new(),
        });
        Self { whole: Sha256::new(), parts }
    }

    /// More of it.
    pub fn update(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        if let Some(parts) = &mut self.parts {
            parts.update(bytes);
        }
    }

    /// Whether that is what it was to be; of the kind that this was made for.
    pub fn is(self, expected: &ContentDigest) -> bool {
        match (expected, self.parts) {
            (ContentDigest::Whole(expected), _) => digest_of(self.whole) == *expected,
            (ContentDigest::Parts(PartsDigest { sha256, part_size }), Some(parts)) => {
                parts.size == *part_size && parts.end() == *sha256
            }
            (ContentDigest::Parts(_), None) => false,
        }
    }
}

impl Parts {
    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = usize::try_from(self.size - self.filled).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.present.update(now);
            self.filled += now.len() as u64;
            if self.filled == self.size {
                self.all.update(std::mem::take(&mut self.present).finalize());
                self.filled = 0;
            }
            bytes = later;
        }
    }

    fn end(mut self) -> Sha256Digest {
        if self.filled > 0 {
            self.all.update(self.present.finalize());
        }
        digest_of(self.all)
    }
}

/// What a hasher came to.
pub fn digest_of(hasher: Sha256) -> Sha256Digest {
    Sha256Digest(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha256(bytes: &[u8]) -> Sha256Digest {
        Sha256Digest(Sha256::digest(bytes).into())
    }

    #[test]
    fn it_is_the_same_however_the_bytes_come() {
        let content = b"0123456789";
        let parts = [&b"0123"[..], b"4567", b"89"].map(|part| sha256(part).0).concat();
        let composite = ContentDigest::Parts(PartsDigest { sha256: sha256(&parts), part_size: 4 });
        for piece in 1..=content.len() {
            for expected in [ContentDigest::Whole(sha256(content)), composite] {
                let mut digest = SavedDigest::new(expected.part_size());
                content.chunks(piece).for_each(|bytes| digest.update(bytes));
                assert!(digest.is(&expected), "{piece}");
            }
        }
    }

    #[test]
    fn another_content_has_another() {
        let digest = |bytes: &[u8]| {
            let mut digest = SavedDigest::new(Some(2));
            digest.update(bytes);
            digest
        };
        assert!(!digest(b"abc").is(&ContentDigest::Whole(sha256(b"abd"))));
        let parts = [sha256(b"ab").0, sha256(b"c").0].concat();
        let known =
            |part_size| ContentDigest::Parts(PartsDigest { sha256: sha256(&parts), part_size });
        assert!(digest(b"abc").is(&known(2)));
        assert!(!digest(b"abd").is(&known(2)) && !digest(b"abc").is(&known(3)));
    }
}
