//! Signing in with a provider of identities: there, and back.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use sharesync_protocol::api::{BeginSignIn, SignInAddress};
use sharesync_service_kit::secret::random_token;

use super::cookies::Kept;
use super::extract::{BaseUrl, Path, Query, UserAgent, Valid};
use crate::app::AppState;
use crate::auth::federation;
use crate::auth::sign_in::{self, Outcome};
use crate::db::federation::Attempt;
use crate::error::{Error, Result};
use crate::oidc::Provider;

/// Where a page shows what went wrong with a sign-in, and goes on with one.
const SIGN_IN_PAGE: &str = "/sign-in";

/// Where to come back to.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Next {
    /// Which page of this site to come back to.
    next: Option<String>,
}

/// What a provider sends somebody back with (RFC 6749 §4.1.2, RFC 9207).
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Returned {
    /// Which sign-in this is of.
    state: Option<String>,
    /// What is exchanged for who they are.
    code: Option<String>,
    /// Why it came to nothing.
    error: Option<String>,
    /// Which provider it was.
    iss: Option<String>,
}

/// Go and sign in with a provider
///
/// Leads to the provider's own page, which leads back here.
#[utoipa::path(
    get, path = "/api/auth/{provider}", operation_id = "go_to_provider", tag = "Accounts",
    params(("provider" = String, Path, example = "google"), Next),
    responses(
        (status = 303, description = "To the provider, or to the sign-in page with a `problem`"),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn go(
    State(app): State<AppState>,
    cookies: CookieJar,
    BaseUrl(base): BaseUrl,
    Path(name): Path<String>,
    Query(Next { next }): Query<Next>,
) -> Result<Response> {
    let provider = named(&app, &name)?;
    match begun(&app, provider, &base, next.as_deref(), cookies).await {
        Ok((cookies, url)) => Ok((cookies, Redirect::to(&url)).into_response()),
        Err(error) => Ok(back_with(&error).into_response()),
    }
}

/// Where to go to sign in with a provider
///
/// The same as a redirect, for a page that goes there itself.
#[utoipa::path(
    post, path = "/api/auth/{provider}", operation_id = "begin_sign_in", tag = "Accounts",
    params(("provider" = String, Path, example = "google")), request_body = BeginSignIn,
    responses(
        (status = 200, body = SignInAddress),
        (status = 404, description = "`not_found`"),
        (status = 422, description = "`invalid`"),
        (status = 503, description = "`unavailable`: the provider does not answer"),
    )
)]
pub async fn begin(
    State(app): State<AppState>,
    cookies: CookieJar,
    BaseUrl(base): BaseUrl,
    Path(name): Path<String>,
    Valid(wanted): Valid<BeginSignIn>,
) -> Result<(CookieJar, Json<SignInAddress>)> {
    let provider = named(&app, &name)?;
    let (cookies, authorization_url) =
        begun(&app, provider, &base, wanted.next.as_deref(), cookies).await?;
    Ok((cookies, Json(SignInAddress { authorization_url })))
}

/// Come back from a provider
///
/// Only the browser that went there is let in, and only once.
#[utoipa::path(
    get, path = "/api/auth/{provider}/callback", operation_id = "come_from_provider", tag = "Accounts",
    params(("provider" = String, Path, example = "google"), Returned),
    responses(
        (status = 303, description = "To the sign-in page, which goes on to `next`, asks for the second factor, or shows the `problem`"),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn come_back(
    State(app): State<AppState>,
    cookies: CookieJar,
    UserAgent(user_agent): UserAgent,
    Path(name): Path<String>,
    Query(returned): Query<Returned>,
) -> Result<Response> {
    let provider = named(&app, &name)?;
    match finished(&app, provider, &cookies, returned, &user_agent).await {
        Ok((Outcome::Signed(signed), next)) => {
            let cookies = Kept::Refresh.write(&app, cookies, signed.refresh_token);
            Ok((cookies, page("done", &next)).into_response())
        }
        Ok((Outcome::Half(token), next)) => {
            let cookies = Kept::HalfSignIn.write(&app, cookies, token);
            Ok((cookies, page("second-factor", &next)).into_response())
        }
        Err(error) => Ok(back_with(&error).into_response()),
    }
}

fn named<'a>(app: &'a AppState, name: &str) -> Result<&'a Provider> {
    app.providers.iter().find(|provider| provider.name() == name).ok_or(Error::NotFound)
}

async fn begun(
    app: &AppState,
    provider: &Provider,
    base: &str,
    next: Option<&str>,
    cookies: CookieJar,
) -> Result<(CookieJar, String)> {
    // One browser may have several sign-ins under way.
    let browser = Kept::Browser.read(app, &cookies).unwrap_or_else(random_token::<32>);
    let redirect_uri = format!("{base}/api/auth/{}/callback", provider.name());
    let url = federation::begin(app, provider, redirect_uri, next, &browser).await?;
    Ok((Kept::Browser.write(app, cookies, browser), url))
}

async fn finished(
    app: &AppState,
    provider: &Provider,
    cookies: &CookieJar,
    returned: Returned,
    user_agent: &str,
) -> Result<(Outcome, String)> {
    let browser = Kept::Browser.read(app, cookies).ok_or(Error::Expired)?;
    let state = returned.state.ok_or(Error::Expired)?;
    let attempt: Attempt = federation::take(app, provider, &state, &browser).await?;
    if returned.iss.is_some_and(|iss| iss != provider.issuer()) || returned.error.is_some() {
        return Err(Error::Unauthenticated);
    }
    let code = returned.code.ok_or(Error::Unauthenticated)?;
    let next = attempt.next.clone();
    let user = federation::finish(app, provider, attempt, code).await?;
    Ok((sign_in::admit(app, user, user_agent).await?, next))
}

/// To the sign-in page, to say what went wrong.
fn back_with(error: &Error) -> Redirect {
    let code = serde_json::to_value(error.code()).unwrap_or_default();
    Redirect::to(&format!("{SIGN_IN_PAGE}?problem={}", code.as_str().unwrap_or("internal")))
}

/// To a page that goes on with a sign-in.
fn page(step: &str, next: &str) -> Redirect {
    let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
    Redirect::to(&format!("{SIGN_IN_PAGE}/{step}?next={next}"))
}
