//! Everybody's accounts, for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::UserId;
use sharesync_protocol::api::{ChangeUser, CreateUser, User, UserPage};

use super::extract::{Page, Path, Query, Valid, next_cursor};
use crate::app::AppState;
use crate::auth;
use crate::db::account;
use crate::error::Result;

/// Accounts, newest first
#[utoipa::path(
    get, path = "/api/admin/users", operation_id = "list_users", tag = "Administration", params(Page),
    responses(
        (status = 200, body = UserPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(State(app): State<AppState>, Query(page): Query<Page>) -> Result<Json<UserPage>> {
    let limit = page.limit()?;
    let items = account::page(&app.db, page.after()?, limit).await?;
    let next_cursor = next_cursor(&items, limit, |user| user.id.to_string());
    Ok(Json(UserPage { items, next_cursor }))
}

/// Make an account for somebody
///
/// Its address counts as proven.
#[utoipa::path(
    post, path = "/api/admin/users", operation_id = "create_user", tag = "Administration",
    request_body = CreateUser,
    responses(
        (status = 201, body = User),
        (status = 409, description = "`email_taken`, `username_taken`"),
        (status = 422, description = "`invalid`, `weak_password`"),
    )
)]
pub async fn create(
    State(app): State<AppState>,
    Valid(wanted): Valid<CreateUser>,
) -> Result<(StatusCode, Json<User>)> {
    let user = auth::accounts::create_for(&app, wanted).await?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// Change somebody's account
///
/// Another role ends its API tokens; disabling it ends its sessions, too, and lets nobody in.
#[utoipa::path(
    patch, path = "/api/admin/users/{id}", operation_id = "change_user", tag = "Administration",
    params(("id" = UserId, Path)), request_body = ChangeUser,
    responses(
        (status = 200, body = User),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`last_admin`"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn change(
    State(app): State<AppState>,
    Path(id): Path<UserId>,
    Valid(wanted): Valid<ChangeUser>,
) -> Result<Json<User>> {
    Ok(Json(auth::accounts::change(&app, id, &wanted).await?))
}
