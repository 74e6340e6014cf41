//! How keys are derived from secrets: HKDF-SHA-256 (RFC 5869) with an empty salt, and an `info` that
//! says what the key is for and between whom. The browser's twin is `key-schedule.ts`.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

/// How many bytes every derived key has.
pub const KEY_BYTES: usize = 32;

/// A derived key, overwritten at its end.
pub type Key = Zeroizing<[u8; KEY_BYTES]>;

/// What keys are for.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// Signals from one member to another.
    Signal,
    /// One direction of a lane through the relay.
    Relay,
    /// The guest's proof in a code exchange.
    CodeConfirm,
    /// The host's invitation in a code exchange.
    CodeSeal,
    /// What a sender says beforehand of its share in a nearby exchange.
    NearbyCommit,
    /// The words on both screens of a nearby exchange.
    NearbyWords,
    /// The receiver's acceptance in a nearby exchange.
    NearbyAccept,
    /// The sender's invitation in a nearby exchange.
    NearbyInvite,
}

impl Purpose {
    /// None is the beginning of another, so that no two `info`s can be the same.
    const fn label(self) -> &'static str {
        match self {
            Self::Signal => "sharesync/1 signal",
            Self::Relay => "sharesync/1 relay",
            Self::CodeConfirm => "sharesync/1 code confirm",
            Self::CodeSeal => "sharesync/1 code seal",
            Self::NearbyCommit => "sharesync/1 nearby commit",
            Self::NearbyWords => "sharesync/1 nearby words",
            Self::NearbyAccept => "sharesync/1 nearby accept",
            Self::NearbyInvite => "sharesync/1 nearby invite",
        }
    }
}

/// Derives a key. `info` is the purpose, then each part behind its length in bytes (u32,
/// big-endian), so that no two lists of parts read the same.
pub fn derive_key(secret: &[u8], purpose: Purpose, parts: &[&[u8]]) -> Key {
    let mut info = purpose.label().as_bytes().to_vec();
    for part in parts {
        let length = u32::try_from(part.len()).expect("parts are names, not files");
        info.extend_from_slice(&length.to_be_bytes());
        info.extend_from_slice(part);
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    Hkdf::<Sha256>::new(None, secret)
        .expand(&info, &mut *key)
        .expect("HKDF gives up to 8,160 bytes");
    key
}
