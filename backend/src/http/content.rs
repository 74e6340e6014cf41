//! A file's bytes, for whoever has a download address that is still good, or a token of its owner's.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use futures_util::StreamExt;
use sharesync_protocol::FileId;
use sharesync_protocol::api::Role;

use super::cookies::Kept;
use super::extract::{AuthUser, Path, Query};
use super::precondition::Validators;
use super::range::Wanted;
use super::representation::Representation;
use crate::app::AppState;
use crate::auth::permission::Permission;
use crate::auth::session;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, SignedQuery, Via};
use crate::db::download::{self, Grant};
use crate::db::file::{self, Servable};
use crate::deliveries::Delivery;
use crate::delivery::{self, Counted};
use crate::error::{Error, Result};

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
        (status = 307, description = "Where to fetch it from, for as long as the address lasts: the file is in a bucket"),
        (status = 304, description = "What the asker has (RFC 9110 §13)"),
        (status = 401, description = "`unauthenticated`"),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`: nobody has looked for viruses in it yet"),
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
    if method == Method::GET
        && let Some(address) = direct_address(&app, &grant, via, &file, &disposition, now).await?
    {
        app.recording.settled(grant.id).await;
        begin(&app, &grant, via, 0).await?;
        delivery::record_direct(&app, grant.id, file.object.size).await;
        let headers =
            [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
        return Ok((headers, Redirect::temporary(&address)).into_response());
    }
    let about = Representation {
        validators: Validators::new(file.digest.sha256(), file.created_at),
        sha256: file.digest.whole(),
        size: file.object.size,
        content_type: file.content_type.clone(),
        disposition,
    };
    let Some(wanted) = about.wanted(&headers)? else { return Ok(about.not_modified()) };
    let body = if method == Method::HEAD {
        if via == Via::Share {
            download::check_shared(&app.db, grant.id).await?;
        }
        Body::empty()
    } else {
        body(&app, &grant, via, &file, wanted).await?
    };
    Ok(about.respond(wanted, body))
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

/// Where the bytes are fetched from, when they need not pass through the server: as long as its own address lasts, the bucket's
/// works for anybody and any number of times, so one for a certain taker, or of a link whose downloads are counted, is not.
async fn direct_address(
    app: &AppState,
    grant: &Grant,
    via: Via,
    file: &Servable,
    disposition: &str,
    now: i64,
) -> Result<Option<String>> {
    let is_for_anybody = match via {
        Via::Library => true,
        Via::HandedIn => false,
        Via::Share => !download::is_limited(&app.db, grant.id).await?,
    };
    if !is_for_anybody {
        return Ok(None);
    }
    let left = u64::try_from(grant.expires_at - now).unwrap_or_default().div_ceil(1000);
    let valid_for = Duration::from_secs(left.max(1));
    let object = &file.object;
    let address = app.library.address(object, &file.content_type, disposition, valid_for).await?;
    // Nobody is sent where nothing is, or where nobody answers.
    if address.is_some()
        && app.store.stored_size(object.id, object.place).await? != Some(object.size)
    {
        return Err(app.library.damaged(object.id).await?);
    }
    Ok(address)
}

/// Notes that bytes are leaving, from one on.
async fn begin(app: &AppState, grant: &Grant, via: Via, from: u64) -> Result<()> {
    let now = app.clock.now_ms();
    match via {
        Via::Library | Via::HandedIn => download::begin_own(&app.db, grant, now).await,
        Via::Share => download::begin_shared(&app.db, grant.id, from, now).await,
    }
}

async fn body(
    app: &AppState,
    grant: &Grant,
    via: Via,
    file: &Servable,
    wanted: Wanted,
) -> Result<Body> {
    let (id, size) = (grant.id, file.object.size);
    let (from, to) = wanted.of(size);
    let delivery = if via == Via::Share && download::is_limited(&app.db, id).await? {
        Some(app.deliveries.begin(id, from, to).await?)
    } else {
        None
    };
    app.recording.settled(id).await;
    let pieces = app.library.send(&file.object, from, to).await?;
    begin(app, grant, via, from).await?;
    let pieces = pieces.take_until(Delivery::over(delivery.as_ref()));
    let app = app.clone();
    let record = move |from, to| {
        let pending = app.recording.begin(id);
        // Whoever waits for its end waits for the record of it, too.
        drop(delivery);
        app.tasks.clone().spawn(async move {
            delivery::record(&app, id, from, to, size).await;
            drop(pending);
        });
    };
    Ok(Body::from_stream(Counted::new(pieces, from, to, record)))
}
