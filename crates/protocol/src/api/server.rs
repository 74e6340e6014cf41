//! What a server says about itself.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SignInProvider;

/// Answer of `GET /api/health`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Health {
    /// `ok` whenever it answers at all.
    #[cfg_attr(feature = "server", schema(example = "ok"))]
    pub status: String,
    /// The server's version.
    pub version: String,
}

/// Answer of `GET /api/health/ready`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReadyHealth {
    /// That it answers.
    #[serde(flatten)]
    pub health: Health,
    /// Whether the virus scanner answers; left out where there is none. The server is ready without it, and what is
    /// uploaded meanwhile waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scanner: Option<ScannerHealth>,
}

/// Whether the virus scanner answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum ScannerHealth {
    /// It does.
    Up,
    /// It does not.
    Down,
}

/// Answer of `GET /api/server`: the limits a client should tell people before they run into them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ServerInfo {
    /// The server's version.
    pub version: String,
    /// Largest file an upload may carry, in bytes, for whoever has no other limit: `GET /api/me` says one's own.
    pub max_upload_size: u64,
    /// Media types that are taken, such as `image/png`, or `image/*` for all pictures; all are where there are none here.
    pub allowed_types: Vec<String>,
    /// Media types that are not taken.
    pub refused_types: Vec<String>,
    /// Where only some types are taken: the endings of names that are, in lower case and without the dot.
    pub allowed_extensions: Vec<String>,
    /// Otherwise: those of names that are not.
    pub refused_extensions: Vec<String>,
    /// Pixels that a picture may have.
    pub max_image_pixels: u64,
    /// Bytes that a ZIP may unpack to.
    pub max_archive_expansion: u64,
    /// Files that a ZIP may hold.
    pub max_archive_files: u64,
    /// Days after which stored files expire that nobody has said anything else of.
    pub file_expiry_days: u32,
    /// So many days before, their owners are warned by mail; 0 where they are not.
    pub expiry_warning_days: u32,
    /// Whether anybody may make an account.
    pub registration_open: bool,
    /// Whether an address is to be proven before one can sign in with it.
    pub email_verification: bool,
    /// Whether its mail reaches people; otherwise it lies with whoever runs the server.
    pub sends_mail: bool,
    /// Providers of identities to sign in with, in the order in which to show them.
    pub providers: Vec<SignInProvider>,
}

/// Answer of `GET /api/signaling`: what a browser has to know to reach signaling. All of it is left
/// out where signaling is at the server's own address and asks for nothing.
#[derive(Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SignalingAccess {
    /// Where it is, if that is another address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "https://signaling.example.com"))]
    pub url: Option<String>,
    /// Lets whoever brings it in, as Socket.IO's `auth`, if tickets are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// For how many seconds the ticket is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
}

impl fmt::Debug for SignalingAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalingAccess").field("url", &self.url).finish_non_exhaustive()
    }
}
