//! Seals what two members of a room tell each other through the signaling service. A server that
//! changes, replays, reorders or redirects it is found out. The browser's twin is `signal-sealer.ts`.

use rand::CryptoRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::key_schedule::{Key, Purpose, derive_key};
use crate::link_key::LinkKey;
use crate::sealed_box::{open_box, seal_box};

/// A member of a room, as the others know it.
#[derive(Clone, Copy, Debug)]
pub struct SealedMember<'a> {
    /// The id that the signaling service gave it.
    pub id: &'a str,
    /// What it drew at random when it started ([`crate::page_nonce`]).
    pub nonce: &'a str,
}

/// Between whom signals or lanes are sealed.
#[derive(Clone, Copy, Debug)]
pub struct SealedPair<'a> {
    /// The room's key.
    pub key: &'a LinkKey,
    /// The room's id.
    pub room: &'a str,
    /// This end.
    pub own: SealedMember<'a>,
    /// The end that it talks to.
    pub other: SealedMember<'a>,
}

/// Why a signal could not be sealed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SealError {
    /// JSON cannot say it, or not within [`crate::MAX_PLAINTEXT_BYTES`].
    #[error("the signal cannot be said in a packet")]
    Unsayable,
    /// 2³² signals have been sealed.
    #[error("no sequence numbers are left")]
    UsedUp,
}

/// Why something was not opened. Either way it is not to be acted on.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum OpenError {
    /// The other end did not say this, to this end, as this event, after all that was opened before.
    #[error("somebody between changed what was said")]
    Tampered,
    /// The other end itself sealed what is not of the form asked for.
    #[error("the other side sealed something else")]
    Malformed,
}

/// The sealer of one pair of members, in both directions. There must be one of them, and the same one,
/// for as long as both ends run, whatever happens to their sockets: it knows what has been heard.
pub struct SignalSealer {
    sealing: Key,
    opening: Key,
    /// The number of the next signal to be sealed; `None` when there is none left.
    next: Option<u32>,
    /// The number of the last signal that was opened.
    heard: Option<u32>,
}

impl SignalSealer {
    /// The sealer of a pair. [`OpenError::Tampered`] when the other's nonce is our own: then the server
    /// wants to play our words back to us, which only the nonces tell apart from another's.
    pub fn new(pair: SealedPair<'_>) -> Result<Self, OpenError> {
        let SealedPair { key, room, own, other } = pair;
        if own.nonce == other.nonce {
            return Err(OpenError::Tampered);
        }
        let key_for = |from: SealedMember<'_>, to: SealedMember<'_>| {
            let parts = [room, from.id, from.nonce, to.id, to.nonce].map(str::as_bytes);
            derive_key(key.bytes(), Purpose::Signal, &parts)
        };
        let (sealing, opening) = (key_for(own, other), key_for(other, own));
        Ok(Self { sealing, opening, next: Some(0), heard: None })
    }

    /// Seals the body of an event.
    pub fn seal(
        &mut self,
        event: &str,
        body: &impl Serialize,
        random: &mut impl CryptoRng,
    ) -> Result<String, SealError> {
        let sequence = self.next.ok_or(SealError::UsedUp)?;
        let mut plaintext = sequence.to_be_bytes().to_vec();
        serde_json::to_writer(&mut plaintext, body).map_err(|_| SealError::Unsayable)?;
        let sealed = seal_box(&self.sealing, &plaintext, event.as_bytes(), random);
        let sealed = sealed.ok_or(SealError::Unsayable)?;
        self.next = sequence.checked_add(1);
        Ok(sealed)
    }

    /// Opens the body of an event. After [`OpenError::Tampered`] nothing has changed.
    pub fn open<T: DeserializeOwned>(&mut self, event: &str, sealed: &str) -> Result<T, OpenError> {
        let plaintext =
            open_box(&self.opening, sealed, event.as_bytes()).ok_or(OpenError::Tampered)?;
        let (sequence, body) = plaintext.split_first_chunk().ok_or(OpenError::Tampered)?;
        let sequence = u32::from_be_bytes(*sequence);
        if self.heard.is_some_and(|heard| sequence <= heard) {
            return Err(OpenError::Tampered);
        }
        self.heard = Some(sequence);
        serde_json::from_slice(body).map_err(|_| OpenError::Malformed)
    }
}
