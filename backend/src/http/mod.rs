//! HTTP: the router, and one module a noun. Handlers take what they need as arguments, so that a
//! signature tells who may call; each makes one call into the domain and answers.

mod accounts;
mod api_tokens;
mod archives;
mod assets;
mod content;
mod cookies;
mod device_logins;
mod docs;
mod extract;
mod federation;
mod file_requests;
mod files;
mod folders;
mod form_upload;
mod framing;
mod hand_ins;
mod invitations;
mod limiting;
mod passwords;
mod place;
mod policy;
mod precondition;
mod previews;
mod purge_records;
mod range;
mod representation;
mod second_factor;
mod sent_uploads;
mod serve;
mod server_info;
mod sessions;
mod shares;
mod stats;
mod taker;
mod trash;
mod tus;
mod uploads;
mod users;
mod verification;

use std::iter;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response_with_state};
use axum::response::IntoResponse;
use axum::routing::any;
use axum::{BoxError, Router};
use tower::util::option_layer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;
use tower_http::trace::TraceLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use docs::document;
pub use serve::serve;

use crate::app::AppState;
use crate::error::Error;
use crate::rejections;

/// Largest body of any request but an upload, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a sender may be silent in the middle of a body.
const BODY_IDLE: Duration = Duration::from_mins(1);

/// For a year no browser that was here comes back without TLS (RFC 6797 §6.1). Other hosts of the domain may.
const STRICT_TRANSPORT: &str = "max-age=31536000";

/// What a page may load: what comes with it, and nothing else but signaling, relays and the bucket
/// where these are elsewhere. Styles are set inline by the interface library; scripts never are.
fn page_policy(app: &AppState) -> HeaderValue {
    let signaling = app.signaling.apart().and_then(|apart| apart.url.as_deref());
    // Not every browser lets `https:` stand for `wss:`.
    let signaling =
        signaling.into_iter().flat_map(|url| [url.to_owned(), url.replacen("http", "ws", 1)]);
    let elsewhere = signaling.chain(app.page_origins.iter().cloned());
    let connect: Vec<String> = iter::once("'self'".to_owned()).chain(elsewhere).collect();
    let connect = connect.join(" ");
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob:; connect-src {connect}; worker-src 'self' blob:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    policy.try_into().expect("origins are checked at start")
}

/// Everything that is served but the signaling.
pub fn router(app: AppState) -> Router {
    let (policy, over_tls) = (page_policy(&app), app.is_over_tls());
    let rejections = app.rejections.clone();
    let (handlers, _) = api().split_for_parts();
    let routes = handlers
        // The last one added is the first one asked.
        .route_layer(from_fn_with_state(app.clone(), limiting::limit))
        .route_layer(from_fn_with_state(app.clone(), policy::authorize))
        .route_layer(from_fn(tus::say_version))
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
        .merge(docs::router())
        .route("/api", any(async || Error::NotFound))
        .route("/api/", any(async || Error::NotFound))
        .route("/api/{*rest}", any(async || Error::NotFound))
        .merge(assets::router())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(app);
    // Outside of everything, so that it hears of all that is refused.
    secured(routes, policy, over_tls).layer(map_response_with_state(rejections, rejections::note))
}

/// The handlers and their descriptions, from one declaration each.
fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(docs::preamble())
        .routes(routes!(server_info::health))
        .routes(routes!(server_info::ready))
        .routes(routes!(server_info::signaling))
        .routes(routes!(server_info::server_info))
        .routes(routes!(accounts::register))
        .routes(routes!(accounts::me))
        .routes(routes!(sessions::login))
        .routes(routes!(sessions::refresh))
        .routes(routes!(sessions::logout))
        .routes(routes!(sessions::list, sessions::end_all))
        .routes(routes!(sessions::end))
        .routes(routes!(second_factor::give))
        .routes(routes!(federation::go, federation::begin))
        .routes(routes!(federation::come_back))
        .routes(routes!(verification::verify))
        .routes(routes!(verification::resend))
        .routes(routes!(passwords::forgot))
        .routes(routes!(passwords::reset))
        .routes(routes!(passwords::change))
        .routes(routes!(second_factor::begin))
        .routes(routes!(second_factor::confirm))
        .routes(routes!(second_factor::disable))
        .routes(routes!(second_factor::recovery_codes))
        .routes(routes!(api_tokens::list, api_tokens::create))
        .routes(routes!(api_tokens::end))
        .routes(routes!(api_tokens::rotate))
        .routes(routes!(api_tokens::end_own))
        .routes(routes!(device_logins::begin))
        .routes(routes!(device_logins::token))
        .routes(routes!(device_logins::get))
        .routes(routes!(device_logins::approve))
        .routes(routes!(device_logins::deny))
        .routes(routes!(uploads::list, uploads::begin))
        .routes(routes!(uploads::get, uploads::abort))
        .routes(routes!(uploads::address_parts))
        .routes(routes!(uploads::complete))
        .routes(routes!(files::list))
        .routes(routes!(files::get, files::change, files::delete))
        .routes(routes!(files::move_into))
        .routes(routes!(files::downloads))
        .routes(routes!(files::signed_url))
        .routes(routes!(folders::list, folders::create))
        .routes(routes!(folders::get, folders::rename, folders::delete))
        .routes(routes!(trash::list, trash::put, trash::empty))
        .routes(routes!(trash::restore))
        .routes(routes!(trash::remove))
        .routes(routes!(hand_ins::list))
        .routes(routes!(hand_ins::list_own))
        .routes(routes!(content::content))
        .routes(routes!(previews::of_file, previews::own))
        .routes(routes!(previews::of_share))
        .routes(routes!(previews::shared))
        .routes(routes!(archives::of_files))
        .routes(routes!(archives::of_share))
        .routes(routes!(archives::archive))
        .routes(routes!(shares::create, shares::list))
        .routes(routes!(shares::get, shares::change, shares::revoke))
        .routes(routes!(shares::unlock))
        .routes(routes!(shares::request_download))
        .routes(routes!(shares::downloads))
        .routes(routes!(file_requests::create, file_requests::list))
        .routes(routes!(file_requests::get, file_requests::change, file_requests::end))
        .routes(routes!(file_requests::unlock))
        .routes(routes!(sent_uploads::begin))
        .routes(routes!(sent_uploads::get, sent_uploads::abort))
        .routes(routes!(sent_uploads::address_parts))
        .routes(routes!(sent_uploads::complete))
        .routes(routes!(stats::overview))
        .routes(routes!(stats::time_series))
        .routes(routes!(stats::transfers))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::change))
        .routes(routes!(purge_records::list))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::delete))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(form_upload::upload))
                .routes(routes!(uploads::put_part))
                .routes(routes!(tus::create, tus::options))
                .routes(routes!(tus::head, tus::patch, tus::terminate, tus::post))
                // Limits of their own, told from the declared length and again from what comes.
                .layer(DefaultBodyLimit::disable()),
        )
}

/// What holds for every request and every answer, whichever handler it meets.
fn secured(router: Router, page_policy: HeaderValue, over_tls: bool) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let page_policy =
        SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, page_policy);
    let strict_transport =
        over_tls.then(|| header(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT));
    router
        .layer(RequestBodyTimeoutLayer::new(BODY_IDLE))
        .layer(page_policy)
        .layer(option_layer(strict_transport))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(CatchPanicLayer::custom(|panic: Box<dyn std::any::Any + Send>| {
            let said = panic.downcast_ref::<&str>().copied().unwrap_or("a handler panicked");
            Error::internal(said).into_response()
        }))
        // The path only: a query may hold a signature.
        .layer(TraceLayer::new_for_http().make_span_with(
            |request: &Request| tracing::debug_span!("request", method = %request.method()),
        ))
}

/// Where a body ended before it should have: the sender went away, or was silent for too long.
fn cut_off(cause: impl Into<BoxError>) -> Error {
    Error::BadRequest(format!("the body was cut off: {}", cause.into()))
}
