//! SHA-256 digests as S3 writes them, and those of files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const BUFFER_BYTES: usize = 256 * 1024;

/// The value of `x-amz-checksum-sha256`.
pub fn written(sha256: &[u8; 32]) -> String {
    STANDARD.encode(sha256)
}

/// The digest that is so written, if it is one.
pub fn read(written: &str) -> Option<[u8; 32]> {
    STANDARD.decode(written).ok()?.try_into().ok()
}

/// The digest of a file's bytes from `from`, at most `length` of them, and how many there were. On a thread for work
/// that blocks.
pub async fn of_file(path: &Path, from: u64, length: u64) -> io::Result<([u8; 32], u64)> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut section = file.take(length);
        let (mut digest, mut bytes) = (Sha256::new(), 0);
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let read = section.read(&mut buffer)?;
            if read == 0 {
                return Ok((digest.finalize().into(), bytes));
            }
            digest.update(&buffer[..read]);
            bytes += read as u64;
        }
    })
    .await
    .map_err(io::Error::other)?
}
