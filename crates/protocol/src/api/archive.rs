//! Archives: several files fetched as one.

use serde::{Deserialize, Serialize};

use crate::{FileId, FolderId};

/// Body of `POST /api/files/archive`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct RequestArchive {
    /// The files to pack, all one's own: up to 1,000; with folders, at least one of either. One that is named twice is
    /// packed once.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 1000)))]
    pub ids: Vec<FileId>,
    /// Folders to pack with all that lies in them, all one's own: up to 100.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 100)))]
    pub folder_ids: Vec<FolderId>,
    /// What to call the archive, as a file is; `.zip` is added where it is missing.
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(example = "photos.zip"))]
    pub name: Option<String>,
}

/// Body of `POST /api/shares/{slug}/archive`.
#[derive(Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct RequestShareArchive {
    /// The link's password, where one is asked for.
    #[cfg_attr(feature = "server", garde(inner(length(max = 4096))))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
}

/// An archive that can be fetched.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ArchiveLink {
    /// An address that serves the archive, with no further header, until it expires.
    pub download_url: String,
    /// When that address stops working.
    pub expires_at: i64,
    /// What the archive is called.
    #[cfg_attr(feature = "server", schema(example = "photos.zip"))]
    pub file_name: String,
    /// Bytes of the archive.
    pub size: u64,
}
