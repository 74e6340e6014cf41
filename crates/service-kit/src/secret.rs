//! Randomness from the operating system, and the keys derived from a service's one secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;

/// `N` bytes that nobody can guess.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .expect("a machine whose random source fails cannot run a service safely");
    bytes
}

/// `N` bytes that nobody can guess, as base64url without padding: 16 make 22 characters.
pub fn random_token<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<N>())
}

/// The secret that a server keeps, from which each use has a key of its own, so that what one use
/// signs is worth nothing to another.
pub struct RootSecret(SecretBox<[u8]>);

impl RootSecret {
    /// Fewest bytes a secret may have.
    pub const MIN_BYTES: usize = 32;

    /// The secret, if it is long enough.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() >= Self::MIN_BYTES).then(|| Self(SecretBox::new(bytes.into_boxed_slice())))
    }

    /// The key for one use: HMAC-SHA-256 (RFC 2104) of the use's name, as in the expand step of
    /// HKDF (RFC 5869 §2.3).
    pub fn key_for(&self, purpose: &str) -> SigningKey {
        SigningKey(hmac_sha256(self.0.expose_secret(), &[purpose.as_bytes(), &[1]]))
    }
}

/// A key for one use of a [`RootSecret`].
#[derive(Clone)]
pub struct SigningKey([u8; 32]);

impl SigningKey {
    /// The key's bytes, for a library that signs by itself.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Signs the parts, each length-prefixed so that no two lists of parts read the same.
    pub fn sign(&self, parts: &[&str]) -> [u8; 32] {
        self.mac(parts).finalize().into_bytes().into()
    }

    /// Whether the signature is that of the parts, in constant time.
    pub fn verify(&self, parts: &[&str], signature: &[u8]) -> bool {
        self.mac(parts).verify_slice(signature).is_ok()
    }

    fn mac(&self, parts: &[&str]) -> Hmac<Sha256> {
        let mut mac = keyed(&self.0);
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length (RFC 2104 §2)")
}

fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed(key);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(purpose: &str) -> SigningKey {
        RootSecret::new(vec![7; 32]).unwrap().key_for(purpose)
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(RootSecret::new(vec![7; 31]).is_none());
    }

    #[test]
    fn a_signature_holds_for_its_parts_and_its_purpose_only() {
        let signature = key("a").sign(&["x", "y"]);
        assert!(key("a").verify(&["x", "y"], &signature));
        assert!(!key("a").verify(&["xy"], &signature));
        assert!(!key("a").verify(&["xy", ""], &signature));
        assert!(!key("b").verify(&["x", "y"], &signature));
    }

    #[test]
    fn tokens_differ() {
        assert_ne!(random_token::<16>(), random_token::<16>());
        assert_eq!(random_token::<16>().len(), 22);
    }
}
