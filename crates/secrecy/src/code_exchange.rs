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
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::code_words::Code;
use crate::cpace::{CpaceInputs, CpaceMessage, CpaceParty, SHARE_BYTES, lv_cat, transcript};
use crate::key_schedule::{Key, Purpose, derive_key};
use crate::link_key::LinkKey;
use crate::sealed_box::{open_box, seal_box};

/// HMAC-SHA-256's length.
const CONFIRM_BYTES: usize = 32;

/// A room's id, in characters of base64url.
const ROOM_CHARACTERS: usize = 22;

/// The sealing key serves one message, which needs no telling apart from others.
const NO_CONTEXT: &[u8] = &[];

/// What the guest comes for: all that a link holds.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The room's id.
    pub room: String,
    /// The room's key.
    pub key: LinkKey,
}

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
        let host = read_bytes(host_message)?;
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
        let said = plaintext.as_ref().and_then(|bytes| serde_json::from_slice(bytes).ok());
        let SaidInvitation { room, key } = said.ok_or(CodeError::Tampered)?;
        let key = LinkKey::parse(&key).filter(|_| is_room(&room)).ok_or(CodeError::Tampered)?;
        Ok(Invitation { room, key })
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
        let guest = read_bytes(guest_message)?;
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
        let claimed: [u8; CONFIRM_BYTES] = read_bytes(confirm)?;
        if !bool::from(claimed.ct_eq(&*self.keys.confirm)) {
            return Err(CodeError::WrongCode);
        }
        let Invitation { room, key } = self.invitation;
        let text = serde_json::to_vec(&SaidInvitation { room, key: key.text() });
        let text = Zeroizing::new(text.expect("two strings are JSON"));
        Ok(seal_box(&self.keys.seal, &text, NO_CONTEXT, random).expect("a link is short"))
    }
}

/// The invitation as it is sealed.
#[derive(Serialize, Deserialize)]
struct SaidInvitation {
    room: String,
    key: String,
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

/// Reads bytes of a known number; none of our ends sends anything else.
fn read_bytes<const N: usize>(text: &str) -> Result<[u8; N], CodeError> {
    // Four characters for three bytes: longer texts are not even looked at.
    if text.len() != (N * 4).div_ceil(3) {
        return Err(CodeError::Tampered);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CodeError::Tampered)?;
    bytes.try_into().map_err(|_| CodeError::Tampered)
}

/// Whether the text can be a room's id, and nothing else that an address could be made of.
fn is_room(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == ROOM_CHARACTERS && text.bytes().all(allowed)
}
