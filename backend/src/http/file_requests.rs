//! File requests, from both ends: owners who make them, and whoever opens them. How files are sent to them is `sent_uploads`'
//! affair.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::RequestSlug;
use sharesync_protocol::api::{
    ChangeFileRequest, CreateFileRequest, FileRequestPage, FileRequestPublic, OwnedFileRequest,
    UnlockFileRequest, UnlockedFileRequest,
};

use super::extract::{AuthUser, BaseUrl, Page, Path, Query, Valid, next_cursor};
use crate::app::AppState;
use crate::db::file_request;
use crate::error::Result;
use crate::file_requests::{self, owned};

/// Ask for files
///
/// Whoever has the address of the request can upload into one of your folders, without an account, and sees nothing of what
/// lies there. What they send counts against your quota.
#[utoipa::path(
    post, path = "/api/requests", operation_id = "create_file_request", tag = "File requests",
    request_body = CreateFileRequest,
    responses(
        (status = 201, body = OwnedFileRequest),
        (status = 404, description = "`not_found`: the folder"),
        (status = 409, description = "`too_many`"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn create(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Valid(wanted): Valid<CreateFileRequest>,
) -> Result<(StatusCode, Json<OwnedFileRequest>)> {
    let request = owned::create(&app, user.id, wanted, &base).await?;
    Ok((StatusCode::CREATED, Json(request)))
}

/// One's file requests, newest first
#[utoipa::path(
    get, path = "/api/requests", operation_id = "list_file_requests", tag = "File requests", params(Page),
    responses(
        (status = 200, body = FileRequestPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Query(page): Query<Page>,
) -> Result<Json<FileRequestPage>> {
    let limit = page.limit()?;
    let rows = file_request::page(&app.db, user.id, page.after()?, limit, &base).await?;
    let next_cursor = next_cursor(&rows, limit, |(id, _)| id.to_string());
    Ok(Json(FileRequestPage { items: rows.into_iter().map(|(_, row)| row).collect(), next_cursor }))
}

/// What a file request asks for
///
/// Where it asks for a password, that is told behind it.
#[utoipa::path(
    get, path = "/api/requests/{slug}", operation_id = "get_file_request", tag = "File requests",
    params(("slug" = RequestSlug, Path)),
    responses(
        (status = 200, body = FileRequestPublic),
        (status = 404, description = "`not_found`"),
        (status = 410, description = "`expired`; `used_up`: it has all the files that it takes"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    Path(slug): Path<RequestSlug>,
) -> Result<Json<FileRequestPublic>> {
    Ok(Json(file_requests::look_at(&app, &slug).await?))
}

/// What a file request asks for, for whoever has its password
#[utoipa::path(
    post, path = "/api/requests/{slug}/unlock", operation_id = "unlock_file_request", tag = "File requests",
    params(("slug" = RequestSlug, Path)), request_body = UnlockFileRequest,
    responses(
        (status = 200, body = UnlockedFileRequest),
        (status = 401, description = "`wrong_password`"),
        (status = 404, description = "`not_found`"),
        (status = 410, description = "`expired`, `used_up`"),
    )
)]
pub async fn unlock(
    State(app): State<AppState>,
    Path(slug): Path<RequestSlug>,
    Valid(key): Valid<UnlockFileRequest>,
) -> Result<Json<UnlockedFileRequest>> {
    let (request, pass) = file_requests::unlock(&app, &slug, key.password).await?;
    Ok(Json(UnlockedFileRequest { request, pass }))
}

/// Change a file request
///
/// What is left out stays as it is, and what is null is taken away.
#[utoipa::path(
    patch, path = "/api/requests/{slug}", operation_id = "change_file_request", tag = "File requests",
    params(("slug" = RequestSlug, Path)), request_body = ChangeFileRequest,
    responses(
        (status = 200, body = OwnedFileRequest),
        (status = 404, description = "`not_found`"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn change(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(slug): Path<RequestSlug>,
    Valid(wanted): Valid<ChangeFileRequest>,
) -> Result<Json<OwnedFileRequest>> {
    Ok(Json(owned::change(&app, user.id, &slug, wanted, &base).await?))
}

/// End a file request
///
/// Nothing more comes by it, and what is under way is given up. What has come stays.
#[utoipa::path(
    delete, path = "/api/requests/{slug}", operation_id = "end_file_request", tag = "File requests",
    params(("slug" = RequestSlug, Path)),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn end(
    State(app): State<AppState>,
    user: AuthUser,
    Path(slug): Path<RequestSlug>,
) -> Result<StatusCode> {
    owned::end(&app, user.id, &slug).await?;
    Ok(StatusCode::NO_CONTENT)
}
