//! The key in a room's link, behind the `#`: 128 random bits that no server sees. The browser's twin
//! is `link-key.ts`.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use zeroize::Zeroizing;

/// How many bytes a link key has.
const LINK_KEY_BYTES: usize = 16;

/// How many bytes a page's nonce has.
const NONCE_BYTES: usize = 16;

/// The secret of a room. Its bytes are private and overwritten at the end, and no log shows them.
#[derive(Clone)]
pub struct LinkKey(Zeroizing<[u8; LINK_KEY_BYTES]>);

impl LinkKey {
    /// A new key.
    pub fn make(random: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; LINK_KEY_BYTES]);
        random.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// Reads the 22 characters of base64url (RFC 4648 §5), in canonical form only.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The 22 characters that stand in the link.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(*self.0)
    }

    /// The key's bytes, for deriving other keys from them; never for sealing with them as they are.
    pub(crate) fn bytes(&self) -> &[u8] {
        &*self.0
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(..)")
    }
}

/// What an end draws once, when it starts, so that others can tell it from the one it was before:
/// 128 random bits in base64url.
pub fn page_nonce(random: &mut impl CryptoRng) -> String {
    let mut bytes = [0; NONCE_BYTES];
    random.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
