//! Previews: files that are looked at without being downloaded.

use serde::{Deserialize, Serialize};

use crate::FileId;

/// As what a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum PreviewKind {
    /// A picture; of an SVG nothing that is in it runs.
    Image,
    /// A PDF, to be drawn by whoever shows it.
    Pdf,
    /// Something to hear.
    Audio,
    /// Something to watch.
    Video,
    /// Text, whatever else its name says that it is.
    Text,
    /// Text in Markdown.
    Markdown,
}

/// Body of `POST /api/shares/{slug}/preview`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct RequestPreview {
    /// The link's password, where one is asked for.
    #[cfg_attr(feature = "server", garde(inner(length(max = 4096))))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
    /// Which file.
    #[cfg_attr(feature = "server", garde(skip))]
    pub file_id: FileId,
}

/// A file that can be looked at.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PreviewLink {
    /// An address that serves the content to be shown, with no further header, until it expires. That is no download.
    pub preview_url: String,
    /// When that address stops working.
    pub expires_at: i64,
    /// As what it is to be shown.
    pub kind: PreviewKind,
}
