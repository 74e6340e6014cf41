//! What people write to each other.

use std::sync::Arc;

use sharesync_peer::transfer::{CannotSay, Ended, News, Outcome, Receiver, Sender, Steering, Talk};
use sharesync_protocol::transfer::MAX_TEXTS;

use crate::channel_pair::Connection;
use crate::peers::{Undecided, sender_of, set_aside, store_in};

#[tokio::test]
async fn texts_go_both_ways_and_are_told_once_whatever_becomes_of_connections() {
    let (here, mut heard_here) = Talk::new();
    let (there, mut heard_there) = Talk::new();
    let first = here.say([1; 16], "hello").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let steering = Steering::new();
    let files = set_aside(&[("file", b"1")]);
    let mut sender = Sender::new(files, here.line_to("them"), steering.clone()).unwrap();
    let mut receiver = Receiver::new(
        store_in(folder.path()),
        Arc::new(Undecided),
        there.line_to("us"),
        Steering::new(),
    );

    let connection = Connection::new();
    let wire = connection.wire.clone();
    let talk = async {
        let text = News::Text { member: "us".into(), id: first.clone(), text: "hello".into() };
        assert_eq!(heard_there.recv().await, Some(text));
        assert_eq!(heard_here.recv().await, Some(News::Heard { member: "them".into(), id: first }));
        let answer = there.say([2; 16], "and to you").unwrap();
        let text =
            News::Text { member: "them".into(), id: answer.clone(), text: "and to you".into() };
        assert_eq!(heard_here.recv().await, Some(text));
        assert_eq!(heard_there.recv().await, Some(News::Heard { member: "us".into(), id: answer }));
        wire.cut();
    };
    let sending = sender.converse(&connection.sender);
    let receiving = receiver.converse(&connection.receiver);
    let ended = tokio::join!(sending, receiving, talk);
    assert_eq!((ended.0, ended.1), (Ended::Lost, Ended::Lost));

    let again = Connection::new();
    let talk = async {
        let third = here.say([3; 16], "still there?").unwrap();
        // The first two are said again, and not told again.
        let text = News::Text { member: "us".into(), id: third, text: "still there?".into() };
        assert_eq!(heard_there.recv().await, Some(text));
        steering.cancel();
    };
    let ended =
        tokio::join!(sender.converse(&again.sender), receiver.converse(&again.receiver), talk);
    assert_eq!(ended.0, Ended::Over(Outcome::Cancelled { by_us: true }));
    assert!(again.control.messages() >= 5);
}

#[test]
fn what_is_empty_too_long_or_one_too_many_is_not_said() {
    let (talk, _news) = Talk::new();
    assert_eq!(talk.say([0; 16], " \n"), Err(CannotSay));
    assert_eq!(talk.say([0; 16], &"x".repeat(8193)), Err(CannotSay));
    for _ in 0..MAX_TEXTS {
        assert!(talk.say([0; 16], "x").is_ok());
    }
    assert_eq!(talk.say([0; 16], "x"), Err(CannotSay));
    // And a sender can be had without files, to talk only.
    let (_sender, _) = sender_of(set_aside(&[]));
}
