//! What a signaling service could do to signals, done; and what keys show of themselves.

use serde_json::json;
use sharesync_secrecy::{
    LinkKey, MAX_PLAINTEXT_BYTES, MAX_SEALED_CHARACTERS, OpenError, SealError, SealedMember,
    SealedPair, SignalSealer, page_nonce,
};

use crate::random::SYSTEM;

const ADA: SealedMember<'_> = SealedMember { id: "ada-id", nonce: "ada-nonce" };
const BEN: SealedMember<'_> = SealedMember { id: "ben-id", nonce: "ben-nonce" };

fn key() -> LinkKey {
    LinkKey::parse("AAECAwQFBgcICQoLDA0ODw").expect("22 characters")
}

fn sealers() -> (SignalSealer, SignalSealer) {
    let key = key();
    let sealer = |own, other| {
        let pair = SealedPair { key: &key, room: "room", own, other };
        SignalSealer::new(pair).expect("the nonces differ")
    };
    (sealer(ADA, BEN), sealer(BEN, ADA))
}

fn open(sealer: &mut SignalSealer, event: &str, sealed: &str) -> Result<u32, OpenError> {
    sealer.open(event, sealed)
}

fn seal(sealer: &mut SignalSealer, body: u32) -> String {
    sealer.seal("offer", &body, &mut SYSTEM.clone()).expect("a number is short")
}

#[test]
fn a_signal_opens_once() {
    let (mut ada, mut ben) = sealers();
    let sealed = seal(&mut ada, 1);
    assert_eq!(open(&mut ben, "offer", &sealed), Ok(1));
    assert_eq!(open(&mut ben, "offer", &sealed), Err(OpenError::Tampered));
}

#[test]
fn a_signal_may_go_missing_but_not_come_late() {
    let (mut ada, mut ben) = sealers();
    let (first, second) = (seal(&mut ada, 1), seal(&mut ada, 2));
    assert_eq!(open(&mut ben, "offer", &second), Ok(2));
    assert_eq!(open(&mut ben, "offer", &first), Err(OpenError::Tampered));
    assert_eq!(open(&mut ben, "offer", &seal(&mut ada, 3)), Ok(3));
}

#[test]
fn a_signal_opens_as_its_own_event_and_at_the_other_end_only() {
    let (mut ada, mut ben) = sealers();
    let sealed = seal(&mut ada, 1);
    assert_eq!(open(&mut ben, "answer", &sealed), Err(OpenError::Tampered));
    assert_eq!(open(&mut ada, "offer", &sealed), Err(OpenError::Tampered));
    assert_eq!(open(&mut ben, "offer", &sealed), Ok(1));
}

#[test]
fn a_signal_opens_for_its_pair_only() {
    let (mut ada, _) = sealers();
    let sealed = seal(&mut ada, 1);
    let (key, other_key) = (key(), LinkKey::make(&mut SYSTEM.clone()));
    let right = SealedPair { key: &key, room: "room", own: BEN, other: ADA };
    let earlier = |member| SealedMember { nonce: "earlier", ..member };
    let cem = |member| SealedMember { id: "cem-id", ..member };
    let cut = SealedMember { id: "ben-i", nonce: "dben-nonce" };
    for pair in [
        SealedPair { key: &other_key, ..right },
        SealedPair { room: "other", ..right },
        SealedPair { own: earlier(BEN), ..right },
        SealedPair { own: cem(BEN), ..right },
        SealedPair { own: cut, ..right },
        SealedPair { other: earlier(ADA), ..right },
        SealedPair { other: cem(ADA), ..right },
    ] {
        let mut there = SignalSealer::new(pair).unwrap();
        assert_eq!(open(&mut there, "offer", &sealed), Err(OpenError::Tampered), "{pair:?}");
    }
}

#[test]
fn what_is_no_sealed_signal_does_not_open() {
    let (mut ada, mut ben) = sealers();
    let right = seal(&mut ada, 1);
    let flip = if right.starts_with('A') { "B" } else { "A" };
    let changed = format!("{flip}{}", &right[1..]);
    let long = "A".repeat(MAX_SEALED_CHARACTERS + 4);
    for sealed in ["", "****", &"A".repeat(58), &long, &changed, &right[1..]] {
        assert_eq!(open(&mut ben, "offer", sealed), Err(OpenError::Tampered));
    }
    assert_eq!(open(&mut ben, "offer", &right), Ok(1));
}

#[test]
fn what_the_other_end_sealed_in_another_form_is_malformed() {
    let (mut ada, mut ben) = sealers();
    let sealed = ada.seal("offer", &json!({ "sdp": "v=0" }), &mut SYSTEM.clone()).unwrap();
    assert_eq!(open(&mut ben, "offer", &sealed), Err(OpenError::Malformed));
}

#[test]
fn what_no_packet_could_carry_is_not_sealed() {
    let (mut ada, mut ben) = sealers();
    let body = |overhead: usize| "x".repeat(MAX_PLAINTEXT_BYTES - overhead);
    let too_long = ada.seal("offer", &body(5), &mut SYSTEM.clone());
    assert_eq!(too_long, Err(SealError::Unsayable));
    let longest = ada.seal("offer", &body(6), &mut SYSTEM.clone()).unwrap();
    assert_eq!(longest.len(), MAX_SEALED_CHARACTERS);
    assert_eq!(ben.open("offer", &longest), Ok(body(6)));
}

#[test]
fn no_sealer_is_made_for_a_member_that_has_our_own_nonce() {
    let key = key();
    let other = SealedMember { id: "ben-id", ..ADA };
    let made = SignalSealer::new(SealedPair { key: &key, room: "room", own: ADA, other });
    assert_eq!(made.err(), Some(OpenError::Tampered));
}

#[test]
fn a_key_shows_in_no_log_and_is_another_each_time() {
    assert_eq!(format!("{:?}", key()), "LinkKey(..)");
    let make = || LinkKey::make(&mut SYSTEM.clone()).text();
    assert_ne!(make(), make());
    let nonce = || page_nonce(&mut SYSTEM.clone());
    assert_ne!(nonce(), nonce());
    assert_eq!(nonce().len(), 22);
}
