//! What a receiver may try, and what comes of it: the sender says why it stops.

use serde_json::{Value, json};
use sharesync_peer::transfer::{Ended, Outcome};
use sharesync_protocol::transfer::{Control, FailureCode, WINDOW_BYTES};

use crate::channel_pair::Connection;
use crate::peers::{
    BLOCK, VERIFIED, converse, failure, in_time, noise, receiver_in, sender_of, set_aside,
};
use crate::raw_peer::RawPeer;

/// Has a receiver do something with an offer of two blocks and an empty file; how the sender ends, and what it said.
async fn send(attack: impl AsyncFnOnce(&RawPeer)) -> (Ended, Option<FailureCode>) {
    let connection = Connection::new();
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(2 * BLOCK, 1)), ("empty", b"")]));
    let receiver = RawPeer(connection.receiver.clone());
    let attacking = async {
        receiver.greet().await;
        receiver.hear_until(|message| matches!(message, Control::Offer { .. })).await.unwrap();
        attack(&receiver).await;
        let said = receiver.hear_until(|message| matches!(message, Control::Failed { .. })).await;
        receiver.leave().await;
        match said? {
            Control::Failed { code, .. } => Some(code),
            _ => None,
        }
    };
    let sending = sender.converse(&connection.sender);
    in_time(async { tokio::join!(sending, attacking) }).await
}

fn is_refused(ended: &(Ended, Option<FailureCode>), code: FailureCode) -> bool {
    failure(&ended.0) == Some((code, true)) && ended.1 == Some(code)
}

#[tokio::test]
async fn messages_out_of_place_are_refused() {
    let zeros = "0".repeat(64);
    let have = |file: u32, first: u32, count: u32| json!({"type": "have", "file": file, "ranges": [[first, count]]});
    let accept = |files: &[u32]| json!({"type": "accept", "files": files});
    let credit =
        |written: u64, limit: u64| json!({"type": "credit", "written": written, "limit": limit});
    let verified = |file: u32| json!({"type": "verified", "file": file, "digest": zeros});
    let window = WINDOW_BYTES;
    let attacks: Vec<(&str, Vec<Value>)> = vec![
        ("no message", vec![json!(1)]),
        ("hello again", vec![json!({"type": "hello", "version": 1})]),
        ("an offer", vec![json!({"type": "offer", "files": [crate::raw_peer::offered("x", 1)]})]),
        ("an end", vec![json!({"type": "end", "file": 0, "digest": zeros})]),
        (
            "a lane",
            vec![json!({"type": "lane", "lane": 1, "signal": {"event": "offer", "sdp": ""}})],
        ),
        ("accept of what is not offered", vec![accept(&[2])]),
        ("accept of nothing", vec![accept(&[])]),
        ("accept in disorder", vec![accept(&[1, 0])]),
        ("accept twice", vec![accept(&[0]), accept(&[0])]),
        ("decline after accept", vec![accept(&[0]), json!({"type": "decline"})]),
        ("have of what is not offered", vec![have(2, 0, 1)]),
        ("have of blocks that are not there", vec![have(0, 1, 2)]),
        ("have of the largest block", vec![have(0, u32::MAX, 1)]),
        ("have of a block of an empty file", vec![have(1, 0, 1)]),
        ("have after accept", vec![accept(&[0]), have(0, 0, 1)]),
        ("have of what is not wanted", vec![have(0, 0, 1), accept(&[1])]),
        ("credit before accept", vec![credit(0, 1)]),
        ("credit beyond the window", vec![accept(&[0]), credit(0, window + 1)]),
        (
            "credit below what is written",
            vec![have(0, 0, 1), accept(&[0]), credit(262_144, 262_143)],
        ),
        ("written that was not sent", vec![accept(&[0]), credit(1, window)]),
        ("less written than was there", vec![have(0, 0, 1), accept(&[0]), credit(0, 1)]),
        ("credit that shrinks", vec![accept(&[0]), credit(0, 9), credit(0, 8)]),
        ("verified before accept", vec![verified(0)]),
        ("verified before its end", vec![accept(&[1]), verified(1)]),
        ("verified of another file", vec![accept(&[0, 1]), verified(1)]),
        ("heard what was not said", vec![json!({"type": "heard", "id": "a".repeat(22)})]),
    ];
    for (name, messages) in attacks {
        let ended = send(async |receiver| {
            for message in messages {
                receiver.say(message).await;
            }
        })
        .await;
        assert!(is_refused(&ended, FailureCode::Malformed), "{name}: {ended:?}");
    }
}

#[tokio::test]
async fn content_from_a_receiver_is_refused() {
    let ended = send(async |receiver| {
        receiver.send(crate::raw_peer::chunk(0, 0, 0, b"1")).await;
    })
    .await;
    assert!(is_refused(&ended, FailureCode::Malformed), "{ended:?}");
}

#[tokio::test]
async fn another_version_is_refused_as_that() {
    let connection = Connection::new();
    let (mut sender, _) = sender_of(set_aside(&[("file", b"1")]));
    let receiver = RawPeer(connection.receiver.clone());
    let greeting = async {
        receiver.say(json!({"type": "hello", "version": 0})).await;
        receiver.hear_until(|message| matches!(message, Control::Failed { .. })).await.unwrap();
        receiver.leave().await;
    };
    let (ended, ()) =
        in_time(async { tokio::join!(sender.converse(&connection.sender), greeting) }).await;
    assert_eq!(failure(&ended), Some((FailureCode::Version, true)));
}

#[tokio::test]
async fn a_digest_of_its_own_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    connection.answers.tamper(|message| {
        let text = String::from_utf8(message.to_vec()).unwrap();
        if !text.contains("verified") {
            return vec![message];
        }
        let zeros = "0".repeat(64);
        vec![json!({"type": "verified", "file": 0, "digest": zeros}).to_string().into()]
    });
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(10, 1))]));
    let (mut receiver, _) = receiver_in(folder.path());
    let (sent, _) = converse(&mut sender, &mut receiver, &connection).await;
    assert_eq!(failure(&sent), Some((FailureCode::Corrupt, true)));
}

#[tokio::test]
async fn verified_without_the_credit_for_it_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::new();
    connection.answers.tamper(|message| {
        let text = String::from_utf8(message.to_vec()).unwrap();
        if text.contains("\"written\":10,") { Vec::new() } else { vec![message] }
    });
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(10, 1))]));
    let (mut receiver, _) = receiver_in(folder.path());
    let (sent, _) = converse(&mut sender, &mut receiver, &connection).await;
    assert_eq!(failure(&sent), Some((FailureCode::Malformed, true)));
}

#[tokio::test]
async fn nothing_is_sent_past_the_credit() {
    let connection = Connection::new();
    let (mut sender, steering) = sender_of(set_aside(&[("file", &noise(4 * BLOCK, 1))]));
    let receiver = RawPeer(connection.receiver.clone());
    let data = connection.data.clone();
    let starving = async {
        receiver.greet().await;
        receiver.say(json!({"type": "accept", "files": [0]})).await;
        // Two blocks and all but one byte of the third.
        let limit = 3 * BLOCK - 1;
        receiver.say(json!({"type": "credit", "written": 0, "limit": limit})).await;
        for _ in 0..10 {
            receiver.0.data.receive().await.unwrap();
        }
        // What is answered now is answered after anything else that could have been sent.
        for at in 0..20 {
            let id = format!("{at:022}");
            receiver.say(json!({"type": "text", "id": id, "text": "x"})).await;
            receiver.hear_until(|message| matches!(message, Control::Heard { .. })).await.unwrap();
        }
        assert_eq!(data.messages(), 10);
        steering.cancel();
        receiver.hear_until(|message| matches!(message, Control::Cancel)).await.unwrap();
        receiver.leave().await;
    };
    let (ended, ()) =
        in_time(async { tokio::join!(sender.converse(&connection.sender), starving) }).await;
    assert_eq!(ended, Ended::Over(Outcome::Cancelled { by_us: true }));
}

#[tokio::test]
async fn an_honest_one_is_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, _) = sender_of(set_aside(&[("file", &noise(2 * BLOCK, 1)), ("empty", b"")]));
    let (mut receiver, _) = receiver_in(folder.path());
    assert_eq!(converse(&mut sender, &mut receiver, &Connection::new()).await, VERIFIED);
}
