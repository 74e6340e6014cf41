//! Uploads by tus 1.0 (<https://tus.io/protocols/resumable-upload>), for the clients that speak it: its core, and the
//! extensions creation, creation-with-upload, creation-defer-length, checksum, expiration and termination. They are the
//! same uploads as those in parts, but that their bytes come one after the other.

mod headers;

use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use sharesync_protocol::UploadId;

use self::headers::{
    ALGORITHMS, METHOD_OVERRIDE, TUS_RESUMABLE, UPLOAD_DEFER_LENGTH, UPLOAD_EXPIRES, UPLOAD_LENGTH,
    UPLOAD_METADATA, UPLOAD_OFFSET, check_type, checksum, metadata, number, text,
};
use super::cut_off;
use super::extract::{AuthUser, BaseUrl, Path};
use super::place::destination;
use crate::app::AppState;
use crate::db::upload::{Sender, Upload};
use crate::error::{Error, Result, TUS_VERSION};
use crate::names;
use crate::uploads::{Announced, Checksum, Chunk};

/// Where uploads are made; each has its own below it.
const PATH: &str = "/api/tus";
/// What is spoken besides the core.
const EXTENSIONS: &str =
    "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination";
/// What a file is called that its client gave no name.
const NAMELESS: &str = "upload";

/// Whoever speaks the version that is spoken here.
pub struct SpeaksTus;

impl<S: Sync> FromRequestParts<S> for SpeaksTus {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let version = parts.headers.get(TUS_RESUMABLE);
        if version.is_some_and(|version| version == TUS_VERSION) {
            Ok(Self)
        } else {
            Err(Error::TusVersion)
        }
    }
}

/// Has every answer below the path say the version, whoever answers.
pub(super) async fn say_version(request: Request, next: Next) -> Response {
    let is_ours = request.uri().path().starts_with(PATH);
    let mut response = next.run(request).await;
    if is_ours {
        response.headers_mut().insert(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION));
    }
    response
}

/// What is spoken here
///
/// Tus 1.0: versions, extensions, checksums and the largest file that anybody may send, in headers.
#[utoipa::path(
    options, path = "/api/tus", operation_id = "tus_options", tag = "Uploads",
    responses((status = 204, description = "`Tus-Version`, `Tus-Extension`, `Tus-Checksum-Algorithm`, `Tus-Max-Size`"))
)]
pub async fn options(State(app): State<AppState>) -> impl IntoResponse {
    let spoken = [
        ("tus-version", TUS_VERSION.to_owned()),
        ("tus-extension", EXTENSIONS.to_owned()),
        ("tus-checksum-algorithm", ALGORITHMS.to_owned()),
        ("tus-max-size", app.upload_sizes.largest().to_string()),
    ];
    (StatusCode::NO_CONTENT, spoken)
}

/// Begin an upload by tus
///
/// `Upload-Length` says how many bytes will come, or `Upload-Defer-Length: 1` that it will be said later.
/// `Upload-Metadata` may hold `filename`, `filetype`, `hand_in`, and for how long the file is to be kept: `expires_in`, in
/// seconds, or `keep` as `true`. The body, as `application/offset+octet-stream`, may be the first of the bytes.
#[utoipa::path(
    post, path = "/api/tus", operation_id = "tus_create", tag = "Uploads",
    responses(
        (status = 201, description = "`Location` is where its bytes go; `Upload-Offset`, `Upload-Expires`"),
        (status = 400, description = "`bad_request`"),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `kept_too_long`"),
        (status = 409, description = "`too_many`"),
        (status = 412, description = "`unsupported_version`"),
        (status = 413, description = "`too_large`"),
        (status = 415, description = "`unsupported_type`, `type_refused`, `type_mismatch`"),
        (status = 422, description = "`invalid`, `empty_file`, `invalid_name`, `too_many_pixels`, `archive_bomb`, `unsafe_archive`"),
        (status = 460, description = "`checksum_mismatch`"),
        (status = 507, description = "`quota_exceeded`, `out_of_space`"),
    )
)]
pub async fn create(
    State(app): State<AppState>,
    user: AuthUser,
    _: SpeaksTus,
    BaseUrl(base): BaseUrl,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let announced = announced(&app, &user, &headers).await?;
    let has_bytes = headers.contains_key(header::CONTENT_TYPE);
    if has_bytes {
        check_type(&headers)?;
    }
    let checksum = checksum(&headers)?;
    let mut upload = app.uploads.begin(&announced).await?;
    if has_bytes {
        // What does not come can be sent later: the upload is there.
        upload = append(&app, &user, upload.id, 0, checksum, body).await?;
    }
    let location = [(header::LOCATION, format!("{base}{PATH}/{}", upload.id))];
    Ok((StatusCode::CREATED, location, place(&upload)).into_response())
}

/// How much of an upload is there
///
/// Whoever still sends it by another connection is cut off, so that what is told stays true.
#[utoipa::path(
    head, path = "/api/tus/{id}", operation_id = "tus_head", tag = "Uploads",
    params(("id" = UploadId, Path)),
    responses(
        (status = 200, description = "`Upload-Offset`, `Upload-Length` or `Upload-Defer-Length`, `Upload-Metadata`, `Upload-Expires`"),
        (status = 404, description = "`not_found`"),
        (status = 412, description = "`unsupported_version`"),
    )
)]
pub async fn head(
    State(app): State<AppState>,
    user: AuthUser,
    _: SpeaksTus,
    Path(id): Path<UploadId>,
) -> Result<Response> {
    let upload = app.uploads.offset(user.id, id).await?;
    let mut headers = place(&upload);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if upload.size_is_known {
        headers.insert(UPLOAD_LENGTH, upload.size.into());
    } else {
        headers.insert(UPLOAD_DEFER_LENGTH, HeaderValue::from_static("1"));
    }
    // It came as a header's value.
    if let Some(Ok(metadata)) = upload.metadata.as_deref().map(HeaderValue::from_str) {
        headers.insert(UPLOAD_METADATA, metadata);
    }
    Ok((StatusCode::OK, headers).into_response())
}

/// Send bytes of an upload
///
/// Those from `Upload-Offset` on, which must be where it ends. With the last of them it becomes a file, whose address
/// is in `Content-Location`. What comes before a line breaks is kept; with an `Upload-Checksum` all or nothing is.
#[utoipa::path(
    patch, path = "/api/tus/{id}", operation_id = "tus_append", tag = "Uploads",
    params(("id" = UploadId, Path)),
    request_body(content = String, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "They are on the disk for good: `Upload-Offset`, `Upload-Expires`"),
        (status = 400, description = "`bad_request`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`offset_mismatch`, `superseded`"),
        (status = 412, description = "`unsupported_version`"),
        (status = 413, description = "`too_large`: more bytes than the file has"),
        (status = 415, description = "`unsupported_type`; `type_mismatch`, `type_refused`: the upload is gone"),
        (status = 422, description = "`too_many_pixels`, `archive_bomb`, `unsafe_archive`: the upload is gone"),
        (status = 460, description = "`checksum_mismatch`"),
        (status = 507, description = "`quota_exceeded`, `out_of_space`"),
    )
)]
pub async fn patch(
    State(app): State<AppState>,
    user: AuthUser,
    _: SpeaksTus,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    patch_with(&app, &user, id, &headers, body).await
}

/// Give an upload up, by tus
///
/// What there is of it goes, and no longer counts against the quota.
#[utoipa::path(
    delete, path = "/api/tus/{id}", operation_id = "tus_terminate", tag = "Uploads",
    params(("id" = UploadId, Path)),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`not_found`: no such upload, or it is complete"),
        (status = 412, description = "`unsupported_version`"),
    )
)]
pub async fn terminate(
    State(app): State<AppState>,
    user: AuthUser,
    _: SpeaksTus,
    Path(id): Path<UploadId>,
) -> Result<StatusCode> {
    app.uploads.abort(Sender::Owner(user.id), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send bytes of an upload, or give it up, where only POST gets through
///
/// `X-HTTP-Method-Override` says which of PATCH and DELETE is meant.
#[utoipa::path(
    post, path = "/api/tus/{id}", operation_id = "tus_post", tag = "Uploads",
    params(("id" = UploadId, Path)),
    responses(
        (status = 204, description = "As of the method that is meant"),
        (status = 405, description = "`method_not_allowed`"),
    )
)]
pub async fn post(
    State(app): State<AppState>,
    user: AuthUser,
    _: SpeaksTus,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    let meant = headers.get(METHOD_OVERRIDE).and_then(|method| method.to_str().ok());
    match meant.and_then(|method| method.parse().ok()) {
        Some(Method::PATCH) => patch_with(&app, &user, id, &headers, body).await,
        Some(Method::DELETE) => {
            app.uploads.abort(Sender::Owner(user.id), id).await?;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        _ => Err(Error::MethodNotAllowed),
    }
}

async fn patch_with(
    app: &AppState,
    user: &AuthUser,
    id: UploadId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response> {
    check_type(headers)?;
    let at = number(headers, &UPLOAD_OFFSET)?;
    let at = at.ok_or_else(|| Error::BadRequest("Upload-Offset is missing".into()))?;
    let checksum = checksum(headers)?;
    if let Some(size) = number(headers, &UPLOAD_LENGTH)? {
        check_size(app, user, size)?;
        app.uploads.declare_size(user.id, id, size).await?;
    }
    let upload = append(app, user, id, at, checksum, body).await?;
    let became = upload.file().map(|file| {
        let address = HeaderValue::try_from(format!("/api/files/{file}"));
        [(header::CONTENT_LOCATION, address.expect("an id makes a header"))]
    });
    Ok((StatusCode::NO_CONTENT, became, place(&upload)).into_response())
}

/// Takes bytes in, and with the last of them makes the file.
async fn append(
    app: &AppState,
    user: &AuthUser,
    id: UploadId,
    at: u64,
    checksum: Option<Checksum>,
    body: Body,
) -> Result<Upload> {
    let chunk = Chunk { at, max_size: app.upload_sizes.of(user.role), checksum };
    let content = body.into_data_stream().map_err(cut_off);
    let upload = app.uploads.append(user.id, id, chunk, content).await?;
    if !upload.is_whole() {
        return Ok(upload);
    }
    app.uploads.complete(Sender::Owner(user.id), id, None).await?;
    app.mail_waits.notify_one();
    app.uploads.offset(user.id, id).await
}

async fn announced(app: &AppState, user: &AuthUser, headers: &HeaderMap) -> Result<Announced> {
    let size = number(headers, &UPLOAD_LENGTH)?;
    let deferred = headers.get(UPLOAD_DEFER_LENGTH);
    match (size, deferred) {
        (Some(size), None) => check_size(app, user, size)?,
        (None, Some(deferred)) if deferred == "1" => {}
        _ => {
            let either = "either Upload-Length or Upload-Defer-Length: 1 is needed";
            return Err(Error::BadRequest(either.into()));
        }
    }
    let metadata = metadata(headers)?;
    let said = |keys: &[&str]| {
        let found = keys.iter().find_map(|key| metadata.iter().find(|(known, _)| known == key));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let name = said(&["filename", "name"]).unwrap_or(NAMELESS).to_owned();
    names::check(&name)?;
    let given = said(&["filetype", "type"]).and_then(|text| text.parse::<mime_guess::Mime>().ok());
    let handed_in = user.hands_in(said(&["hand_in"]) == Some("true"));
    let lifetime = app.retention.asked(
        user.role,
        expires_in(said(&["expires_in"]))?,
        said(&["keep"]) == Some("true"),
    )?;
    let folder = said(&["folder_id"]).map(str::parse).transpose().map_err(|_| Error::NotFound)?;
    // Clients that send folders say where in them a file was, its name included.
    let with_name = said(&["relativePath"]).and_then(|path| path.rsplit_once('/'));
    let path = said(&["path"]).or(with_name.map(|(path, _)| path));
    Ok(Announced {
        owner: user.id,
        folder: destination(app, user, handed_in, folder, path).await?,
        content_type: app
            .validation
            .limits()
            .types
            .media_type(&name, given.map(|given| given.to_string()))?,
        name,
        size,
        in_sequence: true,
        metadata: text(headers, &UPLOAD_METADATA)?.map(str::to_owned),
        sha256: None,
        handed_in,
        sent: None,
        lifetime,
    })
}

fn expires_in(said: Option<&str>) -> Result<Option<u64>> {
    let seconds = said.map(str::parse).transpose();
    seconds.map_err(|_| Error::invalid("expires_in", "must be a number of seconds"))
}

fn check_size(app: &AppState, user: &AuthUser, size: u64) -> Result<()> {
    let limit = app.upload_sizes.of(user.role);
    if size > limit { Err(Error::TooLarge { limit }) } else { Ok(()) }
}

/// Where the next byte goes, and until when it may come.
fn place(upload: &Upload) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(UPLOAD_OFFSET, upload.received().into())]);
    let expires = Duration::from_millis(upload.expires_at.try_into().unwrap_or_default());
    let expires = httpdate::fmt_http_date(UNIX_EPOCH + expires);
    headers.insert(UPLOAD_EXPIRES, expires.try_into().expect("a date makes a header"));
    headers
}
