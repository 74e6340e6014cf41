//! Bytes of a known number, as exchanges write them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Reads them from base64url; `None` for anything else, which none of our ends sends.
pub(crate) fn read_bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Four characters for three bytes: longer texts are not even looked at.
    if text.len() != (N * 4).div_ceil(3) {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
