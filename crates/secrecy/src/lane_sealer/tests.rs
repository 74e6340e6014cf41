//! What a relay could do to a lane, done.

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;

use super::*;
use crate::{LinkKey, SealedMember};

const ADA: SealedMember<'_> = SealedMember { id: "ada-id", nonce: "ada-nonce" };
const BEN: SealedMember<'_> = SealedMember { id: "ben-id", nonce: "ben-nonce" };
const ADAS: [u8; LANE_HALF_BYTES] = [1; LANE_HALF_BYTES];
const BENS: [u8; LANE_HALF_BYTES] = [2; LANE_HALF_BYTES];
const FRESH: [u8; LANE_HALF_BYTES] = [3; LANE_HALF_BYTES];

fn key() -> LinkKey {
    LinkKey::parse("AAECAwQFBgcICQoLDA0ODw").unwrap()
}

/// The two sides of a lane that carries so many bytes in each direction.
fn sides_of(max_bytes: u64) -> (LaneSealer, LaneSealer) {
    let key = key();
    let pair = |own, other| SealedPair { key: &key, room: "room", own, other };
    let name = |ours, theirs| LaneName { ours, theirs };
    let ada = LaneSealer::with_limit(pair(ADA, BEN), name(ADAS, BENS), max_bytes).unwrap();
    let ben = LaneSealer::with_limit(pair(BEN, ADA), name(BENS, ADAS), max_bytes).unwrap();
    (ada, ben)
}

fn sides() -> (LaneSealer, LaneSealer) {
    sides_of(MAX_LANE_BYTES)
}

#[test]
fn messages_open_in_order_and_in_both_directions() {
    let (mut ada, mut ben) = sides();
    for message in [&b"first"[..], b"second", b"", &vec![7; MAX_LANE_MESSAGE_BYTES]] {
        let sealed = ada.seal(message).unwrap();
        assert_eq!(sealed.len(), message.len() + TAG_BYTES);
        assert_eq!(ben.open(&sealed).as_deref(), Ok(message));
        assert_eq!(ada.open(&ben.seal(message).unwrap()).as_deref(), Ok(message));
    }
}

#[test]
fn the_same_message_is_sealed_differently_each_time() {
    let (mut ada, _) = sides();
    assert_ne!(ada.seal(b"same"), ada.seal(b"same"));
}

#[test]
fn whatever_a_relay_does_is_noticed_and_nothing_opens_after_it() {
    let sealed = || {
        let (mut ada, ben) = sides();
        (ada.seal(b"first").unwrap(), ada.seal(b"second").unwrap(), ben)
    };
    let left_out = || {
        let (first, second, mut ben) = sealed();
        (ben.open(&second), first, ben)
    };
    let repeated = || {
        let (first, second, mut ben) = sealed();
        ben.open(&first).unwrap();
        (ben.open(&first), second, ben)
    };
    let cut = || {
        let (first, _, mut ben) = sealed();
        (ben.open(&first[..first.len() - 1]), first, ben)
    };
    let cut_to_nothing = || {
        let (first, _, mut ben) = sealed();
        (ben.open(&[]), first, ben)
    };
    let changed = || {
        let (first, _, mut ben) = sealed();
        let mut changed = first.clone();
        changed[0] ^= 1;
        (ben.open(&changed), first, ben)
    };
    for (heard, right, mut ben) in [left_out(), repeated(), cut(), cut_to_nothing(), changed()] {
        assert_eq!(heard, Err(LaneError::Tampered));
        assert_eq!(ben.open(&right), Err(LaneError::Tampered));
    }
}

#[test]
fn a_lane_does_not_go_on_behind_a_message_that_was_replaced() {
    let (mut ada, mut ben) = sides();
    let replaced = vec![0; ada.seal(b"first").unwrap().len()];
    let second = ada.seal(b"second").unwrap();
    assert_eq!(ben.open(&replaced), Err(LaneError::Tampered));
    assert_eq!(ben.open(&second), Err(LaneError::Tampered));
}

#[test]
fn a_message_does_not_open_where_it_was_sealed() {
    let (mut ada, _) = sides();
    let sealed = ada.seal(b"mine").unwrap();
    assert_eq!(ada.open(&sealed), Err(LaneError::Tampered));
}

#[test]
fn a_message_opens_for_its_pair_and_lane_only() {
    let (mut ada, mut ben) = sides();
    let sealed = ada.seal(b"x").unwrap();
    assert!(ben.open(&sealed).is_ok());
    let (key, other_key) = (key(), LinkKey::make(&mut UnwrapErr(SysRng)));
    let right = SealedPair { key: &key, room: "room", own: BEN, other: ADA };
    let name = LaneName { ours: BENS, theirs: ADAS };
    let earlier = |member| SealedMember { nonce: "earlier", ..member };
    let cem = |member| SealedMember { id: "cem-id", ..member };
    for (pair, name) in [
        (SealedPair { key: &other_key, ..right }, name),
        (SealedPair { room: "other", ..right }, name),
        (SealedPair { own: earlier(BEN), ..right }, name),
        (SealedPair { own: cem(BEN), ..right }, name),
        (SealedPair { other: earlier(ADA), ..right }, name),
        (SealedPair { other: cem(ADA), ..right }, name),
        (right, LaneName { ours: FRESH, ..name }),
        (right, LaneName { theirs: FRESH, ..name }),
    ] {
        let mut there = LaneSealer::new(pair, name).unwrap();
        assert_eq!(there.open(&sealed), Err(LaneError::Tampered), "{pair:?} {name:?}");
    }
}

#[test]
fn too_long_a_message_is_refused_on_both_sides() {
    let (mut ada, mut ben) = sides();
    assert_eq!(ada.seal(&vec![0; MAX_LANE_MESSAGE_BYTES + 1]), Err(LaneError::TooLong));
    let long = vec![0; MAX_LANE_MESSAGE_BYTES + TAG_BYTES + 1];
    assert_eq!(ben.open(&long), Err(LaneError::TooLong));
}

#[test]
fn a_lane_carries_so_many_bytes_and_no_more_tags_included() {
    let (mut ada, mut ben) = sides_of(40);
    let (mut unlimited, _) = sides();
    for message in [b"four", b"more"] {
        assert_eq!(ben.open(&ada.seal(message).unwrap()).as_deref(), Ok(&message[..]));
        unlimited.seal(message).unwrap();
    }
    assert_eq!(ada.seal(b""), Err(LaneError::UsedUp));
    assert_eq!(ben.open(&unlimited.seal(b"").unwrap()), Err(LaneError::UsedUp));
}

#[test]
fn a_lane_is_not_made_with_a_member_that_has_our_own_nonce() {
    let key = key();
    let other = SealedMember { id: "ben-id", ..ADA };
    let pair = SealedPair { key: &key, room: "room", own: ADA, other };
    let made = LaneSealer::new(pair, LaneName { ours: ADAS, theirs: BENS });
    assert_eq!(made.err(), Some(LaneError::Tampered));
}
