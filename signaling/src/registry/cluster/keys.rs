//! Under which keys everything lies in Redis. They share one hash tag, so that a transaction may
//! touch all of them, and name the form of what they hold: nodes of versions that would not
//! understand each other's rooms do not see each other.

use crate::address::NodeId;

/// The rooms: a hash, from the id to the record (JSON).
pub(super) const ROOMS: &str = "sharesync:{signaling-1}:rooms";
/// The neighbourhoods: a hash, from the network's first address to the record (JSON).
pub(super) const NEIGHBOURHOODS: &str = "sharesync:{signaling-1}:neighbourhoods";
/// In which room a code is open: a hash, from the nameplate to the room's id.
pub(super) const CODES: &str = "sharesync:{signaling-1}:codes";
/// The rooms with somebody away: a sorted set, by when the next absence ends (milliseconds since
/// the Unix epoch).
pub(super) const ABSENCES: &str = "sharesync:{signaling-1}:absences";
/// The nodes: a sorted set, by their last sign of life (in Redis's own time, milliseconds since the
/// Unix epoch); 0 for one that was given up and whose sockets are being taken out of everything.
pub(super) const NODES: &str = "sharesync:{signaling-1}:nodes";

/// What a node is to tell its sockets: a stream, each entry the letters of one transaction.
pub(super) fn stream(node: NodeId) -> String {
    format!("sharesync:{{signaling-1}}:node:{node}")
}
