//! Addresses of content that carry their own permission, of the shape that S3 presigning has (AWS
//! Signature Version 4, query parameters): a path, an expiry and what the response shall say,
//! signed together. Whoever has the address may fetch the content until it expires.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sharesync_protocol::{ArchiveId, FileId, ShareSlug, UserId};
use sharesync_service_kit::secret::SigningKey;
use uuid::Uuid;

use crate::db::download::Grant;
use crate::error::{Error, Result};

/// Seconds a download address lasts.
pub const DOWNLOAD_URL_SECS: u64 = 300;
/// Seconds one lasts that an operator has asked for.
pub const HANDED_IN_URL_SECS: u64 = 600;

/// Everything but RFC 3986's unreserved characters.
const QUERY_VALUE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which kind of address this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// From the owner's library.
    Library,
    /// From a share link.
    Share,
    /// For the operator who asked, or an administrator, and nobody else.
    HandedIn,
}

impl Via {
    fn as_str(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Share => "share",
            Self::HandedIn => "handed-in",
        }
    }
}

/// The query of a download address.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(rename_all = "kebab-case")]
#[into_params(parameter_in = Query)]
pub struct SignedQuery {
    /// When the address stops working, in milliseconds since the Unix epoch.
    #[param(required = false)]
    expires: i64,
    /// Names the download in the record.
    #[param(required = false)]
    download: Uuid,
    /// Which kind of address this is.
    #[param(required = false)]
    pub via: Via,
    /// Who asked for it, where they were signed in.
    by: Option<Uuid>,
    /// What `Content-Disposition` the response shall have.
    #[param(required = false)]
    pub response_content_disposition: String,
    /// HMAC-SHA-256 over all of this and the path, as base64url.
    #[param(required = false)]
    signature: String,
}

/// The query of an address whose path says what it is for: an archive's, a preview's.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExpiryQuery {
    /// When the address stops working, in milliseconds since the Unix epoch.
    expires: i64,
    /// HMAC-SHA-256 over this and the path, as base64url.
    signature: String,
}

/// What is looked at by a preview's address.
#[derive(Clone, Copy, Debug)]
pub enum Previewed<'a> {
    /// A file out of its owner's library.
    Own(FileId),
    /// One that a share link leads to, for as long as it does.
    Shared(&'a ShareSlug, FileId),
}

/// Makes and checks download addresses.
#[derive(Clone)]
pub struct Presigner {
    key: SigningKey,
}

impl Presigner {
    /// Addresses under a key of their own.
    pub fn new(key: SigningKey) -> Self {
        Self { key }
    }

    /// The path and query of an address for a download.
    pub fn sign(&self, grant: &Grant, via: Via, disposition: &str) -> String {
        let path = content_path(grant.file);
        let by = grant.by.map(|user| user.to_string()).unwrap_or_default();
        let (expires, download) = (grant.expires_at.to_string(), grant.id.to_string());
        let parts = [path.as_str(), &expires, &download, via.as_str(), &by, disposition];
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(&parts));
        let by = if by.is_empty() { by } else { format!("&by={by}") };
        let disposition = utf8_percent_encode(disposition, QUERY_VALUE);
        format!(
            "{path}?expires={expires}&download={download}&via={}{by}\
             &response-content-disposition={disposition}&signature={signature}",
            via.as_str(),
        )
    }

    /// The download that an address for a file stands for. [`Error::BadSignature`] where we did
    /// not make it as it is, [`Error::Expired`] where its time is over.
    pub fn verify(&self, file: FileId, query: &SignedQuery, now: i64) -> Result<Grant> {
        let by = query.by.map(|user| user.to_string()).unwrap_or_default();
        let (expires, download) = (query.expires.to_string(), query.download.to_string());
        let path = content_path(file);
        let disposition = query.response_content_disposition.as_str();
        let parts = [path.as_str(), &expires, &download, query.via.as_str(), &by, disposition];
        self.check(&parts, &query.signature, query.expires, now)?;
        let by = query.by.map(UserId);
        Ok(Grant { id: query.download, file, by, expires_at: query.expires })
    }

    /// The path and query of an archive's address.
    pub fn sign_archive(&self, archive: ArchiveId, expires_at: i64) -> String {
        self.sign_path(&archive_path(archive), expires_at)
    }

    /// Whether an archive's address is good, with the same errors.
    pub fn verify_archive(&self, archive: ArchiveId, query: &ExpiryQuery, now: i64) -> Result<()> {
        self.check_path(&archive_path(archive), query, now)
    }

    /// The path and query of a preview's address.
    pub fn sign_preview(&self, previewed: &Previewed<'_>, expires_at: i64) -> String {
        self.sign_path(&preview_path(previewed), expires_at)
    }

    /// Whether a preview's address is good, with the same errors.
    pub fn verify_preview(
        &self,
        previewed: &Previewed<'_>,
        query: &ExpiryQuery,
        now: i64,
    ) -> Result<()> {
        self.check_path(&preview_path(previewed), query, now)
    }

    fn sign_path(&self, path: &str, expires_at: i64) -> String {
        let expires = expires_at.to_string();
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(&[path, &expires]));
        format!("{path}?expires={expires}&signature={signature}")
    }

    fn check_path(&self, path: &str, query: &ExpiryQuery, now: i64) -> Result<()> {
        self.check(&[path, &query.expires.to_string()], &query.signature, query.expires, now)
    }

    fn check(&self, parts: &[&str], signature: &str, expires: i64, now: i64) -> Result<()> {
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Error::BadSignature)?;
        if !self.key.verify(parts, &signature) {
            return Err(Error::BadSignature);
        }
        if expires <= now { Err(Error::Expired) } else { Ok(()) }
    }
}

fn content_path(file: FileId) -> String {
    format!("/api/files/{file}/content")
}

fn archive_path(archive: ArchiveId) -> String {
    format!("/api/archives/{archive}")
}

fn preview_path(previewed: &Previewed<'_>) -> String {
    match previewed {
        Previewed::Own(file) => format!("/api/files/{file}/preview"),
        Previewed::Shared(slug, file) => format!("/api/shares/{}/preview/{file}", slug.as_str()),
    }
}

/// `Content-Disposition: attachment` with a name of any characters: the ASCII fallback and the
/// extended parameter of RFC 6266 §4.3 and RFC 8187.
pub fn attachment(name: &str) -> String {
    disposition("attachment", name)
}

/// `Content-Disposition: inline`, with the name that it is saved under if it is, likewise.
pub fn inline(name: &str) -> String {
    disposition("inline", name)
}

fn disposition(kind: &str, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') { c } else { '_' })
        .collect();
    let extended = utf8_percent_encode(name, QUERY_VALUE);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{extended}")
}

#[cfg(test)]
mod tests {
    use sharesync_service_kit::secret::RootSecret;

    use super::*;

    const NOW: i64 = 1_000_000;

    fn presigner() -> Presigner {
        Presigner::new(RootSecret::new(vec![1; 32]).unwrap().key_for("download address"))
    }

    fn grant(by: Option<UserId>) -> Grant {
        Grant { id: Uuid::from_u128(5), file: FileId(Uuid::from_u128(6)), by, expires_at: NOW + 1 }
    }

    /// The query as the router would read it.
    fn parse(url: &str) -> SignedQuery {
        let uri: axum::http::Uri = url.parse().unwrap();
        axum::extract::Query::try_from_uri(&uri).unwrap().0
    }

    #[test]
    fn an_address_stands_for_what_was_granted() {
        for by in [None, Some(UserId(Uuid::from_u128(9)))] {
            let url = presigner().sign(&grant(by), Via::Share, &attachment("a b&c=d.txt"));
            let query = parse(&url);
            let verified = presigner().verify(grant(None).file, &query, NOW).unwrap();
            assert_eq!((verified.id, verified.by), (grant(by).id, by));
            assert_eq!(query.response_content_disposition, attachment("a b&c=d.txt"));
        }
    }

    #[test]
    fn an_address_changed_in_any_part_is_refused() {
        let url =
            presigner().sign(&grant(Some(UserId(Uuid::from_u128(9)))), Via::Share, "attachment");
        let query = parse(&url);
        let file = grant(None).file;
        let refused = |file, query: &SignedQuery| {
            matches!(presigner().verify(file, query, NOW), Err(Error::BadSignature))
        };
        assert!(refused(FileId(Uuid::from_u128(7)), &query));
        assert!(refused(file, &SignedQuery { expires: query.expires + 1, ..query.clone() }));
        assert!(refused(file, &SignedQuery { download: Uuid::from_u128(8), ..query.clone() }));
        assert!(refused(file, &SignedQuery { via: Via::Library, ..query.clone() }));
        assert!(refused(file, &SignedQuery { by: None, ..query.clone() }));
        let inline = SignedQuery { response_content_disposition: "inline".into(), ..query.clone() };
        assert!(refused(file, &inline));
        assert!(refused(file, &SignedQuery { signature: String::new(), ..query }));
    }

    #[test]
    fn an_address_ends_to_the_millisecond() {
        let query = parse(&presigner().sign(&grant(None), Via::Library, "attachment"));
        assert!(presigner().verify(grant(None).file, &query, NOW).is_ok());
        let late = presigner().verify(grant(None).file, &query, NOW + 1);
        assert!(matches!(late, Err(Error::Expired)));
    }

    #[test]
    fn an_archives_address_is_good_for_that_archive_until_it_ends() {
        let archive = ArchiveId(Uuid::from_u128(6));
        let url = presigner().sign_archive(archive, NOW + 1);
        let uri: axum::http::Uri = url.parse().unwrap();
        let query: ExpiryQuery = axum::extract::Query::try_from_uri(&uri).unwrap().0;
        let check =
            |archive, query: &ExpiryQuery, now| presigner().verify_archive(archive, query, now);
        assert!(check(archive, &query, NOW).is_ok());
        assert!(matches!(check(archive, &query, NOW + 1), Err(Error::Expired)));
        let later = ExpiryQuery { expires: query.expires + 1, ..query.clone() };
        assert!(matches!(check(archive, &later, NOW), Err(Error::BadSignature)));
        let other = ArchiveId(Uuid::from_u128(7));
        assert!(matches!(check(other, &query, NOW), Err(Error::BadSignature)));
        let unsigned = ExpiryQuery { signature: String::new(), ..query };
        assert!(matches!(check(archive, &unsigned, NOW), Err(Error::BadSignature)));
    }

    #[test]
    fn a_previews_address_is_good_for_that_file_by_that_way_until_it_ends() {
        let file = FileId(Uuid::from_u128(6));
        let (slug, other) = (ShareSlug("a".into()), ShareSlug("b".into()));
        let previewed = Previewed::Shared(&slug, file);
        let url = presigner().sign_preview(&previewed, NOW + 1);
        let uri: axum::http::Uri = url.parse().unwrap();
        let query: ExpiryQuery = axum::extract::Query::try_from_uri(&uri).unwrap().0;
        let check = |previewed, now| presigner().verify_preview(&previewed, &query, now);
        assert!(check(previewed, NOW).is_ok());
        assert!(matches!(check(previewed, NOW + 1), Err(Error::Expired)));
        for another in [
            Previewed::Own(file),
            Previewed::Shared(&other, file),
            Previewed::Shared(&slug, FileId(Uuid::from_u128(7))),
        ] {
            assert!(matches!(check(another, NOW), Err(Error::BadSignature)), "{another:?}");
        }
    }

    #[test]
    fn a_disposition_carries_any_name_and_no_line_break() {
        assert_eq!(
            attachment("naïve \"x\"\r\n.txt"),
            "attachment; filename=\"na_ve _x___.txt\"; \
             filename*=UTF-8''na%C3%AFve%20%22x%22%0D%0A.txt"
        );
    }
}
