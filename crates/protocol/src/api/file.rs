//! Files in a library, and the record of who fetched them.

use serde::{Deserialize, Serialize};

use super::given::given;
use super::{ContentDigest, PreviewKind, ReceivedBy, ScanResult};
use crate::{FileId, FolderId};

/// Answer to an upload (201): the file as it was stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UploadedFile {
    /// The file.
    pub id: FileId,
    /// Its name in its folder; ` (1)` and so on is added where the name was taken.
    #[cfg_attr(feature = "server", schema(example = "report.pdf"))]
    pub name: String,
    /// The folder that it lies in; null where it lies in none.
    pub folder_id: Option<FolderId>,
    /// Bytes.
    pub size: u64,
    /// Media type, guessed from the name.
    #[cfg_attr(feature = "server", schema(example = "application/pdf"))]
    pub content_type: String,
    /// By what its content is known.
    #[serde(flatten)]
    pub digest: ContentDigest,
    /// What is known of viruses in it.
    #[serde(flatten)]
    pub scan: ScanResult,
    /// When it was stored.
    pub created_at: i64,
    /// When it expires; null where it is kept.
    pub expires_at: Option<i64>,
}

/// One row of a library.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FileSummary {
    /// The file as stored.
    #[serde(flatten)]
    pub file: UploadedFile,
    /// How many share links lead to it now.
    pub shares: u32,
    /// How many downloads of it were completed.
    pub downloads: u32,
    /// Whether its bytes are known to have been changed by the disk: then they are not served.
    pub damaged: bool,
    /// As what it can be looked at, if it can.
    pub preview: Option<PreviewKind>,
    /// How it came, where somebody sent it to a request of one's own.
    pub received: Option<ReceivedBy>,
}

/// Answer of `GET /api/files`: in the order that was asked for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FilePage {
    /// The rows of this page.
    pub items: Vec<FileSummary>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Answer of `GET /api/files/{id}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FileDetails {
    /// The file and its counts.
    #[serde(flatten)]
    pub summary: FileSummary,
    /// An address that serves the content, to anyone who has it, until it expires.
    pub download_url: String,
    /// When that address stops working.
    pub download_url_expires_at: i64,
}

/// Body of `PATCH /api/files/{id}`: at least one of its fields; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct ChangeFile {
    /// The new name: 1 to 255 bytes, no `/`, no `\`, no control characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(example = "report-final.pdf"))]
    pub name: Option<String>,
    /// Seconds from now until the file expires: a minute to a year, and as long as `GET /api/me` says; null to keep it.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(
        feature = "server",
        schema(value_type = Option<u64>, minimum = 60, maximum = 31_536_000, example = 86400)
    )]
    pub expires_in: Option<Option<u64>>,
}

/// Files and folders of one's own, as many as 1,000 together.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct Selection {
    /// The files.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 1000)))]
    pub file_ids: Vec<FileId>,
    /// The folders.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 1000)))]
    pub folder_ids: Vec<FolderId>,
}

/// Body of `POST /api/files/move`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct Move {
    /// What is to be moved.
    #[serde(flatten)]
    #[cfg_attr(feature = "server", garde(dive))]
    pub what: Selection,
    /// The folder that it goes to; null, or left out, where it is to lie in none.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub to: Option<FolderId>,
}

/// One recorded download.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Download {
    /// The file that was fetched.
    pub file_id: FileId,
    /// Its name at the time it was asked for.
    pub file_name: String,
    /// The username of who fetched it; absent for somebody who was not signed in.
    pub by: Option<String>,
    /// Whose address of a share link it was fetched by; absent for one that is for anybody.
    pub recipient: Option<String>,
    /// When the download address was handed out.
    pub requested_at: i64,
    /// When the first byte left, if it did.
    pub started_at: Option<i64>,
    /// Bytes delivered from the start of the file without a gap; all of them where it was `direct`.
    pub bytes: u64,
    /// When the last byte had been delivered; absent while it has not.
    pub completed_at: Option<i64>,
    /// Whether the whole file was delivered, or its address in the storage handed out.
    pub completed: bool,
    /// Whether it was fetched from the storage directly, which does not say how much of it came.
    pub direct: bool,
}

/// Answer of `GET /api/shares/{slug}/downloads` and `GET /api/files/{id}/downloads`: newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DownloadPage {
    /// The downloads, newest first.
    pub items: Vec<Download>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}
