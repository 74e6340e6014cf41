//! Accounts: making one, and seeing one's own.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::api::{Me, Register, User};

use super::extract::{AuthUser, Valid};
use crate::app::AppState;
use crate::auth;
use crate::db::account;
use crate::error::Result;

/// Make an account
///
/// A link that shows the address to be one's own is mailed to it. Where the server asks for that, nobody can sign in
/// before it was opened, and an address that has an account already is answered just as a new one is.
#[utoipa::path(
    post, path = "/api/auth/register", tag = "Accounts", request_body = Register,
    responses(
        (status = 201, body = Me),
        (status = 409, description = "`email_taken`, `username_taken`"),
        (status = 403, description = "`registration_closed`"),
        (status = 410, description = "`expired`: the invitation is not good (any more)"),
        (status = 422, description = "`invalid`, `weak_password`"),
    )
)]
pub async fn register(
    State(app): State<AppState>,
    Valid(wanted): Valid<Register>,
) -> Result<(StatusCode, Json<Me>)> {
    let user = auth::accounts::register(&app, wanted).await?;
    Ok((StatusCode::CREATED, Json(as_me(&app, user))))
}

/// One's own account
#[utoipa::path(
    get, path = "/api/me", tag = "Accounts",
    responses(
        (status = 200, body = Me),
    )
)]
pub async fn me(State(app): State<AppState>, user: AuthUser) -> Result<Json<Me>> {
    Ok(Json(as_me(&app, account::of(&app.db, user.id).await?)))
}

/// With the limits of its role.
fn as_me(app: &AppState, user: User) -> Me {
    let role = user.role;
    let (may_keep, max_expires_in) = (app.retention.may_keep(role), app.retention.longest(role));
    user.into_me(app.upload_sizes.of(role), may_keep, max_expires_in)
}
