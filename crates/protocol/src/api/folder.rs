//! Folders of a library.

use serde::{Deserialize, Serialize};

use crate::FolderId;

/// A folder, as the one that it lies in shows it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Folder {
    /// The folder.
    pub id: FolderId,
    /// Its name in the folder that it lies in.
    #[cfg_attr(feature = "server", schema(example = "photos"))]
    pub name: String,
    /// The folder that it lies in; null where it lies in none.
    pub parent_id: Option<FolderId>,
    /// When it was made.
    pub created_at: i64,
    /// How many files lie in it, those of folders in it not counted.
    pub files: u32,
    /// How many folders lie in it, those of folders in it not counted.
    pub folders: u32,
}

/// A folder on the way to another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FolderStep {
    /// The folder.
    pub id: FolderId,
    /// Its name.
    pub name: String,
}

/// Answer of `GET /api/folders/{id}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FolderDetails {
    /// The folder.
    #[serde(flatten)]
    pub folder: Folder,
    /// The folders that it lies in, the outermost first, and itself last.
    pub path: Vec<FolderStep>,
}

/// Answer of `GET /api/folders`: by name.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FolderPage {
    /// The folders of this page.
    pub items: Vec<Folder>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Body of `POST /api/folders`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CreateFolder {
    /// What to call it, by the rules of files' names.
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(example = "photos"))]
    pub name: String,
    /// The folder to make it in.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub parent_id: Option<FolderId>,
}

/// Body of `PATCH /api/folders/{id}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct RenameFolder {
    /// The new name, by the rules of files' names.
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(example = "holidays"))]
    pub name: String,
}
