//! Uploads to file requests, by people who have no account. The parts themselves go to the same addresses as anybody's.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use sharesync_protocol::api::{
    BeginRequestedUpload, BegunRequestedUpload, CompleteUpload, PartAddresses, RequestParts,
    RequestedUploadDetails, SentFile,
};
use sharesync_protocol::{RequestSlug, UploadId};

use super::extract::{BaseUrl, FromNetwork, Path, Valid};
use super::uploads::{addresses, as_it_is, begun, content_type};
use crate::app::AppState;
use crate::db::upload::{Sender, Upload};
use crate::error::{Error, Result};
use crate::file_requests;

/// Whoever goes on with an upload that they have begun, by its key.
pub struct Sending {
    sender: Sender,
    id: UploadId,
}

impl FromRequestParts<AppState> for Sending {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self> {
        let Path((slug, id)): Path<(RequestSlug, UploadId)> =
            Path::from_request_parts(parts, app).await?;
        let Ok(FromNetwork(from)) = FromNetwork::from_request_parts(parts, app).await;
        let bearer: Option<TypedHeader<Authorization<Bearer>>> =
            TypedHeader::from_request_parts(parts, app).await.ok();
        let TypedHeader(Authorization(key)) = bearer.ok_or(Error::Unauthenticated)?;
        let sender = file_requests::sender(app, &slug, id, key.token(), from).await?;
        Ok(Self { sender, id })
    }
}

impl Sending {
    async fn upload(&self, app: &AppState) -> Result<Upload> {
        file_requests::get(app, self.sender, self.id).await
    }
}

/// Begin an upload to a file request
///
/// Send its parts in any order, several at a time if you like, and each to the address made for it; then complete it. Until
/// then it can be taken up again at any time within a day of its last part, by the key that comes with the answer.
#[utoipa::path(
    post, path = "/api/requests/{slug}/uploads", operation_id = "begin_requested_upload", tag = "File requests",
    params(("slug" = RequestSlug, Path)), request_body = BeginRequestedUpload,
    responses(
        (status = 201, body = BegunRequestedUpload),
        (status = 401, description = "`password_required`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`too_many`: under way"),
        (status = 410, description = "`expired`, `used_up`"),
        (status = 413, description = "`too_large`"),
        (status = 415, description = "`type_refused`"),
        (status = 422, description = "`empty_file`, `invalid_name`, `invalid`"),
        (status = 507, description = "`quota_exceeded`: its owner has no room for it"),
    )
)]
pub async fn begin(
    State(app): State<AppState>,
    BaseUrl(base): BaseUrl,
    Path(slug): Path<RequestSlug>,
    Valid(wanted): Valid<BeginRequestedUpload>,
) -> Result<(StatusCode, Json<BegunRequestedUpload>)> {
    let content_type = content_type(&app, &wanted.name, wanted.content_type.as_deref())?;
    let (upload, key) = file_requests::begin(&app, &slug, wanted, content_type).await?;
    let mut begun = begun(&app, &base, upload).await?;
    begun.session.folder_id = None;
    Ok((StatusCode::CREATED, Json(BegunRequestedUpload { begun, key })))
}

/// An upload to a file request, and which of its parts are there
#[utoipa::path(
    get, path = "/api/requests/{slug}/uploads/{id}", operation_id = "get_requested_upload", tag = "File requests",
    params(("slug" = RequestSlug, Path), ("id" = UploadId, Path)), security(("upload_key" = [])),
    responses(
        (status = 200, body = RequestedUploadDetails),
        (status = 401, description = "`unauthenticated`: its key is missing"),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    sending: Sending,
) -> Result<Json<RequestedUploadDetails>> {
    let upload = sending.upload(&app).await?;
    let file = match upload.file() {
        Some(file) => Some(app.uploads.became(upload.owner, file).await?),
        None => None,
    };
    let name = upload.name.clone();
    let file = file.map(|file| SentFile { name, size: file.size, digest: file.digest });
    let (mut session, parts) = as_it_is(&app, upload).await?;
    session.folder_id = None;
    Ok(Json(RequestedUploadDetails { session, parts, file }))
}

/// Addresses that parts go to, of an upload to a file request
#[utoipa::path(
    post, path = "/api/requests/{slug}/uploads/{id}/parts", operation_id = "address_requested_parts", tag = "File requests",
    params(("slug" = RequestSlug, Path), ("id" = UploadId, Path)), security(("upload_key" = [])),
    request_body = RequestParts,
    responses(
        (status = 200, body = PartAddresses),
        (status = 401, description = "`unauthenticated`: its key is missing"),
        (status = 404, description = "`not_found`: no such upload, or no such part of it"),
        (status = 409, description = "`superseded`: the upload is complete"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn address_parts(
    State(app): State<AppState>,
    sending: Sending,
    BaseUrl(base): BaseUrl,
    Valid(body): Valid<RequestParts>,
) -> Result<Json<PartAddresses>> {
    let upload = sending.upload(&app).await?;
    Ok(Json(PartAddresses { parts: addresses(&app, &base, upload, &body.parts).await? }))
}

/// Hand over what was sent to a file request, all parts being there
///
/// When the answer comes, the file is on the disk for good, and its receiver's. Asked again, it answers the same.
#[utoipa::path(
    post, path = "/api/requests/{slug}/uploads/{id}/complete", operation_id = "complete_requested_upload",
    tag = "File requests",
    params(("slug" = RequestSlug, Path), ("id" = UploadId, Path)), security(("upload_key" = [])),
    request_body = Option<CompleteUpload>,
    responses(
        (status = 201, body = SentFile),
        (status = 401, description = "`unauthenticated`: its key is missing"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`upload_incomplete`"),
        (status = 415, description = "`type_mismatch`, `type_refused`: the upload is gone"),
        (status = 422, description = "`checksum_mismatch`; `too_many_pixels`, `archive_bomb`, `unsafe_archive`: the upload is gone"),
        (status = 507, description = "`out_of_space`"),
    )
)]
pub async fn complete(
    State(app): State<AppState>,
    sending: Sending,
    Valid(body): Valid<CompleteUpload>,
) -> Result<(StatusCode, Json<SentFile>)> {
    let name = sending.upload(&app).await?.name;
    let file = app.uploads.complete(sending.sender, sending.id, body.sha256).await?;
    let sent = SentFile { name, size: file.size, digest: file.digest };
    Ok((StatusCode::CREATED, Json(sent)))
}

/// Give an upload to a file request up
#[utoipa::path(
    delete, path = "/api/requests/{slug}/uploads/{id}", operation_id = "abort_requested_upload", tag = "File requests",
    params(("slug" = RequestSlug, Path), ("id" = UploadId, Path)), security(("upload_key" = [])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "`unauthenticated`: its key is missing"),
        (status = 404, description = "`not_found`: no such upload, or it is complete"),
    )
)]
pub async fn abort(State(app): State<AppState>, sending: Sending) -> Result<StatusCode> {
    app.uploads.abort(sending.sender, sending.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
