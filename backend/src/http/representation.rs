//! Content that is saved or looked at: what is said of it, and which part of it is asked for, by range and by condition (RFC 9110
//! §13, §14). Called by the handlers that serve files and archives.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, IntoResponseParts, Response};
use axum_extra::TypedHeader;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sharesync_protocol::api::Sha256Digest;

use super::precondition::Validators;
use super::range::{self, Wanted};
use crate::error::Result;

/// Nothing in stored content may run here, whatever it is and however it is opened.
const CONTENT_POLICY: &str = "default-src 'none'; sandbox";

/// Content as it is served.
pub struct Representation {
    /// What tells it from another.
    pub validators: Validators,
    /// The digest of all of it, where that is known.
    pub sha256: Option<Sha256Digest>,
    /// Bytes.
    pub size: u64,
    /// Media type.
    pub content_type: String,
    /// Whether it is to be saved, and under which name.
    pub disposition: String,
}

impl Representation {
    /// Which part of it a request is for; none where its asker has it. [`Error::PreconditionFailed`] and
    /// [`Error::RangeNotSatisfiable`] where it is not what they believe.
    ///
    /// [`Error::PreconditionFailed`]: crate::error::Error::PreconditionFailed
    /// [`Error::RangeNotSatisfiable`]: crate::error::Error::RangeNotSatisfiable
    pub fn wanted(&self, headers: &HeaderMap) -> Result<Option<Wanted>> {
        if !self.validators.are_wanted(headers)? {
            return Ok(None);
        }
        if self.validators.are_of_range(headers) {
            range::wanted(headers, self.size).map(Some)
        } else {
            Ok(Some(Wanted::Whole))
        }
    }

    /// What is answered to whoever has it.
    pub fn not_modified(&self) -> Response {
        (StatusCode::NOT_MODIFIED, self.about(), ()).into_response()
    }

    /// The part that is wanted.
    pub fn respond(self, wanted: Wanted, body: Body) -> Response {
        let (from, to) = wanted.of(self.size);
        let (status, range) = match wanted {
            Wanted::Whole => (StatusCode::OK, None),
            Wanted::Part { .. } => {
                let range = format!("bytes {from}-{}/{}", to - 1, self.size);
                (StatusCode::PARTIAL_CONTENT, Some([(header::CONTENT_RANGE, range)]))
            }
        };
        let about = self.about();
        let headers = [
            (header::CONTENT_TYPE, self.content_type),
            (header::CONTENT_LENGTH, (to - from).to_string()),
            (header::CONTENT_DISPOSITION, self.disposition),
            (header::ACCEPT_RANGES, "bytes".into()),
            (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY.into()),
            // Nor does another site's page show it as its own, or learn of it what it is.
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin".into()),
        ];
        (status, about, headers, range, body).into_response()
    }

    /// What is said of content whether or not it is sent.
    fn about(&self) -> impl IntoResponseParts + use<> {
        (
            TypedHeader(self.validators.etag.clone()),
            TypedHeader(self.validators.last_modified()),
            [(header::CACHE_CONTROL, "private, no-cache")],
            // Of the whole, whichever range of it is sent (RFC 9530 §3).
            self.sha256.map(|Sha256Digest(digest)| {
                let digest = format!("sha-256=:{}:", STANDARD.encode(digest));
                [(HeaderName::from_static("repr-digest"), digest)]
            }),
        )
    }
}
