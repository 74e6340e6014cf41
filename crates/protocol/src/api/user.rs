//! Accounts as administrators see and change them.

use serde::{Deserialize, Serialize};

use super::{EmailAddress, Me, NewPassword, Role, Username};
use crate::UserId;

/// Somebody's account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct User {
    /// The account.
    pub id: UserId,
    /// The address it signs in with, or wants to.
    pub email: String,
    /// Whether somebody has shown that they read what is sent to that address.
    pub email_verified: bool,
    /// The name others see.
    pub username: String,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// Whether signing in takes a second factor.
    pub second_factor: bool,
    /// What it is for.
    pub role: Role,
    /// Bytes it may store.
    pub quota: u64,
    /// Bytes it stores now.
    pub used: u64,
    /// When it was made.
    pub created_at: i64,
    /// Since when nobody can use it; absent where they can.
    pub disabled_at: Option<i64>,
}

impl User {
    /// The account as its owner sees it, whose files may be so large.
    pub fn into_me(self, max_upload_size: u64, may_keep: bool, max_expires_in: u64) -> Me {
        let User {
            id,
            email,
            email_verified,
            username,
            has_password,
            second_factor,
            role,
            quota,
            used,
            created_at,
            disabled_at: _,
        } = self;
        Me {
            id,
            email,
            email_verified,
            username,
            has_password,
            second_factor,
            role,
            quota,
            used,
            max_upload_size,
            may_keep,
            max_expires_in,
            created_at,
        }
    }
}

/// Answer of `GET /api/admin/users`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UserPage {
    /// The accounts, newest first.
    pub items: Vec<User>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}

/// Body of `POST /api/admin/users`: an account whose address counts as verified.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct CreateUser {
    /// Where the account is reached.
    #[cfg_attr(feature = "server", garde(dive))]
    pub email: EmailAddress,
    /// How others see it.
    #[cfg_attr(feature = "server", garde(dive))]
    pub username: Username,
    /// A password to begin with.
    #[cfg_attr(feature = "server", garde(dive))]
    pub password: NewPassword,
    /// What the account is for.
    #[cfg_attr(feature = "server", garde(skip))]
    pub role: Role,
}

/// Body of `PATCH /api/admin/users/{id}`: what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct ChangeUser {
    /// What the account is for. A change ends its API tokens.
    #[cfg_attr(feature = "server", garde(skip))]
    pub role: Option<Role>,
    /// Bytes it may store. What is there stays, if that is more.
    #[cfg_attr(feature = "server", garde(inner(range(max = 1u64 << 53))))]
    #[cfg_attr(feature = "server", schema(maximum = 9_007_199_254_740_992_i64))]
    pub quota: Option<u64>,
    /// `true` ends its sessions and API tokens at once, and lets nobody in.
    #[cfg_attr(feature = "server", garde(skip))]
    pub disabled: Option<bool>,
}
