//! What a server says about itself.

use serde::{Deserialize, Serialize};

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

/// Answer of `GET /api/server`: the limits a client should tell people before they run into them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ServerInfo {
    /// The server's version.
    pub version: String,
    /// Largest file an upload may carry, in bytes.
    pub max_upload_size: u64,
    /// Days after which stored files are purged.
    pub file_expiry_days: u32,
}
