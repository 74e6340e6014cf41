//! Share links: files opened to whoever has the address.

use serde::{Deserialize, Serialize};

use super::given::given;
use super::{EmailAddress, FolderStep, PreviewKind, ScanState};
use crate::{AddressId, FileId, FolderId, ShareSlug};

/// Body of `POST /api/shares`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CreateShare {
    /// The files to share, all one's own: up to 100; with folders, at least one of either.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 100)))]
    pub file_ids: Vec<FileId>,
    /// The folders to share, all one's own: up to 100. The link leads to whatever lies in them when it is opened.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 100)))]
    pub folder_ids: Vec<FolderId>,
    /// Asked of whoever opens the link: 1 to 1024 characters.
    #[cfg_attr(feature = "server", garde(inner(length(chars, min = 1, max = 1024))))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
    /// Seconds until the link stops working: a minute to a year.
    #[cfg_attr(feature = "server", garde(inner(range(min = 60, max = 31_536_000))))]
    #[cfg_attr(feature = "server", schema(example = 86400))]
    pub expires_in: Option<u64>,
    /// How many times each file may be downloaded: 1 to 1,000,000. Where recipients are named, by each of them.
    #[cfg_attr(feature = "server", garde(inner(range(min = 1, max = 1_000_000))))]
    pub max_downloads: Option<u32>,
    /// Whether the link works for one person only, and each of its files once. Where recipients are named, each is one.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub one_time: bool,
    /// Whether names and sizes are shown before the password.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub names_shown: bool,
    /// For whom it is: up to 50. Each is mailed an address of their own, and no other opens it.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 50), dive))]
    pub recipients: Vec<EmailAddress>,
    /// Whether to mail the owner when a file was fetched through the link for the first time.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(skip))]
    pub notify: bool,
}

/// Body of `PATCH /api/shares/{slug}`: what is left out stays as it is, what is null is taken away.
#[derive(Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct ChangeShare {
    /// Asked of whoever opens the link: 1 to 1024 characters; null for no password.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(length(chars, min = 1, max = 1024)))))]
    #[cfg_attr(feature = "server", schema(format = Password, value_type = Option<String>))]
    pub password: Option<Option<String>>,
    /// Seconds from now until the link stops working: a minute to a year; null for as long as its files are kept.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(range(min = 60, max = 31_536_000)))))]
    #[cfg_attr(feature = "server", schema(value_type = Option<u64>))]
    pub expires_in: Option<Option<u64>>,
    /// How many times each file may be downloaded, those that were counted already included; null for no limit.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(inner(range(min = 1, max = 1_000_000)))))]
    #[cfg_attr(feature = "server", schema(value_type = Option<u32>))]
    pub max_downloads: Option<Option<u32>>,
    /// Whether names and sizes are shown before the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(skip))]
    pub names_shown: Option<bool>,
    /// Whether to mail the owner when a file was fetched through the link for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(skip))]
    pub notify: Option<bool>,
    /// More recipients, of a link that has some: up to 50 together.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 50), dive))]
    pub add_recipients: Vec<EmailAddress>,
    /// Addresses of recipients that are not to work any more, by their ids.
    #[serde(default)]
    #[cfg_attr(feature = "server", garde(length(max = 50)))]
    pub revoke: Vec<AddressId>,
}

/// A share link as its owner sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule of its own")]
pub struct OwnedShare {
    /// Names the link.
    pub slug: ShareSlug,
    /// The address to send; null where it is for those it names, who have addresses of their own.
    pub url: Option<String>,
    /// Its addresses: one, or one for each recipient.
    pub addresses: Vec<ShareAddress>,
    /// What it leads to, up to 1,000 files.
    pub files: Vec<SharedFile>,
    /// The folders that it leads to; their files are among `files`.
    pub folders: Vec<FolderStep>,
    /// Whether a password is asked for.
    pub password_required: bool,
    /// When it was made.
    pub created_at: i64,
    /// When it stops working, if ever.
    pub expires_at: Option<i64>,
    /// How many times each file may be downloaded, if limited.
    pub max_downloads: Option<u32>,
    /// Whether it works for one person only, and each of its files once.
    pub one_time: bool,
    /// Whether names and sizes are shown before the password.
    pub names_shown: bool,
    /// Whether the owner is mailed when a file was fetched through it for the first time.
    pub notify: bool,
    /// Downloads that were completed.
    pub downloads: u32,
}

/// An address of a link, as the link's owner sees it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ShareAddress {
    /// By which it is revoked.
    pub id: AddressId,
    /// The address.
    pub url: String,
    /// For whom it is; null for anybody.
    pub recipient: Option<String>,
    /// When it was first opened.
    pub opened_at: Option<i64>,
    /// How often it was opened.
    pub opens: u32,
    /// Downloads by it that were completed.
    pub downloads: u32,
    /// Since when it does not work any more.
    pub revoked_at: Option<i64>,
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
    /// In which folder it lies, and in which that one, from the folder on that is shared, separated by `/`; null for a file
    /// that is shared by itself.
    pub path: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Media type, guessed from the name.
    pub content_type: String,
    /// What is known of viruses in it.
    pub scan: ScanState,
    /// As what it can be looked at, if it can: never where the link's downloads are limited.
    pub preview: Option<PreviewKind>,
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
    /// What the link leads to, up to 1,000 files; none while a password is required, for names tell too, unless its owner
    /// lets them be seen.
    pub files: Vec<SharedFile>,
    /// Whether it works for one person only, and each of its files once.
    pub one_time: bool,
    /// For whom it is, where it is for somebody.
    pub recipient: Option<String>,
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
