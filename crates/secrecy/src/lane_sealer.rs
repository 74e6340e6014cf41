//! Seals the binary messages of a lane that runs through the server's WebSocket relay, where no DTLS
//! protects them: the relay sees how many there are and how long, and can do nothing but break off. The
//! browser's twin is `lane-sealer.ts`.
//!
//! Each side draws its half of the lane's name at random and sends it first, in clear. Both halves go
//! into the keys of both directions, so that no key ever serves twice, whatever server or other side do:
//! that is what allows the nonce to be a mere counter, which both know and nobody sends. A message that
//! is missing, repeated or out of order meets the wrong count and does not open.

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use thiserror::Error;

use crate::key_schedule::{Purpose, derive_key};
use crate::signal_sealer::SealedPair;

#[cfg(test)]
mod tests;

/// How many bytes either half of a lane's name has.
pub const LANE_HALF_BYTES: usize = 16;

/// Most bytes of one message before it is sealed.
pub const MAX_LANE_MESSAGE_BYTES: usize = 256 * 1024;

/// Most bytes under one key when sealed, 256 GiB: there an observer tells the lane's bytes from random
/// ones with a probability of 2⁻⁵⁷ (RFC 8446 §5.5 counts alike). A longer transfer takes another lane.
pub const MAX_LANE_BYTES: u64 = 1 << 38;

/// GCM's.
const TAG_BYTES: usize = 16;

/// The name of a lane, which each side draws half of, for one connection only.
#[derive(Clone, Copy, Debug)]
pub struct LaneName {
    /// This side's half: the first message to send.
    pub ours: [u8; LANE_HALF_BYTES],
    /// The other side's: the first message to come.
    pub theirs: [u8; LANE_HALF_BYTES],
}

/// Why a lane came to an end.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LaneError {
    /// A message is longer than [`MAX_LANE_MESSAGE_BYTES`].
    #[error("the message is too long")]
    TooLong,
    /// The lane has carried [`MAX_LANE_BYTES`] in this direction.
    #[error("the lane is used up")]
    UsedUp,
    /// The other side did not seal this as its next message.
    #[error("somebody between changed what was said")]
    Tampered,
}

/// One side of one lane: seals what it sends, opens what it hears. After an error it is over in that
/// direction.
pub struct LaneSealer {
    sealing: Direction,
    opening: Direction,
}

impl LaneSealer {
    /// A side of the lane of that name, between the two of the pair. [`LaneError::Tampered`] when the
    /// other's nonce is our own.
    pub fn new(pair: SealedPair<'_>, name: LaneName) -> Result<Self, LaneError> {
        Self::with_limit(pair, name, MAX_LANE_BYTES)
    }

    fn with_limit(pair: SealedPair<'_>, name: LaneName, max_bytes: u64) -> Result<Self, LaneError> {
        let SealedPair { key, room, own, other } = pair;
        if own.nonce == other.nonce {
            return Err(LaneError::Tampered);
        }
        let [room, own_id, own_nonce] = [room, own.id, own.nonce].map(str::as_bytes);
        let [other_id, other_nonce] = [other.id, other.nonce].map(str::as_bytes);
        let LaneName { ours, theirs } = &name;
        let there = [room, own_id, own_nonce, other_id, other_nonce, ours, theirs];
        let back = [room, other_id, other_nonce, own_id, own_nonce, theirs, ours];
        let direction = |parts: &[&[u8]]| {
            let key = derive_key(key.bytes(), Purpose::Relay, parts);
            Direction { cipher: Some(Aes256Gcm::new(&(*key).into())), next: 0, left: max_bytes }
        };
        Ok(Self { sealing: direction(&there), opening: direction(&back) })
    }

    /// Seals the next message.
    pub fn seal(&mut self, message: &[u8]) -> Result<Vec<u8>, LaneError> {
        self.sealing.take(message.len() + TAG_BYTES, |cipher, nonce| cipher.encrypt(nonce, message))
    }

    /// Opens the next message.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Vec<u8>, LaneError> {
        self.opening.take(sealed.len(), |cipher, nonce| cipher.decrypt(nonce, sealed))
    }
}

/// GCM's nonce: 96 bits.
type Count = Nonce<aes_gcm::aead::consts::U12>;

/// One direction of a lane: its key and its count.
struct Direction {
    /// `None` once something has gone wrong.
    cipher: Option<Aes256Gcm>,
    next: u64,
    left: u64,
}

impl Direction {
    /// Counts a message, by its length when sealed, and does with it what is to be done.
    fn take(
        &mut self,
        length: usize,
        operation: impl FnOnce(&Aes256Gcm, &Count) -> aes_gcm::aead::Result<Vec<u8>>,
    ) -> Result<Vec<u8>, LaneError> {
        let cipher = self.cipher.take().ok_or(LaneError::Tampered)?;
        if length > MAX_LANE_MESSAGE_BYTES + TAG_BYTES {
            return Err(LaneError::TooLong);
        }
        self.left = self.left.checked_sub(length as u64).ok_or(LaneError::UsedUp)?;
        let mut nonce = Count::default();
        nonce[4..].copy_from_slice(&self.next.to_be_bytes());
        self.next += 1;
        let result = operation(&cipher, &nonce).map_err(|_| LaneError::Tampered)?;
        self.cipher = Some(cipher);
        Ok(result)
    }
}
