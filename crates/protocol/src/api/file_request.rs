//! File requests: others upload into a folder of somebody's, without an account.

use serde::{Deserialize, Serialize};

use super::given::given;
use super::{BegunUpload, ContentDigest, FolderStep, ReceivedPart, Sha256Digest, UploadSession};
use crate::{FolderId, RequestSlug};

/// Body of `POST /api/requests`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CreateFileRequest {
    /// What is asked for, as those who are asked read it: 1 to 100 characters.
    #[cfg_attr(feature = "server", garde(custom(said), length(chars, min = 1, max = 100)))]
    #[cfg_attr(feature = "server", schema(example = "Photos of the trip"))]
    pub title: String,
    /// What is said to them besides, as plain text: up to 2,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(inner(length(chars, min = 1, max = 2000))))]
    pub message: Option<String>,
    /// The folder that their files go to; where none is named, one is made that is called like the request.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub folder_id: Option<FolderId>,
    /// Asked of whoever opens the request: 1 to 1024 characters.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(inner(length(chars, min = 1, max = 1024))))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
    /// Seconds from now until it takes nothing more: a minute to a year. Never, where it is left out.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(inner(range(min = 60, max = 31_536_000))))]
    pub expires_in: Option<u64>,
    /// How many files it takes, of all senders together.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(inner(range(min = 1, max = 1_000_000))))]
    pub max_files: Option<u32>,
    /// Bytes that a file may have, where that is to be less than the server takes from its owner.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(inner(range(min = 1, max = i64::MAX as u64))))]
    pub max_file_size: Option<u64>,
    /// Media types that it takes, such as `image/png`, or `image/*` for all pictures: up to 50; all that the server takes,
    /// where none is named.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 50), inner(length(bytes, max = 100))))]
    #[cfg_attr(feature = "server", schema(example = json!(["image/*", "application/pdf"])))]
    pub types: Vec<String>,
    /// Whether its owner is mailed when files have come.
    #[serde(default = "told")]
    #[cfg_attr(feature = "server", garde(skip))]
    pub notify: bool,
}

/// Owners are told unless they do not want that.
fn told() -> bool {
    true
}

/// What is read as one line, and not only blank.
#[cfg(feature = "server")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde calls it so")]
fn said(text: &str, (): &()) -> garde::Result {
    if text.trim().is_empty() || text.contains(char::is_control) {
        return Err(garde::Error::new("must be one line with something in it"));
    }
    Ok(())
}

/// Body of `PATCH /api/requests/{slug}`: what is left out stays as it is, what is null is taken away.
#[derive(Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct ChangeFileRequest {
    /// What is asked for: 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(custom(said), length(chars, min = 1, max = 100))))]
    pub title: Option<String>,
    /// What is said besides: up to 2,000 characters; null for nothing.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(length(chars, min = 1, max = 2000)))))]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
    pub message: Option<Option<String>>,
    /// Asked of whoever opens the request: 1 to 1024 characters; null for no password. Whoever gave another one before gives
    /// this one, too.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(length(chars, min = 1, max = 1024)))))]
    #[cfg_attr(feature = "server", schema(format = Password, value_type = Option<String>))]
    pub password: Option<Option<String>>,
    /// Seconds from now until it takes nothing more: a minute to a year; null for never.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(range(min = 60, max = 31_536_000)))))]
    #[cfg_attr(feature = "server", schema(value_type = Option<u64>))]
    pub expires_in: Option<Option<u64>>,
    /// How many files it takes, those that came already included; null for no limit.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(range(min = 1, max = 1_000_000)))))]
    #[cfg_attr(feature = "server", schema(value_type = Option<u32>))]
    pub max_files: Option<Option<u32>>,
    /// Bytes that a file may have; null for what the server takes from its owner.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(range(min = 1, max = i64::MAX as u64)))))]
    #[cfg_attr(feature = "server", schema(value_type = Option<u64>))]
    pub max_file_size: Option<Option<u64>>,
    /// Media types that it takes; all that the server takes, where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "server",
        garde(inner(length(max = 50), inner(length(bytes, max = 100))))
    )]
    pub types: Option<Vec<String>>,
    /// Whether its owner is mailed when files have come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(skip))]
    pub notify: Option<bool>,
}

/// A file request as its owner sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OwnedFileRequest {
    /// Names the request.
    pub slug: RequestSlug,
    /// The address to send.
    pub url: String,
    /// What is asked for.
    pub title: String,
    /// What is said besides.
    pub message: Option<String>,
    /// The folder that files go to; null for none of them.
    pub folder: Option<FolderStep>,
    /// Whether that folder is in the trash: then the request does not work.
    pub folder_in_trash: bool,
    /// Whether a password is asked for.
    pub password_required: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it takes nothing more, if ever.
    pub expires_at: Option<i64>,
    /// How many files it takes, if limited.
    pub max_files: Option<u32>,
    /// Bytes that a file may have, if limited by its owner.
    pub max_file_size: Option<u64>,
    /// Media types that it takes; all, where there are none.
    pub types: Vec<String>,
    /// Whether its owner is mailed when files have come.
    pub notify: bool,
    /// Files that have come.
    pub received: u32,
    /// When the last of them came.
    pub last_received_at: Option<i64>,
}

/// Answer of `GET /api/requests`: newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FileRequestPage {
    /// Requests of one's own.
    pub items: Vec<OwnedFileRequest>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Answer of `GET /api/requests/{slug}`, to anyone who has the address.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FileRequestPublic {
    /// Names the request.
    pub slug: RequestSlug,
    /// The username of who asks.
    pub owner: String,
    /// Whether a password is asked for.
    pub password_required: bool,
    /// What is asked for, and on which terms; null while a password is to be given.
    pub terms: Option<FileRequestTerms>,
    /// When it takes nothing more, if ever.
    pub expires_at: Option<i64>,
}

/// What a file request asks for, and what it takes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FileRequestTerms {
    /// What is asked for.
    pub title: String,
    /// What is said besides, as plain text.
    pub message: Option<String>,
    /// How many files it takes still, if limited.
    pub files_left: Option<u32>,
    /// Bytes that a file may have.
    pub max_file_size: u64,
    /// Media types that it takes; all that the server takes, where there are none.
    pub types: Vec<String>,
    /// Where only some types are taken: the endings of names that are, in lower case and without the dot.
    pub allowed_extensions: Vec<String>,
    /// Otherwise: those of names that are not.
    pub refused_extensions: Vec<String>,
}

/// Body of `POST /api/requests/{slug}/unlock`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct UnlockFileRequest {
    /// The request's password.
    #[cfg_attr(feature = "server", garde(length(max = 4096)))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: String,
}

/// Answer of `POST /api/requests/{slug}/unlock`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UnlockedFileRequest {
    /// The request, with its terms.
    #[serde(flatten)]
    pub request: FileRequestPublic,
    /// Begins uploads in place of the password, for a day, or until there is another password.
    pub pass: String,
}

/// Body of `POST /api/requests/{slug}/uploads`: what is going to be sent.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct BeginRequestedUpload {
    /// The file's name: 1 to 255 bytes, no `/`, no `\`, no control characters.
    #[cfg_attr(feature = "server", garde(skip))]
    #[cfg_attr(feature = "server", schema(example = "photo.jpg"))]
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
    /// Who sends it, as they call themselves: up to 100 characters.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(inner(custom(said), length(chars, min = 1, max = 100))))]
    pub sender: Option<String>,
    /// What [`UnlockedFileRequest`] gave, where a password is asked for.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(inner(length(max = 200))))]
    pub pass: Option<String>,
}

/// Answer of `POST /api/requests/{slug}/uploads` (201).
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BegunRequestedUpload {
    /// The upload, and where its first parts go.
    #[serde(flatten)]
    pub begun: BegunUpload,
    /// Goes on with this upload: the bearer token of its other calls.
    pub key: String,
}

/// Answer of `GET /api/requests/{slug}/uploads/{id}`: what is there, so that only the rest is sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RequestedUploadDetails {
    /// The upload.
    #[serde(flatten)]
    pub session: UploadSession,
    /// The parts that are there, for good, by their numbers.
    pub parts: Vec<ReceivedPart>,
    /// What it became, once it is complete.
    pub file: Option<SentFile>,
}

/// A file that somebody sent to a request: what they know of it themselves.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SentFile {
    /// The name under which it was sent.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// By what its content is known.
    #[serde(flatten)]
    pub digest: ContentDigest,
}

/// How a file came that somebody sent to a request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReceivedBy {
    /// What was asked for.
    pub request: String,
    /// Who sent it, as they called themselves.
    pub sender: Option<String>,
}
