//! What a link holds, as one end seals it for another: by a code, or for a device nearby. The browser's
//! twin is `invitation.ts`.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::link_key::LinkKey;

/// A room's id, or a page's nonce, in characters of base64url.
const ID_CHARACTERS: usize = 22;

/// Everything that a link holds.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The room's id.
    pub room: String,
    /// The room's key.
    pub key: LinkKey,
}

/// The invitation as it is sealed.
#[derive(Serialize, Deserialize)]
struct Said {
    room: String,
    key: String,
}

impl Invitation {
    /// What is sealed.
    pub(crate) fn into_plaintext(self) -> Zeroizing<Vec<u8>> {
        let said = Said { room: self.room, key: self.key.text() };
        Zeroizing::new(serde_json::to_vec(&said).expect("two strings are JSON"))
    }

    /// Reads what was sealed; `None` for anything else.
    pub(crate) fn read(plaintext: &[u8]) -> Option<Self> {
        let Said { room, key } = serde_json::from_slice(plaintext).ok()?;
        let key = LinkKey::parse(&key)?;
        is_id(&room).then_some(Self { room, key })
    }
}

/// Whether the text can be a room's id or a page's nonce, and nothing else that an address could be
/// made of.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == ID_CHARACTERS && text.bytes().all(allowed)
}
