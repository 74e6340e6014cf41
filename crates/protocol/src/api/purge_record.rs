//! What the purge took away.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that the purge took away, without anybody asking for it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PurgeRecord {
    /// The entry.
    pub id: Uuid,
    /// What it was.
    pub what: Purgeable,
    /// Its own id, as it was; its name went with it.
    pub subject: Uuid,
    /// Whose it was, by username.
    pub owner: String,
    /// Bytes that it took.
    pub bytes: u64,
    /// Why it went.
    pub reason: PurgeReason,
    /// When.
    pub removed_at: i64,
}

/// What the purge takes away of what people have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Purgeable {
    /// A file.
    File,
    /// An upload that was not complete.
    Upload,
}

/// Why it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum PurgeReason {
    /// It was kept for as long as files are.
    Expired,
    /// Nobody went on with it.
    Abandoned,
}

/// Answer of `GET /api/admin/purge-records`: the last first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PurgeRecordPage {
    /// The entries of this page.
    pub items: Vec<PurgeRecord>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}
