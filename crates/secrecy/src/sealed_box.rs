//! A text that nobody without the key can read or change: base64url of a random nonce and what
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) makes of the plaintext. The browser's twin is
//! `sealed-box.ts`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::CryptoRng;

use crate::key_schedule::Key;

#[cfg(test)]
mod tests;

/// So long that it may be random for every message under one key.
const NONCE_BYTES: usize = 24;

/// Poly1305's.
const TAG_BYTES: usize = 16;

/// Most characters of a sealed text: with its address around it, it fits a packet of 64 KiB.
pub const MAX_SEALED_CHARACTERS: usize = 64_000;

/// Most bytes that can be sealed into one text.
pub const MAX_PLAINTEXT_BYTES: usize = MAX_SEALED_CHARACTERS / 4 * 3 - NONCE_BYTES - TAG_BYTES;

/// Seals `plaintext`; `context` is not sent, but the box opens only where it is the same. `None` when
/// there are more than [`MAX_PLAINTEXT_BYTES`].
pub fn seal_box(
    key: &Key,
    plaintext: &[u8],
    context: &[u8],
    random: &mut impl CryptoRng,
) -> Option<String> {
    if plaintext.len() > MAX_PLAINTEXT_BYTES {
        return None;
    }
    let mut nonce = XNonce::default();
    random.fill_bytes(&mut nonce);
    let payload = Payload { msg: plaintext, aad: context };
    let sealed = cipher(key).encrypt(&nonce, payload).expect("XChaCha20 takes 256 GiB");
    Some(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

/// Opens what [`seal_box`] made; `None` for anything else.
pub fn open_box(key: &Key, text: &str, context: &[u8]) -> Option<Vec<u8>> {
    if text.len() > MAX_SEALED_CHARACTERS {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
    let payload = Payload { msg: sealed, aad: context };
    cipher(key).decrypt(&XNonce::from(*nonce), payload).ok()
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(**key).into())
}
