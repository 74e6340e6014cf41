//! A SHA-256 digest, as bodies and queries say it: 64 hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// SHA-256 of some content (FIPS 180-4), as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Digest(pub [u8; 32]);

/// By what a file's content is known: its SHA-256 or, where it came in parts that went past the server, that of its parts'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum ContentDigest {
    /// SHA-256 of all of it.
    #[serde(rename = "sha256")]
    Whole(Sha256Digest),
    /// SHA-256 of its parts' digests.
    #[serde(rename = "parts_sha256")]
    Parts(PartsDigest),
}

/// SHA-256 of the digests (32 bytes each) of a content's parts, one after the other: what S3 calls a composite checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PartsDigest {
    /// The digest.
    pub sha256: Sha256Digest,
    /// Bytes of every part but the last.
    pub part_size: u64,
}

impl ContentDigest {
    /// What tells the content from any other that is known in the same way.
    pub fn sha256(&self) -> Sha256Digest {
        match self {
            Self::Whole(sha256) | Self::Parts(PartsDigest { sha256, .. }) => *sha256,
        }
    }

    /// The digest of all of it, where that is known.
    pub fn whole(&self) -> Option<Sha256Digest> {
        match self {
            Self::Whole(sha256) => Some(*sha256),
            Self::Parts(_) => None,
        }
    }

    /// Bytes of every part but the last, where it is the parts' digests'.
    pub fn part_size(&self) -> Option<u64> {
        match self {
            Self::Whole(_) => None,
            Self::Parts(parts) => Some(parts.part_size),
        }
    }
}

/// What stands for a digest is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDigest;

impl fmt::Display for NoDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a SHA-256 is 64 hexadecimal digits")
    }
}

impl std::error::Error for NoDigest {}

impl fmt::Display for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Sha256Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NoDigest);
        }
        let mut digest = [0; 32];
        for (place, byte) in digest.iter_mut().enumerate() {
            *byte =
                u8::from_str_radix(&text[2 * place..2 * place + 2], 16).map_err(|_| NoDigest)?;
        }
        Ok(Self(digest))
    }
}

impl TryFrom<String> for Sha256Digest {
    type Error = NoDigest;

    fn try_from(text: String) -> Result<Self, NoDigest> {
        text.parse()
    }
}

impl From<Sha256Digest> for String {
    fn from(digest: Sha256Digest) -> Self {
        digest.to_string()
    }
}

/// From a database.
impl TryFrom<Vec<u8>> for Sha256Digest {
    type Error = NoDigest;

    fn try_from(bytes: Vec<u8>) -> Result<Self, NoDigest> {
        bytes.try_into().map(Self).map_err(|_| NoDigest)
    }
}

#[cfg(feature = "server")]
mod schema {
    use utoipa::openapi::schema::{ObjectBuilder, Type};
    use utoipa::openapi::{RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    use super::Sha256Digest;

    impl ToSchema for Sha256Digest {}
    impl PartialSchema for Sha256Digest {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some("SHA-256 of some content, as 64 hexadecimal digits."))
                .pattern(Some("^[0-9a-fA-F]{64}$"))
                .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_as_it_is_written() {
        let digest = Sha256Digest(std::array::from_fn(|i| u8::try_from(i * 8).unwrap()));
        let text = digest.to_string();
        assert!(text.starts_with("00081018") && text.len() == 64);
        assert_eq!(text.parse(), Ok(digest));
        assert_eq!(text.to_uppercase().parse(), Ok(digest));
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        let (short, signed, odd) = ("ab".repeat(31), "+f".repeat(32), "\u{e9}".repeat(32));
        for text in ["", short.as_str(), &signed, &odd, &"g".repeat(64), &"a".repeat(65)] {
            assert_eq!(text.parse::<Sha256Digest>(), Err(NoDigest), "{text}");
        }
    }
}
