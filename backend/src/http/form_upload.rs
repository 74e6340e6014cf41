//! Uploading by form, as a browser or curl does it: the file goes to the store as it comes.

use axum::Json;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::http::{HeaderMap, StatusCode};
use futures_util::TryStreamExt;
use serde::Deserialize;
use sharesync_protocol::FolderId;
use sharesync_protocol::api::UploadedFile;

use super::cut_off;
use super::extract::{AuthUser, Query, declared_length};
use super::place::destination;
use crate::app::AppState;
use crate::db::quota;
use crate::error::{Error, Result};
use crate::library::Upload;
use crate::names;
use crate::retention::Lifetime;

/// What a form may add to the file's own bytes: boundaries, part headers, small fields.
const FORM_OVERHEAD: u64 = 64 * 1024;

/// The form, for its description.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes the form; the handler reads it as it comes")]
pub struct UploadForm {
    /// The file, with its name.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// Where a file goes, and for how long it is kept.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Destination {
    /// Hand it in to the operators, who are told by mail. A `client` always does.
    hand_in: Option<bool>,
    /// The folder that it goes to.
    folder_id: Option<FolderId>,
    /// Folders inside that one, one in the other, separated by `/`. What is missing of them is made.
    path: Option<String>,
    /// Seconds until it expires: a minute to a year, and as long as `GET /api/me` says. As long as the server keeps files
    /// where not given.
    #[param(minimum = 60, maximum = 31_536_000)]
    expires_in: Option<u64>,
    /// Keep it: it does not expire, if `GET /api/me` says that one may.
    keep: Option<bool>,
}

/// Store a file
///
/// One file a request, in the form field `file`. When the answer comes, the file is on the disk for
/// good. Where its name is taken, ` (1)` and so on is added.
#[utoipa::path(
    post, path = "/api/upload", tag = "Files",
    params(Destination), request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = UploadedFile),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `kept_too_long`"),
        (status = 404, description = "`not_found`: the folder"),
        (status = 413, description = "`too_large`"),
        (status = 415, description = "`unsupported_type`, `type_refused`, `type_mismatch`"),
        (status = 422, description = "`invalid`, `empty_file`, `invalid_name`, `too_many_pixels`, `archive_bomb`, `unsafe_archive`"),
        (status = 507, description = "`quota_exceeded`, `out_of_space`"),
    )
)]
pub async fn upload(
    State(app): State<AppState>,
    user: AuthUser,
    Query(destination): Query<Destination>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<UploadedFile>)> {
    let max_size = admit(&app, &user, &headers).await?;
    let keep = destination.keep.unwrap_or(false);
    let lifetime = app.retention.asked(user.role, destination.expires_in, keep)?;
    let mut form = form.map_err(|e| Error::UnsupportedType(e.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(cut_off)? {
        if field.name() == Some("file") {
            let stored = store(&app, &user, max_size, lifetime, &destination, field).await?;
            app.mail_waits.notify_one();
            return Ok((StatusCode::CREATED, Json(stored)));
        }
        pass_over(field).await?;
    }
    Err(Error::EmptyFile)
}

/// Turns away, before any of the body is read, what is declared too large for the server or the
/// quota. Answers how large the file may be.
async fn admit(app: &AppState, user: &AuthUser, headers: &HeaderMap) -> Result<u64> {
    let declared = declared_length(headers).unwrap_or(0);
    let limit = app.upload_sizes.of(user.role);
    if declared > limit + FORM_OVERHEAD {
        return Err(Error::TooLarge { limit });
    }
    let (left, quota) = quota::room_left(&app.db, user.id).await?;
    if declared > left + FORM_OVERHEAD {
        return Err(Error::QuotaExceeded { quota });
    }
    Ok(limit)
}

async fn store(
    app: &AppState,
    user: &AuthUser,
    max_size: u64,
    lifetime: Lifetime,
    to: &Destination,
    file: Field<'_>,
) -> Result<UploadedFile> {
    let name = file.file_name().unwrap_or_default().to_owned();
    names::check(&name)?;
    let handed_in = user.hands_in(to.hand_in.unwrap_or(false));
    let folder = destination(app, user, handed_in, to.folder_id, to.path.as_deref()).await?;
    let content_type = app.validation.limits().types.media_type(&name, None)?;
    let upload =
        Upload { owner: user.id, folder, content_type, name, max_size, handed_in, lifetime };
    app.library.take_in(upload, file.map_err(cut_off)).await
}

/// Reads a field that is not the file, up to what a form may add.
async fn pass_over(field: Field<'_>) -> Result<()> {
    let mut field = field.map_err(cut_off);
    let mut size = 0;
    while let Some(piece) = field.try_next().await? {
        size += piece.len() as u64;
        if size > FORM_OVERHEAD {
            return Err(Error::TooLarge { limit: FORM_OVERHEAD });
        }
    }
    Ok(())
}
