//! Signing in on a computer by the browser: the device authorization grant (RFC 8628), by this API's own names.

use serde::{Deserialize, Serialize};

use super::Scope;

/// Body of `POST /api/device-logins`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct BeginDeviceLogin {
    /// What the computer is called: 1 to 64 bytes that can be shown as one line.
    #[cfg_attr(feature = "server", garde(custom(shown), length(bytes, min = 1, max = 64)))]
    #[cfg_attr(
        feature = "server",
        schema(example = "sams-laptop", min_length = 1, max_length = 64)
    )]
    pub name: String,
}

/// Not blank, and nothing that would show others as they are not.
#[cfg(feature = "server")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde calls it so")]
fn shown(text: &str, (): &()) -> garde::Result {
    if text.trim().is_empty() || text.contains(crate::nearby::misleads) {
        return Err(garde::Error::new("must be one line that can be shown"));
    }
    Ok(())
}

/// Answer of `POST /api/device-logins` (RFC 8628 §3.2).
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BegunDeviceLogin {
    /// What the computer asks with. It is told this once, and to nobody else.
    pub device_code: String,
    /// What the person compares, or types.
    #[cfg_attr(feature = "server", schema(example = "WDJB-MJHT"))]
    pub user_code: String,
    /// The page where they do.
    #[cfg_attr(feature = "server", schema(example = "https://files.example.com/device"))]
    pub verification_uri: String,
    /// The same, with what is typed filled in.
    pub verification_uri_complete: String,
    /// Seconds until it is over.
    #[cfg_attr(feature = "server", schema(example = 600))]
    pub expires_in: u64,
    /// Seconds between two questions of the computer's, at least.
    #[cfg_attr(feature = "server", schema(example = 5))]
    pub interval: u64,
}

/// Answer of `GET /api/device-logins/{user_code}`: what whoever lets a computer in should know.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DeviceLogin {
    /// What the computer calls itself, which proves nothing.
    #[cfg_attr(feature = "server", schema(example = "sams-laptop"))]
    pub name: String,
    /// The code as it stands on that computer.
    #[cfg_attr(feature = "server", schema(example = "WDJB-MJHT"))]
    pub user_code: String,
    /// What it will be able to do in the name of whoever lets it in.
    pub scopes: Vec<Scope>,
    /// Whether it asked from the network that this request comes from, too.
    pub same_network: bool,
    /// When it asked.
    pub created_at: i64,
    /// When it is too late.
    pub expires_at: i64,
}

/// Body of `POST /api/device-logins/token`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct RequestDeviceToken {
    /// What the computer was given to ask with.
    #[cfg_attr(feature = "server", garde(length(bytes, min = 1, max = 128)))]
    pub device_code: String,
}
