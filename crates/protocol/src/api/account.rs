//! Accounts: registering, signing in, proving an address, passwords, and who one is.

use serde::{Deserialize, Serialize};

use super::{EmailAddress, NewPassword, Username};
use crate::{SessionId, UserId};

/// Body of `POST /api/auth/register`. Fields it does not name (such as a role) are ignored.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct Register {
    /// Where the account is reached.
    #[cfg_attr(feature = "server", garde(dive))]
    pub email: EmailAddress,
    /// How others see it.
    #[cfg_attr(feature = "server", garde(dive))]
    pub username: Username,
    /// What it is signed in to with.
    #[cfg_attr(feature = "server", garde(dive))]
    pub password: NewPassword,
    /// What stands behind `invitation=` in the link of an invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", garde(inner(length(max = 128))))]
    pub invitation: Option<String>,
}

/// Body of `POST /api/auth/login`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct Login {
    /// The address the account was registered with.
    #[cfg_attr(feature = "server", garde(length(max = 254)))]
    #[cfg_attr(feature = "server", schema(example = "sam@example.com"))]
    pub email: String,
    /// The account's password.
    #[cfg_attr(feature = "server", garde(length(max = 4096)))]
    #[cfg_attr(
        feature = "server",
        schema(format = Password, example = "correct horse battery")
    )]
    pub password: String,
}

/// Answer to a sign-in or a refresh. The refresh token travels beside it as an `HttpOnly` cookie.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenGrant {
    /// A JWT (RFC 7519) to send as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer` (RFC 6750).
    #[cfg_attr(feature = "server", schema(example = "Bearer"))]
    pub token_type: String,
    /// Seconds until the access token expires.
    #[cfg_attr(feature = "server", schema(example = 900))]
    pub expires_in: u64,
}

/// Body of `POST /api/auth/verify-email`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct VerifyEmail {
    /// What stands behind `token=` in the link that was mailed.
    #[cfg_attr(feature = "server", garde(length(max = 128)))]
    pub token: String,
}

/// Body of `POST /api/auth/resend-verification` and of `POST /api/auth/forgot-password`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct MailRequest {
    /// The address of an account.
    #[cfg_attr(feature = "server", garde(dive))]
    pub email: EmailAddress,
}

/// Body of `POST /api/auth/reset-password`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct ResetPassword {
    /// What stands behind `token=` in the link that was mailed.
    #[cfg_attr(feature = "server", garde(length(max = 128)))]
    pub token: String,
    /// The password from now on.
    #[cfg_attr(feature = "server", garde(dive))]
    pub password: NewPassword,
}

/// Body of `POST /api/me/password`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct ChangePassword {
    /// The password until now.
    #[cfg_attr(feature = "server", garde(length(max = 4096)))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub current_password: String,
    /// The password from now on.
    #[cfg_attr(feature = "server", garde(dive))]
    pub password: NewPassword,
}

/// What an account is for; what each may do is in `docs/SECURITY.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum Role {
    /// Runs the server.
    Admin,
    /// Keeps and shares files of their own.
    Standard,
    /// Hands files in, and keeps none.
    Client,
    /// Fetches what clients hand in, and keeps files of their own.
    Ops,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Standard, Self::Client, Self::Ops];

    /// Its name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Standard => "standard",
            Self::Client => "client",
            Self::Ops => "ops",
        }
    }

    /// The role of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Answer of `GET /api/me` and of a registration: the signed-in account.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Me {
    /// The account.
    pub id: UserId,
    /// The address the account signs in with.
    pub email: String,
    /// Whether somebody has shown that they read what is sent to that address.
    pub email_verified: bool,
    /// The name others see.
    pub username: String,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// Whether signing in takes a second factor.
    pub second_factor: bool,
    /// What the account is for.
    pub role: Role,
    /// Bytes the account may store.
    pub quota: u64,
    /// Bytes the account stores now.
    pub used: u64,
    /// Largest file it may upload, in bytes.
    pub max_upload_size: u64,
    /// Whether it may keep files, so that they do not expire.
    pub may_keep: bool,
    /// Longest time after which it may have a file expire, in seconds: where it may not keep any, from when that is stored.
    #[cfg_attr(feature = "server", schema(example = 31_536_000))]
    pub max_expires_in: u64,
    /// When the account was made.
    pub created_at: i64,
}

/// A sign-in that is not over.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// What the program that signed in called itself (`User-Agent`, RFC 9110 §10.1.5), its first 256
    /// characters; empty where it did not say. Anybody may claim anything here.
    #[cfg_attr(
        feature = "server",
        schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0")
    )]
    pub user_agent: String,
    /// When somebody signed in.
    pub created_at: i64,
    /// When it was last gone on with, which happens about every quarter of an hour while it is used.
    pub last_used_at: i64,
    /// When it ends if it is not used again.
    pub expires_at: i64,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Answer of `GET /api/me/sessions`: newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SessionPage {
    /// The sessions, newest first.
    pub items: Vec<Session>,
    /// Pass as `cursor` for the next page; absent on the last one.
    pub next_cursor: Option<String>,
}
