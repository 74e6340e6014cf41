//! Transfers that are declined, stopped and paused.

use std::io;
use std::sync::Arc;

use sharesync_peer::transfer::{
    Block, Decision, DirectoryStore, Ended, Failure, Found, Outcome, Stage, Store,
};
use sharesync_protocol::transfer::{FailureCode, OfferedFile};

use crate::channel_pair::Connection;
use crate::peers::{
    Always, BLOCK, LONG, Undecided, VERIFIED, converse, failure, names_in, noise, receiver_in,
    receiver_into, sender_of, set_aside, store_in, when,
};

fn over(outcome: Outcome) -> Ended {
    Ended::Over(outcome)
}

#[tokio::test]
async fn what_is_declined_is_over_at_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    for decision in [Decision::Decline, Decision::Accept(vec![5])] {
        let (mut sender, _) = sender_of(set_aside(&[("file", b"1")]));
        let (mut receiver, _) = receiver_into(store_in(folder.path()), Always(decision));
        let ended = converse(&mut sender, &mut receiver, &Connection::new()).await;
        assert_eq!(ended, (over(Outcome::Declined), over(Outcome::Declined)));
        assert_eq!(sender.progress().borrow().stage, Stage::Declined);
        // And stays so.
        assert_eq!(sender.converse(&Connection::new().sender).await, over(Outcome::Declined));
    }
    assert!(names_in(folder.path()).is_empty());
}

#[tokio::test]
async fn either_side_may_stop_it_in_the_middle_and_nothing_is_left() {
    for is_sender in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (mut sender, at_sender) = sender_of(set_aside(&[("file", &noise(LONG, 1))]));
        let (mut receiver, at_receiver) = receiver_in(folder.path());
        let mut progress = receiver.progress();
        let stop = async {
            when(&mut progress, |now| now.written > 0).await;
            if is_sender { at_sender.cancel() } else { at_receiver.cancel() }
        };
        let connection = Connection::new();
        let (ended, ()) = tokio::join!(converse(&mut sender, &mut receiver, &connection), stop);
        let cancelled = |by_us| over(Outcome::Cancelled { by_us });
        assert_eq!(ended, (cancelled(is_sender), cancelled(!is_sender)));
        assert!(names_in(folder.path()).is_empty());
    }
}

#[tokio::test]
async fn it_may_be_stopped_while_somebody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", b"1")]));
    let (mut receiver, steering) = receiver_into(store_in(folder.path()), Undecided);
    let mut progress = receiver.progress();
    let stop = async {
        when(&mut progress, |now| now.stage == Stage::Offered).await;
        steering.cancel();
    };
    let connection = Connection::new();
    let (ended, ()) = tokio::join!(converse(&mut sender, &mut receiver, &connection), stop);
    let cancelled = |by_us| over(Outcome::Cancelled { by_us });
    assert_eq!(ended, (cancelled(false), cancelled(true)));
}

#[tokio::test]
async fn what_is_stopped_between_connections_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(12 * BLOCK, 1))]));
    let (mut receiver, _) = receiver_in(folder.path());
    let lost = converse(&mut sender, &mut receiver, &Connection::cut_at(40)).await;
    assert_eq!(lost, (Ended::Lost, Ended::Lost));
    assert_eq!(names_in(folder.path()).len(), 1);
    receiver.cancel().await;
    assert!(names_in(folder.path()).is_empty());
    assert_eq!(receiver.progress().borrow().stage, Stage::Cancelled);
}

#[tokio::test]
async fn a_pause_by_either_side_holds_everything_up_and_outlives_the_connection() {
    for is_sender in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let (mut sender, at_sender) = sender_of(set_aside(&[("file", &noise(8 * BLOCK, 1))]));
        let (mut receiver, at_receiver) = receiver_in(folder.path());
        let steering = if is_sender { at_sender } else { at_receiver };
        steering.pause(true);
        let mut sending = sender.progress();
        let (mut here, mut there) = (sender.progress(), receiver.progress());
        if !is_sender {
            std::mem::swap(&mut here, &mut there);
        }
        let first = Connection::new();
        let wire = first.wire.clone();
        let cut = async {
            when(&mut sending, |now| now.stage == Stage::Moving).await;
            when(&mut there, |now| now.paused.there).await;
            wire.cut();
        };
        let (ended, ()) = tokio::join!(converse(&mut sender, &mut receiver, &first), cut);
        assert_eq!(ended, (Ended::Lost, Ended::Lost));
        assert_eq!(first.data.messages(), 0);

        let again = Connection::new();
        let data = again.data.clone();
        let go_on = async {
            // It is said anew.
            when(&mut there, |now| !now.interrupted && now.paused.there).await;
            assert!(here.borrow().paused.here);
            assert_eq!(data.messages(), 0);
            steering.pause(false);
        };
        let (ended, ()) = tokio::join!(converse(&mut sender, &mut receiver, &again), go_on);
        assert_eq!(ended, VERIFIED);
        assert!(!there.borrow().paused.there);
    }
}

/// A store of which one part is broken.
struct Broken {
    store: DirectoryStore,
    begin: Option<io::ErrorKind>,
    write: Option<io::ErrorKind>,
    finish: Option<io::ErrorKind>,
}

fn check(broken: Option<io::ErrorKind>) -> Result<(), Failure> {
    broken.map_or(Ok(()), |kind| Err(io::Error::from(kind).into()))
}

impl Store for Broken {
    fn find(&self, offered: &[OfferedFile]) -> Result<Found, Failure> {
        self.store.find(offered)
    }

    fn begin(&self, offered: &[OfferedFile], accepted: &[u32]) -> Result<(), Failure> {
        self.store.begin(offered, accepted)?;
        check(self.begin)
    }

    fn write(&self, blocks: &[Block]) -> Result<(), Failure> {
        check(self.write)?;
        self.store.write(blocks)
    }

    fn finish(&self, files: &[u32]) -> Result<(), Failure> {
        check(self.finish)?;
        self.store.finish(files)
    }

    fn close(&self, keep: bool) {
        self.store.close(keep);
    }
}

#[tokio::test]
async fn a_disk_that_fails_ends_it_at_both_ends_and_leaves_nothing() {
    let full = Some(io::ErrorKind::StorageFull);
    let refused = Some(io::ErrorKind::PermissionDenied);
    for (begin, write, finish, code) in [
        (full, None, None, FailureCode::OutOfSpace),
        (None, full, None, FailureCode::OutOfSpace),
        (None, refused, None, FailureCode::Unwritable),
        (None, None, refused, FailureCode::Unwritable),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let store = DirectoryStore::open(folder.path(), &[7; 16], false).unwrap();
        let store = Arc::new(Broken { store, begin, write, finish });
        let (mut sender, _) = sender_of(set_aside(&[("file", &noise(3 * BLOCK, 1))]));
        let (mut receiver, _) = receiver_into(store, Always(Decision::AcceptAll));
        let ended = converse(&mut sender, &mut receiver, &Connection::new()).await;
        assert_eq!(failure(&ended.1), Some((code, true)));
        assert_eq!(failure(&ended.0), Some((code, false)));
        assert!(names_in(folder.path()).is_empty());
    }
}
