//! Signing in by other means than a password alone: with a provider of identities, and with a second factor.

use serde::{Deserialize, Serialize};

/// A provider of identities that the server takes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SignInProvider {
    /// What its paths call it: `/api/auth/<name>`.
    #[cfg_attr(feature = "server", schema(example = "google"))]
    pub name: String,
    /// What people call it.
    #[cfg_attr(feature = "server", schema(example = "Google"))]
    pub label: String,
}

/// Body of `POST /api/auth/{provider}`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct BeginSignIn {
    /// Which page of this site to come back to.
    #[cfg_attr(feature = "server", garde(inner(length(max = 1024))))]
    #[cfg_attr(feature = "server", schema(example = "/files", max_length = 1024))]
    pub next: Option<String>,
}

/// Answer of `POST /api/auth/{provider}`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SignInAddress {
    /// Where to go: the provider's page.
    pub authorization_url: String,
}

/// Body of `POST /api/auth/second-factor` and of what changes a second factor.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct SecondFactorCode {
    /// Six digits from an authenticator, or a recovery code.
    #[cfg_attr(feature = "server", garde(length(min = 1, max = 32)))]
    #[cfg_attr(feature = "server", schema(example = "287082"))]
    pub code: String,
}

/// Body of `POST /api/me/second-factor`.
#[derive(Clone, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, garde::Validate))]
pub struct BeginSecondFactor {
    /// One's password, where one has one.
    #[cfg_attr(feature = "server", garde(inner(length(max = 4096))))]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub password: Option<String>,
}

/// Answer of `POST /api/me/second-factor`: what an authenticator is to know. Nothing asks for it before it is
/// confirmed with a code.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SecondFactorSetup {
    /// The secret, in base32 (RFC 4648 §6), for typing.
    pub secret: String,
    /// The same as an `otpauth://` address, for a QR code.
    pub otpauth_url: String,
}

/// Answer of `POST /api/me/second-factor/confirm` and `…/recovery-codes`.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    /// Each stands for a code once, should the authenticator be lost. They are told this once.
    pub recovery_codes: Vec<String>,
}
