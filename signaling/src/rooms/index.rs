//! By what a room is found besides its id, and how a change of the room changes that. Everything
//! here follows from the room, so that whoever keeps rooms keeps no second truth. Used by
//! `registry`.

use sharesync_protocol::code::Nameplate;

use super::Room;

/// What is to be noted, and what struck out, when a room is kept in place of what it was.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reindexing {
    /// Codes that it has open now and had not.
    pub(crate) opened: Vec<Nameplate>,
    /// Codes that it had open and has not any more.
    pub(crate) closed: Vec<Nameplate>,
    /// When its next absence was to end (milliseconds since the Unix epoch).
    pub(crate) expired_ms: Option<i64>,
    /// When its next absence ends.
    pub(crate) expires_ms: Option<i64>,
}

impl Reindexing {
    /// From what a room was to what it is to be; none where there was or will be no room.
    pub(crate) fn between(before: Option<&Room>, after: Option<&Room>) -> Self {
        let codes = |room: Option<&Room>| -> Vec<Nameplate> {
            room.into_iter().flat_map(Room::open_codes).cloned().collect()
        };
        let (were, are) = (codes(before), codes(after));
        Self {
            closed: were.iter().filter(|code| !are.contains(code)).cloned().collect(),
            opened: are.into_iter().filter(|code| !were.contains(code)).collect(),
            expired_ms: before.and_then(Room::expires_ms),
            expires_ms: after.and_then(Room::expires_ms),
        }
    }
}
