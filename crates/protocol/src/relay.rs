//! The relay: what signaling says of it, and the first messages on its WebSocket.
//! `docs/PROTOCOL.md` tells the conversation.

use serde::{Deserialize, Serialize};

use crate::redacted::redacted_debug;
use crate::signaling::PeerId;

/// Client to server: have a relay opened to another member of the room. Takes [`OpenRelay`],
/// answers [`RelayOpened`]; the other member gets [`RelayOffered`] under the same name.
pub const RELAY: &str = "relay";

/// Largest message that is relayed, in bytes: a block's 256 KiB, and what a frame and its seal add.
pub const MAX_RELAY_MESSAGE_BYTES: usize = 256 * 1024 + 64;

/// Lets one side into one relay, once: 128 random bits as 22 characters of base64url, chosen by
/// the server. Never logged.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RelayTicket(pub String);

redacted_debug!(RelayTicket);

/// What [`RELAY`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenRelay {
    /// Whom the relay shall lead to.
    pub to: PeerId,
}

/// Acknowledges [`RELAY`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RelayOpened {
    /// For oneself.
    pub ticket: RelayTicket,
    /// Where the relay is, a `ws:` or `wss:` address; left out where it is `/relay` at the place where
    /// signaling is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Carried by [`RELAY`] to the other member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RelayOffered {
    /// Who asked for the relay.
    pub from: PeerId,
    /// For whoever is told; not the one that the asker has.
    pub ticket: RelayTicket,
    /// Where the relay is, as in [`RelayOpened`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A side's first message on its WebSocket, as text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RelayEntry {
    /// The side's ticket.
    pub ticket: RelayTicket,
}

/// The server's first message to each side, as text: the other side is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayReady {
    /// Always true.
    pub ready: bool,
}
