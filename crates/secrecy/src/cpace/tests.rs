//! The draft's own test vectors, which `cpace.test.ts` reads, too, and shares that are none.

use std::convert::Infallible;

use rand::{TryCryptoRng, TryRng};
use serde_json::Value;

use super::*;

/// Gives the same 32 bytes whenever a scalar is drawn.
struct Scalars([u8; 32]);

impl TryRng for Scalars {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("a scalar is drawn in one piece")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("a scalar is drawn in one piece")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.0);
        Ok(())
    }
}

impl TryCryptoRng for Scalars {}

fn golden() -> Value {
    serde_json::from_str(include_str!("../../fixtures/cpace.json")).unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("a string of hexadecimal digits");
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn element(hex: &Value) -> [u8; 32] {
    bytes(hex).try_into().expect("32 bytes")
}

/// A party of the draft's own exchange.
fn party(exchange: &Value, scalar: [u8; 32]) -> CpaceParty {
    let [password, channel, session] =
        ["password", "channel", "session"].map(|name| bytes(&exchange[name]));
    let inputs = CpaceInputs { password: &password, channel: &channel, session: &session };
    CpaceParty::new(inputs, &mut Scalars(scalar))
}

/// The session key that the initiator of the draft's own exchange has with a share.
fn key_with(theirs: [u8; 32]) -> Option<Zeroizing<[u8; 64]>> {
    let exchange = &golden()["exchange"];
    let own = element(&exchange["initiator_share"]);
    let initiator = CpaceMessage { share: &own, associated: b"ADa" };
    let responder = CpaceMessage { share: &theirs, associated: b"ADb" };
    party(exchange, element(&exchange["initiator_scalar"]))
        .session_key(initiator, responder, &theirs)
}

#[test]
fn strings_are_written_behind_their_lengths() {
    let golden = golden();
    for vector in golden["lv_cat"].as_array().unwrap() {
        let strings: Vec<_> = vector["strings"].as_array().unwrap().iter().map(bytes).collect();
        let strings: Vec<_> = strings.iter().map(Vec::as_slice).collect();
        assert_eq!(lv_cat(&strings), bytes(&vector["encoded"]));
    }
    for vector in golden["lv_cat_of_counting"].as_array().unwrap() {
        let length = vector["length"].as_u64().unwrap();
        let counting: Vec<_> = (0..=u8::MAX).take(usize::try_from(length).unwrap()).collect();
        assert_eq!(lv_cat(&[&counting]), [bytes(&vector["prefix"]), counting.clone()].concat());
    }
}

#[test]
fn the_generator_is_the_drafts() {
    let exchange = &golden()["exchange"];
    let [password, channel, session] =
        ["password", "channel", "session"].map(|name| bytes(&exchange[name]));
    let inputs = CpaceInputs { password: &password, channel: &channel, session: &session };
    assert_eq!(*generator_string(inputs), bytes(&exchange["generator_string"]));
    let generator = calculate_generator(inputs).compress().to_bytes();
    assert_eq!(generator, element(&exchange["generator"]));
}

#[test]
fn a_password_that_fills_a_block_by_itself_is_not_padded() {
    let inputs = CpaceInputs { password: &[0; 200], channel: b"ci", session: b"sid" };
    assert_eq!(generator_string(inputs).len(), 18 + 202 + 1 + 3 + 4);
}

#[test]
fn shares_and_session_keys_are_the_drafts_at_both_parties() {
    let exchange = &golden()["exchange"];
    let names = ["initiator", "responder"];
    let shares = names.map(|name| element(&exchange[format!("{name}_share")]));
    let associated = names.map(|name| bytes(&exchange[format!("{name}_associated")]));
    let [initiator, responder] =
        [0, 1].map(|at| CpaceMessage { share: &shares[at], associated: &associated[at] });
    assert_eq!(transcript(initiator, responder), bytes(&exchange["transcript"]));
    for (at, name) in names.iter().enumerate() {
        let scalar = element(&exchange[format!("{name}_scalar")]);
        let party = party(exchange, scalar);
        assert_eq!(*party.share(), shares[at]);
        let shared = multiply_verified(&party.scalar, &shares[1 - at]).unwrap();
        assert_eq!(*shared, element(&exchange["shared_point"]));
        let key = party.session_key(initiator, responder, &shares[1 - at]).unwrap();
        assert_eq!(key.to_vec(), bytes(&exchange["session_key"]));
    }
}

#[test]
fn multiplication_with_what_somebody_sent_is_the_drafts() {
    let vector = &golden()["verified_multiplication"];
    let scalar = Scalar::from_canonical_bytes(element(&vector["scalar"])).unwrap();
    let product = multiply_verified(&scalar, &element(&vector["element"])).unwrap();
    assert_eq!(*product, element(&vector["product"]));
    for refused in vector["refused"].as_array().unwrap() {
        assert!(multiply_verified(&scalar, &element(refused)).is_none(), "{refused}");
        assert!(key_with(element(refused)).is_none(), "{refused}");
    }
}

#[test]
fn a_share_that_is_no_element_is_refused() {
    let exchange = &golden()["exchange"];
    let right = element(&exchange["responder_share"]);
    assert!(key_with(right).is_some());
    let mut not_reduced = [0xff; 32];
    (not_reduced[0], not_reduced[31]) = (0xed, 0x7f);
    let mut top_bit = right;
    top_bit[31] |= 0x80;
    let mut negative = [0; 32];
    negative[0] = 1;
    for share in [not_reduced, top_bit, negative] {
        assert!(key_with(share).is_none(), "{share:?}");
    }
}

#[test]
fn our_own_share_is_refused() {
    assert!(key_with(element(&golden()["exchange"]["initiator_share"])).is_none());
}

#[test]
fn a_scalar_has_252_bits() {
    let exchange = &golden()["exchange"];
    let mut cut = [0xff; 32];
    cut[31] = 0x0f;
    assert_eq!(party(exchange, [0xff; 32]).share(), party(exchange, cut).share());
}
