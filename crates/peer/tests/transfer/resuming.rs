//! Connections that break, and processes that end.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use sharesync_peer::transfer::{Decision, Ended, Stage};
use sharesync_protocol::transfer::{Control, FailureCode};

use crate::channel_pair::Connection;
use crate::peers::{
    Always, BLOCK, LONG, Undecided, VERIFIED, converse, failure, files_in, noise, receiver_in,
    receiver_into, sender_of, set_aside, store_in, when,
};

const LOST: (Ended, Ended) = (Ended::Lost, Ended::Lost);
const FRAMES_A_BLOCK: usize = 5;

/// Blocks that the receiver says it has, of each `have` that passes.
fn count_had(connection: &Connection) -> std::sync::Arc<std::sync::Mutex<usize>> {
    let had = std::sync::Arc::new(std::sync::Mutex::new(0));
    let count = had.clone();
    connection.answers.tamper(move |message| {
        if let Ok(Control::Have { ranges, .. }) = Control::parse(str::from_utf8(&message).unwrap())
        {
            let blocks: u32 = ranges.iter().map(|(_, blocks)| blocks).sum();
            *count.lock().unwrap() += blocks as usize;
        }
        vec![message]
    });
    had
}

#[tokio::test]
async fn wherever_it_breaks_it_goes_on_and_sends_only_what_was_not_there() {
    let contents = [noise(3 * BLOCK, 1), Vec::new(), noise(6 * BLOCK, 2)];
    let files = [("a", &contents[0][..]), ("b", &contents[1][..]), ("c", &contents[2][..])];
    let mut went_on = 0;
    for cut in (1..90).step_by(4) {
        let folder = tempfile::tempdir().unwrap();
        let (mut sender, _) = sender_of(set_aside(&files));
        let (mut receiver, _) = receiver_in(folder.path());
        let first = Connection::cut_at(cut);
        if converse(&mut sender, &mut receiver, &first).await != LOST {
            continue;
        }
        let written = receiver.progress().borrow().written;
        assert!(receiver.progress().borrow().interrupted && sender.progress().borrow().interrupted);
        let again = Connection::new();
        let had = count_had(&again);
        assert_eq!(converse(&mut sender, &mut receiver, &again).await, VERIFIED, "cut at {cut}");
        let had = *had.lock().unwrap();
        // All that came whole is said to be there, and none of it comes again.
        let whole = (first.data.messages().saturating_sub(1)) / FRAMES_A_BLOCK;
        assert!(had + 2 >= whole, "cut at {cut}: {had} of {whole}");
        assert_eq!(had * BLOCK, usize::try_from(written).unwrap());
        assert_eq!(again.data.messages(), (9 - had) * FRAMES_A_BLOCK, "cut at {cut}");
        let expected = files.map(|(name, content)| (name.to_owned(), content.to_vec()));
        assert_eq!(files_in(folder.path()), expected);
        went_on += 1;
    }
    assert!(went_on > 10);
}

#[tokio::test]
async fn a_new_process_goes_on_without_asking_and_reads_again_what_it_claims() {
    let contents = [noise(4 * BLOCK, 1), noise(8 * BLOCK, 2)];
    let files = [("a", &contents[0][..]), ("b", &contents[1][..])];
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&files));
    let (mut receiver, _) = receiver_in(folder.path());
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::cut_at(50)).await, LOST);
    let written = usize::try_from(receiver.progress().borrow().written).unwrap() / BLOCK;
    assert!((6..12).contains(&written), "{written}");
    drop(receiver);
    // One block of the second file is not any more what the journal says.
    let spoiled = std::fs::File::options().write(true).open(work_in(folder.path()).join("1"));
    spoiled.unwrap().write_all_at(b"!", 7).unwrap();

    let (mut receiver, _) = receiver_into(store_in(folder.path()), Undecided);
    let again = Connection::new();
    let had = count_had(&again);
    assert_eq!(converse(&mut sender, &mut receiver, &again).await, VERIFIED);
    assert_eq!(*had.lock().unwrap(), written - 1);
    assert_eq!(again.data.messages(), (12 - written + 1) * FRAMES_A_BLOCK);
    let expected = files.map(|(name, content)| (name.to_owned(), content.to_vec()));
    assert_eq!(files_in(folder.path()), expected);
}

#[tokio::test]
async fn files_that_were_put_in_place_stay_there_when_a_new_process_goes_on() {
    let contents = [noise(10, 1), Vec::new(), noise(40 * BLOCK, 2)];
    let files = [("a", &contents[0][..]), ("b", &contents[1][..]), ("c", &contents[2][..])];
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&files));
    let (mut receiver, _) = receiver_in(folder.path());
    let mut progress = receiver.progress();
    let first = Connection::new();
    let wire = first.wire.clone();
    let cut = async {
        when(&mut progress, |now| now.verified >= 2).await;
        wire.cut();
    };
    let (ended, ()) = tokio::join!(converse(&mut sender, &mut receiver, &first), cut);
    // It may have had everything before it could be cut off, and then knows nothing of it any more.
    if ended.1 == LOST.1 {
        drop(receiver);
        let (mut receiver, _) = receiver_into(store_in(folder.path()), Undecided);
        assert_eq!(converse(&mut sender, &mut receiver, &Connection::new()).await, VERIFIED);
    }
    let expected = files.map(|(name, content)| (name.to_owned(), content.to_vec()));
    assert_eq!(files_in(folder.path()), expected);
}

#[tokio::test]
async fn a_torn_journal_loses_its_last_entry_only() {
    let content = noise(12 * BLOCK, 1);
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", &content)]));
    let (mut receiver, _) = receiver_in(folder.path());
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::cut_at(40)).await, LOST);
    let written = usize::try_from(receiver.progress().borrow().written).unwrap() / BLOCK;
    drop(receiver);
    let journal = work_in(folder.path()).join("journal");
    let length = journal.metadata().unwrap().len();
    assert_eq!(length, written as u64 * 40);
    std::fs::File::options().write(true).open(&journal).unwrap().set_len(length - 1).unwrap();

    let (mut receiver, _) = receiver_in(folder.path());
    let again = Connection::new();
    assert_eq!(converse(&mut sender, &mut receiver, &again).await, VERIFIED);
    assert_eq!(again.data.messages(), (12 - written + 1) * FRAMES_A_BLOCK);
    assert_eq!(files_in(folder.path()), [("file".to_owned(), content)]);
}

#[tokio::test]
async fn another_offer_of_the_same_sender_is_asked_about_and_leaves_the_first_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(12 * BLOCK, 1))]));
    let (mut receiver, _) = receiver_in(folder.path());
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::cut_at(40)).await, LOST);
    drop(receiver);
    let left = files_in(folder.path());
    let (mut other, _) = sender_of(set_aside(&[("other", b"2")]));
    let (mut receiver, _) = receiver_into(store_in(folder.path()), Always(Decision::AcceptAll));
    assert_eq!(converse(&mut other, &mut receiver, &Connection::new()).await, VERIFIED);
    let mut expected = left;
    expected.push(("other".to_owned(), b"2".to_vec()));
    assert_eq!(files_in(folder.path()), expected);
}

#[tokio::test]
async fn another_offer_than_was_accepted_is_refused_over_the_next_connection() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(12 * BLOCK, 1))]));
    let (mut receiver, _) = receiver_in(folder.path());
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::cut_at(40)).await, LOST);
    let (mut other, _) = sender_of(set_aside(&[("else", &noise(12 * BLOCK, 1))]));
    let (sent, received) = converse(&mut other, &mut receiver, &Connection::new()).await;
    assert_eq!(failure(&received), Some((FailureCode::Malformed, true)));
    assert_eq!(failure(&sent), Some((FailureCode::Malformed, false)));
}

#[tokio::test]
async fn it_may_break_while_somebody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", b"1")]));
    let (mut receiver, _) = receiver_into(store_in(folder.path()), Undecided);
    let mut progress = receiver.progress();
    let first = Connection::new();
    let wire = first.wire.clone();
    let cut = async {
        when(&mut progress, |now| now.stage == Stage::Offered).await;
        wire.cut();
    };
    let (ended, ()) = tokio::join!(converse(&mut sender, &mut receiver, &first), cut);
    assert_eq!(ended, LOST);
    let (mut receiver, _) = receiver_in(folder.path());
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::new()).await, VERIFIED);
}

#[tokio::test]
async fn a_conversation_may_be_dropped_while_blocks_are_coming() {
    let content = noise(LONG, 1);
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", &content)]));
    let (mut receiver, _) = receiver_in(folder.path());
    let mut progress = receiver.progress();
    let first = Connection::new();
    let some = when(&mut progress, |now| now.written > 0);
    tokio::select! {
        _ = converse(&mut sender, &mut receiver, &first) => panic!("it was not dropped"),
        () = some => {}
    }
    // A member that was started anew is one of which nothing more comes that way.
    let (mut sender, _) = sender_of(set_aside(&[("file", &content)]));
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::new()).await, VERIFIED);
    assert_eq!(files_in(folder.path()), [("file".to_owned(), content)]);
}

/// The one folder of work in a folder.
fn work_in(folder: &std::path::Path) -> PathBuf {
    let name = crate::peers::names_in(folder);
    let name = name.iter().find(|name| name.starts_with(".sharesync-")).unwrap();
    folder.join(name)
}
