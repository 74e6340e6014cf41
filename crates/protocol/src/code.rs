//! Spoken codes: what signaling says of how somebody finds a room by one, and of knocks, the talks through which
//! two who do not share a key yet come to one: after a code as between devices nearby (`nearby`).
//! `docs/PROTOCOL.md` tells the conversations.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::redacted::redacted_debug;

/// Client to server: open a code by which one other can find the room; the socket's code before
/// is closed. Takes `{}`, answers [`CodeOpened`].
pub const OPEN_CODE: &str = "open-code";
/// Client to server: close the socket's code. Takes `{}`, answers `Done`.
pub const CLOSE_CODE: &str = "close-code";
/// Client to server: knock at a nameplate, which takes it out of use. Takes [`Knock`], answers
/// [`Knocking`]; its holder gets [`KnockMessage`].
pub const KNOCK: &str = "knock";
/// Both ways: what knocker and holder say to each other. Takes [`KnockMessage`], arrives as such.
pub const PAKE: &str = "pake";
/// Both ways: the knock is over. [`Knocking`].
pub const KNOCK_ENDED: &str = "knock-ended";

/// Digits of a nameplate; it has more while half of those with so many are taken.
pub const NAMEPLATE_DIGITS: u32 = 4;

/// Names an open code: decimal digits, chosen by the server, the first of them no zero. It is the
/// part of the code that the server may know. Not for logs.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nameplate(pub String);

redacted_debug!(Nameplate);

/// Names a knock: 128 random bits as 22 characters of base64url, chosen by the server and told to
/// the two who have part in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KnockId(pub String);

/// Acknowledges [`OPEN_CODE`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CodeOpened {
    /// The code's first part.
    pub nameplate: Nameplate,
}

/// What [`KNOCK`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Knock {
    /// Where to knock.
    pub nameplate: Nameplate,
    /// What the holder is to hear, opaque to the server.
    #[serde(flatten)]
    pub body: Map<String, Value>,
}

/// What knocker and holder say to each other, by [`KNOCK`] or [`PAKE`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KnockMessage {
    /// In which knock.
    pub knock: KnockId,
    /// What is said, opaque to the server.
    #[serde(flatten)]
    pub body: Map<String, Value>,
}

/// Acknowledges [`KNOCK`]; and is what [`KNOCK_ENDED`] takes and carries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Knocking {
    /// Which knock.
    pub knock: KnockId,
}
