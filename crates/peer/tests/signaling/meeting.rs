//! Members meet, and say to each other what nobody between them can read or change.

use futures_util::future::join_all;
use sharesync_peer::{PeerSignal, RoomEvent, SignalBody};
use sharesync_protocol::report::{Count, Outcome, PathBytes, TransferCount};
use sharesync_protocol::signaling::{PeerId, RefusalCode};
use sharesync_protocol::transfer::IceCandidate;
use sharesync_signaling::SignalingConfig;
use sharesync_signaling::relay::{RelayConfig, RelayOffer, Relays};

use crate::forwarder::{Forwarder, Mischief};
use crate::member::{Member, offer};
use crate::node::{Node, place_at};

fn candidates(texts: impl IntoIterator<Item = String>) -> SignalBody {
    let candidate = |candidate| IceCandidate {
        candidate,
        sdp_mid: Some("0".to_owned()),
        sdp_m_line_index: Some(0),
        username_fragment: None,
    };
    SignalBody::Candidates(texts.into_iter().map(candidate).collect(), None)
}

#[tokio::test]
async fn two_members_meet_and_talk() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (mut guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    assert!(hosting.peers.is_empty() && !hosting.locked);
    let [met] = &entered.peers[..] else { panic!("somebody is there") };
    assert!(met.id == hosting.me && met.fresh && !met.away);
    assert_eq!(entered.room, hosting.room);

    host.room.say(&entered.me, offer("v=0")).await.unwrap();
    assert_eq!(guest.signal().await, (hosting.me.clone(), offer("v=0")));
    let answer = PeerSignal { link: "one".to_owned(), body: SignalBody::Answer(String::new()) };
    guest.room.say(&hosting.me, answer.clone()).await.unwrap();
    assert_eq!(host.signal().await, (entered.me.clone(), answer));
}

#[tokio::test]
async fn both_see_the_same_pair_from_either_end() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    let ours = host.room.sealed_pair(&entered.me).unwrap();
    let theirs = guest.room.sealed_pair(&hosting.me).unwrap();
    let (ours, theirs) = (ours.sealed(), theirs.sealed());
    assert_eq!((ours.own.id, ours.own.nonce), (theirs.other.id, theirs.other.nonce));
    assert_eq!((ours.other.id, ours.other.nonce), (theirs.own.id, theirs.own.nonce));
    assert_ne!(ours.own.nonce, ours.other.nonce);
    assert_eq!((ours.room, ours.key.text()), (theirs.room, theirs.key.text()));
    assert!(host.room.sealed_pair(&PeerId("A".repeat(22))).is_none());
}

#[tokio::test]
async fn what_is_said_at_once_arrives_in_order_and_together() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (mut guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    let texts: Vec<String> = (0..100).map(|number| format!("candidate:{number}")).collect();
    let says = texts.iter().map(|text| {
        let signal = PeerSignal { link: "one".to_owned(), body: candidates([text.clone()]) };
        host.room.say(&entered.me, signal)
    });
    let said = join_all(says).await;
    assert!(said.iter().all(Result::is_ok));

    let (mut heard, mut signals) = (Vec::new(), 0);
    while heard.len() < texts.len() {
        let (_, signal) = guest.signal().await;
        let SignalBody::Candidates(more, None) = signal.body else { panic!("candidates") };
        heard.extend(more.into_iter().map(|candidate| candidate.candidate));
        signals += 1;
    }
    assert_eq!(heard, texts);
    assert!(signals <= 5, "{signals} signals for what fits into four");
}

#[tokio::test]
async fn a_changed_signal_is_found_out_and_not_used() {
    let node = Node::start().await;
    let between = Forwarder::start(node.address, Some(Mischief::Change)).await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let place = place_at(between.address);
    let (mut guest, entered) = Member::guest(place, &mut host, &hosting.room).await;
    host.room.say(&entered.me, offer("v=0")).await.unwrap();
    guest.hears("tampered").await;
}

#[tokio::test]
async fn a_signal_that_is_played_again_is_found_out() {
    let node = Node::start().await;
    let between = Forwarder::start(node.address, Some(Mischief::Repeat)).await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let place = place_at(between.address);
    let (mut guest, entered) = Member::guest(place, &mut host, &hosting.room).await;
    host.room.say(&entered.me, offer("v=0")).await.unwrap();
    guest.hears("signal").await;
    guest.hears("tampered").await;
}

#[tokio::test]
async fn whoever_leaves_says_so_and_whoever_is_gone_may_come_back() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (guest, _) = Member::guest(node.place(), &mut host, &hosting.room).await;
    guest.room.close().await;
    host.hears("peer left").await;

    let (guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    drop(guest);
    host.hears("peer away").await;
    let unheard = host.room.say(&entered.me, offer("v=0")).await.unwrap_err();
    assert_eq!(unheard.code(), Some(RefusalCode::UnknownPeer));
}

#[tokio::test]
async fn a_relay_leads_both_to_where_signaling_is() {
    let relays = Some(RelayOffer { relays: Relays::new(RelayConfig::default()), url: None });
    let node = Node::with(SignalingConfig { relays, ..SignalingConfig::default() }).await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (mut guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    let ours = host.room.open_relay(&entered.me).await.unwrap_or_else(|error| panic!("{error}"));
    let RoomEvent::RelayOffered { from, invitation } = guest.next().await else {
        panic!("the other hears of it")
    };
    assert_eq!(from, hosting.me);
    let url = format!("ws://{}/relay", node.address);
    assert_eq!((&ours.url, &invitation.url), (&url, &url));
    assert!(ours.ticket != invitation.ticket);
}

#[tokio::test]
async fn what_is_asked_in_a_room_is_answered() {
    let node = Node::start().await;
    let (mut host, hosting) = Member::host(node.place()).await;
    let (_guest, entered) = Member::guest(node.place(), &mut host, &hosting.room).await;
    assert!(host.room.ice_servers().await.unwrap().ice_servers.is_empty());
    let refused = host.room.open_relay(&entered.me).await.err().unwrap();
    assert_eq!(refused.code(), Some(RefusalCode::NoRelay));
    let count = Count::try_from(1).unwrap();
    let bytes = PathBytes::default();
    let transfer = TransferCount { outcome: Outcome::Verified, files: count, bytes };
    host.room.report(&entered.me, transfer).await.unwrap();
}
