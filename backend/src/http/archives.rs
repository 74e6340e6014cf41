//! Several files as one ZIP archive: asked for by their owner or through a share link, and fetched.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use sharesync_protocol::api::{ArchiveLink, RequestArchive, RequestShareArchive};
use sharesync_protocol::{ArchiveId, ShareSlug};

use super::extract::{AuthUser, BaseUrl, Path, Query, Valid};
use super::precondition::Validators;
use super::representation::Representation;
use super::taker::Taker;
use crate::app::AppState;
use crate::archive;
use crate::blob::presign::{self, ExpiryQuery};
use crate::error::Result;

/// An address to fetch several files from, as one ZIP
///
/// Good for five minutes, for anybody who has it. The archive is what the files are now.
#[utoipa::path(
    post, path = "/api/files/archive", operation_id = "archive_files", tag = "Files", request_body = RequestArchive,
    responses(
        (status = 200, body = ArchiveLink),
        (status = 403, description = "`forbidden`, `insufficient_scope`; `quarantined`: one of the files"),
        (status = 404, description = "`not_found`: one of the files or folders"),
        (status = 409, description = "`scan_pending`: one of the files; `too_many`: more than 10,000"),
        (status = 422, description = "`invalid`, `invalid_name`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes of one of them"),
    )
)]
pub async fn of_files(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Valid(wanted): Valid<RequestArchive>,
) -> Result<Json<ArchiveLink>> {
    Ok(Json(archive::of_library(&app, user.id, wanted, &base).await?))
}

/// An address to fetch all files of a share link from, as one ZIP
///
/// It lasts five minutes. Where the link's downloads are limited it holds a place for each of the files, until it is
/// used or over; where one of them has none left, it is refused.
#[utoipa::path(
    post, path = "/api/shares/{slug}/archive", operation_id = "archive_share", tag = "Shares",
    params(("slug" = ShareSlug, Path)), request_body = RequestShareArchive,
    responses(
        (status = 200, body = ArchiveLink),
        (status = 401, description = "`password_required`, `wrong_password`"),
        (status = 403, description = "`quarantined`: one of the files"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`: one of the files"),
        (status = 410, description = "`expired`, `used_up`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes of one of the files"),
    )
)]
pub async fn of_share(
    State(app): State<AppState>,
    user: Option<AuthUser>,
    BaseUrl(base): BaseUrl,
    cookies: CookieJar,
    Path(slug): Path<ShareSlug>,
    Valid(wanted): Valid<RequestShareArchive>,
) -> Result<(CookieJar, Json<ArchiveLink>)> {
    let taker = Taker::known_or_new(&app, &cookies);
    let door = taker.door(&slug, user.map(|user| user.id));
    let given = archive::of_share(&app, &door, wanted, &base).await?;
    Ok(taker.given(&app, cookies, given))
}

/// Several files as one ZIP
///
/// By an address, query and all, as `download_url` holds it. The files are stored in it as they are, so that its length
/// is known, and any range of it can be fetched.
#[utoipa::path(
    get, path = "/api/archives/{id}", operation_id = "archive_content", tag = "Files",
    params(("id" = ArchiveId, Path), ExpiryQuery),
    responses(
        (status = 200, description = "The whole archive", content_type = "application/zip"),
        (status = 206, description = "A range of it (RFC 9110 §14)", content_type = "application/zip"),
        (status = 304, description = "What the asker has (RFC 9110 §13)"),
        (status = 403, description = "`forbidden`, `quarantined`"),
        (status = 404, description = "`not_found`: the link, or one of the files"),
        (status = 409, description = "`scan_pending`: one of the files"),
        (status = 410, description = "`expired`, `used_up`"),
        (status = 412, description = "`precondition_failed`"),
        (status = 416, description = "`range_not_satisfiable`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes of one of the files"),
    )
)]
pub async fn archive(
    State(app): State<AppState>,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<ArchiveId>,
    Query(query): Query<ExpiryQuery>,
) -> Result<Response> {
    app.presigner.verify_archive(id, &query, app.clock.now_ms())?;
    let archive = archive::open(&app, id).await?;
    let about = Representation {
        validators: Validators::new(archive.sha256, archive.created_at),
        sha256: None,
        size: archive.size(),
        content_type: "application/zip".into(),
        disposition: presign::attachment(&archive.name),
    };
    let Some(wanted) = about.wanted(&headers)? else { return Ok(about.not_modified()) };
    let body = if method == Method::HEAD {
        archive.check(&app).await?;
        Body::empty()
    } else {
        let (from, to) = wanted.of(about.size);
        Body::from_stream(archive.send(&app, from, to).await?)
    };
    Ok(about.respond(wanted, body))
}
