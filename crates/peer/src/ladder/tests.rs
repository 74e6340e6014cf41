use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use sharesync_secrecy::LinkKey;
use tokio::time::timeout;

use super::LadderEvent;
use super::ends::{End, Heard, relay};
use crate::channels::{Channels, Path};
use crate::peer_signal::{PeerSignal, SignalBody};

/// Longer than anything takes here, and shorter than what is given up for having taken too long.
const PATIENCE: Duration = Duration::from_secs(10);

async fn both_connected(one: &mut End, other: &mut End) -> (Channels, Channels) {
    timeout(PATIENCE, async { tokio::join!(one.connected(), other.connected()) }).await.unwrap()
}

async fn say_and_hear(here: &Channels, there: &Channels) {
    here.control.send(Bytes::from_static(b"word")).await.unwrap();
    here.data.send(Bytes::from(vec![7; 190_000])).await.unwrap();
    let (word, bytes) = tokio::join!(there.control.receive(), there.data.receive());
    assert_eq!(word.unwrap(), "word");
    assert_eq!(bytes.unwrap(), vec![7; 190_000]);
}

#[tokio::test]
async fn two_members_connect_directly_and_an_orderly_end_is_heard_as_one() {
    let (mut one, mut other) = End::pair(None);
    one.ladder.climb();
    let (here, there) = both_connected(&mut one, &mut other).await;
    assert_eq!((here.path, there.path), (Path::Direct, Path::Direct));
    say_and_hear(&here, &there).await;
    here.control.send(Bytes::from_static(b"farewell")).await.unwrap();
    drop(here);
    let finished = tokio::spawn(one.ladder.finish());
    assert_eq!(there.control.receive().await.unwrap(), "farewell");
    there.control.close().await;
    let lost = timeout(PATIENCE, other.next()).await.unwrap();
    assert!(matches!(lost, LadderEvent::Lost { closed: true }));
    timeout(PATIENCE, finished).await.unwrap().unwrap();
}

#[tokio::test]
async fn where_no_signal_gets_through_they_meet_at_the_relay_and_later_on_a_better_way() {
    let (mut one, mut other) = End::pair(Some(&relay().await));
    one.line.swallows.store(true, Ordering::Relaxed);
    one.ladder.climb();
    let (here, there) = both_connected(&mut one, &mut other).await;
    assert_eq!((here.path, there.path), (Path::Relay, Path::Relay));
    say_and_hear(&here, &there).await;
    say_and_hear(&there, &here).await;

    one.seek_better();
    let (better, there) = both_connected(&mut one, &mut other).await;
    assert_eq!((better.path, there.path), (Path::Direct, Path::Direct));
    say_and_hear(&better, &there).await;
    // The relay is let go once the other side has had the time to find the better way, too.
    let (relays, _) = one.line.relay.clone().unwrap();
    let let_go = async {
        while relays.counts().open > 0 {
            tokio::select! {
                _ = one.next() => panic!("the connection changed"),
                _ = other.next() => panic!("the connection changed"),
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        }
    };
    timeout(PATIENCE, let_go).await.unwrap();
}

#[tokio::test]
async fn what_was_said_last_through_the_relay_arrives_before_its_end() {
    let (mut one, mut other) = End::pair(Some(&relay().await));
    one.line.swallows.store(true, Ordering::Relaxed);
    one.ladder.climb();
    let (here, there) = both_connected(&mut one, &mut other).await;
    for _ in 0..3 {
        here.data.send(Bytes::from(vec![7; 190_000])).await.unwrap();
    }
    here.control.send(Bytes::from_static(b"farewell")).await.unwrap();
    drop(here);
    // Before anything was taken from the other end: whatever the sockets hold not still waits here.
    let finished = tokio::spawn(one.ladder.finish());
    tokio::task::yield_now().await;
    for _ in 0..3 {
        assert_eq!(there.data.receive().await.unwrap(), vec![7; 190_000]);
    }
    assert_eq!(there.control.receive().await.unwrap(), "farewell");
    assert_eq!(there.control.receive().await, None);
    timeout(PATIENCE, finished).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_relay_whose_other_side_has_another_key_is_found_out() {
    let (mut one, mut other) = End::pair(Some(&relay().await));
    *other.line.key.lock().unwrap() = LinkKey::parse("AQIDBAUGBwgJCgsMDQ4PEA").unwrap();
    one.line.swallows.store(true, Ordering::Relaxed);
    one.ladder.climb();
    let (here, _there) = both_connected(&mut one, &mut other).await;
    here.control.send(Bytes::from_static(b"word")).await.unwrap();
    let told = timeout(PATIENCE, other.next()).await.unwrap();
    assert!(matches!(told, LadderEvent::Tampered));
}

#[tokio::test]
async fn a_description_that_the_service_does_not_pass_on_is_a_lost_connection() {
    let (mut one, _other) = End::pair(None);
    one.line.refuses.store(true, Ordering::Relaxed);
    one.ladder.climb();
    let lost = timeout(PATIENCE, one.next()).await.unwrap();
    assert!(matches!(lost, LadderEvent::Lost { closed: false }));
}

#[tokio::test]
async fn a_connection_that_is_lost_here_is_disowned_when_the_other_side_tries_to_mend_it() {
    let (mut one, mut other) = End::pair(None);
    one.ladder.climb();
    both_connected(&mut one, &mut other).await;
    let link = one.ladder.link.as_ref().unwrap().id.clone();
    other.ladder.drop_all();
    let sdp = "v=0\r\n".to_owned();
    other.ladder.receive(PeerSignal { link: link.clone(), body: SignalBody::Offer(sdp) });
    let disowned = async {
        loop {
            if let Some(Heard::Signal(signal)) = one.heard.recv().await
                && signal.body == SignalBody::Answer(String::new())
            {
                break signal.link;
            }
        }
    };
    assert_eq!(timeout(PATIENCE, disowned).await.unwrap(), link);
}

#[tokio::test]
async fn a_connection_is_renewed_by_whoever_made_it_and_its_end_is_no_farewell() {
    let (mut one, mut other) = End::pair(None);
    one.ladder.climb();
    both_connected(&mut one, &mut other).await;
    one.ladder.renew();
    assert!(!one.ladder.is_connected());
    one.ladder.climb();
    let (here, again) = both_connected(&mut one, &mut other).await;
    say_and_hear(&here, &again).await;
}

#[tokio::test]
async fn a_connection_is_renewed_by_the_side_that_cannot_make_one() {
    let (mut one, mut other) = End::pair(None);
    one.ladder.climb();
    both_connected(&mut one, &mut other).await;
    other.ladder.renew();
    let lost = timeout(PATIENCE, one.next()).await.unwrap();
    assert!(matches!(lost, LadderEvent::Lost { closed: false }));
    one.ladder.climb();
    let (here, there) = both_connected(&mut one, &mut other).await;
    say_and_hear(&there, &here).await;
}
