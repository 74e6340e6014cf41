//! How a device nearby is told of a room without a link: an ephemeral key agreement over ristretto255
//! (RFC 9496) by way of the signaling service, and two words that both people see. The sender commits to
//! its share before it sees the receiver's (as in ZRTP, RFC 6189 §4.4.1.1), so that whoever sits in the
//! middle has one try at making the words the same, and nothing to search in.
//!
//! ```text
//! sender                                receiver
//!   nearby-knock {device, commit} ──▶           a hash of the sender's share
//!                                 ◀──  pake {share}     the receiver's
//!   pake {reveal}                 ──▶           the sender's; both have the words now
//!                                 ◀──  pake {accept}    a person says yes; the page's nonce
//!   pake {invite}                 ──▶           room and key
//! ```
//!
//! Nothing here proves who the other is: that do people, by comparing the words. Each step consumes the
//! one before, so that an exchange serves one attempt. The browser's twin is `nearby-exchange.ts`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::code_words::two_words;
use crate::cpace::{SHARE_BYTES, multiply_verified, sample_scalar};
use crate::fixed_bytes::read_bytes;
use crate::invitation::{Invitation, is_id};
use crate::key_schedule::{KEY_BYTES, Key, Purpose, derive_key};
use crate::sealed_box::{open_box, seal_box};

/// A sealing key serves one message, which needs no telling apart from others.
const NO_CONTEXT: &[u8] = &[];

/// A device, as the service told of it.
#[derive(Clone, Copy, Debug)]
pub struct NearbyDevice<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it calls itself.
    pub name: &'a str,
    /// What it runs on, if it said so.
    pub platform: Option<&'a str>,
}

/// Between whom. Both ends put in what they know of both, so that the words differ where the service
/// has shown one of them as somebody else.
#[derive(Clone, Copy, Debug)]
pub struct NearbyPair<'a> {
    /// Who has files, and knocks.
    pub sender: NearbyDevice<'a>,
    /// Who is to have them.
    pub receiver: NearbyDevice<'a>,
}

/// What came was not said by the end that the keys were agreed with, or not at this point.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("somebody between changed what was said")]
pub struct Tampered;

/// The end that knocks.
pub struct NearbySender {
    parts: PairParts,
    party: Party,
}

impl NearbySender {
    /// Begins an exchange; returns the `commit` that goes with the knock, too.
    pub fn new(pair: NearbyPair<'_>, random: &mut impl CryptoRng) -> (Self, String) {
        let party = Party::new(random);
        let commit = URL_SAFE_NO_PAD.encode(*commitment(&party.share));
        (Self { parts: PairParts::of(pair), party }, commit)
    }

    /// Takes the receiver's `share`; returns the `reveal` that answers it, too.
    pub fn reveal(self, share: &str) -> Result<(RevealedSender, String), Tampered> {
        let receiver = read_bytes(share).ok_or(Tampered)?;
        let sender = self.party.share;
        let agreed = self.party.agree(&receiver, &self.parts, &sender, &receiver)?;
        Ok((RevealedSender(agreed), URL_SAFE_NO_PAD.encode(sender)))
    }
}

/// A sender that waits for the receiver's person.
pub struct RevealedSender(Agreed);

impl RevealedSender {
    /// The two words to be compared.
    pub fn words(&self) -> [&'static str; 2] {
        self.0.words
    }

    /// Takes the receiver's `accept`; returns the nonce of the page that will enter the room, and the
    /// `invite` for it.
    pub fn invite(
        self,
        accept: &str,
        invitation: Invitation,
        random: &mut impl CryptoRng,
    ) -> Result<(String, String), Tampered> {
        let plaintext = open_box(&self.0.accept, accept, NO_CONTEXT).ok_or(Tampered)?;
        let Acceptance { nonce } = serde_json::from_slice(&plaintext).map_err(|_| Tampered)?;
        if !is_id(&nonce) {
            return Err(Tampered);
        }
        let text = invitation.into_plaintext();
        let invite = seal_box(&self.0.invite, &text, NO_CONTEXT, random);
        Ok((nonce, invite.expect("a link is short")))
    }
}

/// The end that is knocked at.
pub struct NearbyReceiver {
    parts: PairParts,
    party: Party,
    commit: [u8; KEY_BYTES],
}

impl NearbyReceiver {
    /// Takes the sender's `commit`; returns the `share` that answers it, too.
    pub fn new(
        pair: NearbyPair<'_>,
        commit: &str,
        random: &mut impl CryptoRng,
    ) -> Result<(Self, String), Tampered> {
        let commit = read_bytes(commit).ok_or(Tampered)?;
        let party = Party::new(random);
        let share = URL_SAFE_NO_PAD.encode(party.share);
        Ok((Self { parts: PairParts::of(pair), party, commit }, share))
    }

    /// Takes the sender's `reveal`, which must be what it committed to.
    pub fn open(self, reveal: &str) -> Result<OpenedReceiver, Tampered> {
        let sender = read_bytes(reveal).ok_or(Tampered)?;
        if *commitment(&sender) != self.commit {
            return Err(Tampered);
        }
        let receiver = self.party.share;
        self.party.agree(&sender, &self.parts, &sender, &receiver).map(OpenedReceiver)
    }
}

/// A receiver whose person is asked.
pub struct OpenedReceiver(Agreed);

impl OpenedReceiver {
    /// The two words to be compared.
    pub fn words(&self) -> [&'static str; 2] {
        self.0.words
    }

    /// Says yes, as the page of this nonce; returns the `accept` that tells the sender, too.
    pub fn accept(self, nonce: &str, random: &mut impl CryptoRng) -> (AcceptedReceiver, String) {
        let text = serde_json::to_vec(&Acceptance { nonce: nonce.to_owned() });
        let text = text.expect("a string is JSON");
        let accept = seal_box(&self.0.accept, &text, NO_CONTEXT, random);
        (AcceptedReceiver(self.0.invite), accept.expect("a nonce is short"))
    }
}

/// A receiver that waits for its invitation.
pub struct AcceptedReceiver(Key);

impl AcceptedReceiver {
    /// Takes the sender's `invite`.
    pub fn enter(self, invite: &str) -> Result<Invitation, Tampered> {
        let plaintext = open_box(&self.0, invite, NO_CONTEXT).map(Zeroizing::new);
        plaintext.and_then(|bytes| Invitation::read(&bytes)).ok_or(Tampered)
    }
}

/// What the receiver's person agreed to, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Acceptance {
    nonce: String,
}

/// Both devices as the key schedule has them, the sender first.
struct PairParts([String; 6]);

impl PairParts {
    fn of(NearbyPair { sender, receiver }: NearbyPair<'_>) -> Self {
        let [s, r] = [sender, receiver]
            .map(|device| [device.id, device.name, device.platform.unwrap_or_default()]);
        Self([s[0], s[1], s[2], r[0], r[1], r[2]].map(str::to_owned))
    }
}

/// One end's secret and its share.
struct Party {
    scalar: Zeroizing<Scalar>,
    share: [u8; SHARE_BYTES],
}

/// What the two derive from the agreement and from all that was said before it.
struct Agreed {
    words: [&'static str; 2],
    accept: Key,
    invite: Key,
}

impl Party {
    fn new(random: &mut impl CryptoRng) -> Self {
        let scalar = sample_scalar(random);
        let share = RistrettoPoint::mul_base(&scalar).compress().to_bytes();
        Self { scalar, share }
    }

    /// Fails where the other's share is no group element, or the neutral one, or our own played back.
    fn agree(
        self,
        theirs: &[u8; SHARE_BYTES],
        PairParts(devices): &PairParts,
        sender: &[u8; SHARE_BYTES],
        receiver: &[u8; SHARE_BYTES],
    ) -> Result<Agreed, Tampered> {
        if *theirs == self.share {
            return Err(Tampered);
        }
        let secret = multiply_verified(&self.scalar, theirs).ok_or(Tampered)?;
        let mut parts: Vec<&[u8]> = devices.iter().map(String::as_bytes).collect();
        parts.extend([sender.as_slice(), receiver.as_slice()]);
        let key = |purpose| derive_key(&*secret, purpose, &parts);
        let words = key(Purpose::NearbyWords);
        Ok(Agreed {
            words: two_words([words[0], words[1]]),
            accept: key(Purpose::NearbyAccept),
            invite: key(Purpose::NearbyInvite),
        })
    }
}

/// What a share's owner can say of it beforehand: it hides the share, and fits no other.
fn commitment(share: &[u8; SHARE_BYTES]) -> Key {
    derive_key(share, Purpose::NearbyCommit, &[])
}
