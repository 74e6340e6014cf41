//! Deliveries under way of what may be fetched so many times: of the same bytes by the same address there is one at a time,
//! the newest, so that two who have the address do not both get the file. In memory, as all of a server's deliveries are its
//! own. Asked by the content handler and by archives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::error::{Error, Result};

/// How long whoever comes waits for the one before to end: their line may be dead, and then nothing more comes of it.
const PATIENCE: Duration = Duration::from_secs(5);

/// All of them; clones are the same.
#[derive(Clone, Default)]
pub struct Deliveries(Arc<Mutex<HashMap<Uuid, Vec<Arc<UnderWay>>>>>);

struct UnderWay {
    from: u64,
    to: u64,
    /// Cancelled when another one comes for the same bytes.
    over: CancellationToken,
    /// Cancelled when it has ended.
    ended: CancellationToken,
}

/// Leave to deliver; given back when it is dropped.
pub struct Delivery {
    all: Deliveries,
    id: Uuid,
    under_way: Arc<UnderWay>,
}

impl Deliveries {
    /// Leave to deliver bytes `from..to` of a download; whoever was delivering any of them is told that it is over, and has
    /// ended. [`Error::Superseded`] where another one has come meanwhile.
    pub async fn begin(&self, id: Uuid, from: u64, to: u64) -> Result<Delivery> {
        let token = CancellationToken::new;
        let under_way = Arc::new(UnderWay { from, to, over: token(), ended: token() });
        let before: Vec<_> = {
            let mut all = self.locked();
            let of_download = all.entry(id).or_default();
            let same = |other: &&Arc<UnderWay>| other.from < to && from < other.to;
            let before = of_download.iter().filter(same).cloned().collect();
            of_download.push(Arc::clone(&under_way));
            before
        };
        let delivery = Delivery { all: self.clone(), id, under_way };
        for other in &before {
            other.over.cancel();
        }
        for other in before {
            tokio::select! {
                () = other.ended.cancelled() => {}
                () = tokio::time::sleep(PATIENCE) => {}
                () = delivery.under_way.over.cancelled() => return Err(Error::Superseded),
            }
        }
        if delivery.under_way.over.is_cancelled() { Err(Error::Superseded) } else { Ok(delivery) }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Uuid, Vec<Arc<UnderWay>>>> {
        // Sound at every step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    /// Resolves when another one has come for the same bytes; never where that is nobody's affair.
    pub fn over(delivery: Option<&Self>) -> impl Future<Output = ()> + use<> {
        let over = delivery.map(|delivery| delivery.under_way.over.clone()).unwrap_or_default();
        over.cancelled_owned()
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let mut all = self.all.locked();
        if let Some(of_download) = all.get_mut(&self.id) {
            of_download.retain(|other| !Arc::ptr_eq(other, &self.under_way));
            if of_download.is_empty() {
                all.remove(&self.id);
            }
        }
        self.under_way.ended.cancel();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const ID: Uuid = Uuid::nil();
    const A_MOMENT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn whoever_comes_for_the_same_bytes_ends_the_one_before_and_waits_for_it() {
        let deliveries = Deliveries::default();
        let first = deliveries.begin(ID, 0, 10).await.unwrap();
        let apart = deliveries.begin(ID, 10, 20).await.unwrap();
        assert!(timeout(A_MOMENT, deliveries.begin(ID, 9, 11)).await.is_err(), "two at a time");
        Delivery::over(Some(&first)).await;
        Delivery::over(Some(&apart)).await;
        drop((first, apart));
        timeout(A_MOMENT, deliveries.begin(ID, 9, 11)).await.unwrap().unwrap();
        assert!(deliveries.locked().is_empty());
    }

    #[tokio::test]
    async fn of_many_that_come_at_once_the_newest_is_the_one() {
        let deliveries = Deliveries::default();
        let first = deliveries.begin(ID, 0, 10).await.unwrap();
        let come = || {
            let deliveries = deliveries.clone();
            tokio::spawn(async move { deliveries.begin(ID, 0, 10).await })
        };
        let waiting = come();
        Delivery::over(Some(&first)).await;
        let newest = come();
        assert!(matches!(waiting.await.unwrap(), Err(Error::Superseded)));
        drop(first);
        newest.await.unwrap().unwrap();
    }
}
