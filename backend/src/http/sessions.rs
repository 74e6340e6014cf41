//! Signing in, staying signed in, signing out, here and elsewhere. Browsers keep the refresh token in
//! a cookie that no script can read and no other site can send.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use cookie::time::Duration;
use sharesync_protocol::SessionId;
use sharesync_protocol::api::{Login, SessionPage, TokenGrant};

use super::extract::{AuthUser, Page, Path, Query, SignedIn, UserAgent, Valid, next_cursor};
use crate::app::AppState;
use crate::auth::session::{self, SESSION_SECS, Signed};
use crate::error::{Error, Result};
use crate::{auth, db};

/// Sign in
///
/// The refresh token comes as an `HttpOnly` cookie, to be exchanged at `/api/auth/refresh`.
#[utoipa::path(
    post, path = "/api/auth/login", tag = "Accounts", request_body = Login,
    responses(
        (status = 200, body = TokenGrant),
        (status = 401, description = "`invalid_credentials`"),
        (status = 403, description = "`email_unverified`, `account_disabled`"),
    )
)]
pub async fn login(
    State(app): State<AppState>,
    cookies: CookieJar,
    UserAgent(user_agent): UserAgent,
    Valid(login): Valid<Login>,
) -> Result<(CookieJar, Json<TokenGrant>)> {
    let user = auth::accounts::authenticate(&app, login).await?;
    let signed = session::start(&app, user, &user_agent).await?;
    Ok(granted(&app, cookies, signed))
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
    let token = cookies.get(cookie_name(&app)).ok_or(Error::Unauthenticated)?.value().to_owned();
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
    if let Some(cookie) = cookies.get(cookie_name(&app)) {
        session::end(&app, cookie.value()).await?;
    }
    let gone = cookies.remove(cookie(&app, String::new()));
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
    db::session::end_one(&app.db, user.id, id, app.clock.now_ms()).await?;
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
    let gone = cookies.remove(cookie(&app, String::new()));
    Ok((gone, StatusCode::NO_CONTENT))
}

pub(super) fn granted(
    app: &AppState,
    cookies: CookieJar,
    signed: Signed,
) -> (CookieJar, Json<TokenGrant>) {
    let mut cookie = cookie(app, signed.refresh_token);
    cookie.set_max_age(Duration::seconds(SESSION_SECS.cast_signed()));
    (cookies.add(cookie), Json(signed.grant))
}

fn cookie(app: &AppState, value: String) -> Cookie<'static> {
    Cookie::build((cookie_name(app), value))
        .path("/")
        .http_only(true)
        .secure(over_tls(app))
        .same_site(SameSite::Strict)
        .build()
}

/// Over TLS the name itself makes browsers hold the cookie to this host (RFC 6265bis §4.1.3).
fn cookie_name(app: &AppState) -> &'static str {
    if over_tls(app) { "__Host-sharesync_refresh" } else { "sharesync_refresh" }
}

fn over_tls(app: &AppState) -> bool {
    app.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
}
