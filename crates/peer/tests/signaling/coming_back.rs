//! A membership outlives its socket, and its process.

use std::time::Duration;

use sharesync_peer::{CloseReason, Entrance, RoomEvent};
use sharesync_signaling::SignalingConfig;

use crate::forwarder::Forwarder;
use crate::member::{Member, offer};
use crate::node::{Node, place_at};

#[tokio::test]
async fn a_lost_line_comes_back_as_the_same_member() {
    let node = Node::start().await;
    let line = Forwarder::start(node.address, None).await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let place = place_at(line.address);
    let (mut guest, entered) = Member::guest(place, &mut host, &hosting.room).await;
    host.room.say(&entered.me, offer("before")).await.unwrap();
    guest.hears("signal").await;

    line.cut();
    host.hears("peer away").await;
    guest.hears("disconnected").await;
    let back = guest.entered().await;
    assert_eq!((&back.me, &back.room), (&entered.me, &entered.room));
    assert!(back.resume == entered.resume);
    let met = host.met().await;
    assert!(met.id == entered.me && !met.fresh, "it is who it was");
    assert!(!back.peers[0].fresh);

    // The line between the two goes on where it was.
    host.room.say(&entered.me, offer("after")).await.unwrap();
    assert_eq!(guest.signal().await, (hosting.me.clone(), offer("after")));
    guest.room.say(&hosting.me, offer("back")).await.unwrap();
    assert_eq!(host.signal().await, (entered.me, offer("back")));
}

#[tokio::test]
async fn who_left_meanwhile_is_told_and_nothing_is_said_while_the_line_is_down() {
    let node = Node::start().await;
    let line = Forwarder::start(node.address, None).await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let place = place_at(line.address);
    let (mut guest, _) = Member::guest(place, &mut host, &hosting.room).await;
    line.shut(true);
    line.cut();
    guest.hears("disconnected").await;
    assert!(guest.room.say(&hosting.me, offer("lost")).await.unwrap_err().code().is_none());
    host.room.close().await;
    line.shut(false);
    assert!(guest.entered().await.peers.is_empty());
    let RoomEvent::PeerLeft(left) = guest.next().await else { panic!("the host has left") };
    assert_eq!(left, hosting.me);
}

#[tokio::test]
async fn another_process_takes_the_place_by_its_secret() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (mut guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    let entrance = Entrance::Guest(hosting.room.clone(), Some(entered.resume));
    let mut later = Member::open(node.place(), entrance, 3);
    assert_eq!(later.entered().await.me, entered.me);
    assert_eq!(guest.closed().await, CloseReason::Displaced);
    let met = host.met().await;
    assert!(met.id == entered.me && met.fresh, "nothing from before is known there");
    host.room.say(&met.id, offer("v=0")).await.unwrap();
    assert_eq!(later.signal().await, (hosting.me, offer("v=0")));
}

#[tokio::test]
async fn a_host_comes_back_to_its_room_or_has_a_new_one_if_that_has_ended() {
    let node = Node::start().await;
    let (host, hosting) = Member::host(node.place()).await;
    drop(host);
    let before = Some((hosting.room.clone(), hosting.resume));
    let mut later = Member::open(node.place(), Entrance::Host(before), 3);
    let back = later.entered().await;
    assert_eq!((&back.room, &back.me), (&hosting.room, &hosting.me));

    let config = SignalingConfig { grace: Duration::ZERO, ..SignalingConfig::default() };
    let node = Node::with(config).await;
    let line = Forwarder::start(node.address, None).await;
    let (mut host, hosting) = Member::host(place_at(line.address)).await;
    line.cut();
    host.hears("disconnected").await;
    assert_ne!(host.entered().await.room, hosting.room);
}
