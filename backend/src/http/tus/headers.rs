//! The headers of tus 1.0, and how they are read.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};
use crate::uploads::Checksum;

/// What bytes can be checked by.
pub(super) const ALGORITHMS: &str = "sha1,sha256";
/// What bytes of a file come as.
const CHUNK_TYPE: &str = "application/offset+octet-stream";
/// Bytes that a client may say of a file.
const MAX_METADATA: usize = 8 * 1024;
pub(super) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub(super) const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(super) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub(super) const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Makes sure that bytes come as what they are.
pub(super) fn check_type(headers: &HeaderMap) -> Result<()> {
    if headers.get(header::CONTENT_TYPE).is_some_and(|given| given == CHUNK_TYPE) {
        Ok(())
    } else {
        Err(Error::UnsupportedType(format!("Send the bytes as {CHUNK_TYPE}.")))
    }
}

/// A header's value.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>> {
    let text = headers.get(name).map(HeaderValue::to_str).transpose();
    text.map_err(|_| Error::BadRequest(format!("{name} is not ASCII")))
}

/// A header that holds a number of bytes, in digits alone.
pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>> {
    let Some(text) = text(headers, name)? else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok());
    let number = digits.flatten().filter(|number| i64::try_from(*number).is_ok());
    number.map(Some).ok_or_else(|| Error::BadRequest(format!("{name} is not a number of bytes")))
}

/// What a client says of a file: `key value, key value, key`, the values in base64.
pub(super) fn metadata(headers: &HeaderMap) -> Result<Vec<(String, String)>> {
    let said = text(headers, &UPLOAD_METADATA)?.unwrap_or_default();
    if said.len() > MAX_METADATA {
        return Err(Error::BadRequest(format!("Upload-Metadata has over {MAX_METADATA} bytes")));
    }
    let pairs = said.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let read = pairs.map(|pair| {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = STANDARD.decode(value).ok().and_then(|value| String::from_utf8(value).ok());
        let value = value
            .ok_or_else(|| Error::BadRequest(format!("Upload-Metadata: {key} is not base64")))?;
        Ok((key.to_owned(), value))
    });
    read.collect()
}

/// What the bytes must be: an algorithm, and a digest in base64.
pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>> {
    let Some(said) = text(headers, &UPLOAD_CHECKSUM)? else { return Ok(None) };
    let (algorithm, digest) = said.split_once(' ').unwrap_or((said, ""));
    let digest = STANDARD.decode(digest.trim()).unwrap_or_default();
    let checksum = match algorithm {
        "sha1" => digest.try_into().map(Checksum::Sha1).ok(),
        "sha256" => digest.try_into().map(Checksum::Sha256).ok(),
        _ => None,
    };
    let wrong = || Error::BadRequest(format!("Upload-Checksum: one of {ALGORITHMS} is needed"));
    checksum.map(Some).ok_or_else(wrong)
}
