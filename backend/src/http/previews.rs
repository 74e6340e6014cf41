//! Looking at files without downloading them: one's own, and through share links. Nothing of it is counted or recorded, and
//! every byte passes through the server, whose headers keep it from running.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use sharesync_protocol::api::{PreviewLink, RequestPreview};
use sharesync_protocol::{FileId, ShareSlug};

use super::extract::{AuthUser, BaseUrl, FromNetwork, Path, Query, Valid};
use super::precondition::Validators;
use super::representation::Representation;
use crate::app::AppState;
use crate::blob::presign::{ExpiryQuery, Previewed};
use crate::db::file;
use crate::delivery::Counted;
use crate::error::{Error, Result};
use crate::preview;
use crate::sharing::{self, Door};

/// An address to look at a file by
///
/// Good for five minutes, for anybody who has it. What is fetched by it is no download.
#[utoipa::path(
    post, path = "/api/files/{id}/preview", operation_id = "preview_file", tag = "Files",
    params(("id" = FileId, Path)),
    responses(
        (status = 200, body = PreviewLink),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`"),
        (status = 415, description = "`no_preview`: files of this kind are not shown"),
        (status = 500, description = "`damaged`: the disk has changed the bytes"),
    )
)]
pub async fn of_file(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(id): Path<FileId>,
) -> Result<Json<PreviewLink>> {
    let now = app.clock.now_ms();
    file::get(&app.db, user.id, id, now).await?;
    let seen = file::servable(&app.db, id, now).await?;
    Ok(Json(preview::link(&app, &Previewed::Own(id), &seen, &base, now)?))
}

/// An address to look at a shared file by
///
/// It lasts five minutes, and no longer than the link. What is fetched by it is no download, so that links whose downloads
/// are limited have no previews.
#[utoipa::path(
    post, path = "/api/shares/{slug}/preview", operation_id = "preview_shared_file", tag = "Shares",
    params(("slug" = ShareSlug, Path)), request_body = RequestPreview,
    responses(
        (status = 200, body = PreviewLink),
        (status = 401, description = "`password_required`, `wrong_password`"),
        (status = 403, description = "`downloads_limited`, `quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`"),
        (status = 410, description = "`expired`"),
        (status = 415, description = "`no_preview`: files of this kind are not shown"),
        (status = 422, description = "`invalid`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes"),
    )
)]
pub async fn of_share(
    State(app): State<AppState>,
    FromNetwork(network): FromNetwork,
    BaseUrl(base): BaseUrl,
    Path(slug): Path<ShareSlug>,
    Valid(wanted): Valid<RequestPreview>,
) -> Result<Json<PreviewLink>> {
    let door = Door { address: &slug, by: None, taker: None };
    Ok(Json(sharing::request_preview(&app, &door, wanted, network, &base).await?))
}

/// A file to look at
///
/// By an address, query and all, as `preview_url` holds it. Whatever the file is, nothing in it runs where it is opened.
#[utoipa::path(
    get, path = "/api/files/{id}/preview", operation_id = "file_preview", tag = "Files",
    params(("id" = FileId, Path), ExpiryQuery),
    responses(
        (status = 200, description = "The whole file", content_type = "application/octet-stream"),
        (status = 206, description = "A range of it (RFC 9110 §14)", content_type = "application/octet-stream"),
        (status = 304, description = "What the asker has (RFC 9110 §13)"),
        (status = 403, description = "`forbidden`, `quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`"),
        (status = 410, description = "`expired`"),
        (status = 412, description = "`precondition_failed`"),
        (status = 415, description = "`no_preview`: it was renamed"),
        (status = 416, description = "`range_not_satisfiable`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes"),
    )
)]
pub async fn own(
    State(app): State<AppState>,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<FileId>,
    Query(query): Query<ExpiryQuery>,
) -> Result<Response> {
    app.presigner.verify_preview(&Previewed::Own(id), &query, app.clock.now_ms())?;
    show(&app, id, &method, &headers).await
}

/// A shared file to look at
///
/// As [one's own](#tag/files), for as long as the link leads to it.
#[utoipa::path(
    get, path = "/api/shares/{slug}/preview/{id}", operation_id = "shared_file_preview", tag = "Shares",
    params(("slug" = ShareSlug, Path), ("id" = FileId, Path), ExpiryQuery),
    responses(
        (status = 200, description = "The whole file", content_type = "application/octet-stream"),
        (status = 206, description = "A range of it (RFC 9110 §14)", content_type = "application/octet-stream"),
        (status = 304, description = "What the asker has (RFC 9110 §13)"),
        (status = 403, description = "`forbidden`, `quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`"),
        (status = 410, description = "`expired`"),
        (status = 412, description = "`precondition_failed`"),
        (status = 415, description = "`no_preview`: it was renamed"),
        (status = 416, description = "`range_not_satisfiable`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes"),
    )
)]
pub async fn shared(
    State(app): State<AppState>,
    method: Method,
    headers: HeaderMap,
    Path((slug, id)): Path<(ShareSlug, FileId)>,
    Query(query): Query<ExpiryQuery>,
) -> Result<Response> {
    app.presigner.verify_preview(&Previewed::Shared(&slug, id), &query, app.clock.now_ms())?;
    let door = Door { address: &slug, by: None, taker: None };
    sharing::check_shown(&app, &door, id).await?;
    show(&app, id, &method, &headers).await
}

/// The bytes, as the list of previews says that they are served.
async fn show(
    app: &AppState,
    id: FileId,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response> {
    let file = file::servable(&app.db, id, app.clock.now_ms()).await?;
    let preview = preview::of(&file.name).ok_or(Error::NoPreview)?;
    let about = Representation {
        validators: Validators::new(file.digest.sha256(), file.created_at),
        sha256: file.digest.whole(),
        size: file.object.size,
        content_type: preview.content_type.into(),
        disposition: preview.disposition(&file.name),
    };
    let Some(wanted) = about.wanted(headers)? else { return Ok(about.not_modified()) };
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let (from, to) = wanted.of(about.size);
        let pieces = app.library.send(&file.object, from, to).await?;
        // Nothing is written down of what has left.
        Body::from_stream(Counted::new(pieces, from, to, |_, _| ()))
    };
    Ok(about.respond(wanted, body))
}
