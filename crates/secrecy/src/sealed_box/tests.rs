//! What a box does not open, though the key is right.

use zeroize::Zeroizing;

use super::*;

/// A box with so many bytes in it, whatever they are too many for.
fn handmade(key: &Key, bytes: usize) -> String {
    let nonce = XNonce::default();
    let sealed = cipher(key).encrypt(&nonce, &*vec![0; bytes]).expect("a short text");
    URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
}

#[test]
fn what_is_longer_than_a_packet_can_carry_is_not_decrypted() {
    let key = Zeroizing::new([7; 32]);
    let longest = handmade(&key, MAX_PLAINTEXT_BYTES);
    assert_eq!(longest.len(), MAX_SEALED_CHARACTERS);
    assert!(open_box(&key, &longest, b"").is_some());
    assert!(open_box(&key, &handmade(&key, MAX_PLAINTEXT_BYTES + 1), b"").is_none());
}
