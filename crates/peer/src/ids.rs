//! The form of the names that the service gives: 128 random bits in base64url.

/// Whether the text can be the name of a room, a member, a knock or a page.
pub(crate) fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == 22 && text.bytes().all(allowed)
}
