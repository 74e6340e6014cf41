//! How a code becomes a link: the host hands room and key to whoever knows the two words, once. Four
//! messages, each relayed by the signaling service, which learns nothing from them:
//!
//! ```text
//! guest                                 host
//!   knock {nameplate, message}  ──▶           the guest's CPace share
//!                               ◀──  pake {message}    the host's
//!   pake {confirm}              ──▶           the guest knows the words
//!                               ◀──  pake {sealed}     so does the host; room and key
//! ```
//!
//! The host says nothing that depends on the words before the guest has shown that it knows them. Each
//! step consumes the one before, so that an exchange serves one attempt. Whoever has the sockets
//! carries the messages. The browser's twin is `code-exchange.ts`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rand::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::code_words::Code;
use crate::cpace::{CpaceInputs, CpaceMessage, CpaceParty, SHARE_BYTES, lv_cat, transcript};
use crate::fixed_bytes::read_bytes;
use crate::invitation::Invitation;
use crate::key_schedule::{Key, Purpose, derive_key};
use crate::sealed_box::{open_box, seal_box};

/// HMAC-SHA-256's length.
const CONFIRM_BYTES: usize = 32;

/// The sealing key serves one message, which needs no telling apart from others.
const NO_CONTEXT: &[u8] = &[];

/// Why an exchange came to nothing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CodeError {
    /// The guest does not know the words, or somebody between the two pretended so.
    #[error("the words are not those of the code")]
    WrongCode,
    /// What came was not said by an end that knows the words.
    #[error("somebody between changed what was said")]
    Tampered,
}

/// The end that typed the code.
pub struct CodeGuest(CpaceParty);

impl CodeGuest {
    /// Begins an exchange; returns the message that goes with `knock`, too.
    pub fn new(code: &Code, random: &mut impl CryptoRng) -> (Self, String) {
        let party = start_party(code, random);
        let message = URL_SAFE_NO_PAD.encode(party.share());
        (Self(party), message)
    }

    /// Takes the host's share; returns the `confirm` for it, too.
    pub fn confirm(self, host_message: &str) -> Result<(ConfirmedGuest, String), CodeError> {
        let host = read_bytes(host_message).ok_or(CodeError::Tampered)?;
        let guest = *self.0.share();
        let keys = derive_keys(self.0, &guest, &host, &host)?;
        Ok((ConfirmedGuest(keys.seal), URL_SAFE_NO_PAD.encode(*keys.confirm)))
    }
}

/// A guest that has shown that it knows the words.
pub struct ConfirmedGuest(Key);

impl ConfirmedGuest {
    /// Takes the host's confirmation, which is the invitation itself.
    pub fn open(self, sealed: &str) -> Result<Invitation, CodeError> {
        let plaintext = open_box(&self.0, sealed, NO_CONTEXT).map(Zeroizing::new);
        plaintext.and_then(|bytes| Invitation::read(&bytes)).ok_or(CodeError::Tampered)
    }
}

/// The end that made the code.
pub struct CodeHost {
    invitation: Invitation,
    party: CpaceParty,
}

impl CodeHost {
    /// Waits for one guest.
    pub fn new(code: &Code, invitation: Invitation, random: &mut impl CryptoRng) -> Self {
        Self { invitation, party: start_party(code, random) }
    }

    /// Takes the guest's share; returns the host's own, too.
    pub fn answer(self, guest_message: &str) -> Result<(AnsweredHost, String), CodeError> {
        let guest = read_bytes(guest_message).ok_or(CodeError::Tampered)?;
        let host = *self.party.share();
        let keys = derive_keys(self.party, &guest, &host, &guest)?;
        let message = URL_SAFE_NO_PAD.encode(host);
        Ok((AnsweredHost { invitation: self.invitation, keys }, message))
    }
}

/// A host that waits for its guest's confirmation.
pub struct AnsweredHost {
    invitation: Invitation,
    keys: ExchangeKeys,
}

impl AnsweredHost {
    /// Takes the guest's confirmation; returns the sealed invitation when it is right.
    pub fn seal(self, confirm: &str, random: &mut impl CryptoRng) -> Result<String, CodeError> {
        let claimed: [u8; CONFIRM_BYTES] = read_bytes(confirm).ok_or(CodeError::Tampered)?;
        if !bool::from(claimed.ct_eq(&*self.keys.confirm)) {
            return Err(CodeError::WrongCode);
        }
        let text = self.invitation.into_plaintext();
        Ok(seal_box(&self.keys.seal, &text, NO_CONTEXT, random).expect("a link is short"))
    }
}

/// What the two derive from the session key.
struct ExchangeKeys {
    /// The guest's proof that it has the same key: made by the guest, expected by the host.
    confirm: Zeroizing<[u8; CONFIRM_BYTES]>,
    /// Seals the invitation.
    seal: Key,
}

/// The roles stand in the channel's name, the guest first (draft-irtf-cfrg-cpace-21 §10.1.1). There is
/// no session id: nothing is known to both, and to nobody before, when the guest knocks (§4.1).
fn start_party(code: &Code, random: &mut impl CryptoRng) -> CpaceParty {
    let names = ["sharesync/1 code", "guest", "host", &code.nameplate].map(str::as_bytes);
    let channel = lv_cat(&names);
    let inputs = CpaceInputs { password: code.words.as_bytes(), channel: &channel, session: &[] };
    CpaceParty::new(inputs, random)
}

/// Key confirmation by a MAC over the transcript (§10.4), with keys of its own for each use (§10.3).
fn derive_keys(
    party: CpaceParty,
    guest: &[u8; SHARE_BYTES],
    host: &[u8; SHARE_BYTES],
    theirs: &[u8; SHARE_BYTES],
) -> Result<ExchangeKeys, CodeError> {
    let [guest, host] = [guest, host].map(|share| CpaceMessage { share, associated: &[] });
    let session = party.session_key(guest, host, theirs).ok_or(CodeError::Tampered)?;
    let confirm_key = derive_key(&*session, Purpose::CodeConfirm, &[]);
    let mac = Hmac::<Sha256>::new_from_slice(&*confirm_key).expect("HMAC takes keys of any length");
    let confirm = mac.chain_update(transcript(guest, host)).finalize().into_bytes().into();
    let seal = derive_key(&*session, Purpose::CodeSeal, &[]);
    Ok(ExchangeKeys { confirm: Zeroizing::new(confirm), seal })
}
