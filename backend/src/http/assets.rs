//! The pages: the built frontend, embedded into the program.

use std::borrow::Cow;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};
use sharesync_protocol::api::Sha256Digest;
use tower_http::compression::CompressionLayer;

use crate::app::AppState;
use crate::signaling::Apart;

/// Where Vite puts files named after their content, which therefore never change.
const IMMUTABLE: &str = "assets/";

/// In a debug build these are read from the folder as they are asked for.
#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Frontend;

/// Serves the frontend's files, and its page at every other path: which page a path is, the
/// frontend itself knows.
pub(super) fn router() -> Router<AppState> {
    Router::new().fallback(serve).layer(CompressionLayer::new())
}

async fn serve(State(app): State<AppState>, uri: Uri, request: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Frontend::get(path).filter(|_| path != "index.html") {
        let hash = file.metadata.sha256_hash();
        return answer(path, file, hash, &request);
    }
    if path.starts_with(IMMUTABLE) {
        return StatusCode::NOT_FOUND.into_response();
    }
    match Frontend::get("index.html") {
        Some(page) => {
            let page = told_of_signaling(page, &app);
            let hash = Sha256::digest(&page.data).into();
            answer("index.html", page, hash, &request)
        }
        None => {
            (StatusCode::NOT_FOUND, "The frontend was not built into this program.").into_response()
        }
    }
}

/// The page as it is; or, where signaling runs apart, with a word of where that is, so that no page
/// has to ask before it needs a ticket. Read by `signaling-place.ts`.
fn told_of_signaling(page: EmbeddedFile, app: &AppState) -> EmbeddedFile {
    let Some(Apart { url, .. }) = app.signaling.apart() else { return page };
    let url = url.as_deref().unwrap_or_default();
    let word = format!("<meta name=\"signaling\" content=\"{url}\" /></head>");
    let html = String::from_utf8_lossy(&page.data).replacen("</head>", &word, 1);
    EmbeddedFile { data: Cow::Owned(html.into_bytes()), ..page }
}

fn answer(path: &str, file: EmbeddedFile, hash: [u8; 32], request: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", Sha256Digest(hash));
    let caching = if path.starts_with(IMMUTABLE) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (header::CONTENT_TYPE, file.metadata.mimetype().to_owned()),
        (header::CACHE_CONTROL, caching.to_owned()),
        (header::ETAG, etag.clone()),
    ];
    let known = request.get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes);
    if known == Some(etag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, Body::from(file.data)).into_response()
}
