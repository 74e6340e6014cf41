//! Which paths are limited, and how that is told: 429 with `Retry-After`, and the `RateLimit-*` fields of
//! draft-ietf-httpapi-ratelimit-headers-06 in every answer of a limited path. Runs after `policy`, which knows who asks.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sharesync_service_kit::client_addr::{ClientAddr, ClientNetwork};

use crate::app::AppState;
use crate::auth::caller::AuthUser;
use crate::error::{Error, whole_seconds};
use crate::limits::{Counted, Limit};

const LIMITED: &[(Method, &str, Limit)] = &[
    (Method::POST, "/api/auth/login", Limit::SignIn),
    (Method::POST, "/api/auth/second-factor", Limit::SignIn),
    (Method::GET, "/api/auth/{provider}", Limit::SignIn),
    (Method::POST, "/api/auth/{provider}", Limit::SignIn),
    (Method::GET, "/api/auth/{provider}/callback", Limit::SignIn),
    (Method::POST, "/api/me/password", Limit::SignIn),
    (Method::POST, "/api/me/second-factor", Limit::SignIn),
    (Method::POST, "/api/auth/register", Limit::SignUp),
    (Method::POST, "/api/auth/verify-email", Limit::Reset),
    (Method::POST, "/api/auth/resend-verification", Limit::Reset),
    (Method::POST, "/api/auth/forgot-password", Limit::Reset),
    (Method::POST, "/api/auth/reset-password", Limit::Reset),
    (Method::POST, "/api/device-logins", Limit::DeviceLogin),
    (Method::POST, "/api/device-logins/token", Limit::DevicePoll),
    // By network they are counted where they are looked up.
    (Method::GET, "/api/device-logins/{user_code}", Limit::DeviceCode),
    (Method::POST, "/api/device-logins/{user_code}/approve", Limit::DeviceCode),
    (Method::POST, "/api/device-logins/{user_code}/deny", Limit::DeviceCode),
    (Method::POST, "/api/upload", Limit::Upload),
    (Method::POST, "/api/uploads", Limit::Upload),
    (Method::POST, "/api/tus", Limit::Upload),
    (Method::POST, "/api/files/{id}/signed-url", Limit::Download),
    (Method::GET, "/api/files/{id}/content", Limit::Download),
    (Method::POST, "/api/files/archive", Limit::Download),
    (Method::GET, "/api/archives/{id}", Limit::Download),
    (Method::POST, "/api/files/{id}/preview", Limit::Download),
    (Method::GET, "/api/files/{id}/preview", Limit::Download),
    // Where it takes a password, that is counted where it is tried: who leafs through pictures guesses at nothing.
    (Method::GET, "/api/shares/{slug}", Limit::Download),
    (Method::POST, "/api/shares/{slug}/preview", Limit::Download),
    (Method::GET, "/api/shares/{slug}/preview/{id}", Limit::Download),
    (Method::POST, "/api/shares/{slug}/download", Limit::SharePassword),
    (Method::POST, "/api/shares/{slug}/archive", Limit::SharePassword),
    (Method::POST, "/api/shares/{slug}/unlock", Limit::SharePassword),
    // Keys of uploads are counted where a wrong one is tried: who sends many files guesses at nothing.
    (Method::GET, "/api/requests/{slug}", Limit::Download),
    (Method::POST, "/api/requests/{slug}/unlock", Limit::SharePassword),
    (Method::POST, "/api/requests/{slug}/uploads", Limit::Upload),
];

/// Lets a request pass unless it comes too early.
pub(super) async fn limit(
    State(app): State<AppState>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let Some(limit) = limit_of(request.method(), path.as_str()) else {
        return next.run(request).await;
    };
    let Some(counted) = app.limits.count(limit, &key(limit, &request)).await else {
        return next.run(request).await;
    };
    let mut response = match counted.outcome {
        Ok(_) => next.run(request).await,
        Err(refused) => Error::from(refused).into_response(),
    };
    describe(response.headers_mut(), counted);
    response
}

/// What is answered by whatever answers GET is limited as that.
fn limit_of(method: &Method, path: &str) -> Option<Limit> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let limited = LIMITED.iter().find(|(known, at, _)| known == method && *at == path);
    limited.map(|(.., limit)| *limit)
}

/// As whom the sender counts.
fn key(limit: Limit, request: &Request) -> String {
    let user = request.extensions().get::<AuthUser>();
    if let Some(user) = user.filter(|_| limit.is_by_account()) {
        return user.id.to_string();
    }
    network(request.extensions()).key()
}

/// Which network a request comes from.
pub(super) fn network(extensions: &Extensions) -> ClientNetwork {
    extensions.get::<ClientAddr>().map_or(ClientNetwork::UNKNOWN, |client| client.network())
}

fn describe(headers: &mut HeaderMap, counted: Counted) {
    let (remaining, reset) = match counted.outcome {
        Ok(left) => {
            let used = counted.rate.burst().saturating_sub(left.remaining);
            (left.remaining, counted.rate.interval().saturating_mul(used))
        }
        Err(refused) => (0, refused.retry_after),
    };
    for (name, value) in [
        ("ratelimit-limit", u64::from(counted.rate.burst())),
        ("ratelimit-remaining", u64::from(remaining)),
        ("ratelimit-reset", whole_seconds(reset)),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}
