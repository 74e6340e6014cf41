//! Uploads in parts: begin, ask where parts go and which are there, complete, give up. The parts themselves come to
//! addresses that carry their own permission.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use futures_util::TryStreamExt;
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{
    BeginUpload, BegunUpload, CompleteUpload, PartAddress, PartAddresses, ReceivedPart,
    RequestParts, UploadDetails, UploadPage, UploadSession, UploadedFile, WantedPart,
};

use super::cut_off;
use super::extract::{AuthUser, BaseUrl, Page, Path, Query, Valid, declared_length, next_cursor};
use super::place::destination;
use crate::app::AppState;
use crate::blob::DirectPart;
use crate::blob::part_address::{PART_URL_SECS, SignedPart};
use crate::db::upload::{self, Sender, Upload};
use crate::error::{Error, Result};
use crate::names;
use crate::uploads::{Announced, ExpectedPart};

/// Addresses that come with the answer to a new upload.
const FIRST_PARTS: u32 = 16;

/// Begin an upload
///
/// Its bytes count against the quota from now on. Send its parts in any order, several at a time if you like, and each to
/// the address made for it; then complete it. Until then it can be taken up again at any time within a week of its
/// last part. Where parts go straight to a bucket no addresses come with the answer: ask for them with the parts' digests.
#[utoipa::path(
    post, path = "/api/uploads", operation_id = "begin_upload", tag = "Uploads",
    request_body = BeginUpload,
    responses(
        (status = 201, body = BegunUpload),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `kept_too_long`"),
        (status = 404, description = "`not_found`: the folder"),
        (status = 409, description = "`too_many`"),
        (status = 413, description = "`too_large`"),
        (status = 415, description = "`type_refused`"),
        (status = 422, description = "`empty_file`, `invalid_name`, `invalid`"),
        (status = 507, description = "`quota_exceeded`"),
    )
)]
pub async fn begin(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Valid(body): Valid<BeginUpload>,
) -> Result<(StatusCode, Json<BegunUpload>)> {
    names::check(&body.name)?;
    let limit = app.upload_sizes.of(user.role);
    if body.size > limit {
        return Err(Error::TooLarge { limit });
    }
    let handed_in = user.hands_in(body.hand_in);
    let lifetime = app.retention.asked(user.role, body.expires_in, body.keep)?;
    let folder = destination(&app, &user, handed_in, body.folder_id, body.path.as_deref()).await?;
    let announced = Announced {
        owner: user.id,
        folder,
        content_type: content_type(&app, &body.name, body.content_type.as_deref())?,
        name: body.name,
        size: Some(body.size),
        in_sequence: false,
        metadata: None,
        sha256: body.sha256,
        handed_in,
        sent: None,
        lifetime,
    };
    let upload = app.uploads.begin(&announced).await?;
    Ok((StatusCode::CREATED, Json(begun(&app, &base, upload).await?)))
}

/// The answer to a new upload, with addresses for its first parts.
pub(super) async fn begun(app: &AppState, base: &str, upload: Upload) -> Result<BegunUpload> {
    // An address in the bucket is made for a digest, which nobody has said yet.
    let first = if upload.is_direct() { 0 } else { upload.parts().min(FIRST_PARTS) };
    let wanted: Vec<_> = (1..=first).map(|number| WantedPart { number, sha256: None }).collect();
    let parts = addresses(app, base, upload.clone(), &wanted).await?;
    Ok(BegunUpload { session: upload.into(), parts })
}

/// One's uploads under way, newest first
#[utoipa::path(
    get, path = "/api/uploads", operation_id = "list_uploads", tag = "Uploads", params(Page),
    responses(
        (status = 200, body = UploadPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    Query(page): Query<Page>,
) -> Result<Json<UploadPage>> {
    let (limit, now) = (page.limit()?, app.clock.now_ms());
    let items = upload::page(&app.db, user.id, page.after()?, limit, now).await?;
    let next_cursor = next_cursor(&items, limit, |row| row.id.to_string());
    Ok(Json(UploadPage { items, next_cursor }))
}

/// An upload, and which of its parts are there
#[utoipa::path(
    get, path = "/api/uploads/{id}", operation_id = "get_upload", tag = "Uploads",
    params(("id" = UploadId, Path)),
    responses(
        (status = 200, body = UploadDetails),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<UploadId>,
) -> Result<Json<UploadDetails>> {
    let upload = upload::get(&app.db, Sender::Owner(user.id), id, app.clock.now_ms()).await?;
    let file = match upload.file() {
        Some(file) => Some(app.uploads.became(user.id, file).await?),
        None => None,
    };
    let (session, parts) = as_it_is(&app, upload).await?;
    Ok(Json(UploadDetails { session, parts, file }))
}

/// What there is of an upload.
pub(super) async fn as_it_is(
    app: &AppState,
    upload: Upload,
) -> Result<(UploadSession, Vec<ReceivedPart>)> {
    let parts = app.uploads.parts(&upload).await?;
    let is_counted_anew = upload.is_direct() && upload.file().is_none();
    let mut session = UploadSession::from(upload);
    if is_counted_anew {
        // The bucket was asked after the upload was read.
        session.received = parts.iter().map(|part| part.size).sum();
    }
    Ok((session, parts))
}

/// Addresses that parts go to
///
/// Each takes one part, of its length and, where you say it here, of its digest; for an hour, and from anybody who has
/// the address. Where parts go straight to a bucket, its digest has to be said, and the request has to have the `headers`
/// that come with the address.
#[utoipa::path(
    post, path = "/api/uploads/{id}/parts", operation_id = "address_parts", tag = "Uploads",
    params(("id" = UploadId, Path)), request_body = RequestParts,
    responses(
        (status = 200, body = PartAddresses),
        (status = 404, description = "`not_found`: no such upload, or no such part of it"),
        (status = 409, description = "`superseded`: the upload is complete"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn address_parts(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(id): Path<UploadId>,
    Valid(body): Valid<RequestParts>,
) -> Result<Json<PartAddresses>> {
    let upload = upload::get(&app.db, Sender::Owner(user.id), id, app.clock.now_ms()).await?;
    let parts = addresses(&app, &base, upload, &body.parts).await?;
    Ok(Json(PartAddresses { parts }))
}

/// Send a part
///
/// The address, query and all, is what `url` holds; it needs no header. When the answer comes, the part is on the disk for
/// good. Sent twice, the last one counts. Where parts go straight to a bucket, the addresses are the bucket's, and so are the
/// answers: an `ETag` where it is there.
#[utoipa::path(
    put, path = "/api/uploads/{id}/parts/{number}", operation_id = "put_part", tag = "Uploads",
    params(("id" = UploadId, Path), ("number" = u32, Path), SignedPart),
    request_body(content = String, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "It is there; `ETag` is its SHA-256"),
        (status = 400, description = "`bad_request`: fewer bytes than the part has"),
        (status = 403, description = "`forbidden`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`superseded`"),
        (status = 410, description = "`expired`"),
        (status = 413, description = "`too_large`: more bytes than the part has"),
        (status = 422, description = "`checksum_mismatch`"),
        (status = 507, description = "`out_of_space`"),
    )
)]
pub async fn put_part(
    State(app): State<AppState>,
    Path((id, number)): Path<(UploadId, u32)>,
    Query(query): Query<SignedPart>,
    headers: HeaderMap,
    body: Body,
) -> Result<HeaderMap> {
    let expected = app.part_addresses.verify(id, number, &query, app.clock.now_ms())?;
    if declared_length(&headers).is_some_and(|length| length > expected.size) {
        return Err(Error::TooLarge { limit: expected.size });
    }
    let content = body.into_data_stream().map_err(cut_off);
    let sha256 = app.uploads.take_part(expected, content).await?;
    let etag = HeaderValue::try_from(format!("\"{sha256}\"")).expect("digits are visible ASCII");
    Ok(HeaderMap::from_iter([(header::ETAG, etag)]))
}

/// Make the file of an upload whose parts are all there
///
/// Its content is read once more, and must be what was said at the beginning or is said here. When the answer comes, the
/// file is on the disk for good. Asked again, it answers the same file.
#[utoipa::path(
    post, path = "/api/uploads/{id}/complete", operation_id = "complete_upload", tag = "Uploads",
    params(("id" = UploadId, Path)), request_body = Option<CompleteUpload>,
    responses(
        (status = 201, body = UploadedFile),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`upload_incomplete`"),
        (status = 415, description = "`type_mismatch`, `type_refused`: the upload is gone"),
        (status = 422, description = "`checksum_mismatch`; `too_many_pixels`, `archive_bomb`, `unsafe_archive`: the upload is gone"),
        (status = 507, description = "`out_of_space`"),
    )
)]
pub async fn complete(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<UploadId>,
    Valid(body): Valid<CompleteUpload>,
) -> Result<(StatusCode, Json<UploadedFile>)> {
    let file = app.uploads.complete(Sender::Owner(user.id), id, body.sha256).await?;
    app.mail_waits.notify_one();
    Ok((StatusCode::CREATED, Json(file)))
}

/// Give an upload up
///
/// What there is of it goes, and no longer counts against the quota.
#[utoipa::path(
    delete, path = "/api/uploads/{id}", operation_id = "abort_upload", tag = "Uploads",
    params(("id" = UploadId, Path)),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`not_found`: no such upload, or it is complete"),
    )
)]
pub async fn abort(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<UploadId>,
) -> Result<StatusCode> {
    app.uploads.abort(Sender::Owner(user.id), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The media type that was given, if it is one and is taken, or what the name says.
pub(super) fn content_type(app: &AppState, name: &str, given: Option<&str>) -> Result<String> {
    let given = given.filter(|given| !given.is_empty());
    let given = given.map(str::parse::<mime_guess::Mime>).transpose();
    let given = given.map_err(|_| Error::invalid("type", "is not a media type"))?;
    let given = given.map(|parsed| parsed.to_string());
    app.validation.limits().types.media_type(name, given)
}

/// Where parts of an upload go. [`Error::Superseded`] where it takes no more.
pub(super) async fn addresses(
    app: &AppState,
    base: &str,
    upload: Upload,
    wanted: &[WantedPart],
) -> Result<Vec<PartAddress>> {
    if upload.file().is_some() {
        return Err(Error::Superseded);
    }
    let is_direct = upload.is_direct() && !wanted.is_empty();
    let upload = if is_direct { app.uploads.aim(upload).await? } else { upload };
    let url_expires_at = app.clock.now_ms() + PART_URL_SECS.cast_signed() * 1000;
    let mut addresses = Vec::with_capacity(wanted.len());
    for &WantedPart { number, sha256 } in wanted {
        let (from, to) = upload.extent(number)?;
        let size = to - from;
        let (url, headers) = if is_direct {
            let sha256 = sha256.ok_or_else(|| Error::invalid("sha256", "is needed here"))?;
            let part = DirectPart { number, size, sha256 };
            let valid_for = Duration::from_secs(PART_URL_SECS);
            let address = app.uploads.direct_address(&upload, part, valid_for).await?;
            (address.url, address.headers.into_iter().collect())
        } else {
            let part = ExpectedPart { upload: upload.id, number, size, sha256 };
            let path = app.part_addresses.sign(&part, url_expires_at);
            (format!("{base}{path}"), BTreeMap::new())
        };
        addresses.push(PartAddress { number, size, url, headers, url_expires_at });
    }
    Ok(addresses)
}
