//! Bodies that were announced with a digest: they fail at their end where it is another one, so that nothing is kept.

use std::io;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, stream};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, s3_error};
use sha2::{Digest, Sha256};

/// What came, once all of it has.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub size: i64,
    /// As S3 writes it.
    pub sha256: String,
    rightly: bool,
}

/// Where to learn what came of a body.
#[derive(Debug, Clone, Default)]
pub struct Receipt(Arc<OnceLock<Arrived>>);

impl Receipt {
    pub fn arrived(&self) -> Option<Arrived> {
        self.0.get().cloned()
    }

    /// `error`, unless it is that the digest was another one.
    pub fn explain(&self, error: S3Error) -> S3Error {
        match self.0.get() {
            Some(Arrived { rightly: false, .. }) => {
                s3_error!(
                    BadDigest,
                    "The SHA256 you specified did not match the calculated checksum."
                )
            }
            _ => error,
        }
    }
}

/// The same body, which fails in the end if its digest is not `announced`.
pub fn watched(body: StreamingBlob, announced: Option<String>) -> (StreamingBlob, Receipt) {
    let receipt = Receipt::default();
    let state = Watch { body, announced, digest: Sha256::new(), size: 0, receipt: receipt.clone() };
    (StreamingBlob::wrap(stream::try_unfold(state, Watch::next)), receipt)
}

struct Watch {
    body: StreamingBlob,
    announced: Option<String>,
    digest: Sha256,
    size: i64,
    receipt: Receipt,
}

impl Watch {
    async fn next(mut self) -> io::Result<Option<(hyper::body::Bytes, Self)>> {
        if let Some(chunk) = self.body.next().await {
            let chunk = chunk.map_err(io::Error::other)?;
            self.digest.update(&chunk);
            self.size += i64::try_from(chunk.len()).map_err(io::Error::other)?;
            return Ok(Some((chunk, self)));
        }
        let sha256 = STANDARD.encode(self.digest.finalize());
        let rightly = self.announced.is_none_or(|announced| announced == sha256);
        // Set here only, and a body ends once.
        let _ = self.receipt.0.set(Arrived { size: self.size, sha256, rightly });
        if rightly { Ok(None) } else { Err(io::Error::other("another digest was announced")) }
    }
}
