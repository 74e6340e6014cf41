//! One's own files: list, see, rename, delete, and who fetched them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::FileId;
use sharesync_protocol::api::{
    DownloadLink, DownloadPage, FileDetails, FilePage, FileSummary, RenameFile,
};

use super::extract::{AuthUser, BaseUrl, Page, Path, Query, Valid, next_cursor};
use crate::app::AppState;
use crate::auth::permission::Permission;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, HANDED_IN_URL_SECS, Via};
use crate::db::download::Grant;
use crate::db::{download, file, hand_in};
use crate::error::{Error, Result};
use crate::names;

/// One's files, newest first
#[utoipa::path(
    get, path = "/api/files", operation_id = "list_files", tag = "Files", params(Page),
    responses(
        (status = 200, body = FilePage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    Query(page): Query<Page>,
) -> Result<Json<FilePage>> {
    let (limit, now) = (page.limit()?, app.clock.now_ms());
    let items = file::page(&app.db, user.id, page.after()?, limit, now).await?;
    let next_cursor = next_cursor(&items, limit, |row| row.file.id.to_string());
    Ok(Json(FilePage { items, next_cursor }))
}

/// A file, and an address to fetch it from
#[utoipa::path(
    get, path = "/api/files/{id}", operation_id = "get_file", tag = "Files",
    params(("id" = FileId, Path)),
    responses(
        (status = 200, body = FileDetails),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(id): Path<FileId>,
) -> Result<Json<FileDetails>> {
    let now = app.clock.now_ms();
    let summary = file::get(&app.db, user.id, id, now).await?;
    let grant = Grant::new(id, Some(user.id), DOWNLOAD_URL_SECS, now);
    let disposition = presign::attachment(&summary.file.name);
    let path = app.presigner.sign(&grant, Via::Library, &disposition);
    let download_url = format!("{base}{path}");
    Ok(Json(FileDetails { summary, download_url, download_url_expires_at: grant.expires_at }))
}

/// An address to fetch a file from
///
/// For one's own: good for five minutes, for anybody who has it. For one that was handed in, where one is an
/// operator or an administrator: good for ten minutes, for oneself and administrators.
#[utoipa::path(
    post, path = "/api/files/{id}/signed-url", operation_id = "sign_file_url", tag = "Files",
    params(("id" = FileId, Path)),
    responses(
        (status = 200, body = DownloadLink),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes"),
    )
)]
pub async fn signed_url(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(id): Path<FileId>,
) -> Result<Json<DownloadLink>> {
    let now = app.clock.now_ms();
    let (name, via, seconds) = match file::get(&app.db, user.id, id, now).await {
        Ok(own) => (own.file.name, Via::Library, DOWNLOAD_URL_SECS),
        Err(Error::NotFound) if user.check(Permission::FetchHandIns).is_ok() => {
            let theirs = hand_in::get(&app.db, id, now).await?.ok_or(Error::NotFound)?;
            (theirs.file.name, Via::HandedIn, HANDED_IN_URL_SECS)
        }
        Err(other) => return Err(other),
    };
    // Nobody is given an address that gives nothing.
    file::servable(&app.db, id, now).await?;
    let grant = Grant::new(id, Some(user.id), seconds, now);
    let path = app.presigner.sign(&grant, via, &presign::attachment(&name));
    let download_url = format!("{base}{path}");
    Ok(Json(DownloadLink { download_url, expires_at: grant.expires_at }))
}

/// Rename a file
#[utoipa::path(
    patch, path = "/api/files/{id}", operation_id = "rename_file", tag = "Files",
    params(("id" = FileId, Path)), request_body = RenameFile,
    responses(
        (status = 200, body = FileSummary),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`name_taken`"),
        (status = 422, description = "`invalid_name`"),
    )
)]
pub async fn rename(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FileId>,
    Valid(wanted): Valid<RenameFile>,
) -> Result<Json<FileSummary>> {
    names::check(&wanted.name)?;
    let now = app.clock.now_ms();
    file::rename(&app.db, user.id, id, &wanted.name, now).await?;
    app.events.file_changed(user.id, id);
    Ok(Json(file::get(&app.db, user.id, id, now).await?))
}

/// Delete a file
///
/// Its share links lead to it no longer, and addresses handed out for it stop working.
#[utoipa::path(
    delete, path = "/api/files/{id}", operation_id = "delete_file", tag = "Files",
    params(("id" = FileId, Path)),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn delete(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FileId>,
) -> Result<StatusCode> {
    app.library.remove(user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who fetched a file, newest first
#[utoipa::path(
    get, path = "/api/files/{id}/downloads", operation_id = "list_file_downloads", tag = "Files",
    params(("id" = FileId, Path), Page),
    responses(
        (status = 200, body = DownloadPage),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn downloads(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FileId>,
    Query(page): Query<Page>,
) -> Result<Json<DownloadPage>> {
    file::get(&app.db, user.id, id, app.clock.now_ms()).await?;
    let limit = page.limit()?;
    let rows = download::of_file(&app.db, id, page.after()?, limit).await?;
    let next_cursor = next_cursor(&rows, limit, |(id, _)| id.to_string());
    Ok(Json(DownloadPage { items: rows.into_iter().map(|(_, row)| row).collect(), next_cursor }))
}
