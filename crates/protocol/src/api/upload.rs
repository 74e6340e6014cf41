//! Uploads in parts: a session that goes on after whatever interrupts it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Sha256Digest, UploadedFile};
use crate::{FolderId, UploadId};

/// Body of `POST /api/uploads`: what is going to be sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct BeginUpload {
    /// The file's name: 1 to 255 bytes, no `/`, no `\`, no control characters.
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(example = "report.pdf"))]
    pub name: String,
    /// Bytes; at least one.
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(minimum = 1))]
    pub size: u64,
    /// Media type; guessed from the name where it is not given.
    #[serde(rename = "type", default)]
    #[cfg_attr(feature = "server", garde(length(max = 255)))]
    pub content_type: Option<String>,
    /// What the content's digest must turn out to be.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub sha256: Option<Sha256Digest>,
    /// Hand it in to the operators, who are told by mail. A `client` always does.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub hand_in: bool,
    /// The folder that it goes to.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub folder_id: Option<FolderId>,
    /// Folders inside that one, one in the other, separated by `/`. What is missing of them is made.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(example = "photos/2026"))]
    pub path: Option<String>,
    /// Seconds until the file expires, from when it is stored: a minute to a year, and as long as `GET /api/me` says. As
    /// long as the server keeps files where not given.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(minimum = 60, maximum = 31_536_000, example = 86400))]
    pub expires_in: Option<u64>,
    /// Keep it: it does not expire, if `GET /api/me` says that one may.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub keep: bool,
}

/// An upload under way.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UploadSession {
    /// The upload.
    pub id: UploadId,
    /// The name that was asked for.
    pub name: String,
    /// Bytes of the whole file; where that has not been said yet (tus), as many as came.
    pub size: u64,
    /// Bytes of every part but the last, which has what is left; absent where it is sent by tus, in sequence.
    pub part_size: Option<u64>,
    /// Media type.
    #[serde(rename = "type")]
    pub content_type: String,
    /// Whether it will be handed in to the operators.
    pub hand_in: bool,
    /// The folder that it goes to; null where it will lie in none.
    pub folder_id: Option<FolderId>,
    /// Bytes that are there for good.
    pub received: u64,
    /// When it was begun.
    pub created_at: i64,
    /// When it will be given up, unless another part comes before.
    pub expires_at: i64,
}

/// Answer of `POST /api/uploads` (201).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BegunUpload {
    /// The upload.
    #[serde(flatten)]
    pub session: UploadSession,
    /// Where its first parts go; ask for more at `…/parts`.
    pub parts: Vec<PartAddress>,
}

/// Answer of `GET /api/uploads/{id}`: what is there, so that only the rest is sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UploadDetails {
    /// The upload.
    #[serde(flatten)]
    pub session: UploadSession,
    /// The parts that are there, for good, by their numbers.
    pub parts: Vec<ReceivedPart>,
    /// The file that it became, once it is complete.
    pub file: Option<UploadedFile>,
}

/// A part that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReceivedPart {
    /// Its number; the first is 1.
    pub number: u32,
    /// Bytes.
    pub size: u64,
    /// Digest of its bytes.
    pub sha256: Sha256Digest,
}

/// Answer of `GET /api/uploads`: newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UploadPage {
    /// The uploads of this page that are under way.
    pub items: Vec<UploadSession>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Body of `POST /api/uploads/{id}/parts`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct RequestParts {
    /// The parts to be sent, 1 to 100 of them.
    #[cfg_attr(feature = "server", garde(length(min = 1, max = 100)))]
    #[cfg_attr(feature = "server", schema(min_items = 1, max_items = 100))]
    pub parts: Vec<WantedPart>,
}

/// A part that is to be sent.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct WantedPart {
    /// Its number; the first is 1.
    pub number: u32,
    /// Digest of its bytes: the address takes no others.
    #[serde(default)]
    pub sha256: Option<Sha256Digest>,
}

/// Answer of `POST /api/uploads/{id}/parts`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PartAddresses {
    /// In the order in which they were asked for.
    pub parts: Vec<PartAddress>,
}

/// Where a part goes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PartAddress {
    /// The part.
    pub number: u32,
    /// Bytes that it has, no more and no fewer.
    pub size: u64,
    /// `PUT` its bytes here, with these headers and no other permission.
    pub url: String,
    /// Headers that the request has to have, by name. Without them the address does not take it.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// When the address stops working.
    pub url_expires_at: i64,
}

/// Body of `POST /api/uploads/{id}/complete`, which may be left out.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CompleteUpload {
    /// What the content's digest must turn out to be, where that was not said at the beginning.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub sha256: Option<Sha256Digest>,
}
