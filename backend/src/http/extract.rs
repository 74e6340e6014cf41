//! What handlers ask for in their signatures: a signed-in user, a checked body, a page of a list.
//! Each says in a problem what was wrong with the request.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sharesync_protocol::SessionId;
use sharesync_service_kit::client_addr::ClientNetwork;

use super::{MAX_BODY_BYTES, cut_off, limiting};
use crate::app::AppState;
pub use crate::auth::caller::AuthUser;
use crate::auth::caller::By;
use crate::error::{Error, Result};

/// Rows of a list's page where the request does not say.
const DEFAULT_PAGE: u32 = 50;
/// Most rows of a list's page.
const MAX_PAGE: u32 = 200;
/// Characters of a `User-Agent` that are kept.
const MAX_USER_AGENT: usize = 256;

/// Somebody who is known: `policy` has made sure of them before the handler runs.
impl<S: Sync> FromRequestParts<S> for AuthUser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get().cloned().ok_or(Error::Unauthenticated)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for AuthUser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

/// Somebody who signed in, and did not send an API token.
pub struct SignedIn {
    /// Who.
    pub user: AuthUser,
    /// In which session.
    pub session: SessionId,
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let user = <AuthUser as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        match user.by {
            By::Session(session) => Ok(Self { user, session }),
            By::ApiToken { .. } => Err(Error::InsufficientScope { scope: None }),
        }
    }
}

/// What the program that asks calls itself: as much of it as is worth keeping.
pub struct UserAgent(pub String);

impl<S: Sync> FromRequestParts<S> for UserAgent {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let said = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self(said.unwrap_or_default().chars().take(MAX_USER_AGENT).collect()))
    }
}

/// Which network a request comes from, for what limits count by it.
pub struct FromNetwork(pub ClientNetwork);

impl<S: Sync> FromRequestParts<S> for FromNetwork {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(limiting::network(&parts.extensions)))
    }
}

/// A JSON body that keeps its rules. No body at all reads as `{}`.
pub struct Valid<T>(pub T);

impl<T, S> FromRequest<S> for Valid<T>
where
    T: DeserializeOwned + garde::Validate<Context: Default>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let is_json = is_json(request.headers());
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                Error::TooLarge { limit: MAX_BODY_BYTES as u64 }
            } else {
                cut_off(rejection)
            }
        })?;
        if !body.is_empty() && !is_json {
            return Err(Error::UnsupportedType("Send the body as application/json.".into()));
        }
        let body = if body.is_empty() { b"{}" } else { &body[..] };
        let value: T = serde_json::from_slice(body).map_err(|e| match e.classify() {
            serde_json::error::Category::Data => Error::invalid("body", e.to_string()),
            _ => Error::BadRequest(e.to_string()),
        })?;
        match value.validate() {
            Ok(()) => Ok(Self(value)),
            Err(report) => Err(first_of(&report)),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn first_of(report: &garde::Report) -> Error {
    let (path, error) = report.iter().next().expect("a report has an error in it");
    Error::invalid(path.to_string(), error.message())
}

/// A part of the path. One that is not of its type names nothing.
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path =
            <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Error::NotFound)
    }
}

/// The query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(e) => Err(Error::invalid("query", e.body_text())),
        }
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Rows: 1 to 200, 50 where not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Page {
    /// Rows wanted. [`Error::Invalid`] where not 1 to 200.
    pub fn limit(&self) -> Result<u32> {
        match self.limit {
            None => Ok(DEFAULT_PAGE),
            Some(limit @ 1..=MAX_PAGE) => Ok(limit),
            Some(_) => Err(Error::invalid("limit", format!("must be 1 to {MAX_PAGE}"))),
        }
    }

    /// Where the page begins, for lists whose cursor is the id of the last row of the page before.
    pub fn after<T: std::str::FromStr>(&self) -> Result<Option<T>> {
        let cursor = self.cursor.as_deref().map(str::parse).transpose();
        cursor.map_err(|_| no_cursor())
    }
}

/// A cursor that is none, or another list's.
pub fn no_cursor() -> Error {
    Error::invalid("cursor", "is not one that this list gave")
}

/// The cursor of the next page, where this one is full.
pub fn next_cursor<T>(rows: &[T], limit: u32, cursor: impl Fn(&T) -> String) -> Option<String> {
    (rows.len() == limit as usize).then(|| rows.last().map(cursor)).flatten()
}

/// How people reach this server: as configured, or the address that the request came to.
pub struct BaseUrl(pub String);

impl FromRequestParts<AppState> for BaseUrl {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self> {
        if let Some(url) = &app.public_url {
            return Ok(Self(url.clone()));
        }
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = host.and_then(|host| host.parse::<axum::http::uri::Authority>().ok());
        let authority = authority.ok_or_else(|| Error::BadRequest("no Host header".into()))?;
        Ok(Self(format!("http://{authority}")))
    }
}

/// Bytes that a body is declared to have.
pub fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
