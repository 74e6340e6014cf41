//! Giving a second factor, and having one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use sharesync_protocol::api::{
    BeginSecondFactor, RecoveryCodes, SecondFactorCode, SecondFactorSetup, TokenGrant,
};

use super::cookies::Kept;
use super::extract::{AuthUser, UserAgent, Valid};
use super::sessions::granted;
use crate::app::AppState;
use crate::auth::{second_factor, sign_in};
use crate::db::account;
use crate::error::{Error, Result};

/// Give the second factor of a sign-in
///
/// Goes on where a sign-in was answered `second_factor_required`, by the cookie that came with that: within five
/// minutes, and with five attempts at most.
#[utoipa::path(
    post, path = "/api/auth/second-factor", operation_id = "give_second_factor", tag = "Accounts",
    request_body = SecondFactorCode,
    responses(
        (status = 200, body = TokenGrant),
        (status = 410, description = "`expired`: sign in again"),
        (status = 422, description = "`invalid`, `invalid_code`"),
    )
)]
pub async fn give(
    State(app): State<AppState>,
    cookies: CookieJar,
    UserAgent(user_agent): UserAgent,
    Valid(given): Valid<SecondFactorCode>,
) -> Result<Response> {
    let token = Kept::HalfSignIn.read(&app, &cookies).ok_or(Error::Expired)?;
    match sign_in::complete(&app, &token, &given.code, &user_agent).await {
        Ok(signed) => {
            let cookies = Kept::HalfSignIn.remove(&app, cookies);
            Ok(granted(&app, cookies, signed).into_response())
        }
        Err(Error::Expired) => {
            Ok((Kept::HalfSignIn.remove(&app, cookies), Error::Expired).into_response())
        }
        Err(other) => Err(other),
    }
}

/// Begin to have a second factor
///
/// Nothing asks for it before it is confirmed with a code.
#[utoipa::path(
    post, path = "/api/me/second-factor", operation_id = "begin_second_factor", tag = "Accounts",
    request_body = BeginSecondFactor,
    responses(
        (status = 200, body = SecondFactorSetup),
        (status = 409, description = "`second_factor_state`: there is one already"),
        (status = 422, description = "`invalid`: `password`"),
    )
)]
pub async fn begin(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(wanted): Valid<BeginSecondFactor>,
) -> Result<Json<SecondFactorSetup>> {
    let user = account::of(&app.db, user.id).await?;
    Ok(Json(second_factor::begin(&app, &user, wanted.password).await?))
}

/// Confirm one's second factor
///
/// From now on signing in takes a code. The answer holds recovery codes, this once.
#[utoipa::path(
    post, path = "/api/me/second-factor/confirm", operation_id = "confirm_second_factor", tag = "Accounts",
    request_body = SecondFactorCode,
    responses(
        (status = 200, body = RecoveryCodes),
        (status = 409, description = "`second_factor_state`: there is nothing to confirm"),
        (status = 422, description = "`invalid`, `invalid_code`"),
    )
)]
pub async fn confirm(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(given): Valid<SecondFactorCode>,
) -> Result<Json<RecoveryCodes>> {
    let user = account::of(&app.db, user.id).await?;
    Ok(Json(second_factor::confirm(&app, &user, &given.code).await?))
}

/// Have no second factor any more
#[utoipa::path(
    post, path = "/api/me/second-factor/disable", operation_id = "disable_second_factor", tag = "Accounts",
    request_body = SecondFactorCode,
    responses(
        (status = 204),
        (status = 409, description = "`second_factor_state`: there is none"),
        (status = 422, description = "`invalid`, `invalid_code`"),
    )
)]
pub async fn disable(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(given): Valid<SecondFactorCode>,
) -> Result<StatusCode> {
    let user = account::of(&app.db, user.id).await?;
    second_factor::disable(&app, &user, &given.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have other recovery codes
///
/// Those of before are worth nothing from now on.
#[utoipa::path(
    post, path = "/api/me/second-factor/recovery-codes", operation_id = "replace_recovery_codes", tag = "Accounts",
    request_body = SecondFactorCode,
    responses(
        (status = 200, body = RecoveryCodes),
        (status = 409, description = "`second_factor_state`: there is none"),
        (status = 422, description = "`invalid`, `invalid_code`"),
    )
)]
pub async fn recovery_codes(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(given): Valid<SecondFactorCode>,
) -> Result<Json<RecoveryCodes>> {
    let user = account::of(&app.db, user.id).await?;
    Ok(Json(second_factor::replace_recovery_codes(&app, &user, &given.code).await?))
}
