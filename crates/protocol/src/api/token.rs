//! API tokens: what scripts call with instead of a person's session.

use serde::{Deserialize, Serialize};

use crate::ApiTokenId;

/// What an API token may be used for, within what its owner's role allows at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Scope {
    /// List and fetch files.
    #[serde(rename = "files:read")]
    FilesRead,
    /// Upload, rename and delete files.
    #[serde(rename = "files:write")]
    FilesWrite,
    /// List share links and who fetched from them, and file requests.
    #[serde(rename = "shares:read")]
    SharesRead,
    /// Make, change and end share links and file requests.
    #[serde(rename = "shares:write")]
    SharesWrite,
    /// See accounts and statistics.
    #[serde(rename = "admin:read")]
    AdminRead,
    /// Make and change accounts.
    #[serde(rename = "admin:write")]
    AdminWrite,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::FilesRead,
        Self::FilesWrite,
        Self::SharesRead,
        Self::SharesWrite,
        Self::AdminRead,
        Self::AdminWrite,
    ];

    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::FilesRead => "files:read",
            Self::FilesWrite => "files:write",
            Self::SharesRead => "shares:read",
            Self::SharesWrite => "shares:write",
            Self::AdminRead => "admin:read",
            Self::AdminWrite => "admin:write",
        }
    }

    /// The scope of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Body of `POST /api/me/tokens`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CreateApiToken {
    /// What one knows it by.
    #[cfg_attr(feature = "server", garde(length(chars, min = 1, max = 64)))]
    #[cfg_attr(
        feature = "server",
        schema(example = "Nightly backup", min_length = 1, max_length = 64)
    )]
    pub name: String,
    /// What it may be used for: at least one, and none that one's role does not allow.
    #[cfg_attr(feature = "server", garde(length(min = 1, max = 6)))]
    #[cfg_attr(feature = "server", schema(min_items = 1))]
    pub scopes: Vec<Scope>,
    /// Seconds until it expires, a year at most; where absent it never does.
    #[cfg_attr(feature = "server", garde(inner(range(min = 60, max = 31_622_400))))]
    #[cfg_attr(
        feature = "server",
        schema(minimum = 60, maximum = 31_622_400, example = 2_592_000)
    )]
    pub expires_in: Option<u64>,
}

/// An API token, without what one calls with.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiToken {
    /// The token.
    pub id: ApiTokenId,
    /// What one knows it by.
    pub name: String,
    /// Its last four characters, to tell it from others.
    #[cfg_attr(feature = "server", schema(example = "x7Qd"))]
    pub ends_with: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made, or last replaced by a successor.
    pub created_at: i64,
    /// When it expires; absent where it never does.
    pub expires_at: Option<i64>,
    /// When it was last called with, to the minute; absent where it never was.
    pub last_used_at: Option<i64>,
}

/// Answer of `POST /api/me/tokens` and of `POST /api/me/tokens/{id}/rotate`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IssuedApiToken {
    /// What to send as `Authorization: Bearer …`. It is told this once and never again.
    #[cfg_attr(
        feature = "server",
        schema(example = "sharesync_pat_bnV0cyBhbmQgYm9sdHMgYW5kIHNjcmV3cyBhbmQgc28x")
    )]
    pub token: String,
    /// All else about it.
    #[serde(flatten)]
    pub details: ApiToken,
}

/// Answer of `GET /api/me/tokens`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ApiTokenPage {
    /// The tokens, newest first.
    pub items: Vec<ApiToken>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}
