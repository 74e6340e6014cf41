//! One's API tokens.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::ApiTokenId;
use sharesync_protocol::api::{ApiTokenPage, CreateApiToken, IssuedApiToken};

use super::extract::{AuthUser, Page, Path, Query, Valid, next_cursor};
use crate::app::AppState;
use crate::auth::api_token;
use crate::auth::caller::By;
use crate::db;
use crate::error::{Error, Result};

/// One's API tokens, newest first
#[utoipa::path(
    get, path = "/api/me/tokens", operation_id = "list_api_tokens", tag = "Accounts", params(Page),
    responses(
        (status = 200, body = ApiTokenPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    Query(page): Query<Page>,
) -> Result<Json<ApiTokenPage>> {
    let (limit, now) = (page.limit()?, app.clock.now_ms());
    let items = db::api_token::page(&app.db, user.id, page.after()?, limit, now).await?;
    let next_cursor = next_cursor(&items, limit, |token| token.id.to_string());
    Ok(Json(ApiTokenPage { items, next_cursor }))
}

/// Make an API token
///
/// What to call with is in this answer only. It ends when its owner's password or role changes.
#[utoipa::path(
    post, path = "/api/me/tokens", operation_id = "create_api_token", tag = "Accounts",
    request_body = CreateApiToken,
    responses(
        (status = 201, body = IssuedApiToken),
        (status = 409, description = "`too_many`: a hundred is the most"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn create(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(wanted): Valid<CreateApiToken>,
) -> Result<(StatusCode, Json<IssuedApiToken>)> {
    let issued = api_token::create(&app, &user, wanted).await?;
    Ok((StatusCode::CREATED, Json(issued)))
}

/// Replace an API token by a successor
///
/// The old one is worth nothing from now on. The new one lasts as long as the old one was made for.
#[utoipa::path(
    post, path = "/api/me/tokens/{id}/rotate", operation_id = "rotate_api_token", tag = "Accounts",
    params(("id" = ApiTokenId, Path)),
    responses(
        (status = 200, body = IssuedApiToken),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn rotate(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<ApiTokenId>,
) -> Result<Json<IssuedApiToken>> {
    Ok(Json(api_token::rotate(&app, &user, id).await?))
}

/// End an API token
#[utoipa::path(
    delete, path = "/api/me/tokens/{id}", operation_id = "end_api_token", tag = "Accounts",
    params(("id" = ApiTokenId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`"))
)]
pub async fn end(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<ApiTokenId>,
) -> Result<StatusCode> {
    db::api_token::delete(&app.db, user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End the API token that asks
///
/// For programs that are signed out of: no other token can be ended so.
#[utoipa::path(
    delete, path = "/api/me/token", operation_id = "end_own_api_token", tag = "Accounts",
    responses(
        (status = 204),
        (status = 404, description = "`not_found`: it is no API token that asks"),
    )
)]
pub async fn end_own(State(app): State<AppState>, user: AuthUser) -> Result<StatusCode> {
    let By::ApiToken { id, .. } = user.by else { return Err(Error::NotFound) };
    db::api_token::delete(&app.db, user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
