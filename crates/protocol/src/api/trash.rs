//! The trash: what was deleted, or has expired, until it goes for good.

use serde::{Deserialize, Serialize};

use crate::TrashId;

/// Something in the trash.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Trashed {
    /// What it is restored by.
    pub id: TrashId,
    /// The name of the file or folder.
    pub name: String,
    /// Whether it is a folder, with all that lies in it.
    pub is_folder: bool,
    /// How many files it is.
    pub files: u32,
    /// Their bytes, which count against the quota until they are gone.
    pub size: u64,
    /// Why it is there.
    pub reason: TrashReason,
    /// Since when.
    pub trashed_at: i64,
    /// When it will be gone for good.
    pub gone_at: i64,
}

/// Why something is in the trash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum TrashReason {
    /// Its owner deleted it.
    Deleted,
    /// It was kept for as long as files are.
    Expired,
}

/// Answer of `GET /api/trash`: the last first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TrashPage {
    /// The entries of this page.
    pub items: Vec<Trashed>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
    /// Bytes of all that lies there.
    pub size: u64,
}

/// Answer of `POST /api/trash`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PutInTrash {
    /// By what each is taken back: of the files, in their order, and then of the folders.
    pub ids: Vec<TrashId>,
}

/// Body of `POST /api/trash/restore`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct Restore {
    /// What is to be taken back: 1 to 1,000.
    #[cfg_attr(feature = "server", garde(length(min = 1, max = 1000)))]
    pub ids: Vec<TrashId>,
}
