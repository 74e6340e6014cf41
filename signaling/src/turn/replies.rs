//! Answers and indications as they go on the wire (RFC 8489 §5, RFC 8656 §11 and §12).

use std::net::SocketAddr;

use turn_types::attribute::{Data, XorPeerAddress};
use turn_types::message::DATA;
use turn_types::stun::attribute::{
    AttributeType, ErrorCode, Nonce, Realm, UnknownAttributes, XorMappedAddress,
};
use turn_types::stun::message::{
    IntegrityAlgorithm, IntegrityKey, Message, MessageWrite, MessageWriteExt, MessageWriteVec,
    StunWriteError,
};
use turn_types::stun::prelude::AttributeWrite;

use super::admission::REALM;

/// Bytes set aside for an answer; all fit.
const ANSWER_BYTES: usize = 256;

/// A message that could not be written; its attributes were too large or there twice, which ours
/// are not.
pub(super) type Written = Result<Vec<u8>, StunWriteError>;

/// Answers Binding: the address that the client is seen under.
pub(super) fn binding(request: &Message<'_>, client: SocketAddr) -> Written {
    let mut answer = Message::builder_success(request, MessageWriteVec::with_capacity(64));
    answer.add_attribute(&XorMappedAddress::new(client, request.transaction_id()))?;
    answer.add_fingerprint()?;
    Ok(answer.finish())
}

/// Answers a request that was carried out.
pub(super) fn success(
    request: &Message<'_>,
    attributes: &[&dyn AttributeWrite],
    key: &IntegrityKey,
) -> Written {
    let room = MessageWriteVec::with_capacity(ANSWER_BYTES);
    let mut answer = Message::builder_success(request, room);
    for attribute in attributes {
        answer.add_attribute(*attribute)?;
    }
    signed(answer, key)
}

/// Answers a stranger's request that is not carried out; with what a credential is shown by where
/// one is missing or the nonce is too old.
pub(super) fn challenge(request: &Message<'_>, code: u16, nonce: &str) -> Written {
    let room = MessageWriteVec::with_capacity(ANSWER_BYTES);
    let mut answer = Message::builder_error(request, room);
    answer.add_attribute(&ErrorCode::builder(code).build()?)?;
    if code != ErrorCode::BAD_REQUEST {
        answer.add_attribute(&Realm::new(REALM)?)?;
        answer.add_attribute(&Nonce::new(nonce)?)?;
    }
    answer.add_fingerprint()?;
    Ok(answer.finish())
}

/// Answers a request that is not carried out.
pub(super) fn refusal(request: &Message<'_>, code: u16, key: &IntegrityKey) -> Written {
    let room = MessageWriteVec::with_capacity(ANSWER_BYTES);
    let mut answer = Message::builder_error(request, room);
    answer.add_attribute(&ErrorCode::builder(code).build()?)?;
    signed(answer, key)
}

/// Answers a request with attributes that have to be understood and are not.
pub(super) fn unknown_attributes(
    request: &Message<'_>,
    unknown: &[AttributeType],
    key: &IntegrityKey,
) -> Written {
    let room = MessageWriteVec::with_capacity(ANSWER_BYTES);
    let mut answer = Message::builder_error(request, room);
    answer.add_attribute(&ErrorCode::builder(ErrorCode::UNKNOWN_ATTRIBUTE).build()?)?;
    answer.add_attribute(&UnknownAttributes::new(unknown))?;
    signed(answer, key)
}

/// Carries what a peer sent to a client that has no channel for it.
pub(super) fn data(peer: SocketAddr, payload: &[u8]) -> Written {
    let room = MessageWriteVec::with_capacity(64 + payload.len());
    let mut indication = Message::builder_indication(DATA, room);
    let transaction = indication.transaction_id();
    indication.add_attribute(&XorPeerAddress::new(peer, transaction))?;
    indication.add_attribute(&Data::new(payload))?;
    Ok(indication.finish())
}

fn signed(mut answer: MessageWriteVec, key: &IntegrityKey) -> Written {
    answer.add_message_integrity_with_key(key, IntegrityAlgorithm::Sha1)?;
    answer.add_fingerprint()?;
    Ok(answer.finish())
}
