//! Preconditions (RFC 9110 §13): whether a representation is what its asker believes it to be, and whether it is one
//! that they have already. Asked by representations.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::http::HeaderMap;
use axum_extra::headers::{
    ETag, HeaderMapExt, IfMatch, IfModifiedSince, IfNoneMatch, IfRange, IfUnmodifiedSince,
    LastModified,
};
use sharesync_protocol::api::Sha256Digest;

use crate::error::{Error, Result};

/// What tells one representation from another.
pub struct Validators {
    /// Strong (§8.8.3): the same bytes, the same tag.
    pub etag: ETag,
    modified: SystemTime,
}

impl Validators {
    /// Those of content, stored at a time in milliseconds since the Unix epoch.
    pub fn new(sha256: Sha256Digest, stored_at: i64) -> Self {
        let etag = format!("\"{sha256}\"").parse().expect("digits in quotes are a tag");
        let age = Duration::from_millis(stored_at.try_into().unwrap_or_default());
        Self { etag, modified: UNIX_EPOCH + age }
    }

    /// When it was stored, to the second.
    pub fn last_modified(&self) -> LastModified {
        LastModified::from(self.modified)
    }

    /// Whether it is to be sent, in the order of §13.2.2: `false` where its asker has it.
    /// [`Error::PreconditionFailed`] where it is not what they believe.
    pub fn are_wanted(&self, headers: &HeaderMap) -> Result<bool> {
        let is_believed = match headers.typed_get::<IfMatch>() {
            Some(tags) => tags.precondition_passes(&self.etag),
            None => headers
                .typed_get::<IfUnmodifiedSince>()
                .is_none_or(|since| since.precondition_passes(self.modified)),
        };
        if !is_believed {
            return Err(Error::PreconditionFailed);
        }
        Ok(match headers.typed_get::<IfNoneMatch>() {
            Some(tags) => tags.precondition_passes(&self.etag),
            None => headers
                .typed_get::<IfModifiedSince>()
                .is_none_or(|since| since.is_modified(self.modified)),
        })
    }

    /// Whether a range that is asked for is one of this (§13.1.5).
    pub fn are_of_range(&self, headers: &HeaderMap) -> bool {
        let other =
            |range: IfRange| range.is_modified(Some(&self.etag), Some(&self.last_modified()));
        !headers.typed_get::<IfRange>().is_some_and(other)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::{self, HeaderName};

    use super::*;

    const THEN: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const STORED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn validators() -> Validators {
        Validators::new(Sha256Digest([0x11; 32]), 784_111_777_999)
    }

    fn tag() -> String {
        format!("\"{}\"", "11".repeat(32))
    }

    fn asked(headers: &[(HeaderName, &str)]) -> Result<bool> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        validators().are_wanted(&headers.collect())
    }

    fn fails(headers: &[(HeaderName, &str)]) -> bool {
        matches!(asked(headers), Err(Error::PreconditionFailed))
    }

    #[test]
    fn whoever_has_it_gets_nothing() {
        let (tag, several) = (tag(), format!("\"x\", W/{}", tag()));
        for same in [tag.as_str(), &several, "*"] {
            assert!(!asked(&[(header::IF_NONE_MATCH, same)]).unwrap(), "{same}");
        }
        assert!(asked(&[(header::IF_NONE_MATCH, "\"x\"")]).unwrap());
        for since in [STORED, LATER] {
            assert!(!asked(&[(header::IF_MODIFIED_SINCE, since)]).unwrap(), "{since}");
        }
        assert!(asked(&[(header::IF_MODIFIED_SINCE, THEN)]).unwrap());
        assert!(asked(&[(header::IF_MODIFIED_SINCE, "yesterday")]).unwrap());
        assert!(asked(&[]).unwrap());
    }

    #[test]
    fn whoever_believes_it_to_be_another_is_told() {
        let tag = tag();
        assert!(asked(&[(header::IF_MATCH, &tag)]).unwrap());
        assert!(asked(&[(header::IF_MATCH, "*")]).unwrap());
        assert!(fails(&[(header::IF_MATCH, "\"x\"")]));
        assert!(fails(&[(header::IF_MATCH, &format!("W/{tag}"))]));
        assert!(fails(&[(header::IF_UNMODIFIED_SINCE, THEN)]));
        assert!(asked(&[(header::IF_UNMODIFIED_SINCE, STORED)]).unwrap());
    }

    #[test]
    fn a_tag_counts_and_not_the_time_beside_it() {
        let tag = tag();
        let none_match = (header::IF_NONE_MATCH, "\"x\"");
        assert!(asked(&[none_match, (header::IF_MODIFIED_SINCE, LATER)]).unwrap());
        let matches = (header::IF_MATCH, tag.as_str());
        assert!(asked(&[matches, (header::IF_UNMODIFIED_SINCE, THEN)]).unwrap());
    }

    #[test]
    fn a_range_of_another_is_told_by_tag_or_by_time() {
        let of = |value: &str| {
            let headers = [(header::IF_RANGE, value.parse().unwrap())];
            validators().are_of_range(&headers.into_iter().collect())
        };
        let tag = tag();
        assert!(of(&tag));
        assert!(of(STORED));
        for other in ["\"x\"", &format!("W/{tag}"), THEN] {
            assert!(!of(other), "{other}");
        }
        assert!(validators().are_of_range(&HeaderMap::new()));
    }
}
