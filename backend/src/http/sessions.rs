//! Signing in, staying signed in, signing out, here and elsewhere. Browsers keep the refresh token in
//! a cookie that no script can read and no other site can send.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use sharesync_protocol::SessionId;
use sharesync_protocol::api::{Login, SessionPage, TokenGrant};

use super::cookies::Kept;
use super::extract::{AuthUser, Page, Path, Query, SignedIn, UserAgent, Valid, next_cursor};
use crate::app::AppState;
use crate::auth::session::{self, Signed};
use crate::auth::sign_in::{self, Outcome};
use crate::error::{Error, Result};
use crate::{auth, db};

/// Sign in
///
/// The refresh token comes as an `HttpOnly` cookie, to be exchanged at `/api/auth/refresh`.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "Accounts", request_body = Login,
    responses(
        (status = 200, body = TokenGrant),
        (status = 401, description = "`invalid_credentials`; `second_factor_required`: with a cookie to go on at `/api/auth/second-factor`"),
        (status = 403, description = "`email_unverified`, `account_disabled`"),
    )
)]
pub async fn login(
    State(app): State<AppState>,
    cookies: CookieJar,
    UserAgent(user_agent): UserAgent,
    Valid(login): Valid<Login>,
) -> Result<Response> {
    let user = auth::accounts::authenticate(&app, login).await?;
    let outcome = sign_in::admit(&app, user, &user_agent).await?;
    Ok(let_in(&app, cookies, outcome))
}

/// Go on with a session
///
/// Exchanges the refresh cookie for its successor and a new access token. A cookie that was exchanged
/// before ends the session: somebody else has a copy.
#[utoipa::path(
    post, path = "/api/auth/refresh", tag = "Accounts",
    responses(
        (status = 200, body = TokenGrant),
        (status = 401, description = "`unauthenticated`"),
    )
)]
pub async fn refresh(
    State(app): State<AppState>,
    cookies: CookieJar,
) -> Result<(CookieJar, Json<TokenGrant>)> {
    let token = Kept::Refresh.read(&app, &cookies).ok_or(Error::Unauthenticated)?;
    let signed = session::refresh(&app, &token).await?;
    Ok(granted(&app, cookies, signed))
}

/// Sign out
///
/// Ends the session that the refresh cookie belongs to, its access tokens included.
#[utoipa::path(post, path = "/api/auth/logout", tag = "Accounts", responses((status = 204)))]
pub async fn logout(
    State(app): State<AppState>,
    cookies: CookieJar,
) -> Result<(CookieJar, StatusCode)> {
    if let Some(token) = Kept::Refresh.read(&app, &cookies) {
        session::end(&app, &token).await?;
    }
    let gone = Kept::Refresh.remove(&app, cookies);
    Ok((gone, StatusCode::NO_CONTENT))
}

/// One's sessions, newest first
#[utoipa::path(
    get, path = "/api/me/sessions", operation_id = "list_sessions", tag = "Accounts",
    params(Page),
    responses(
        (status = 200, body = SessionPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    SignedIn { user, session }: SignedIn,
    Query(page): Query<Page>,
) -> Result<Json<SessionPage>> {
    let (limit, now) = (page.limit()?, app.clock.now_ms());
    let items = db::session::page(&app.db, user.id, session, page.after()?, limit, now).await?;
    let next_cursor = next_cursor(&items, limit, |session| session.id.to_string());
    Ok(Json(SessionPage { items, next_cursor }))
}

/// End one of one's sessions
///
/// Its access tokens and its refresh cookie are worth nothing from now on.
#[utoipa::path(
    delete, path = "/api/me/sessions/{id}", operation_id = "end_session", tag = "Accounts",
    params(("id" = SessionId, Path)),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn end(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<SessionId>,
) -> Result<StatusCode> {
    session::end_one(&app, user.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sign out everywhere
///
/// Ends all of one's sessions, the one that asks included.
#[utoipa::path(
    delete, path = "/api/me/sessions", operation_id = "end_sessions", tag = "Accounts",
    responses(
        (status = 204),
    )
)]
pub async fn end_all(
    State(app): State<AppState>,
    user: AuthUser,
    cookies: CookieJar,
) -> Result<(CookieJar, StatusCode)> {
    session::end_all(&app, user.id).await?;
    let gone = Kept::Refresh.remove(&app, cookies);
    Ok((gone, StatusCode::NO_CONTENT))
}

/// What a sign-in comes to, for a program that asked by JSON.
pub(super) fn let_in(app: &AppState, cookies: CookieJar, outcome: Outcome) -> Response {
    match outcome {
        Outcome::Signed(signed) => granted(app, cookies, signed).into_response(),
        Outcome::Half(token) => {
            let cookies = Kept::HalfSignIn.write(app, cookies, token);
            (cookies, Error::SecondFactorRequired).into_response()
        }
    }
}

pub(super) fn granted(
    app: &AppState,
    cookies: CookieJar,
    signed: Signed,
) -> (CookieJar, Json<TokenGrant>) {
    (Kept::Refresh.write(app, cookies, signed.refresh_token), Json(signed.grant))
}
