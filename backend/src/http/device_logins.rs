//! Signing in on a computer by the browser (RFC 8628).

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::IntoResponse;
use sharesync_protocol::api::{
    BeginDeviceLogin, BegunDeviceLogin, DeviceLogin, IssuedApiToken, RequestDeviceToken,
};

use super::extract::{BaseUrl, FromNetwork, Path, SignedIn, Valid};
use crate::app::AppState;
use crate::auth::device_login;
use crate::db::device_login::Decision;
use crate::error::Result;

/// What no cache on the way keeps (RFC 6749 §5.1).
const UNKEPT: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// Ask to be let in by somebody who is signed in elsewhere
///
/// For programs on a computer whose person has a browser at hand, there or elsewhere. Show them the address and the code,
/// and ask `POST /api/device-logins/token` until it answers a token.
#[utoipa::path(
    post, path = "/api/device-logins", operation_id = "begin_device_login", tag = "Accounts",
    request_body = BeginDeviceLogin,
    responses(
        (status = 201, body = BegunDeviceLogin),
        (status = 422, description = "`invalid`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn begin(
    State(app): State<AppState>,
    FromNetwork(from): FromNetwork,
    BaseUrl(base): BaseUrl,
    Valid(wanted): Valid<BeginDeviceLogin>,
) -> Result<impl IntoResponse> {
    let begun = device_login::begin(&app, wanted, from, &base).await?;
    Ok((StatusCode::CREATED, UNKEPT, Json(begun)))
}

/// Fetch the token of a computer that was let in
///
/// Answers an API token once. Until somebody has decided it is `authorization_pending`: wait for `interval` seconds between two
/// questions, and for five more after each `slow_down`.
#[utoipa::path(
    post, path = "/api/device-logins/token", operation_id = "fetch_device_token", tag = "Accounts",
    request_body = RequestDeviceToken,
    responses(
        (status = 200, body = IssuedApiToken),
        (status = 400, description = "`authorization_pending`, `slow_down`, `access_denied`, `expired_token`"),
        (status = 404, description = "`not_found`: also where the token was fetched, or it was too long ago"),
        (status = 409, description = "`too_many`: whoever let it in has a hundred tokens"),
        (status = 422, description = "`invalid`"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn token(
    State(app): State<AppState>,
    Valid(wanted): Valid<RequestDeviceToken>,
) -> Result<impl IntoResponse> {
    let issued = device_login::token(&app, &wanted.device_code).await?;
    Ok((UNKEPT, Json(issued)))
}

/// Which computer shows a code, and what it would be let in for
#[utoipa::path(
    get, path = "/api/device-logins/{user_code}", operation_id = "get_device_login", tag = "Accounts",
    params(("user_code" = String, Path, example = "WDJB-MJHT")),
    responses(
        (status = 200, body = DeviceLogin),
        (status = 404, description = "`not_found`: also where it was decided, or is too late"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    SignedIn { user, .. }: SignedIn,
    FromNetwork(from): FromNetwork,
    Path(code): Path<String>,
) -> Result<Json<DeviceLogin>> {
    Ok(Json(device_login::get(&app, &user, &code, from).await?))
}

/// Let a computer in
///
/// It fetches an API token that is named after it.
#[utoipa::path(
    post, path = "/api/device-logins/{user_code}/approve", operation_id = "approve_device_login", tag = "Accounts",
    params(("user_code" = String, Path, example = "WDJB-MJHT")),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`: also where it was decided, or is too late"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn approve(
    State(app): State<AppState>,
    SignedIn { user, .. }: SignedIn,
    FromNetwork(from): FromNetwork,
    Path(code): Path<String>,
) -> Result<StatusCode> {
    device_login::decide(&app, &code, Decision::Approved(user.id), from).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuse a computer
#[utoipa::path(
    post, path = "/api/device-logins/{user_code}/deny", operation_id = "deny_device_login", tag = "Accounts",
    params(("user_code" = String, Path, example = "WDJB-MJHT")),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`: also where it was decided, or is too late"),
        (status = 429, description = "`rate_limited`"),
    )
)]
pub async fn deny(
    State(app): State<AppState>,
    SignedIn { .. }: SignedIn,
    FromNetwork(from): FromNetwork,
    Path(code): Path<String>,
) -> Result<StatusCode> {
    device_login::decide(&app, &code, Decision::Denied, from).await?;
    Ok(StatusCode::NO_CONTENT)
}
