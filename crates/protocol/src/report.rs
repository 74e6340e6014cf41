//! Reports: what each of two members says of a transfer between them, once that has ended. An event of the
//! signaling namespace; `docs/PROTOCOL.md` tells the conversation.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::signaling::PeerId;

/// Client to server: say how a transfer with another member ended. Takes [`Report`], answers `Done`.
pub const REPORT: &str = "report";

/// How many of something, or how many bytes: at most [`Count::MOST`], the greatest integer that JavaScript
/// counts exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Count(u64);

/// What is no [`Count`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCount;

impl fmt::Display for NoCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a count is at most {}", Count::MOST)
    }
}

impl Count {
    /// The greatest.
    pub const MOST: u64 = (1 << 53) - 1;
}

impl TryFrom<u64> for Count {
    type Error = NoCount;

    fn try_from(number: u64) -> Result<Self, NoCount> {
        if number <= Self::MOST { Ok(Self(number)) } else { Err(NoCount) }
    }
}

impl From<Count> for u64 {
    fn from(count: Count) -> Self {
        count.0
    }
}

/// How a transfer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was accepted has arrived and is proven to be the same.
    Verified,
    /// A person stopped it.
    Cancelled,
    /// Something else did.
    Failed,
}

/// Content bytes by the path they took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathBytes {
    /// From browser to browser.
    pub direct: Count,
    /// Through a TURN server.
    pub turn: Count,
    /// Through the server's relay.
    pub relay: Count,
}

/// What is counted of a transfer; nothing in it says whose or of what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferCount {
    /// How it ended.
    pub outcome: Outcome,
    /// Files that were proven to have arrived.
    pub files: Count,
    /// What passed.
    pub bytes: PathBytes,
}

/// What [`REPORT`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// With whom the transfer was.
    pub peer: PeerId,
    /// What there is to count.
    #[serde(flatten)]
    pub transfer: TransferCount,
}
