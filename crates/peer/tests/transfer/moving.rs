//! What goes well.

use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use sharesync_peer::transfer::{
    CarriedBytes, Decision, Ended, Source, Stage, StreamStore, read_tree,
};
use sharesync_protocol::transfer::FailureCode;

use crate::channel_pair::Connection;
use crate::peers::{
    Always, BLOCK, VERIFIED, converse, failure, files_in, folder_of, names_in, noise, receiver_in,
    receiver_into, sender_of, set_aside, transfer,
};

#[tokio::test]
async fn files_of_every_awkward_size_arrive_and_leave_nothing_else() {
    let sizes = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 0, 5 * BLOCK + 17];
    let contents: Vec<(String, Vec<u8>)> =
        (0_u64..).zip(sizes).map(|(at, size)| (format!("{at}.bin"), noise(size, at + 1))).collect();
    let files: Vec<(&str, &[u8])> =
        contents.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&files));
    let (mut receiver, _) = receiver_in(folder.path());
    let ended = converse(&mut sender, &mut receiver, &Connection::new()).await;
    assert_eq!(ended, VERIFIED);
    assert_eq!(files_in(folder.path()), contents);
    let bytes = sizes.iter().sum::<usize>() as u64;
    for progress in [sender.progress(), receiver.progress()] {
        let now = progress.borrow().clone();
        assert_eq!((now.stage, now.files, now.verified), (Stage::Verified, 7, 7));
        assert_eq!((now.bytes, now.written), (bytes, bytes));
        assert_eq!(now.carried, CarriedBytes { direct: bytes, turn: 0, relay: 0 });
    }
}

#[tokio::test]
async fn a_lone_empty_file_arrives() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(transfer(set_aside(&[("empty", b"")]), folder.path()).await, VERIFIED);
    assert_eq!(files_in(folder.path()), [("empty".to_owned(), Vec::new())]);
}

#[tokio::test]
async fn a_thousand_small_files_arrive_in_their_folders() {
    let outer = tempfile::tempdir().unwrap();
    let tree = outer.path().join("things");
    for at in 0..1000_u64 {
        let folder = tree.join(format!("{}/{}", at % 10, at % 7));
        std::fs::create_dir_all(&folder).unwrap();
        let bytes = usize::try_from(at % 300).unwrap();
        std::fs::write(folder.join(format!("file {at}.txt")), noise(bytes, at)).unwrap();
    }
    let sources = read_tree(&tree).unwrap();
    assert!(sources.skipped.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let files = sources.files.into_iter().map(Arc::new).collect();
    assert_eq!(transfer(files, folder.path()).await, VERIFIED);
    assert_eq!(files_in(folder.path()), files_in(outer.path()));
    assert_eq!(names_in(folder.path()), ["things"]);
}

#[tokio::test]
async fn a_large_file_arrives_whole_and_with_its_time() {
    let content = noise(40 * 1024 * 1024, 3);
    let from = folder_of(&[("large.bin", &content)]);
    let path = from.path().join("large.bin");
    let time = UNIX_EPOCH + Duration::from_millis(1_234_567_890_123);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let files = [Arc::new(Source::file(&path).unwrap())];
    assert_eq!(transfer(files.into(), folder.path()).await, VERIFIED);
    let arrived = folder.path().join("large.bin");
    assert!(std::fs::read(&arrived).unwrap() == content);
    assert_eq!(arrived.metadata().unwrap().modified().unwrap(), time);
}

#[tokio::test]
async fn no_message_is_longer_than_the_channel_takes() {
    let mut connection = Connection::new();
    connection.sender.max_message_bytes = 16 * 1024;
    let longest = Arc::new(Mutex::new(0));
    let most = longest.clone();
    connection.data.tamper(move |frame| {
        let mut longest = most.lock().unwrap();
        *longest = frame.len().max(*longest);
        vec![frame]
    });
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(BLOCK, 1))]));
    let (mut receiver, _) = receiver_in(folder.path());
    assert_eq!(converse(&mut sender, &mut receiver, &connection).await, VERIFIED);
    // Seventeen pieces of one length, the last of them under its seal.
    assert_eq!(connection.data.messages(), 17);
    assert!((15 * 1024..=16 * 1024).contains(&*longest.lock().unwrap()));
}

#[tokio::test]
async fn only_the_files_that_are_wanted_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("a", b"1"), ("b", b"2"), ("c", b"3")]));
    let decision = Decision::Accept(vec![2, 0, 2, 9]);
    let (mut receiver, _) = receiver_into(crate::peers::store_in(folder.path()), Always(decision));
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::new()).await, VERIFIED);
    assert_eq!(names_in(folder.path()), ["a", "c"]);
}

#[tokio::test]
async fn an_offer_of_many_messages_is_taken_for_one() {
    let names: Vec<String> = (0..900).map(|at| format!("{at:03}{}", "n".repeat(200))).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(transfer(set_aside(&files), folder.path()).await, VERIFIED);
    assert_eq!(names_in(folder.path()).len(), 900);
}

/// What is written, for the test to look at.
#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn one_file_goes_to_standard_output_over_two_connections() {
    let content = noise(9 * BLOCK + 1, 5);
    let shown = Shown::default();
    let (mut sender, _) = sender_of(set_aside(&[("file", &content)]));
    let store = Arc::new(StreamStore::new(shown.clone()));
    let (mut receiver, _) = receiver_into(store, Always(Decision::AcceptAll));
    let lost = converse(&mut sender, &mut receiver, &Connection::cut_at(30)).await;
    assert_eq!(lost, (Ended::Lost, Ended::Lost));
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::new()).await, VERIFIED);
    assert!(*shown.0.lock().unwrap() == content);
}

#[tokio::test]
async fn two_files_do_not_go_to_standard_output() {
    let (mut sender, _) = sender_of(set_aside(&[("a", b"1"), ("b", b"2")]));
    let store = Arc::new(StreamStore::new(Shown::default()));
    let (mut receiver, _) = receiver_into(store, Always(Decision::AcceptAll));
    let (sent, received) = converse(&mut sender, &mut receiver, &Connection::new()).await;
    assert_eq!(failure(&received), Some((FailureCode::Unwritable, true)));
    assert_eq!(failure(&sent), Some((FailureCode::Unwritable, false)));
}
