//! `CPace`, a balanced password-authenticated key exchange: two parties that know the same password
//! agree on a key, and whoever does not know it can try one guess an exchange and nothing offline.
//! draft-irtf-cfrg-cpace-21, suite CPACE-RISTR255-SHA512 (§5, §8.3), initiator-responder setting, over
//! ristretto255 (RFC 9496). Used by the code exchange, and its group by
//! the nearby exchange; the browser's twin is `cpace.ts`.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity;
use rand::CryptoRng;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// How many bytes a share has: one encoded group element.
pub const SHARE_BYTES: usize = 32;

/// G.DSI of §8.3.
const DSI: &[u8] = b"CPaceRistretto255";

/// G.DSI, and what §7.2 has behind it for the session key.
const DSI_ISK: &[u8] = b"CPaceRistretto255_ISK";

/// `H.s_in_bytes` of §6.2: SHA-512's block.
const BLOCK_BYTES: usize = 128;

/// What both parties must know alike.
#[derive(Clone, Copy)]
pub struct CpaceInputs<'a> {
    /// PRS: the password.
    pub password: &'a [u8],
    /// CI: between whom, and in which roles.
    pub channel: &'a [u8],
    /// sid: unique for the exchange, or empty where nothing such is known beforehand.
    pub session: &'a [u8],
}

/// A party's message, and what it says beside it in clear (`ADa` or `ADb`).
#[derive(Clone, Copy, Debug)]
pub struct CpaceMessage<'a> {
    /// Ya or Yb.
    pub share: &'a [u8; SHARE_BYTES],
    /// `ADa` or `ADb`.
    pub associated: &'a [u8],
}

/// One party's part in one exchange.
pub struct CpaceParty {
    scalar: Zeroizing<Scalar>,
    session: Vec<u8>,
    share: [u8; SHARE_BYTES],
}

impl CpaceParty {
    /// Draws a scalar and makes the share.
    pub fn new(inputs: CpaceInputs<'_>, random: &mut impl CryptoRng) -> Self {
        let scalar = sample_scalar(random);
        let share = (calculate_generator(inputs) * *scalar).compress().to_bytes();
        Self { scalar, session: inputs.session.to_vec(), share }
    }

    /// What to send: Ya or Yb.
    pub fn share(&self) -> &[u8; SHARE_BYTES] {
        &self.share
    }

    /// The intermediate session key, ISK: 64 bytes, the same at both parties if and only if password,
    /// channel, session and transcript are. `None` when the other's share is no group element, or the
    /// neutral one, or our own played back: then the exchange is over.
    pub fn session_key(
        self,
        initiator: CpaceMessage<'_>,
        responder: CpaceMessage<'_>,
        theirs: &[u8; SHARE_BYTES],
    ) -> Option<Zeroizing<[u8; 64]>> {
        if *theirs == self.share {
            return None;
        }
        let shared = multiply_verified(&self.scalar, theirs)?;
        let secret = Zeroizing::new(lv_cat(&[DSI_ISK, &self.session, &*shared]));
        let hash = Sha512::new().chain_update(&*secret);
        Some(Zeroizing::new(hash.chain_update(transcript(initiator, responder)).finalize().into()))
    }
}

/// `G.sample_scalar` of §8.3: 252 random bits, little-endian.
pub fn sample_scalar(random: &mut impl CryptoRng) -> Zeroizing<Scalar> {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill_bytes(&mut *bytes);
    bytes[31] &= 0x0f;
    // 252 bits are less than the group's order, so that nothing is reduced here.
    Zeroizing::new(Scalar::from_bytes_mod_order(*bytes))
}

/// `transcript_ir` of §6.3.
pub fn transcript(initiator: CpaceMessage<'_>, responder: CpaceMessage<'_>) -> Vec<u8> {
    lv_cat(&[initiator.share, initiator.associated, responder.share, responder.associated])
}

/// `lv_cat` of §6.3: every string behind its length in LEB128.
pub fn lv_cat(strings: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for string in strings {
        // Seven bits a byte, the lowest first, the top bit saying that more follow.
        let mut rest = string.len();
        while rest >= 0x80 {
            bytes.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        bytes.push(rest.to_le_bytes()[0]);
        bytes.extend_from_slice(string);
    }
    bytes
}

/// `generator_string` of §8.1: the password fills the hash's first block, however short it is.
pub fn generator_string(inputs: CpaceInputs<'_>) -> Zeroizing<Vec<u8>> {
    let CpaceInputs { password, channel, session } = inputs;
    let filled = Zeroizing::new(lv_cat(&[DSI, password])).len() + 1;
    let padding = vec![0; BLOCK_BYTES.saturating_sub(filled)];
    Zeroizing::new(lv_cat(&[DSI, password, &padding, channel, session]))
}

/// `G.calculate_generator` of §8.3: the element derivation of RFC 9496 §4.3.4, of the string's hash.
pub fn calculate_generator(inputs: CpaceInputs<'_>) -> RistrettoPoint {
    let hash = Sha512::digest(&*generator_string(inputs));
    RistrettoPoint::from_uniform_bytes(&hash.into())
}

/// `G.scalar_mult_vfy` of §8.3; `None` where that gives G.I, the neutral element.
pub fn multiply_verified(
    scalar: &Scalar,
    encoded: &[u8; SHARE_BYTES],
) -> Option<Zeroizing<[u8; SHARE_BYTES]>> {
    let product = CompressedRistretto(*encoded).decompress()? * scalar;
    (!product.is_identity()).then(|| Zeroizing::new(product.compress().to_bytes()))
}
