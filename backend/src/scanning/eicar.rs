//! The file by which virus scanners are tested: by its definition (EICAR, "Anti-Malware Testfile") a string of 68 characters
//! at the start of a file of 128 at most. It is known by its digest, so that this program does not contain it.

use sha2::{Digest, Sha256};

/// Bytes that such a file may have.
pub(super) const LONGEST: u64 = 128;
/// What it is called.
pub(super) const NAME: &str = "Eicar-Test-Signature";

/// Characters of the string.
const LENGTH: usize = 68;
/// SHA-256 of the string.
const SHA256: [u8; 32] = [
    0x27, 0x5a, 0x02, 0x1b, 0xbf, 0xb6, 0x48, 0x9e, 0x54, 0xd4, 0x71, 0x89, 0x9f, 0x7d, 0xb9, 0xd1,
    0x66, 0x3f, 0xc6, 0x95, 0xec, 0x2f, 0xe2, 0xa2, 0xc4, 0x53, 0x8a, 0xab, 0xf6, 0x51, 0xfd, 0x0f,
];

/// Whether a file with this content is one.
pub(super) fn is_in(content: &[u8]) -> bool {
    content.len() as u64 <= LONGEST
        && content.get(..LENGTH).is_some_and(|start| Sha256::digest(start)[..] == SHA256)
}

#[cfg(test)]
mod tests {
    use sharesync_test_services::eicar;

    use super::*;

    #[test]
    fn it_is_found_at_the_start_of_a_short_file_only() {
        let with = |rest: usize| [eicar(), vec![b'\n'; rest]].concat();
        assert!(is_in(&with(0)) && is_in(&with(60)));
        assert!(!is_in(&with(61)));
        assert!(!is_in(&[b" ".to_vec(), eicar()].concat()));
        assert!(!is_in(&eicar()[..67]));
        assert!(!is_in(b""));
    }
}
