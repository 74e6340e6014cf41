//! Where somebody can be told something: a socket of one of the nodes. Known to the server alone;
//! members know each other by their `PeerId`s.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sharesync_service_kit::secret::random_bytes;
use socketioxide::socket::Sid;

/// One running service among those that share rooms. Drawn anew at every start, so that nobody is
/// taken for a node that died.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct NodeId(u64);

impl NodeId {
    /// A name that no node has had.
    pub(crate) fn draw() -> Self {
        Self(u64::from_be_bytes(random_bytes()))
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for NodeId {
    type Err = ParseIntError;

    fn from_str(name: &str) -> Result<Self, ParseIntError> {
        u64::from_str_radix(name, 16).map(Self)
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A socket, among those of all nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Address {
    /// The node that it is connected to.
    pub(crate) node: NodeId,
    /// Its id there.
    pub(crate) socket: Sid,
}
