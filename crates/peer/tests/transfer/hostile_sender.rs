//! What a sender may try, and what comes of it: every time the receiver says why it stops, and leaves nothing.

use std::time::Duration;

use serde_json::json;
use sharesync_peer::transfer::{Ended, Outcome, Stage};
use sharesync_protocol::transfer::{Control, FailureCode};

use crate::channel_pair::Connection;
use crate::peers::{
    BLOCK, Undecided, converse, failure, in_time, names_in, noise, receiver_in, receiver_into,
    sender_of, set_aside, store_in,
};
use crate::raw_peer::{RawPeer, chunk, digest_of, offered, seal};

/// Files that the hostile sender offers: two blocks and ten bytes, and another of three bytes.
const OFFER: [(&str, u64); 2] = [("file", 2 * 262_144 + 10), ("other", 3)];

/// Has a sender offer files and, once they are accepted, do something; how the receiver ends, and what it said.
async fn receive(attack: impl AsyncFnOnce(&RawPeer)) -> (Ended, Option<FailureCode>) {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    let (mut receiver, _) = receiver_in(folder.path());
    let sender = RawPeer(connection.sender.clone());
    let attacking = async {
        sender.greet().await;
        sender.offer(&OFFER).await;
        sender.accepted().await;
        attack(&sender).await;
        last_word(&sender).await
    };
    let receiving = receiver.converse(&connection.receiver);
    let ended = in_time(async { tokio::join!(receiving, attacking) }).await;
    assert!(names_in(folder.path()).is_empty());
    ended
}

/// What the receiver says it failed for; closes then.
async fn last_word(sender: &RawPeer) -> Option<FailureCode> {
    let said = sender.hear_until(|message| matches!(message, Control::Failed { .. })).await;
    sender.leave().await;
    match said? {
        Control::Failed { code, .. } => Some(code),
        _ => None,
    }
}

fn is_refused(ended: &(Ended, Option<FailureCode>), code: FailureCode) -> bool {
    failure(&ended.0) == Some((code, true)) && ended.1 == Some(code)
}

#[tokio::test]
async fn frames_out_of_place_are_refused() {
    let half = BLOCK / 2;
    let whole = noise(BLOCK, 1);
    let (first, second) = whole.split_at(half);
    let middle = u32::try_from(half).unwrap();
    let attacks: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("no frame", vec![vec![0; 3]]),
        ("of an unknown kind", vec![[vec![3], chunk(0, 0, 0, first)[1..].to_vec()].concat()]),
        ("an empty piece", vec![chunk(0, 0, 0, b"")]),
        ("a chunk twice", vec![chunk(0, 0, 0, first), chunk(0, 0, 0, first)]),
        ("a chunk left out", vec![chunk(0, 0, middle, &second[..9])]),
        ("of a file that is not there", vec![chunk(2, 0, 0, first)]),
        ("of a block that is not there", vec![chunk(0, 3, 0, first)]),
        ("of the largest block", vec![chunk(0, u32::MAX, 0, first)]),
        (
            "of another block in between",
            vec![chunk(0, 0, 0, first), chunk(0, 1, middle, &second[..9])],
        ),
        ("of another file in between", vec![chunk(0, 0, 0, first), chunk(1, 0, middle, b"1")]),
        ("after a gap", vec![chunk(0, 0, 0, first), chunk(0, 0, middle + 1, b"1")]),
        ("past the end of a short block", vec![chunk(1, 0, 0, b"1234")]),
        (
            "a whole block without its seal",
            vec![chunk(0, 0, 0, first), chunk(0, 0, middle, second)],
        ),
        ("a seal too early", vec![seal(0, 0, 0, first, first)]),
        ("a seal that is too long", vec![seal(1, 0, 0, b"1234", b"1234")]),
        (
            "a block twice",
            vec![chunk(0, 0, 0, first), seal(0, 0, middle, &whole, second), chunk(0, 0, 0, first)],
        ),
        ("an empty seal", vec![seal(1, 0, 0, b"", b"")]),
        ("a piece past every block", vec![chunk(0, 0, u32::MAX, b"1")]),
    ];
    for (name, frames) in attacks {
        let ended = receive(async |sender| {
            for frame in frames {
                sender.send(frame).await;
            }
        })
        .await;
        assert!(is_refused(&ended, FailureCode::Malformed), "{name}: {ended:?}");
    }
}

#[tokio::test]
async fn a_block_that_is_not_what_its_seal_says_is_corrupt() {
    let ended = receive(async |sender| sender.send(seal(1, 0, 0, b"123", b"124")).await).await;
    assert!(is_refused(&ended, FailureCode::Corrupt), "{ended:?}");
}

#[tokio::test]
async fn a_file_that_is_not_what_its_end_says_is_corrupt() {
    let (one, two, three) = (noise(BLOCK, 1), noise(BLOCK, 2), noise(10, 3));
    let middle = u32::try_from(BLOCK / 2).unwrap();
    // Each block is what its seal says, but two have changed places.
    let digest = digest_of(&[&two, &one, &three]);
    let ended = receive(async |sender| {
        for (at, block) in [(0, &one), (1, &two)] {
            sender.send(chunk(0, at, 0, &block[..BLOCK / 2])).await;
            sender.send(seal(0, at, middle, block, &block[BLOCK / 2..])).await;
        }
        sender.send(seal(0, 2, 0, &three, &three)).await;
        sender.say(json!({"type": "end", "file": 0, "digest": digest})).await;
    })
    .await;
    assert!(is_refused(&ended, FailureCode::Corrupt), "{ended:?}");
}

#[tokio::test]
async fn messages_out_of_place_are_refused() {
    let zeros = "0".repeat(64);
    let many = (0..101).map(|at| json!({"type": "text", "id": format!("{at:022}"), "text": "x"}));
    let same = (0..101).map(|_| json!({"type": "text", "id": "a".repeat(22), "text": "x"}));
    let attacks: Vec<(&str, Vec<serde_json::Value>)> = vec![
        ("something else than a message", vec![json!("hello?")]),
        ("hello again", vec![json!({"type": "hello", "version": 1})]),
        ("accept", vec![json!({"type": "accept", "files": [0]})]),
        ("decline", vec![json!({"type": "decline"})]),
        ("credit", vec![json!({"type": "credit", "written": 0, "limit": 1})]),
        ("have", vec![json!({"type": "have", "file": 0, "ranges": [[0, 1]]})]),
        ("verified", vec![json!({"type": "verified", "file": 0, "digest": zeros})]),
        ("the end of another file", vec![json!({"type": "end", "file": 1, "digest": zeros})]),
        ("the end of no file", vec![json!({"type": "end", "file": 9, "digest": zeros})]),
        ("an end twice", vec![json!({"type": "end", "file": 0, "digest": zeros}); 2]),
        ("an end with no digest", vec![json!({"type": "end", "file": 0, "digest": "f"})]),
        ("heard", vec![json!({"type": "heard", "id": "a".repeat(22)})]),
        ("too many texts", many.collect()),
        ("a text too often", same.collect()),
        (
            "a lane of no number",
            vec![json!({"type": "lane", "lane": 0, "signal": {"event": "offer", "sdp": ""}})],
        ),
        (
            "too many lanes",
            vec![json!({"type": "lane", "lane": 16, "signal": {"event": "offer", "sdp": ""}})],
        ),
        (
            "an answer to no lane",
            vec![json!({"type": "lane", "lane": 1, "signal": {"event": "answer", "sdp": ""}})],
        ),
    ];
    for (name, messages) in attacks {
        let ended = receive(async |sender| {
            for message in messages {
                sender.say(message).await;
            }
        })
        .await;
        assert!(is_refused(&ended, FailureCode::Malformed), "{name}: {ended:?}");
    }
}

#[tokio::test]
async fn what_is_no_text_or_too_long_is_refused() {
    for message in [vec![0xff, 0xfe], vec![b' '; 64 * 1024 + 1], Vec::new()] {
        let ended = receive(async |sender| {
            let _ = sender.0.control.send(message.into()).await;
        })
        .await;
        assert!(is_refused(&ended, FailureCode::Malformed), "{ended:?}");
    }
}

#[tokio::test]
async fn lanes_that_are_offered_are_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    let (mut receiver, _) = receiver_in(folder.path());
    let sender = RawPeer(connection.sender.clone());
    let sending = async {
        sender.greet().await;
        sender.offer(&[("file", 3)]).await;
        for lane in 1..=15 {
            let signal = json!({"event": "offer", "sdp": "v=0"});
            sender.say(json!({"type": "lane", "lane": lane, "signal": signal})).await;
        }
        let signal = json!({"event": "ice-candidate", "candidates": []});
        sender.say(json!({"type": "lane", "lane": 3, "signal": signal})).await;
        sender.accepted().await;
        sender.send(seal(0, 0, 0, b"123", b"123")).await;
        sender.say(json!({"type": "end", "file": 0, "digest": digest_of(&[b"123"])})).await;
        sender.hear_until(|message| matches!(message, Control::Verified { .. })).await.unwrap();
        sender.leave().await;
    };
    let (ended, ()) =
        in_time(async { tokio::join!(receiver.converse(&connection.receiver), sending) }).await;
    assert_eq!(ended, Ended::Over(Outcome::Verified));
    assert_eq!(names_in(folder.path()), ["file"]);
}

/// Has a sender do something before anything is accepted.
async fn greeted_with(attack: impl AsyncFnOnce(&RawPeer)) -> (Ended, Option<FailureCode>) {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    let (mut receiver, _) = receiver_into(store_in(folder.path()), Undecided);
    let sender = RawPeer(connection.sender.clone());
    let attacking = async {
        attack(&sender).await;
        last_word(&sender).await
    };
    let receiving = receiver.converse(&connection.receiver);
    in_time(async { tokio::join!(receiving, attacking) }).await
}

#[tokio::test]
async fn what_comes_too_early_is_refused() {
    let zeros = "0".repeat(64);
    let ended = greeted_with(async |sender| {
        sender.greet().await;
        sender.offer(&OFFER).await;
        sender.send(chunk(0, 0, 0, b"1")).await;
    })
    .await;
    assert!(is_refused(&ended, FailureCode::Malformed), "a frame: {ended:?}");
    let ended = greeted_with(async |sender| {
        sender.greet().await;
        sender.offer(&OFFER).await;
        sender.say(json!({"type": "end", "file": 0, "digest": zeros})).await;
    })
    .await;
    assert!(is_refused(&ended, FailureCode::Malformed), "an end: {ended:?}");
}

#[tokio::test]
async fn what_comes_before_hello_is_not_heard() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    let (mut receiver, _) = receiver_into(store_in(folder.path()), Undecided);
    let progress = receiver.progress();
    let sender = RawPeer(connection.sender.clone());
    let attacking = async {
        sender.offer(&OFFER).await;
        sender.greet().await;
        sender.leave().await;
    };
    let receiving = receiver.converse(&connection.receiver);
    let (ended, ()) = in_time(async { tokio::join!(receiving, attacking) }).await;
    assert_eq!(ended, Ended::Lost);
    let now = progress.borrow().clone();
    assert_eq!((now.stage, now.files, now.greeted), (Stage::Connected, 0, true));
}

#[tokio::test]
async fn another_version_is_refused_as_that() {
    let ended = greeted_with(async |sender| {
        sender.say(json!({"type": "hello", "version": 2})).await;
    })
    .await;
    assert!(is_refused(&ended, FailureCode::Version), "{ended:?}");
}

#[tokio::test]
async fn more_files_than_may_be_offered_are_refused() {
    let ended = greeted_with(async |sender| {
        sender.greet().await;
        let page: Vec<_> = (0..500).map(|at| offered(&at.to_string(), 0)).collect();
        for _ in 0..20 {
            sender.say(json!({"type": "offer", "files": page})).await;
        }
        sender.offer(&[("one more", 0)]).await;
    })
    .await;
    assert!(is_refused(&ended, FailureCode::Malformed), "{ended:?}");
}

#[tokio::test]
async fn more_bytes_than_can_be_counted_are_refused() {
    let ended = greeted_with(async |sender| {
        sender.greet().await;
        sender.offer(&[("file", 1 << 50); 8]).await;
    })
    .await;
    assert!(is_refused(&ended, FailureCode::Malformed), "{ended:?}");
}

#[tokio::test]
async fn more_bytes_than_there_is_room_for_are_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    let (mut receiver, _) = receiver_in(folder.path());
    let sender = RawPeer(connection.sender.clone());
    let sending = async {
        sender.greet().await;
        sender.offer(&[("file", 1 << 50)]).await;
        last_word(&sender).await
    };
    let ended =
        in_time(async { tokio::join!(receiver.converse(&connection.receiver), sending) }).await;
    assert!(is_refused(&ended, FailureCode::OutOfSpace), "{ended:?}");
    assert!(names_in(folder.path()).is_empty());
}

#[tokio::test]
async fn content_past_the_credit_is_refused() {
    use std::sync::{Arc, Condvar, Mutex};

    use sharesync_peer::transfer::{Block, Decision, Failure, Found, Store};
    use sharesync_protocol::transfer::OfferedFile;

    /// A disk that takes nothing until it may.
    #[derive(Default)]
    struct Slow(Mutex<bool>, Condvar);

    impl Store for Slow {
        fn find(&self, _: &[OfferedFile]) -> Result<Found, Failure> {
            Ok(Found::Nothing)
        }
        fn begin(&self, _: &[OfferedFile], _: &[u32]) -> Result<(), Failure> {
            Ok(())
        }
        fn write(&self, _: &[Block]) -> Result<(), Failure> {
            drop(self.1.wait_while(self.0.lock().unwrap(), |go| !*go).unwrap());
            Ok(())
        }
        fn finish(&self, _: &[u32]) -> Result<(), Failure> {
            Ok(())
        }
        fn close(&self, _: bool) {}
    }

    /// Lets it go on, also when the test fails: its thread is waited for.
    struct Release(Arc<Slow>);

    impl Drop for Release {
        fn drop(&mut self) {
            *self.0.0.lock().unwrap() = true;
            self.0.1.notify_all();
        }
    }

    let disk = Arc::new(Slow::default());
    let release = Release(disk.clone());
    let connection = Connection::new();
    let always = crate::peers::Always(Decision::AcceptAll);
    let (mut receiver, _) = receiver_into(disk.clone(), always);
    let sender = RawPeer(connection.sender.clone());
    let content = noise(BLOCK, 1);
    let middle = u32::try_from(BLOCK / 2).unwrap();
    let sending = async {
        sender.greet().await;
        sender.offer(&[("file", 65 * 262_144)]).await;
        sender.accepted().await;
        for block in 0..64 {
            sender.send(chunk(0, block, 0, &content[..BLOCK / 2])).await;
            sender.send(seal(0, block, middle, &content, &content[BLOCK / 2..])).await;
        }
        sender.send(chunk(0, 64, 0, b"1")).await;
        let said = last_word(&sender).await;
        drop(release);
        said
    };
    let ended =
        in_time(async { tokio::join!(receiver.converse(&connection.receiver), sending) }).await;
    assert!(is_refused(&ended, FailureCode::Malformed), "{ended:?}");
}

#[tokio::test]
async fn content_that_is_changed_on_its_way_is_found_at_both_ends() {
    type Change = fn(Vec<u8>) -> Vec<Vec<u8>>;
    let changes: [(&str, Change, FailureCode); 4] = [
        (
            "flipped",
            |mut frame| {
                frame[500] ^= 1;
                vec![frame]
            },
            FailureCode::Corrupt,
        ),
        ("doubled", |frame| vec![frame.clone(), frame], FailureCode::Malformed),
        ("lost", |_| Vec::new(), FailureCode::Malformed),
        ("cut short", |frame| vec![frame[..99].to_vec()], FailureCode::Malformed),
    ];
    for (name, change, code) in changes {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::new();
        let mut frames = 0;
        connection.data.tamper(move |frame| {
            frames += 1;
            if frames != 8 {
                return vec![frame];
            }
            change(frame.to_vec()).into_iter().map(Into::into).collect()
        });
        let (mut sender, _) = sender_of(set_aside(&[("file", &noise(3 * BLOCK, 1))]));
        let (mut receiver, _) = receiver_in(folder.path());
        let (sent, received) = converse(&mut sender, &mut receiver, &connection).await;
        assert_eq!(failure(&received), Some((code, true)), "{name}");
        assert_eq!(failure(&sent), Some((code, false)), "{name}");
        assert!(names_in(folder.path()).is_empty());
    }
}

#[tokio::test]
async fn what_a_sender_says_it_failed_for_is_safe_to_print() {
    let ended = greeted_with(async |sender| {
        sender.greet().await;
        let message = "\u{1b}[2Jgone";
        sender.say(json!({"type": "failed", "code": "unreadable", "message": message})).await;
    })
    .await;
    let message = "_[2Jgone".to_owned();
    let code = FailureCode::Unreadable;
    assert_eq!(ended.0, Ended::Over(Outcome::Failed { code, message, by_us: false }));
}

#[tokio::test]
async fn a_sender_that_never_closes_is_left_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    let (mut receiver, _) = receiver_in(folder.path());
    let sender = RawPeer(connection.sender.clone());
    sender.say(json!({"type": "hello", "version": 2})).await;
    let ended =
        tokio::time::timeout(Duration::from_mins(1), receiver.converse(&connection.receiver))
            .await
            .unwrap();
    assert_eq!(failure(&ended), Some((FailureCode::Version, true)));
}
