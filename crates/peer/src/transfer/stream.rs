//! A store that writes a single file, in order, to whatever takes bytes: standard output.

use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sharesync_protocol::transfer::{FailureCode, OfferedFile};

use super::failure::Failure;
use super::store::{Block, Found, Store};

struct Stream {
    out: Box<dyn Write + Send>,
    /// The block that is next.
    next: u64,
}

/// Writes the one file that is accepted. Each block is checked before it is written, and the whole only at the end,
/// when most of it is written: whoever reads it believes it once the transfer is verified, not before. It outlives
/// connections and not the process.
pub struct StreamStore(Mutex<Stream>);

impl StreamStore {
    /// A store that writes to `out`, which may block.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self(Mutex::new(Stream { out: Box::new(out), next: 0 }))
    }

    fn stream(&self) -> MutexGuard<'_, Stream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for StreamStore {
    fn find(&self, _offered: &[OfferedFile]) -> Result<Found, Failure> {
        Ok(Found::Nothing)
    }

    fn begin(&self, _offered: &[OfferedFile], accepted: &[u32]) -> Result<(), Failure> {
        if accepted.len() == 1 {
            return Ok(());
        }
        Err(Failure::new(FailureCode::Unwritable, "one file at a time can be taken"))
    }

    fn write(&self, blocks: &[Block]) -> Result<(), Failure> {
        let mut stream = self.stream();
        for block in blocks {
            if u64::from(block.block) != stream.next {
                return Err(Failure::malformed("blocks out of order"));
            }
            stream.out.write_all(&block.bytes)?;
            stream.next += 1;
        }
        Ok(())
    }

    fn finish(&self, _files: &[u32]) -> Result<(), Failure> {
        Ok(self.stream().out.flush()?)
    }

    fn close(&self, _keep: bool) {
        // Nobody is left to be told.
        let _ = self.stream().out.flush();
    }
}
