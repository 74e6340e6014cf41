//! Files that are handed in to the operators.

use serde::{Deserialize, Serialize};

use super::{ScanResult, UploadedFile};

/// A file that was handed in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HandedIn {
    /// The file as stored.
    #[serde(flatten)]
    pub file: UploadedFile,
    /// The username of who handed it in.
    pub from: String,
    /// Their address.
    pub from_email: String,
    /// When somebody had fetched all of it for the first time; absent while nobody has.
    pub fetched_at: Option<i64>,
    /// The username of who did.
    pub fetched_by: Option<String>,
}

/// Answer of `GET /api/handed-in`: newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct HandedInPage {
    /// The files, newest first.
    pub items: Vec<HandedIn>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// What became of a file that one handed in oneself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum HandInStatus {
    /// Nobody has fetched it yet.
    Waiting,
    /// Somebody has.
    Fetched,
}

/// A file that one handed in oneself: what it is called, and what became of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OwnHandIn {
    /// Its name.
    #[cfg_attr(feature = "server", schema(example = "report.pdf"))]
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was handed in.
    pub handed_in_at: i64,
    /// What became of it.
    pub status: HandInStatus,
    /// What is known of viruses in it.
    #[serde(flatten)]
    pub scan: ScanResult,
}

/// Answer of `GET /api/me/handed-in`: newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OwnHandInPage {
    /// The files, newest first.
    pub items: Vec<OwnHandIn>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}
