//! Addresses that take one part of an upload, of the shape that S3 presigning has (AWS Signature Version 4, query
//! parameters): the upload, the part, its length, its digest where that is known, and an expiry, signed together. Whoever
//! has the address may send that part and nothing else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sharesync_protocol::UploadId;
use sharesync_protocol::api::Sha256Digest;
use sharesync_service_kit::secret::SigningKey;

use crate::error::{Error, Result};
use crate::uploads::ExpectedPart;

/// Seconds an address lasts: a slow line takes some minutes for the part before.
pub const PART_URL_SECS: u64 = 3600;

/// The query of an address.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SignedPart {
    /// When the address stops working, in milliseconds since the Unix epoch.
    expires: i64,
    /// Bytes that the part has.
    length: u64,
    /// Digest of its bytes, where that was known.
    sha256: Option<Sha256Digest>,
    /// HMAC-SHA-256 over all of this and the path, as base64url.
    signature: String,
}

/// Makes and checks these addresses.
#[derive(Clone)]
pub struct PartAddresses {
    key: SigningKey,
}

impl PartAddresses {
    /// Addresses under a key of their own.
    pub fn new(key: SigningKey) -> Self {
        Self { key }
    }

    /// The path and query of an address for a part.
    pub fn sign(&self, part: &ExpectedPart, expires: i64) -> String {
        let said = Said::of(part, expires);
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(&said.parts()));
        let Said { path, expires, length, sha256 } = said;
        let sha256 = if sha256.is_empty() { sha256 } else { format!("&sha256={sha256}") };
        format!("{path}?expires={expires}&length={length}{sha256}&signature={signature}")
    }

    /// The part that an address stands for. [`Error::BadSignature`] where we did not make it as it is,
    /// [`Error::Expired`] where its time is over.
    pub fn verify(
        &self,
        upload: UploadId,
        number: u32,
        query: &SignedPart,
        now: i64,
    ) -> Result<ExpectedPart> {
        let part = ExpectedPart { upload, number, size: query.length, sha256: query.sha256 };
        let said = Said::of(&part, query.expires);
        let signature =
            URL_SAFE_NO_PAD.decode(&query.signature).map_err(|_| Error::BadSignature)?;
        if !self.key.verify(&said.parts(), &signature) {
            return Err(Error::BadSignature);
        }
        if query.expires <= now {
            return Err(Error::Expired);
        }
        Ok(part)
    }
}

/// What an address says, as it is signed.
struct Said {
    path: String,
    expires: String,
    length: String,
    sha256: String,
}

impl Said {
    fn of(part: &ExpectedPart, expires: i64) -> Self {
        Self {
            path: format!("/api/uploads/{}/parts/{}", part.upload, part.number),
            expires: expires.to_string(),
            length: part.size.to_string(),
            sha256: part.sha256.map(|digest| digest.to_string()).unwrap_or_default(),
        }
    }

    fn parts(&self) -> [&str; 4] {
        [&self.path, &self.expires, &self.length, &self.sha256]
    }
}

#[cfg(test)]
mod tests {
    use sharesync_service_kit::secret::RootSecret;
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_000_000;
    const UPLOAD: UploadId = UploadId(Uuid::from_u128(6));

    fn addresses() -> PartAddresses {
        PartAddresses::new(RootSecret::new(vec![1; 32]).unwrap().key_for("part address"))
    }

    fn part(sha256: Option<Sha256Digest>) -> ExpectedPart {
        ExpectedPart { upload: UPLOAD, number: 3, size: 10, sha256 }
    }

    /// The query as the router would read it.
    fn parse(url: &str) -> SignedPart {
        let uri: axum::http::Uri = url.parse().unwrap();
        axum::extract::Query::try_from_uri(&uri).unwrap().0
    }

    #[test]
    fn an_address_stands_for_the_part_it_was_made_for() {
        for sha256 in [None, Some(Sha256Digest([7; 32]))] {
            let query = parse(&addresses().sign(&part(sha256), NOW + 1));
            assert_eq!(addresses().verify(UPLOAD, 3, &query, NOW).unwrap(), part(sha256));
        }
    }

    #[test]
    fn an_address_changed_in_any_part_is_refused() {
        let query = parse(&addresses().sign(&part(Some(Sha256Digest([7; 32]))), NOW + 1));
        let refused = |upload, number, query: &SignedPart| {
            matches!(addresses().verify(upload, number, query, NOW), Err(Error::BadSignature))
        };
        assert!(refused(UploadId(Uuid::from_u128(7)), 3, &query));
        assert!(refused(UPLOAD, 4, &query));
        assert!(refused(UPLOAD, 3, &SignedPart { expires: NOW + 2, ..query.clone() }));
        assert!(refused(UPLOAD, 3, &SignedPart { length: 11, ..query.clone() }));
        assert!(refused(UPLOAD, 3, &SignedPart { sha256: None, ..query.clone() }));
        let other = Some(Sha256Digest([8; 32]));
        assert!(refused(UPLOAD, 3, &SignedPart { sha256: other, ..query.clone() }));
        assert!(refused(UPLOAD, 3, &SignedPart { signature: String::new(), ..query }));
    }

    #[test]
    fn an_address_ends_to_the_millisecond() {
        let query = parse(&addresses().sign(&part(None), NOW + 1));
        assert!(addresses().verify(UPLOAD, 3, &query, NOW).is_ok());
        let late = addresses().verify(UPLOAD, 3, &query, NOW + 1);
        assert!(matches!(late, Err(Error::Expired)));
    }
}
