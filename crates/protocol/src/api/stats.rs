//! Statistics: what administrators are told of transfers between browsers.

use serde::{Deserialize, Serialize};

use crate::report::Count;

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
