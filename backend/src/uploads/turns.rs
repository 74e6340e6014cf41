//! Who writes what of an upload: one at a time for each part, the newest, and nobody while the whole is put together.
//! An upload's bytes are on one server's disk, so that it is enough to know this in memory. Used by what writes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sharesync_protocol::UploadId;
use tokio::sync::{OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use tokio_util::sync::CancellationToken;

/// The turns of all uploads.
#[derive(Clone, Default)]
pub struct PartTurns(Arc<Mutex<HashMap<UploadId, Arc<UploadTurns>>>>);

/// Those of one upload.
#[derive(Default)]
struct UploadTurns {
    /// Held for reading by whoever writes a part.
    whole: Arc<RwLock<()>>,
    parts: Mutex<HashMap<u32, LatestTurn>>,
}

#[derive(Clone, Default)]
struct LatestTurn {
    /// Held by whoever writes the part.
    held: Arc<tokio::sync::Mutex<()>>,
    /// Cancelled when another one wants to.
    over: CancellationToken,
}

/// Leave to write a part. Whoever has it stops when it is over, and lets go of `held` when nothing is being written
/// any more.
pub struct PartTurn {
    /// Says when somebody else wants to write the part, or to have the whole.
    pub over: CancellationToken,
    /// To be kept for as long as anything is being written.
    pub held: HeldPart,
}

/// Keeps others from writing a part, and the whole from being put together.
pub struct HeldPart {
    _part: OwnedMutexGuard<()>,
    _whole: OwnedRwLockReadGuard<()>,
    _entry: Entry,
}

/// Keeps everybody from writing any part.
pub struct WholeTurn {
    _whole: OwnedRwLockWriteGuard<()>,
    _entry: Entry,
}

/// Takes an upload's turns off the list with the last one who needs them.
struct Entry {
    all: PartTurns,
    id: UploadId,
    turns: Option<Arc<UploadTurns>>,
}

impl PartTurns {
    /// Waits for leave to write a part; whoever had it so far is told that their turn is over.
    pub async fn part(&self, id: UploadId, number: u32) -> PartTurn {
        let (entry, turns) = self.entry(id);
        let over = CancellationToken::new();
        let held = {
            let mut parts = locked(&turns.parts);
            let latest = parts.entry(number).or_default();
            latest.over.cancel();
            latest.over = over.clone();
            Arc::clone(&latest.held)
        };
        let whole = Arc::clone(&turns.whole).read_owned().await;
        let part = held.lock_owned().await;
        PartTurn { over, held: HeldPart { _part: part, _whole: whole, _entry: entry } }
    }

    /// Waits until nobody writes any part, and keeps it so; whoever does is told that their turn is over.
    pub async fn whole(&self, id: UploadId) -> WholeTurn {
        let (entry, turns) = self.entry(id);
        for latest in locked(&turns.parts).values() {
            latest.over.cancel();
        }
        let whole = Arc::clone(&turns.whole).write_owned().await;
        WholeTurn { _whole: whole, _entry: entry }
    }

    fn entry(&self, id: UploadId) -> (Entry, Arc<UploadTurns>) {
        let turns = Arc::clone(locked(&self.0).entry(id).or_default());
        (Entry { all: self.clone(), id, turns: Some(Arc::clone(&turns)) }, turns)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut all = locked(&self.all.0);
        // Nobody else can begin to need them now.
        drop(self.turns.take());
        if all.get(&self.id).is_some_and(|turns| Arc::strong_count(turns) == 1) {
            all.remove(&self.id);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;
    use uuid::Uuid;

    use super::*;

    const ID: UploadId = UploadId(Uuid::nil());
    const A_MOMENT: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn the_newest_writer_of_a_part_ends_the_turn_of_the_one_before_and_waits_for_it() {
        let turns = PartTurns::default();
        let first = turns.part(ID, 1).await;
        let other = turns.part(ID, 2).await;
        assert!(timeout(A_MOMENT, turns.part(ID, 1)).await.is_err(), "two write one part");
        assert!(first.over.is_cancelled());
        assert!(!other.over.is_cancelled());
        drop(first);
        timeout(A_MOMENT, turns.part(ID, 1)).await.unwrap();
    }

    #[tokio::test]
    async fn whoever_has_the_whole_has_it_alone() {
        let turns = PartTurns::default();
        let part = turns.part(ID, 1).await;
        assert!(timeout(A_MOMENT, turns.whole(ID)).await.is_err(), "a part is being written");
        assert!(part.over.is_cancelled());
        drop(part);
        let whole = timeout(A_MOMENT, turns.whole(ID)).await.unwrap();
        assert!(timeout(A_MOMENT, turns.part(ID, 1)).await.is_err(), "it has been given out");
        drop(whole);
        timeout(A_MOMENT, turns.part(ID, 1)).await.unwrap();
    }

    #[tokio::test]
    async fn nothing_is_remembered_of_uploads_that_nobody_writes() {
        let turns = PartTurns::default();
        let (part, other) = (turns.part(ID, 1).await, turns.part(ID, 2).await);
        assert!(timeout(A_MOMENT, turns.part(ID, 1)).await.is_err());
        assert!(timeout(A_MOMENT, turns.whole(ID)).await.is_err());
        drop((part, other));
        assert!(locked(&turns.0).is_empty());
    }
}
