//! Choosing another password, with the old one or without.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use sharesync_protocol::api::{ChangePassword, MailRequest, ResetPassword, TokenGrant};

use super::extract::{SignedIn, UserAgent, Valid};
use super::sessions::granted;
use crate::app::AppState;
use crate::auth::{session, verification};
use crate::db::account;
use crate::error::Result;
use crate::mail::Message;

/// Have a link mailed to choose another password by
///
/// The answer does not tell whether the address has an account.
#[utoipa::path(
    post, path = "/api/auth/forgot-password", operation_id = "forgot_password", tag = "Accounts",
    request_body = MailRequest,
    responses((status = 202), (status = 422, description = "`invalid`"))
)]
pub async fn forgot(
    State(app): State<AppState>,
    Valid(wanted): Valid<MailRequest>,
) -> Result<StatusCode> {
    verification::mail(&app, &wanted.email.0, &Message::Reset).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Choose another password by such a link
///
/// The token in it is good once, for an hour. All sessions and API tokens end.
#[utoipa::path(
    post, path = "/api/auth/reset-password", operation_id = "reset_password", tag = "Accounts",
    request_body = ResetPassword,
    responses(
        (status = 204),
        (status = 410, description = "`expired`: also where it was used, or never was one"),
        (status = 422, description = "`invalid`, `weak_password`"),
    )
)]
pub async fn reset(
    State(app): State<AppState>,
    Valid(wanted): Valid<ResetPassword>,
) -> Result<StatusCode> {
    verification::reset_password(&app, wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change one's password
///
/// All sessions and API tokens end; the answer begins a new session for whoever asked.
#[utoipa::path(
    post, path = "/api/me/password", operation_id = "change_password", tag = "Accounts",
    request_body = ChangePassword,
    responses(
        (status = 200, body = TokenGrant),
        (status = 422, description = "`invalid`, `weak_password`"),
    )
)]
pub async fn change(
    State(app): State<AppState>,
    SignedIn { user, .. }: SignedIn,
    cookies: CookieJar,
    UserAgent(user_agent): UserAgent,
    Valid(wanted): Valid<ChangePassword>,
) -> Result<(CookieJar, Json<TokenGrant>)> {
    let user = account::of(&app.db, user.id).await?;
    verification::change_password(&app, &user, wanted).await?;
    let signed = session::start(&app, user.id, &user_agent).await?;
    Ok(granted(&app, cookies, signed))
}
