//! Share links: files opened to whoever has the address.

use serde::{Deserialize, Serialize};

use super::ScanState;
use crate::{FileId, ShareSlug};

/// Body of `POST /api/shares`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CreateShare {
    /// The files to share, all one's own: 1 to 100.
    #[cfg_attr(feature = "server", garde(length(min = 1, max = 100)))]
    pub file_ids: Vec<FileId>,
    /// Asked of whoever opens the link: 1 to 1024 characters.
    #[cfg_attr(feature = "server", garde(inner(length(chars, min = 1, max = 1024))))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
    /// Seconds until the link stops working: a minute to a year.
    #[cfg_attr(feature = "server", garde(inner(range(min = 60, max = 31_536_000))))]
    #[cfg_attr(feature = "server", schema(example = 86400))]
    pub expires_in: Option<u64>,
    /// How many times each file may be downloaded: 1 to 1,000,000.
    #[cfg_attr(feature = "server", garde(inner(range(min = 1, max = 1_000_000))))]
    pub max_downloads: Option<u32>,
    /// Whether to mail the owner when a file was fetched through the link for the first time.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub notify: bool,
}

/// A share link as its owner sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OwnedShare {
    /// Names the link.
    pub slug: ShareSlug,
    /// The address to send.
    pub url: String,
    /// What it leads to.
    pub files: Vec<SharedFile>,
    /// Whether a password is asked for.
    pub password_required: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it stops working, if ever.
    pub expires_at: Option<i64>,
    /// How many times each file may be downloaded, if limited.
    pub max_downloads: Option<u32>,
    /// Whether the owner is mailed when a file was fetched through it for the first time.
    pub notify: bool,
    /// Downloads that were completed.
    pub downloads: u32,
}

/// Answer of `GET /api/shares`: newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ShareList {
    /// Links of one's own.
    pub items: Vec<OwnedShare>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// A file as a share link shows it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SharedFile {
    /// The file.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Media type, guessed from the name.
    pub content_type: String,
    /// What is known of viruses in it.
    pub scan: ScanState,
}

/// Answer of `GET /api/shares/{slug}`, to anyone who has the link.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SharePublic {
    /// Names the link.
    pub slug: ShareSlug,
    /// The username of whose files these are.
    pub owner: String,
    /// Whether a password is asked for.
    pub password_required: bool,
    /// What the link leads to; empty while a password is required, for names tell too.
    pub files: Vec<SharedFile>,
    /// How many files the link leads to.
    pub file_count: u32,
    /// Their bytes together.
    pub total_size: u64,
    /// When the link stops working, if ever.
    pub expires_at: Option<i64>,
    /// How many downloads are left of the file that has most left, if limited.
    pub downloads_left: Option<u32>,
}

/// Body of `POST /api/shares/{slug}/unlock`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct UnlockShare {
    /// The link's password.
    #[cfg_attr(feature = "server", garde(length(max = 4096)))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
}

/// Body of `POST /api/shares/{slug}/download`.
#[derive(Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct RequestDownload {
    /// The link's password, where one is asked for.
    #[cfg_attr(feature = "server", garde(inner(length(max = 4096))))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
    /// Which file; may be left out where the link leads to one only.
    #[cfg_attr(feature = "server", garde(skip))]
    pub file_id: Option<FileId>,
}

/// Answer of `POST /api/shares/{slug}/download`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DownloadLink {
    /// An address that serves the content, with no further header, until it expires.
    pub download_url: String,
    /// When that address stops working.
    pub expires_at: i64,
}
