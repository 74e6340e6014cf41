use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use sharesync_secrecy::LinkKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::LadderEvent;
use super::ends::{End, Heard, relay};
use crate::channels::{Channels, Path};
use crate::peer_signal::{PeerSignal, SignalBody};
use crate::peer_tls::Identity;
use crate::tcp_door::TcpAddresses;

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

/// The next signal of a kind that one hears, and does not take.
async fn heard(end: &mut End, is_wanted: impl Fn(&SignalBody) -> bool) -> PeerSignal {
    loop {
        match end.heard.recv().await.unwrap() {
            Heard::Signal(signal) if is_wanted(&signal.body) => return signal,
            _ => {}
        }
    }
}

/// Lets both be reached by TCP.
fn unlock(one: &End, other: &End) {
    for end in [one, other] {
        end.line.locked.store(false, Ordering::Relaxed);
    }
}

/// Both connected, at last by TCP: a connection by ICE may come first.
async fn both_by_tcp(one: &mut End, other: &mut End) -> (Channels, Channels) {
    let (mut here, mut there) = both_connected(one, other).await;
    let settled = async {
        while !(one.ladder.is_by_tcp() && other.ladder.is_by_tcp()) {
            tokio::select! {
                event = one.next() => here = channels(event),
                event = other.next() => there = channels(event),
            }
        }
    };
    timeout(PATIENCE, settled).await.unwrap();
    (here, there)
}

/// Connected again, when one has given up what the other may still have.
async fn connected_again(end: &mut End) -> Channels {
    loop {
        match timeout(PATIENCE, end.next()).await.unwrap() {
            LadderEvent::Connected(channels) => return channels,
            LadderEvent::Lost { closed } => assert!(!closed, "nobody has left"),
            LadderEvent::Tampered => panic!("tampered"),
        }
    }
}

fn channels(event: LadderEvent) -> Channels {
    let LadderEvent::Connected(channels) = event else { panic!("it is lost") };
    channels
}

#[tokio::test]
async fn native_members_meet_by_tcp_and_let_go_of_ice() {
    let (mut one, mut other) = End::pair(None);
    unlock(&one, &other);
    one.ladder.climb();
    let (here, there) = both_by_tcp(&mut one, &mut other).await;
    assert_eq!((here.path, there.path), (Path::Direct, Path::Direct));
    say_and_hear(&here, &there).await;
    say_and_hear(&there, &here).await;
    let let_go = async {
        while one.ladder.link.is_some() || other.ladder.link.is_some() {
            tokio::select! {
                _ = one.next() => panic!("the connection changed"),
                _ = other.next() => panic!("the connection changed"),
                () = tokio::time::sleep(Duration::from_millis(20)) => {}
            }
        }
    };
    timeout(PATIENCE, let_go).await.unwrap();
    say_and_hear(&here, &there).await;
}

#[tokio::test]
async fn what_was_said_last_by_tcp_arrives_and_its_end_is_an_orderly_one() {
    let (mut one, mut other) = End::pair(None);
    unlock(&one, &other);
    one.ladder.climb();
    let (here, there) = both_by_tcp(&mut one, &mut other).await;
    for _ in 0..3 {
        here.data.send(Bytes::from(vec![7; 190_000])).await.unwrap();
    }
    here.control.send(Bytes::from_static(b"farewell")).await.unwrap();
    // Something that nobody takes any more must not cost the other side what is on its way.
    there.control.send(Bytes::from_static(b"too late")).await.unwrap();
    drop(here);
    let finished = tokio::spawn(one.ladder.finish());
    for _ in 0..3 {
        assert_eq!(there.data.receive().await.unwrap(), vec![7; 190_000]);
    }
    assert_eq!(there.control.receive().await.unwrap(), "farewell");
    let lost = timeout(PATIENCE, other.next()).await.unwrap();
    assert!(matches!(lost, LadderEvent::Lost { closed: true }));
    drop(there);
    timeout(PATIENCE, finished).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_end_of_a_connection_by_tcp_waits_for_no_other() {
    for hears in [false, true] {
        let (mut one, mut other) = End::pair(None);
        unlock(&one, &other);
        one.ladder.climb();
        let (here, there) = both_by_tcp(&mut one, &mut other).await;
        // Until there is one by ICE as well, which nobody uses.
        let idle = async {
            let both = async { tokio::join!(one.next(), other.next()) };
            let _ = timeout(Duration::from_secs(1), both).await;
        };
        idle.await;
        drop(here);
        let ended = async {
            if hears {
                one.ladder.finish().await;
                assert!(matches!(other.next().await, LadderEvent::Lost { closed: true }));
                other.ladder.finish().await;
            } else {
                tokio::join!(one.ladder.finish(), other.ladder.finish());
            }
        };
        timeout(PATIENCE, ended).await.unwrap();
        drop(there);
    }
}

#[tokio::test]
async fn a_connection_by_tcp_that_breaks_is_lost_and_made_again() {
    let (mut one, mut other) = End::pair(None);
    unlock(&one, &other);
    one.ladder.climb();
    both_by_tcp(&mut one, &mut other).await;
    // Which says nothing of leaving.
    other.ladder.drop_all();
    let lost = timeout(PATIENCE, one.next()).await.unwrap();
    assert!(matches!(lost, LadderEvent::Lost { closed: false }));
    one.ladder.climb();
    let (here, there) = both_by_tcp(&mut one, &mut other).await;
    say_and_hear(&here, &there).await;
}

#[tokio::test]
async fn where_one_cannot_be_reached_by_tcp_the_other_is_not_either() {
    for locks in [0, 1] {
        let (mut one, mut other) = End::pair(None);
        unlock(&one, &other);
        [&one, &other][locks].line.locked.store(true, Ordering::Relaxed);
        one.ladder.climb();
        let (here, there) = both_connected(&mut one, &mut other).await;
        say_and_hear(&here, &there).await;
        assert!(!one.ladder.is_by_tcp() && !other.ladder.is_by_tcp());
    }
}

#[tokio::test]
async fn strangers_at_the_door_hinder_nobody_and_learn_nothing() {
    let (mut one, mut other) = End::pair(None);
    unlock(&one, &other);
    one.ladder.climb();
    // The offer is held until strangers stand at the door that it tells of.
    let offer = tokio::select! {
        _ = one.next() => panic!("it is not connected"),
        offer = heard(&mut other, |body| matches!(body, SignalBody::Offer(_))) => offer,
    };
    let SignalBody::Offer(sdp) = &offer.body else { unreachable!() };
    let door = TcpAddresses::read(sdp).unwrap().addresses[0];
    let mut garbled = TcpStream::connect(door).await.unwrap();
    garbled.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let silent = TcpStream::connect(door).await.unwrap();
    // Somebody who knows where it is, and not which certificate is awaited there.
    let (client, _) =
        Identity::make().unwrap().with(TcpAddresses::read(sdp).unwrap().fingerprint).unwrap();
    let stranger = tokio::spawn(async move {
        let stream = TcpStream::connect(door).await.unwrap();
        let connecting = TlsConnector::from(client).connect(door.ip().into(), stream);
        let mut answer = Vec::new();
        match connecting.await {
            // With TLS 1.3 whoever is refused hears of it behind the handshake.
            Ok(mut stream) => stream.read_to_end(&mut answer).await.is_err() && answer.is_empty(),
            Err(_) => true,
        }
    });
    other.ladder.receive(offer);
    let (here, there) = both_by_tcp(&mut one, &mut other).await;
    say_and_hear(&here, &there).await;
    assert!(timeout(PATIENCE, stranger).await.unwrap().unwrap(), "it was not let in");
    drop(silent);
}

#[tokio::test]
async fn a_connection_by_tcp_that_only_one_has_lost_is_made_again() {
    let (mut one, mut other) = End::pair(None);
    unlock(&one, &other);
    one.ladder.climb();
    both_by_tcp(&mut one, &mut other).await;
    // Long after ICE was let go of.
    (one.ladder.link, other.ladder.link) = (None, None);
    let id = one.ladder.tcp.as_ref().unwrap().id.clone();
    other.ladder.renew();
    let is_empty = |body: &SignalBody| *body == SignalBody::Answer(String::new());
    let disowned = timeout(PATIENCE, heard(&mut one, is_empty)).await.unwrap();
    assert_eq!(disowned.link, id);
    for _ in 0..2 {
        // The first of these is without TCP, over which nothing moved.
        one.ladder.drop_all();
        one.ladder.climb();
        tokio::join!(connected_again(&mut one), connected_again(&mut other));
    }
    assert!(one.ladder.is_by_tcp(), "the chooser has waited for it");

    // The kernel of this side believes in it still.
    let link = one.ladder.tcp.as_ref().unwrap().id.clone();
    one.ladder.receive(PeerSignal { link, ..disowned });
    let lost = timeout(PATIENCE, one.next()).await.unwrap();
    assert!(matches!(lost, LadderEvent::Lost { closed: false }));
}

#[tokio::test]
async fn where_nothing_moved_by_tcp_the_next_connection_is_another() {
    for renews in [0, 1] {
        let (mut one, mut other) = End::pair(None);
        unlock(&one, &other);
        one.ladder.climb();
        both_by_tcp(&mut one, &mut other).await;
        [&mut one, &mut other][renews].ladder.renew();
        one.ladder.drop_all();
        one.ladder.climb();
        let (here, there) = tokio::join!(connected_again(&mut one), connected_again(&mut other));
        say_and_hear(&here, &there).await;
        assert!(!one.ladder.is_by_tcp() && !other.ladder.is_by_tcp());
    }
}
