//! Proving that one reads what is sent to an address.

use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::api::{MailRequest, VerifyEmail};

use super::extract::Valid;
use crate::app::AppState;
use crate::auth;
use crate::error::Result;
use crate::mail::Message;

/// Prove an address
///
/// By the token in a link that was mailed to it: good once, for 24 hours.
#[utoipa::path(
    post, path = "/api/auth/verify-email", operation_id = "verify_email", tag = "Accounts", request_body = VerifyEmail,
    responses(
        (status = 204),
        (status = 410, description = "`expired`: also where it was used, or never was one"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn verify(
    State(app): State<AppState>,
    Valid(wanted): Valid<VerifyEmail>,
) -> Result<StatusCode> {
    auth::verification::verify_email(&app, &wanted.token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have another such link mailed
///
/// The answer does not tell whether the address waits for one.
#[utoipa::path(
    post, path = "/api/auth/resend-verification", operation_id = "resend_verification", tag = "Accounts",
    request_body = MailRequest,
    responses((status = 202), (status = 422, description = "`invalid`"))
)]
pub async fn resend(
    State(app): State<AppState>,
    Valid(wanted): Valid<MailRequest>,
) -> Result<StatusCode> {
    auth::verification::mail(&app, &wanted.email.0, &Message::VerifyAgain).await?;
    Ok(StatusCode::ACCEPTED)
}
