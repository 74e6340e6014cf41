//! Live updates: what the server tells the pages of whoever is signed in, over the Socket.IO namespace `/events`.
//!
//! A client brings an access token as [`Auth`] and is told of its own account's files from then on, until that token or
//! its session is over. It says nothing itself. `docs/PROTOCOL.md` tells the conversation.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{FileId, UploadId};

/// The Socket.IO namespace of live updates.
pub const NAMESPACE: &str = "/events";

/// An upload has begun, moved or ended. Carries [`UploadNews`].
pub const UPLOAD: &str = "upload";
/// Something in the library is not as it was: a file, its links or who fetched it. Carries [`LibraryNews`].
pub const LIBRARY: &str = "library";

/// With what a client is told that its token is missing, wrong or over, instead of being let into the namespace: the
/// `message` of Socket.IO's `CONNECT_ERROR`.
pub const UNAUTHENTICATED: &str = "unauthenticated";
/// Likewise, that it cannot be told at the moment whose its token is: come again.
pub const UNAVAILABLE: &str = "unavailable";

/// What a client brings when it enters the namespace, as Socket.IO's `auth`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Auth {
    /// The access token of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth { token: … }")
    }
}

/// Carried by [`UPLOAD`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadNews {
    /// The upload.
    pub id: UploadId,
    /// The name that was asked for; of a complete one, what the file is called.
    pub name: String,
    /// Bytes of the whole file; where that has not been said yet (tus), as many as came.
    pub size: u64,
    /// Bytes that are there for good; none of one that was given up.
    pub received: u64,
    /// What has become of it.
    pub state: UploadState,
    /// The file that it became. Left out where it is not complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileId>,
}

/// What has become of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// It takes more, or waits to be completed.
    UnderWay,
    /// It is a file now.
    Complete,
    /// It was given up, or has waited for too long; nothing is left of it.
    GivenUp,
}

/// Carried by [`LIBRARY`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryNews {
    /// The one file that it is about. Left out where it is about several, or about a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileId>,
}

impl LibraryNews {
    /// Both said at once.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::default() }
    }
}
