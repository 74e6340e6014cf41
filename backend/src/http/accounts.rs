//! Accounts: making one, and seeing one's own.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::api::{Me, Register};

use super::extract::{AuthUser, Valid};
use crate::app::AppState;
use crate::auth;
use crate::db::account;
use crate::error::{Error, Result};

/// Make an account
#[utoipa::path(
    post, path = "/api/auth/register", tag = "Accounts", request_body = Register,
    responses(
        (status = 201, body = Me),
        (status = 409, description = "`email_taken`, `username_taken`"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn register(
    State(app): State<AppState>,
    Valid(wanted): Valid<Register>,
) -> Result<(StatusCode, Json<Me>)> {
    let me = auth::accounts::register(&app, wanted).await?;
    Ok((StatusCode::CREATED, Json(me)))
}

/// One's own account
#[utoipa::path(
    get, path = "/api/me", tag = "Accounts", security(("bearer" = [])),
    responses(
        (status = 200, body = Me),
        (status = 401, description = "`unauthenticated`"),
    )
)]
pub async fn me(State(app): State<AppState>, user: AuthUser) -> Result<Json<Me>> {
    let me = account::get(&app.db, user.id).await?.ok_or(Error::Unauthenticated)?;
    Ok(Json(me))
}
