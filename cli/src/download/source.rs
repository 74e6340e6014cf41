//! What is fetched, and by which addresses.

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sha2::{Digest, Sha256};
use sharesync_protocol::api::{ContentDigest, DownloadLink, Sha256Digest};
use sharesync_protocol::{FileId, ShareSlug};

use crate::api::Api;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};

/// By what a file is fetched.
#[derive(Clone)]
pub enum Source {
    /// One's own, or one that was handed in.
    Library(FileId),
    /// A share link's.
    Link {
        /// The link.
        slug: ShareSlug,
        /// The file.
        file: FileId,
        /// The link's password.
        password: Option<SecretString>,
    },
}

impl Source {
    /// An address to fetch it from.
    pub async fn address(&self, api: &Api) -> Result<Url> {
        let link: DownloadLink = match self {
            Self::Library(file) => {
                api.post_again(&format!("/api/files/{file}/signed-url"), &json!({})).await?
            }
            Self::Link { slug, file, password } => {
                let path = format!("/api/shares/{}/download", slug.as_str());
                let mut body = json!({ "file_id": file });
                if let Some(password) = password {
                    body["password"] = password.expose_secret().into();
                }
                api.post(&path, &body).await?
            }
        };
        let url = Url::parse(&link.download_url).ok();
        url.filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(|| {
            let message = "the server names an address that is none";
            Failure::new(ExitCode::Failed, "unexpected_answer", message)
        })
    }

    /// What tells it from others; of a link, nothing that would let somebody in.
    pub fn identity(&self, api: &Api) -> String {
        let server = api.server().name();
        match self {
            Self::Library(file) => format!("{server} {file}"),
            Self::Link { slug, file, .. } => {
                let link = Sha256Digest(Sha256::digest(slug.as_str()).into());
                format!("{server} {link} {file}")
            }
        }
    }
}

/// A file that is to be fetched.
pub struct Wanted {
    /// By what.
    pub source: Source,
    /// What the server calls it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// By what its content is known, where the server has said that.
    pub digest: Option<ContentDigest>,
}
