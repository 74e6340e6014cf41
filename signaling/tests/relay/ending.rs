//! How a relay ends, and what each side is told.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use sharesync_signaling::relay::RelayConfig;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::server::Server;
use crate::side::Side;

const GONE: (u16, &str) = (1001, "the other side is gone");

async fn is_told(side: &mut Side, (code, reason): (u16, &str)) {
    assert_eq!(side.farewell().await, (code, reason.to_owned()));
    side.ends().await;
}

#[tokio::test]
async fn whoever_leaves_is_answered_and_the_other_told_after_the_last_message() {
    let server = Server::start();
    let (mut one, mut other) = server.pair().await;
    one.send_bytes(b"the last".to_vec()).await;
    one.leave().await;
    assert_eq!(other.bytes().await, b"the last");
    is_told(&mut other, (1000, "the other side has left")).await;
    server.is_empty().await;
}

#[tokio::test]
async fn a_broken_connection_is_told_to_the_other() {
    let server = Server::start();
    let (one, mut other) = server.pair().await;
    drop(one);
    is_told(&mut other, GONE).await;
    server.is_empty().await;
}

#[tokio::test]
async fn a_side_that_answers_nothing_is_let_go_and_one_that_answers_is_not() {
    let idle_timeout = Duration::from_millis(300);
    let server = Server::with(RelayConfig { idle_timeout, ..Default::default() });
    let (mut answers_nothing, mut answers) = server.pair().await;
    is_told(&mut answers, GONE).await;
    is_told(&mut answers_nothing, (1001, "nothing was heard for too long")).await;
}

#[tokio::test]
async fn a_side_that_speaks_and_does_not_listen_is_let_go() {
    let idle_timeout = Duration::from_millis(300);
    let server = Server::with(RelayConfig { idle_timeout, ..Default::default() });
    let (one, speaks) = server.pair().await;
    let (mut sink, mut stream) = one.stream.split();
    let offering = async { while sink.send(Message::binary(vec![0; 65_536])).await.is_ok() {} };
    let (mut to_server, _unread) = speaks.stream.split();
    let speaking = async { while to_server.send(Message::binary(vec![0; 9])).await.is_ok() {} };
    let hearing = async {
        loop {
            match stream.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.reason.to_string(),
                Some(Ok(_)) => {}
                other => panic!("instead of a farewell: {other:?}"),
            }
        }
    };
    let heard = async {
        tokio::select! {
            reason = hearing => reason,
            ((), ()) = async { tokio::join!(offering, speaking) } => "nothing".to_owned(),
        }
    };
    let reason = timeout(Duration::from_secs(20), heard).await.expect("the relay ends");
    assert_eq!(reason, GONE.1);
}

#[tokio::test]
async fn stopping_ends_every_relay_and_tells_everybody() {
    let server = Server::start();
    let stopping = (1001, "the server is stopping");
    let (mut one, mut other) = server.pair().await;
    let mut waiting = server.enter(&server.open().0).await;
    let mut newcomer = Side::connect(server.address).await;
    let closing = server.relays.close();
    let told = async {
        tokio::join!(
            is_told(&mut one, stopping),
            is_told(&mut other, stopping),
            is_told(&mut waiting, stopping),
            is_told(&mut newcomer, stopping),
        )
    };
    tokio::join!(closing, told);
    let late = Side::connect_from(server.address, None).await;
    is_told(&mut late.unwrap(), stopping).await;
}
