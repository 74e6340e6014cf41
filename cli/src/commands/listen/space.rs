//! How much of the disk is spoken for: several senders at once must not be promised the same space.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sharesync_peer::transfer::Progress;
use sharesync_protocol::signaling::PeerId;
use sharesync_protocol::transfer::OfferedFile;
use tokio::sync::watch;

/// What was accepted of each sender and is not over; clones are the same.
#[derive(Clone, Default)]
pub struct Space(Arc<Mutex<HashMap<PeerId, Promised>>>);

/// What was accepted of one sender.
#[derive(Default)]
struct Promised {
    /// Bytes of each file, in the order in which they come.
    sizes: Vec<u64>,
    progress: Option<watch::Receiver<Progress>>,
}

impl Space {
    /// A transfer has begun; this is where it stands.
    pub fn begun(&self, member: &PeerId, progress: watch::Receiver<Progress>) {
        self.lock().entry(member.clone()).or_default().progress = Some(progress);
    }

    /// Promises a sender space for these files, if there is as much among so many free bytes.
    pub fn promise(&self, member: &PeerId, offered: &[OfferedFile], free: u64) -> bool {
        let mut all = self.lock();
        let others = all.iter().filter(|(other, _)| *other != member);
        let promised: u64 = others.map(|(_, promised)| promised.missing()).sum();
        let sizes: Vec<u64> = offered.iter().map(|file| file.size).collect();
        let fits = promised.saturating_add(sizes.iter().sum()) <= free;
        if fits {
            all.entry(member.clone()).or_default().sizes = sizes;
        }
        fits
    }

    /// It is over, or not wanted.
    pub fn ended(&self, member: &PeerId) {
        self.lock().remove(member);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PeerId, Promised>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Promised {
    /// Bytes that are promised and that the disk does not yet count as used. A file that has begun to come has all of its
    /// space already.
    fn missing(&self) -> u64 {
        let written = self.progress.as_ref().map_or(0, |progress| progress.borrow().written);
        let mut before = 0;
        let missing = self.sizes.iter().filter(|&&size| {
            let has_begun = before < written;
            before += size;
            !has_begun
        });
        missing.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sizes: &[u64]) -> Vec<OfferedFile> {
        let file = |&size| OfferedFile {
            name: "a".to_owned(),
            path: None,
            size,
            media_type: String::new(),
            modified_at: 0,
        };
        sizes.iter().map(file).collect()
    }

    fn member(name: &str) -> PeerId {
        PeerId(name.to_owned())
    }

    #[test]
    fn space_is_promised_once() {
        let (space, one, other) = (Space::default(), member("one"), member("other"));
        assert!(!space.promise(&one, &files(&[101]), 100));
        assert!(space.promise(&one, &files(&[60]), 100));
        assert!(!space.promise(&other, &files(&[41]), 100));
        assert!(space.promise(&other, &files(&[40]), 100));
        space.ended(&one);
        assert!(space.promise(&member("third"), &files(&[60]), 100));
    }

    #[test]
    fn what_a_sender_offers_again_takes_the_place_of_what_it_did_before() {
        let (space, one) = (Space::default(), member("one"));
        assert!(space.promise(&one, &files(&[60]), 100));
        assert!(space.promise(&one, &files(&[60, 40]), 100));
    }

    #[test]
    fn what_the_disk_counts_as_used_is_not_counted_twice() {
        let (space, one) = (Space::default(), member("one"));
        let (tell, progress) = watch::channel(Progress::default());
        space.begun(&one, progress);
        assert!(space.promise(&one, &files(&[60, 30]), 100));
        // The first has begun to come, so that 40 are free, of which the second has 30.
        tell.send_modify(|now| now.written = 1);
        assert!(!space.promise(&member("other"), &files(&[11]), 40));
        assert!(space.promise(&member("other"), &files(&[10]), 40));
    }
}
