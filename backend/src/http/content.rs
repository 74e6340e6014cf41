//! A file's bytes, for whoever has a download address that is still good, or a token of its owner's.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, IntoResponseParts, Response};
use axum_extra::TypedHeader;
use axum_extra::extract::CookieJar;
use bytes::Bytes;
use futures_util::Stream;
use sharesync_protocol::FileId;
use sharesync_protocol::api::Role;
use uuid::Uuid;

use super::cookies::Kept;
use super::extract::{AuthUser, Path, Query};
use super::precondition::Validators;
use super::range::{self, Wanted};
use crate::app::AppState;
use crate::auth::permission::Permission;
use crate::auth::session;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, SignedQuery, Via};
use crate::db::download::{self, Grant};
use crate::db::file::{self, Servable};
use crate::error::{Error, Result};

/// Nothing in a stored file may run here, whatever it is and however it is opened.
const CONTENT_POLICY: &str = "default-src 'none'; sandbox";

/// By what somebody asks for a file.
pub enum Permit {
    /// By an address that was made for it.
    Address(SignedQuery),
    /// By a token, for a file of their own.
    Token(AuthUser),
}

impl FromRequestParts<AppState> for Permit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self> {
        if parts.uri.query().is_some() {
            let Query(query) = Query::from_request_parts(parts, app).await?;
            return Ok(Self::Address(query));
        }
        let user = <AuthUser as FromRequestParts<_>>::from_request_parts(parts, app).await?;
        user.check(Permission::ReadFiles)?;
        Ok(Self::Token(user))
    }
}

/// A download that may begin, and how it is to be saved.
struct Allowed {
    grant: Grant,
    via: Via,
    disposition: String,
}

/// A file's content
///
/// Of one's own by a token; or by an address, query and all, as `download_url` holds it, which needs no header and lasts
/// five minutes. One that an operator has asked for is good for that operator, and for administrators.
#[utoipa::path(
    get, path = "/api/files/{id}/content", tag = "Files",
    params(("id" = FileId, Path), SignedQuery),
    responses(
        (status = 200, description = "The whole file", content_type = "application/octet-stream"),
        (status = 206, description = "A range of it (RFC 9110 §14)", content_type = "application/octet-stream"),
        (status = 304, description = "What the asker has (RFC 9110 §13)"),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`forbidden`, `insufficient_scope`"),
        (status = 404, description = "`not_found`"),
        (status = 410, description = "`expired`, `used_up`"),
        (status = 412, description = "`precondition_failed`"),
        (status = 416, description = "`range_not_satisfiable`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes"),
    )
)]
pub async fn content(
    State(app): State<AppState>,
    permit: Permit,
    caller: Option<AuthUser>,
    cookies: CookieJar,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<FileId>,
) -> Result<Response> {
    let now = app.clock.now_ms();
    let Allowed { grant, via, disposition } = match permit {
        Permit::Token(owner) => of_owner(&app, &owner, id, now).await?,
        Permit::Address(query) => {
            let grant = app.presigner.verify(id, &query, now)?;
            if query.via == Via::HandedIn {
                check_taker(&app, &grant, caller, &cookies).await?;
            }
            let disposition = query.response_content_disposition;
            Allowed { grant, via: query.via, disposition }
        }
    };
    let file = file::servable(&app.db, id, now).await?;
    let validators = Validators::new(file.sha256, file.created_at);
    if !validators.are_wanted(&headers)? {
        return Ok((StatusCode::NOT_MODIFIED, about(&validators), ()).into_response());
    }
    let wanted = if validators.are_of_range(&headers) {
        range::wanted(&headers, file.object.size)?
    } else {
        Wanted::Whole
    };
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        begin(&app, &grant, via, now).await?;
        body(&app, grant.id, &file, wanted).await?
    };
    Ok((about(&validators), describe(&file, wanted, disposition, body)).into_response())
}

/// A download of somebody's own file, by their token.
async fn of_owner(app: &AppState, owner: &AuthUser, id: FileId, now: i64) -> Result<Allowed> {
    let name = file::get(&app.db, owner.id, id, now).await?.file.name;
    let grant = Grant::new(id, Some(owner.id), DOWNLOAD_URL_SECS, now);
    Ok(Allowed { grant, via: Via::Library, disposition: presign::attachment(&name) })
}

/// Lets pass whom an address was made for, and administrators: by their token or, since a browser sends none with a
/// download, by the cookie of their session.
async fn check_taker(
    app: &AppState,
    grant: &Grant,
    caller: Option<AuthUser>,
    cookies: &CookieJar,
) -> Result<()> {
    let known = match (caller, Kept::Refresh.read(app, cookies)) {
        (Some(caller), _) => Some((caller.id, caller.role)),
        (None, Some(token)) => session::holder(app, &token).await?,
        (None, None) => None,
    };
    let (id, role) = known.ok_or(Error::Unauthenticated)?;
    let is_operator = Permission::FetchHandIns.roles().contains(&role);
    if role == Role::Admin || is_operator && grant.by == Some(id) {
        Ok(())
    } else {
        Err(Error::Forbidden)
    }
}

async fn begin(app: &AppState, grant: &Grant, via: Via, now: i64) -> Result<()> {
    match via {
        Via::Library | Via::HandedIn => download::begin_own(&app.db, grant, now).await,
        Via::Share => download::begin_shared(&app.db, grant.id, now).await,
    }
}

async fn body(app: &AppState, id: Uuid, file: &Servable, wanted: Wanted) -> Result<Body> {
    let (from, to) = match wanted {
        Wanted::Whole => (0, file.object.size),
        Wanted::Part { from, to } => (from, to),
    };
    let pieces = app.library.read(file.object.clone(), from, to).await?;
    let delivery = Delivery { app: app.clone(), id, from, to: from, size: file.object.size };
    Ok(Body::from_stream(Delivered { pieces: Box::pin(pieces), delivery }))
}

/// What is said of content whether or not it is sent.
fn about(validators: &Validators) -> impl IntoResponseParts + use<> {
    (
        TypedHeader(validators.etag.clone()),
        TypedHeader(validators.last_modified()),
        [(header::CACHE_CONTROL, "private, no-cache")],
    )
}

fn describe(file: &Servable, wanted: Wanted, disposition: String, body: Body) -> Response {
    let status = match wanted {
        Wanted::Whole => StatusCode::OK,
        Wanted::Part { .. } => StatusCode::PARTIAL_CONTENT,
    };
    let (length, range) = match wanted {
        Wanted::Whole => (file.object.size, None),
        Wanted::Part { from, to } => {
            (to - from, Some(format!("bytes {from}-{}/{}", to - 1, file.object.size)))
        }
    };
    let headers = [
        (header::CONTENT_TYPE, file.content_type.clone()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::ACCEPT_RANGES, "bytes".into()),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY.into()),
    ];
    let range = range.map(|range| [(header::CONTENT_RANGE, range)]);
    (status, headers, range, body).into_response()
}

/// Pieces of a file on their way out, counted.
struct Delivered<S> {
    pieces: Pin<Box<S>>,
    delivery: Delivery,
}

impl<S: Stream<Item = io::Result<Bytes>>> Stream for Delivered<S> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = ready!(self.pieces.as_mut().poll_next(cx));
        if let Some(Ok(bytes)) = &piece {
            self.delivery.to += bytes.len() as u64;
        }
        Poll::Ready(piece)
    }
}

/// What has left of a file. Dropped when the response has been sent, or when its taker has gone:
/// either way what was delivered is recorded.
struct Delivery {
    app: AppState,
    id: Uuid,
    from: u64,
    to: u64,
    size: u64,
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let (app, id) = (self.app.clone(), self.id);
        let (from, to, size) = (self.from, self.to, self.size);
        self.app.tasks.spawn(async move {
            let now = app.clock.now_ms();
            match download::delivered(&app.db, id, from, to, size, now).await {
                Ok(true) => app.mail_waits.notify_one(),
                Ok(false) => {}
                Err(cause) => tracing::error!(%cause, "a delivery could not be recorded"),
            }
            app.events.delivered(id).await;
        });
    }
}
