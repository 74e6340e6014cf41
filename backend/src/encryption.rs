//! Encryption of what is stored, as it is given another key: what is done behind a server that has started.

use tokio_util::sync::CancellationToken;

use crate::blob::MasterKeys;
use crate::db::{Db, object};
use crate::error::Result;

/// Objects' keys that are encrypted anew in one transaction.
const BATCH: u32 = 500;

/// Encrypts the keys of all objects under the current master key, and says in the log when the previous one is not needed
/// any more.
pub async fn rewrap_all(db: Db, keys: MasterKeys, stop: CancellationToken) {
    match stop.run_until_cancelled(Box::pin(rewrap(&db, &keys))).await {
        None | Some(Ok(0)) => {}
        Some(Ok(objects)) => {
            tracing::info!(objects, "ENCRYPTION_KEY_PREVIOUS is not needed any more");
        }
        Some(Err(cause)) => {
            tracing::error!(%cause, "keys are still encrypted under ENCRYPTION_KEY_PREVIOUS");
        }
    }
}

async fn rewrap(db: &Db, keys: &MasterKeys) -> Result<u64> {
    let Some(current) = keys.current() else { return Ok(0) };
    let mut rewrapped = 0;
    loop {
        let found = object::wrapped_otherwise(db, current, BATCH).await?;
        if found.is_empty() {
            return Ok(rewrapped);
        }
        let mut anew = Vec::with_capacity(found.len());
        for (id, key) in found {
            anew.extend(keys.rewrap(id, &key)?.map(|key| (id, key)));
        }
        object::rewrap(db, &anew).await?;
        rewrapped += anew.len() as u64;
    }
}
