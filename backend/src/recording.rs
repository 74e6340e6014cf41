//! Deliveries that are being written down. A download is complete once its pieces reach the end without a gap, so whoever
//! comes for the next piece waits for the record of the one before. Asked by the content handler and by archives; in
//! memory, as all of a server's downloads are its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

/// All of them; clones are the same.
#[derive(Clone, Default)]
pub struct Recording(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// How many records of each download are under way.
    pending: Mutex<HashMap<Uuid, usize>>,
    settled: Notify,
}

/// A record under way, until it is dropped.
pub struct Pending {
    recording: Recording,
    download: Uuid,
}

impl Recording {
    /// A delivery of a download is about to be written down.
    pub fn begin(&self, download: Uuid) -> Pending {
        *self.locked().entry(download).or_default() += 1;
        Pending { recording: self.clone(), download }
    }

    /// Waits until all that has left of a download is written down.
    pub async fn settled(&self, download: Uuid) {
        loop {
            let settled = self.0.settled.notified();
            if !self.locked().contains_key(&download) {
                return;
            }
            settled.await;
        }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        // Sound at every step.
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Entry::Occupied(mut pending) = self.recording.locked().entry(self.download) {
            *pending.get_mut() -= 1;
            if *pending.get() == 0 {
                pending.remove();
            }
        }
        self.recording.0.settled.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn who_comes_next_waits_for_all_records_of_the_same_download_and_for_no_others() {
        let recording = Recording::default();
        let [one, other] = [1, 2].map(Uuid::from_u128);
        let (first, second) = (recording.begin(one), recording.begin(one));
        recording.settled(other).await;
        let mut settled = pin!(recording.settled(one));
        assert!(poll!(settled.as_mut()).is_pending());
        drop(first);
        assert!(poll!(settled.as_mut()).is_pending());
        drop(second);
        settled.await;
        assert!(recording.locked().is_empty());
    }
}
