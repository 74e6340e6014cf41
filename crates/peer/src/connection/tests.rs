use bytes::Bytes;
use sharesync_protocol::transfer::LaneSignal as ConnectionSignal;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Connection, ConnectionEvent, Lost};
use crate::channels::{Channels, Path};

/// Longer than anything takes here, and shorter than what is given up for having taken too long.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// One end of a connection, and what it tells.
struct End {
    connection: Connection,
    events: mpsc::Receiver<ConnectionEvent>,
}

impl End {
    fn start(offers: bool) -> Self {
        let (tell, events) = mpsc::channel(64);
        Self { connection: Connection::start(offers, &[], tell), events }
    }
}

/// Carries signals between two ends until both are open.
async fn connect(one: &mut End, other: &mut End) -> (Channels, Channels) {
    let (mut first, mut second) = (None, None);
    let connected = async {
        while first.is_none() || second.is_none() {
            tokio::select! {
                event = one.events.recv() => pass(event, &other.connection, &mut first),
                event = other.events.recv() => pass(event, &one.connection, &mut second),
            }
        }
    };
    timeout(PATIENCE, connected).await.unwrap();
    (first.unwrap(), second.unwrap())
}

fn pass(event: Option<ConnectionEvent>, to: &Connection, open: &mut Option<Channels>) {
    match event.unwrap() {
        ConnectionEvent::Signal(signal) => to.receive(signal),
        ConnectionEvent::Open(channels) => *open = Some(channels),
        ConnectionEvent::Lost(lost) => panic!("lost: {lost:?}"),
    }
}

async fn lost(end: &mut End) -> Lost {
    loop {
        match timeout(PATIENCE, end.events.recv()).await.unwrap().unwrap() {
            ConnectionEvent::Lost(lost) => return lost,
            ConnectionEvent::Signal(_) | ConnectionEvent::Open(_) => {}
        }
    }
}

#[tokio::test]
async fn two_ends_find_each_other_and_hear_each_other_whole_and_in_order() {
    let (mut one, mut other) = (End::start(true), End::start(false));
    let (here, there) = connect(&mut one, &mut other).await;
    assert_eq!((here.path, there.path), (Path::Direct, Path::Direct));
    // As much as the kernel's buffers allow here.
    let most = here.max_message_bytes;
    assert!((64 * 1024..=256 * 1024).contains(&most), "{most}");

    here.control.send(Bytes::from_static(b"{\"type\":\"hello\"}")).await.unwrap();
    assert_eq!(there.control.receive().await.unwrap(), "{\"type\":\"hello\"}");

    let sending = tokio::spawn(async move {
        for number in 0..200_u8 {
            here.data.send(Bytes::from(vec![number; most])).await.unwrap();
        }
        here
    });
    for number in 0..200_u8 {
        let message = timeout(PATIENCE, there.data.receive()).await.unwrap().unwrap();
        assert_eq!((message.len(), message[0], message[most - 1]), (most, number, number));
    }
    sending.await.unwrap();
}

#[tokio::test]
async fn what_was_said_last_arrives_before_the_end_of_the_connection() {
    let (mut one, mut other) = (End::start(true), End::start(false));
    let (here, there) = connect(&mut one, &mut other).await;
    here.control.send(Bytes::from_static(b"the last word")).await.unwrap();
    drop((here, one));
    assert_eq!(there.control.receive().await.unwrap(), "the last word");
    // Whoever has heard it closes, and with that lets the other go.
    there.control.close().await;
    assert_eq!(lost(&mut other).await, Lost::Closed);
}

#[tokio::test]
async fn an_empty_answer_ends_a_connection_that_cannot_be_mended() {
    let mut one = End::start(true);
    one.connection.receive(ConnectionSignal::Answer { sdp: String::new() });
    assert_eq!(lost(&mut one).await, Lost::Failed);
}

#[tokio::test]
async fn a_description_that_is_none_ends_the_connection() {
    let mut one = End::start(false);
    one.connection.receive(ConnectionSignal::Offer { sdp: "v=0\r\nnonsense".to_owned() });
    assert_eq!(lost(&mut one).await, Lost::Failed);
}
