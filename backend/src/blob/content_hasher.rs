//! What a content comes to, as its bytes come by: all of it and, where that is wanted, each of its parts. Used wherever bytes are held against what
//! is known of them.

use crc32fast::Hasher;
use sha2::{Digest, Sha256};
use sharesync_protocol::api::{ContentDigest, PartsDigest, Sha256Digest};

/// Takes bytes one after the other.
pub struct ContentHasher {
    crc32: Hasher,
    whole: Sha256,
    /// Where they are wanted.
    parts: Option<Parts>,
}

struct Parts {
    part_size: u64,
    /// What has come of the part that is coming.
    came: u64,
    hasher: Sha256,
    digests: Vec<Sha256Digest>,
}

/// What a content comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// What a ZIP says of it.
    pub crc32: u32,
    /// Of all of it.
    pub sha256: Sha256Digest,
    /// Of its parts, where that was wanted.
    pub parts: Vec<Sha256Digest>,
}

impl ContentHasher {
    /// For all of a content and, where they have a size, its parts.
    pub fn new(part_size: Option<u64>) -> Self {
        Self { crc32: Hasher::new(), whole: Sha256::new(), parts: part_size.map(Parts::new) }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.crc32.update(bytes);
        self.whole.update(bytes);
        if let Some(parts) = &mut self.parts {
            parts.update(bytes);
        }
    }

    /// There are no more.
    pub fn finish(self) -> Hashed {
        Hashed {
            crc32: self.crc32.finalize(),
            sha256: Sha256Digest(self.whole.finalize().into()),
            parts: self.parts.map(Parts::finish).unwrap_or_default(),
        }
    }
}

impl Hashed {
    /// Whether that is the content which a digest is of, its parts having been looked at where it is theirs.
    pub fn is(&self, digest: &ContentDigest) -> bool {
        match digest {
            ContentDigest::Whole(sha256) => self.sha256 == *sha256,
            ContentDigest::Parts(PartsDigest { sha256, .. }) => of_parts(&self.parts) == *sha256,
        }
    }
}

/// SHA-256 of parts' digests, one after the other.
pub fn of_parts(digests: &[Sha256Digest]) -> Sha256Digest {
    let mut hasher = Sha256::new();
    for digest in digests {
        hasher.update(digest.0);
    }
    Sha256Digest(hasher.finalize().into())
}

impl Parts {
    fn new(part_size: u64) -> Self {
        Self { part_size, came: 0, hasher: Sha256::new(), digests: vec![] }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let left = usize::try_from(self.part_size - self.came).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(left.min(bytes.len()));
            self.hasher.update(now);
            self.came += now.len() as u64;
            if self.came == self.part_size {
                self.end_part();
            }
            bytes = later;
        }
    }

    fn end_part(&mut self) {
        self.digests.push(Sha256Digest(self.hasher.finalize_reset().into()));
        self.came = 0;
    }

    fn finish(mut self) -> Vec<Sha256Digest> {
        if self.came > 0 {
            self.end_part();
        }
        self.digests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(content: &[u8]) -> Sha256Digest {
        Sha256Digest(Sha256::digest(content).into())
    }

    #[test]
    fn parts_end_where_they_end_however_their_bytes_come() {
        let content: Vec<u8> = (0..25).collect();
        let parts: Vec<_> = content.chunks(10).map(digest).collect();
        for piece in [1, 3, 10, 25] {
            let mut hasher = ContentHasher::new(Some(10));
            content.chunks(piece).for_each(|bytes| hasher.update(bytes));
            let hashed = hasher.finish();
            assert_eq!(hashed.parts, parts, "{piece}");
            assert_eq!(hashed.sha256, digest(&content));
            assert_eq!(hashed.crc32, crc32fast::hash(&content));
        }
    }

    #[test]
    fn a_content_is_known_by_its_own_digest_and_by_its_parts() {
        let whole = ContentDigest::Whole(digest(b"abcde"));
        let sha256 = digest(&[digest(b"abc").0, digest(b"de").0].concat());
        let parts = ContentDigest::Parts(PartsDigest { sha256, part_size: 3 });
        for known in [whole, parts] {
            for (content, is_it) in [(b"abcde", true), (b"abcdX", false)] {
                let mut hasher = ContentHasher::new(known.part_size());
                hasher.update(content);
                assert_eq!(hasher.finish().is(&known), is_it);
            }
        }
    }
}
