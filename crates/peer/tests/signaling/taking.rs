//! Rooms for files that others send to whoever made them.

use std::sync::Arc;
use std::time::Duration;

use sharesync_peer::transfer::{Sender, Source, Steering, Talk};
use sharesync_peer::{
    CloseReason, Entrance, Offers, Room, RoomEvent, RoomOptions, SignalBody, Transfers,
    TransfersEvent,
};
use sharesync_protocol::signaling::{PeerId, RefusalCode, RoomId};
use sharesync_signaling::SignalingConfig;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::forwarder::Forwarder;
use crate::member::{Member, PATIENCE, key, name, random};
use crate::node::{Node, dialer, place_at};

/// Somebody who takes files, and the room.
async fn taker(node: &Node) -> (Member, PeerId, RoomId) {
    let mut taker = Member::open(node.place(), Entrance::Taker(None), 1);
    let entered = taker.entered().await;
    assert_eq!(entered.takes.as_ref(), Some(&entered.me));
    (taker, entered.me, entered.room)
}

/// Somebody who has a file for everybody who is to have it.
fn sender(node: &Node, room: &RoomId, offers: Offers) -> Transfers<Sender> {
    let entrance = Entrance::Guest(room.clone(), None);
    let options = RoomOptions { place: node.place(), entrance, key: key(), codes: false };
    let files: Arc<[Arc<Source>]> =
        [Arc::new(Source::set_aside("a", &b"content"[..], 0).unwrap())].into();
    let steering = Steering::new();
    let (talk, _) = Talk::new();
    let steered = steering.clone();
    let begin = move |peer: &PeerId| {
        Sender::new(files.clone(), talk.line_to(peer.0.as_str()), steered.clone()).unwrap()
    };
    Transfers::new(Room::open(options, random(5)), dialer(), offers, steering, begin)
}

/// Whom transfers have begun with, until something happens in the room.
async fn begun_until(
    transfers: &mut Transfers<Sender>,
    is_it: impl Fn(&RoomEvent) -> bool,
) -> Vec<PeerId> {
    let mut begun = vec![];
    loop {
        match timeout(PATIENCE, transfers.next()).await.expect("something happens") {
            Some(TransfersEvent::Begun(peer, _)) => begun.push(peer),
            Some(TransfersEvent::Room(event)) if is_it(&event) => return begun,
            Some(_) => {}
            None => panic!("the room is open"),
        }
    }
}

fn is_entrance(event: &RoomEvent) -> bool {
    matches!(event, RoomEvent::Entered(_))
}

fn is_newcomer(event: &RoomEvent) -> bool {
    matches!(event, RoomEvent::PeerJoined(_))
}

#[tokio::test]
async fn a_guest_offers_files_to_whoever_takes_them_and_to_no_other_guest() {
    let node = Node::start().await;
    let (mut taker, owner, room) = taker(&node).await;
    let (mut before, _) = Member::guest(node.place(), &mut taker, &room).await;
    let mut transfers = sender(&node, &room, Offers::ToTaker);
    assert_eq!(begun_until(&mut transfers, is_entrance).await, [owner]);
    before.met().await;
    // Who comes later is no better.
    let mut after = Member::open(node.place(), Entrance::Guest(room, None), 7);
    let entered = after.entered().await;
    assert_eq!(before.met().await.id, entered.me);
    assert_eq!(begun_until(&mut transfers, is_newcomer).await, []);
    let waiting = async {
        loop {
            let event = tokio::select! {
                _ = transfers.next() => continue,
                event = taker.events.recv() => event,
                event = before.events.recv() => panic!("a guest is told something: {}", name(&event.expect("the room is open"))),
                event = after.events.recv() => panic!("a guest is told something: {}", name(&event.expect("the room is open"))),
            };
            if let Some(RoomEvent::Signal { signal, .. }) = event {
                return signal;
            }
        }
    };
    let signal = timeout(PATIENCE, waiting).await.expect("the owner is offered a connection");
    assert!(matches!(signal.body, SignalBody::Offer(_)));
}

#[tokio::test]
async fn in_a_room_that_takes_nothing_a_guest_offers_nobody_anything() {
    let node = Node::start().await;
    let (_host, hosting) = Member::host(node.place()).await;
    let mut transfers = sender(&node, &hosting.room, Offers::ToTaker);
    assert_eq!(begun_until(&mut transfers, is_entrance).await, []);
}

#[tokio::test]
async fn whoever_takes_has_another_room_where_its_own_has_ended() {
    let config = SignalingConfig { grace: Duration::ZERO, ..SignalingConfig::default() };
    let node = Node::with(config).await;
    let line = Forwarder::start(node.address, None).await;
    let mut taker = Member::open(place_at(line.address), Entrance::Taker(None), 1);
    let before = taker.entered().await;
    line.cut();
    taker.hears("disconnected").await;
    let after = taker.entered().await;
    assert_ne!(after.room, before.room);
    assert_eq!(after.takes, Some(after.me));
}

#[tokio::test]
async fn nor_does_it_stay_where_guests_have_kept_a_room_open_in_which_it_takes_nothing_any_more() {
    let config = SignalingConfig { grace: Duration::ZERO, ..SignalingConfig::default() };
    let node = Node::with(config).await;
    let line = Forwarder::start(node.address, None).await;
    let mut taker = Member::open(place_at(line.address), Entrance::Taker(None), 1);
    let before = taker.entered().await;
    let (mut guest, _) = Member::guest(node.place(), &mut taker, &before.room).await;
    line.cut();
    taker.hears("disconnected").await;
    let after = taker.entered().await;
    assert_ne!(after.room, before.room);
    assert_eq!(after.takes, Some(after.me));
    guest.hears("peer away").await;
    guest.hears("peer left").await;
}

#[tokio::test]
async fn whoever_takes_goes_on_trying_where_it_is_not_let_in() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = listener.local_addr().unwrap();
    drop(listener);
    let mut taker = Member::open(place_at(nowhere), Entrance::Taker(None), 1);
    for _ in 0..2 {
        let RoomEvent::NotYet(reason) = taker.next().await else { panic!("nobody is there") };
        assert!(matches!(reason, CloseReason::Unreachable(_)), "{reason:?}");
    }

    let node = Node::with(SignalingConfig { max_rooms: 1, ..SignalingConfig::default() }).await;
    let (host, _) = Member::host(node.place()).await;
    let mut taker = Member::open(node.place(), Entrance::Taker(None), 2);
    let RoomEvent::NotYet(reason) = taker.next().await else { panic!("there is no room") };
    assert_eq!(reason, CloseReason::Refused(RefusalCode::TooManyRooms));
    host.room.close().await;
    taker.entered().await;
}
