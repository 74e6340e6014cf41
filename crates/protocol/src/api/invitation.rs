//! Invitations: leave to register, given by an administrator.

use serde::{Deserialize, Serialize};

use super::{EmailAddress, Role};
use crate::InvitationId;

/// Body of `POST /api/admin/invitations`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CreateInvitation {
    /// Whom to mail it to: it is good for that address only, which counts as proven by it.
    #[cfg_attr(feature = "server", garde(dive))]
    pub email: Option<EmailAddress>,
    /// What the account will be for.
    #[cfg_attr(feature = "server", garde(skip))]
    pub role: Role,
    /// Seconds until it expires, an hour to 30 days; a week where absent.
    #[cfg_attr(feature = "server", garde(inner(range(min = 3600, max = 2_592_000))))]
    #[cfg_attr(feature = "server", schema(minimum = 3600, maximum = 2_592_000))]
    pub expires_in: Option<u64>,
}

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Invitation {
    /// The invitation.
    pub id: InvitationId,
    /// Whom it was mailed to; absent where whoever has it may use it.
    pub email: Option<String>,
    /// What the account will be for.
    pub role: Role,
    /// When it was made.
    pub created_at: i64,
    /// When it expires.
    pub expires_at: i64,
}

/// Answer of `POST /api/admin/invitations`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IssuedInvitation {
    /// The address to give to somebody, told this once; absent where it is mailed.
    pub url: Option<String>,
    /// All else about it.
    #[serde(flatten)]
    pub details: Invitation,
}

/// Answer of `GET /api/admin/invitations`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct InvitationPage {
    /// The invitations, newest first.
    pub items: Vec<Invitation>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}
