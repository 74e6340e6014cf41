//! Statistics: what administrators are told of the server as it is, and of transfers between browsers.

use serde::{Deserialize, Serialize};

use super::{FileKind, ProblemCode};
use crate::UserId;
use crate::report::Count;

/// Answer of `GET /api/stats`: the server as it is, and what has happened in all of time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Stats {
    /// Accounts.
    pub users: u64,
    /// Those of them who have been here.
    pub active_users: ActiveUsers,
    /// Files that are stored, those in the trash among them.
    pub files: u64,
    /// Their bytes.
    pub bytes_stored: u64,
    /// The same by the kind of file, the most bytes first.
    pub stored_by_kind: Vec<StoredKind>,
    /// Those who store the most, the most first.
    pub stored_by_user: Vec<StoredByUser>,
    /// Files that ever came.
    pub uploads: u64,
    /// Their bytes.
    pub bytes_uploaded: u64,
    /// Downloads that were ever completed.
    pub downloads: u64,
    /// Share links that have not expired.
    pub shares: u64,
    /// Links whose files were fetched the most, the most first.
    pub top_shares: Vec<TopShare>,
    /// Rooms that are open now, on all nodes; null where signaling runs apart.
    pub rooms_open: Option<u64>,
    /// Sockets that are connected to signaling now, on this node; null where signaling runs apart.
    pub sockets_open: Option<u64>,
    /// Transfers between browsers that ever ended.
    pub p2p_transfers: u64,
    /// Bytes that they brought, by whatever path.
    pub p2p_bytes: u64,
    /// Bytes of files that ever reached somebody, by the path they took. Of a download those count that came without a gap
    /// from its start; looking at a file counts nothing.
    pub bytes_by_path: BytesByEveryPath,
    /// What the purge ever took away.
    pub purged: PurgeSum,
    /// What looking for viruses ever found.
    pub scans: ScanSum,
    /// Requests that were ever refused or failed, by why, the most frequent first.
    pub rejections: Vec<RejectionSum>,
}

/// Accounts whose owners have been here, by days (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ActiveUsers {
    /// Today.
    pub day: u64,
    /// Within the last 7 days, today among them.
    pub week: u64,
    /// Within the last 30.
    pub month: u64,
}

/// Files of one kind that are stored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct StoredKind {
    /// The kind.
    pub kind: FileKind,
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What somebody stores.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct StoredByUser {
    /// Whose it is.
    pub id: UserId,
    /// What they are called.
    pub username: String,
    /// Bytes that count against their quota, those of uploads under way among them.
    pub used: u64,
    /// How many may.
    pub quota: u64,
}

/// A share link whose files were fetched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TopShare {
    /// How its address begins; whoever has all of it may open the link.
    #[cfg_attr(feature = "server", schema(example = "m8Xq2fJb"))]
    pub slug_begins: String,
    /// Whose it is, by username.
    pub owner: String,
    /// Complete downloads of its files.
    pub downloads: u64,
}

/// Bytes that reached somebody, by the path they took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BytesByEveryPath {
    /// From browser to browser: what this server saved its network.
    pub direct: u64,
    /// Through a TURN server.
    pub turn: u64,
    /// Through the server's relay.
    pub relay: u64,
    /// Out of storage, through this server.
    pub storage: u64,
    /// Out of the bucket, past this server: what somebody was led to there.
    pub bucket: u64,
}

/// What the purge took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PurgeSum {
    /// Files that had expired.
    pub files: u64,
    /// Uploads that were given up.
    pub uploads: u64,
    /// Bytes of both.
    pub bytes: u64,
}

/// What looking for viruses found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ScanSum {
    /// Files with nothing in them.
    pub clean: u64,
    /// Files with something in them.
    pub infected: u64,
}

/// Requests that were refused for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RejectionSum {
    /// Why.
    pub code: ProblemCode,
    /// How many.
    pub count: u64,
}

/// Answer of `GET /api/stats/transfers`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TransferStats {
    /// The hours in which transfers ended, earliest first; others are left out.
    pub items: Vec<TransferHour>,
    /// All of them together.
    pub total: TransferSum,
}

/// Transfers that ended within one hour.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TransferHour {
    /// When the hour began, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "server", schema(example = 1_763_996_400_000_i64))]
    pub hour: i64,
    /// Transfers of which everything arrived.
    pub verified: u64,
    /// Transfers that a person stopped.
    pub cancelled: u64,
    /// Transfers that something else stopped.
    pub failed: u64,
    /// Files that arrived.
    pub files: u64,
    /// Content bytes, by the path they took.
    pub bytes: BytesByPath,
}

/// Transfers of several hours together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TransferSum {
    /// Transfers of which everything arrived.
    pub verified: u64,
    /// Transfers that a person stopped.
    pub cancelled: u64,
    /// Transfers that something else stopped.
    pub failed: u64,
    /// Files that arrived.
    pub files: u64,
    /// Content bytes, by the path they took.
    pub bytes: BytesByPath,
}

/// Content bytes, by the path they took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BytesByPath {
    /// From browser to browser.
    pub direct: u64,
    /// Through a TURN server.
    pub turn: u64,
    /// Through the server's relay.
    pub relay: u64,
}

impl BytesByPath {
    /// By all paths. What is more than JavaScript counts exactly is as much as it does.
    pub fn total(&self) -> u64 {
        let Self { direct, turn, relay } = *self;
        direct.saturating_add(turn).saturating_add(relay).min(Count::MOST)
    }
}

impl TransferSum {
    /// Adds an hour. What is more than JavaScript counts exactly is as much as it does.
    pub fn add(&mut self, hour: &TransferHour) {
        let (ours, theirs) = (&mut self.bytes, &hour.bytes);
        for (sum, more) in [
            (&mut self.verified, hour.verified),
            (&mut self.cancelled, hour.cancelled),
            (&mut self.failed, hour.failed),
            (&mut self.files, hour.files),
            (&mut ours.direct, theirs.direct),
            (&mut ours.turn, theirs.turn),
            (&mut ours.relay, theirs.relay),
        ] {
            *sum = sum.saturating_add(more).min(Count::MOST);
        }
    }
}
