//! Share links, from both ends: the owner who makes them and whoever opens them.

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum_extra::extract::CookieJar;
use sharesync_protocol::api::{
    ChangeShare, CreateShare, DownloadLink, DownloadPage, OwnedShare, RequestDownload, ShareList,
    SharePublic, UnlockShare,
};
use sharesync_protocol::{FileId, ShareSlug};

use super::extract::{AuthUser, BaseUrl, Page, Path, Query, Valid, next_cursor};
use super::taker::Taker;
use crate::app::AppState;
use crate::db::{download, share};
use crate::error::Result;
use crate::sharing::{self, owned};

/// Which share links.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfFile {
    /// Those that lead to this file only.
    file_id: Option<FileId>,
}

/// Make a share link
#[utoipa::path(
    post, path = "/api/shares", operation_id = "create_share", tag = "Shares", request_body = CreateShare,
    responses(
        (status = 201, body = OwnedShare),
        (status = 403, description = "`forbidden`, `insufficient_scope`; `quarantined`: one of the files"),
        (status = 404, description = "`not_found`: one of the files or folders"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn create(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Valid(wanted): Valid<CreateShare>,
) -> Result<(StatusCode, Json<OwnedShare>)> {
    let share = owned::create(&app, user.id, wanted, &base).await?;
    Ok((StatusCode::CREATED, Json(share)))
}

/// One's share links, newest first
#[utoipa::path(
    get, path = "/api/shares", operation_id = "list_shares", tag = "Shares", params(Page, OfFile),
    responses(
        (status = 200, body = ShareList),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Query(page): Query<Page>,
    Query(of): Query<OfFile>,
) -> Result<Json<ShareList>> {
    let limit = page.limit()?;
    let before = page.cursor.map(ShareSlug);
    let rows = share::page(&app.db, user.id, before.as_ref(), of.file_id, limit).await?;
    let next_cursor = next_cursor(&rows, limit, |row| row.slug.0.clone());
    let items = owned::as_owned(&app, rows, &base).await?;
    Ok(Json(ShareList { items, next_cursor }))
}

/// What a share link leads to
///
/// Names are shown once no password stands before them.
#[utoipa::path(
    get, path = "/api/shares/{slug}", operation_id = "get_share", tag = "Shares", params(("slug" = ShareSlug, Path)),
    responses(
        (status = 200, body = SharePublic),
        (status = 404, description = "`not_found`"),
        (status = 410, description = "`expired`, `used_up`"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    method: Method,
    cookies: CookieJar,
    Path(slug): Path<ShareSlug>,
) -> Result<Json<SharePublic>> {
    let taker = Taker::known(&app, &cookies);
    let shown = sharing::look_at(&app, &taker.door(&slug, None)).await?;
    // Whoever only asks whether it is there is shown nothing.
    if method == Method::GET {
        sharing::note_opened(&app, &slug).await?;
    }
    Ok(Json(shown))
}

/// What a share link leads to, for whoever has its password
#[utoipa::path(
    post, path = "/api/shares/{slug}/unlock", operation_id = "unlock_share", tag = "Shares", params(("slug" = ShareSlug, Path)),
    request_body = UnlockShare,
    responses(
        (status = 200, body = SharePublic),
        (status = 401, description = "`wrong_password`"),
        (status = 404, description = "`not_found`"),
        (status = 410, description = "`expired`, `used_up`"),
    )
)]
pub async fn unlock(
    State(app): State<AppState>,
    cookies: CookieJar,
    Path(slug): Path<ShareSlug>,
    Valid(key): Valid<UnlockShare>,
) -> Result<Json<SharePublic>> {
    let taker = Taker::known(&app, &cookies);
    Ok(Json(sharing::unlock(&app, &taker.door(&slug, None), key.password).await?))
}

/// An address to fetch a shared file from
///
/// It lasts five minutes, and holds a place in a link whose downloads are limited until it is used or over. A link for one
/// person is theirs who asks first, by the cookie that comes with the answer, until they have given up.
#[utoipa::path(
    post, path = "/api/shares/{slug}/download", tag = "Shares", params(("slug" = ShareSlug, Path)),
    request_body = RequestDownload,
    responses(
        (status = 200, body = DownloadLink),
        (status = 401, description = "`password_required`, `wrong_password`"),
        (status = 403, description = "`quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`"),
        (status = 410, description = "`expired`, `used_up`"),
        (status = 422, description = "`invalid`: say which of several files"),
    )
)]
pub async fn request_download(
    State(app): State<AppState>,
    user: Option<AuthUser>,
    BaseUrl(base): BaseUrl,
    cookies: CookieJar,
    Path(slug): Path<ShareSlug>,
    Valid(wanted): Valid<RequestDownload>,
) -> Result<(CookieJar, Json<DownloadLink>)> {
    let taker = Taker::known_or_new(&app, &cookies);
    let door = taker.door(&slug, user.map(|user| user.id));
    let given = sharing::request_download(&app, &door, wanted, &base).await?;
    Ok(taker.given(&app, cookies, given))
}

/// Who used a share link, newest first
#[utoipa::path(
    get, path = "/api/shares/{slug}/downloads", operation_id = "list_share_downloads", tag = "Shares",
    params(("slug" = ShareSlug, Path), Page),
    responses(
        (status = 200, body = DownloadPage),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn downloads(
    State(app): State<AppState>,
    user: AuthUser,
    Path(slug): Path<ShareSlug>,
    Query(page): Query<Page>,
) -> Result<Json<DownloadPage>> {
    share::check_owner(&app.db, user.id, &slug).await?;
    let limit = page.limit()?;
    let rows = download::of_share(&app.db, &slug, page.after()?, limit).await?;
    let next_cursor = next_cursor(&rows, limit, |(id, _)| id.to_string());
    Ok(Json(DownloadPage { items: rows.into_iter().map(|(_, row)| row).collect(), next_cursor }))
}

/// Change a share link
///
/// What is left out stays as it is, and what is null is taken away.
#[utoipa::path(
    patch, path = "/api/shares/{slug}", operation_id = "change_share", tag = "Shares",
    params(("slug" = ShareSlug, Path)), request_body = ChangeShare,
    responses(
        (status = 200, body = OwnedShare),
        (status = 404, description = "`not_found`: the link, or an address that is to be revoked"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn change(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(slug): Path<ShareSlug>,
    Valid(wanted): Valid<ChangeShare>,
) -> Result<Json<OwnedShare>> {
    Ok(Json(owned::change(&app, user.id, &slug, wanted, &base).await?))
}

/// End a share link
#[utoipa::path(
    delete, path = "/api/shares/{slug}", operation_id = "revoke_share", tag = "Shares",
    params(("slug" = ShareSlug, Path)),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn revoke(
    State(app): State<AppState>,
    user: AuthUser,
    Path(slug): Path<ShareSlug>,
) -> Result<StatusCode> {
    share::delete(&app.db, user.id, &slug).await?;
    app.events.shares_changed(user.id);
    Ok(StatusCode::NO_CONTENT)
}
