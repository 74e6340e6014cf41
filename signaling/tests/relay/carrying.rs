//! What a relay carries, how much of it at a time, and what it does not carry.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use sharesync_protocol::relay::MAX_RELAY_MESSAGE_BYTES;
use sharesync_signaling::relay::{RelayConfig, RelayCounts};
use tokio_tungstenite::tungstenite::Message;

use crate::server::Server;
use crate::side::Side;

#[tokio::test]
async fn messages_arrive_whole_and_in_order_however_large() {
    let server = Server::start();
    let (mut one, mut other) = server.pair().await;
    let sizes = [0, 1, 125, 126, 65_535, 65_536, 262_144, MAX_RELAY_MESSAGE_BYTES];
    let messages: Vec<Vec<u8>> =
        (0_u8..).zip(sizes).map(|(number, size)| vec![number; size]).collect();
    let sent = messages.clone();
    let sending = tokio::spawn(async move {
        for _ in 0..4 {
            for message in &sent {
                one.send_bytes(message.clone()).await;
            }
        }
        one
    });
    for _ in 0..4 {
        for message in &messages {
            assert_eq!(other.bytes().await, *message);
        }
    }
    let _one = sending.await.unwrap();
}

#[tokio::test]
async fn what_was_carried_is_counted() {
    let server = Server::start();
    let (mut one, mut other) = server.pair().await;
    one.send_bytes(vec![0; 1000]).await;
    other.bytes().await;
    other.send_bytes(vec![0; 234]).await;
    one.bytes().await;
    one.leave().await;
    other.ends().await;
    server.is_empty().await;
    assert_eq!(server.relays.counts(), RelayCounts { open: 0, joined: 1, bytes: 1234 });
}

/// The server takes a message only when there is a place for it on the other side: whoever reads
/// nothing gets no more than the buffers of two connections and one message held between them,
/// whatever the sender offers.
#[tokio::test]
async fn a_side_that_does_not_read_throttles_the_other() {
    const MESSAGE_BYTES: usize = 64 * 1024;
    const OFFERED: usize = 1024;
    const AT_MOST: usize = 32;
    let idle_timeout = Duration::from_millis(500);
    let server = Server::with(RelayConfig { idle_timeout, ..Default::default() });
    let (one, _does_not_read) = server.pair().await;
    let (mut sink, mut stream) = one.stream.split();
    let mut accepted = 0;
    loop {
        let sent = tokio::select! {
            biased;
            heard = stream.next() => match heard {
                Some(Ok(Message::Ping(_))) => continue,
                heard => break assert!(matches!(heard, Some(Ok(Message::Close(_)))), "{heard:?}"),
            },
            sent = sink.send(Message::binary(vec![0; MESSAGE_BYTES])) => sent,
        };
        sent.unwrap();
        accepted += 1;
        assert!(accepted < OFFERED, "the server takes whatever it is given");
    }
    assert!(accepted <= AT_MOST, "{accepted} messages were accepted and none was read");
}

async fn both_are_told(sides: (&mut Side, &mut Side), one: (u16, &str), other: (u16, &str)) {
    assert_eq!(sides.0.farewell().await, (one.0, one.1.to_owned()));
    assert_eq!(sides.1.farewell().await, (other.0, other.1.to_owned()));
}

const GONE: (u16, &str) = (1001, "the other side is gone");

#[tokio::test]
async fn text_is_not_relayed() {
    let server = Server::start();
    let (mut one, mut other) = server.pair().await;
    one.send(Message::text("hello")).await;
    let refusal = (1008, "only binary messages are relayed");
    both_are_told((&mut one, &mut other), refusal, GONE).await;
}

#[tokio::test]
async fn a_message_that_is_too_large_is_not_relayed() {
    let server = Server::start();
    let (mut one, mut other) = server.pair().await;
    other.send_bytes(vec![0; MAX_RELAY_MESSAGE_BYTES + 1]).await;
    both_are_told((&mut other, &mut one), (1009, "the message is too large"), GONE).await;
}

#[tokio::test]
async fn a_message_without_end_ends_the_relay() {
    let server = Server::start();
    let (one, mut other) = server.pair().await;
    let (mut sink, _stream) = one.stream.split();
    let endless = tokio::spawn(async move {
        let sent = sink.send(Message::binary(vec![0; 64 << 20])).await;
        assert!(sent.is_err(), "the server took the whole message");
    });
    assert_eq!(other.farewell().await, (GONE.0, GONE.1.to_owned()));
    endless.await.unwrap();
    server.is_empty().await;
}

#[tokio::test]
async fn a_relay_carries_no_more_than_it_may() {
    let server = Server::with(RelayConfig { max_bytes_per_relay: 1000, ..Default::default() });
    let (mut one, mut other) = server.pair().await;
    one.send_bytes(vec![1; 600]).await;
    assert_eq!(other.bytes().await, [1; 600]);
    other.send_bytes(vec![2; 401]).await;
    let spent = (1008, "this relay has carried all it may");
    both_are_told((&mut one, &mut other), spent, spent).await;
}
