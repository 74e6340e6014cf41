//! How a room is closed to us.

use sharesync_peer::{CloseReason, Entrance};
use sharesync_protocol::signaling::{RefusalCode, RoomId};
use sharesync_signaling::SignalingConfig;
use tokio::net::TcpListener;
use tokio::sync::mpsc::error::TryRecvError;

use crate::member::Member;
use crate::node::{Node, place_at};

async fn why(place: sharesync_peer::SignalingPlace, room: &RoomId) -> CloseReason {
    Member::open(place, Entrance::Guest(room.clone(), None), 9).closed().await
}

#[tokio::test]
async fn a_room_that_is_not_there_is_not_entered() {
    let node = Node::start().await;
    let reason = why(node.place(), &RoomId("A".repeat(22))).await;
    assert_eq!(reason, CloseReason::Refused(RefusalCode::UnknownRoom));
}

#[tokio::test]
async fn a_full_room_is_not_entered() {
    let node =
        Node::with(SignalingConfig { max_peers_per_room: 1, ..SignalingConfig::default() }).await;
    let (_host, hosting) = Member::host(node.place()).await;
    let reason = why(node.place(), &hosting.room).await;
    assert_eq!(reason, CloseReason::Refused(RefusalCode::RoomFull));
}

#[tokio::test]
async fn a_locked_room_is_not_entered_by_anybody_new() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (mut guest, _) = Member::guest(node.place(), &mut host, &hosting.room).await;
    host.room.lock(true).await.unwrap();
    guest.hears("locked").await;
    let reason = why(node.place(), &hosting.room).await;
    assert_eq!(reason, CloseReason::Refused(RefusalCode::RoomLocked));
    let refused = guest.room.lock(false).await.unwrap_err();
    assert_eq!(refused.code(), Some(RefusalCode::NotOwner));
    host.room.lock(false).await.unwrap();
    guest.hears("unlocked").await;
}

#[tokio::test]
async fn whoever_is_ejected_hears_of_it_and_does_not_come_back() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (mut guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    host.room.eject(&entered.me).await.unwrap();
    assert_eq!(guest.closed().await, CloseReason::Ejected);
    assert!(host.room.sealed_pair(&entered.me).is_none());
    // Twice, or after it has left by itself, is no error.
    host.room.eject(&entered.me).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = listener.local_addr().unwrap();
    drop(listener);
    let reason = why(place_at(nowhere), &RoomId("A".repeat(22))).await;
    assert!(matches!(reason, CloseReason::Unreachable(_)), "{reason:?}");
}

#[tokio::test]
async fn closing_ends_everything_whatever_is_going_on() {
    let node = Node::start().await;
    let (mut host, _) = Member::host(node.place()).await;
    host.room.close().await;
    assert_eq!(host.events.try_recv().err(), Some(TryRecvError::Disconnected), "it is over");
    host.room.close().await;
    let gone = host.room.ice_servers().await.unwrap_err();
    assert_eq!(gone.code(), None);
}
