//! What the server says about itself.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use sharesync_protocol::api::{Health, ReadyHealth, ServerInfo, SignInProvider, SignalingAccess};

use crate::app::AppState;
use crate::auth::registration::Admission;
use crate::error::{Error, Result};
use crate::validation::MOST_FILES;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the server answers
#[utoipa::path(get, path = "/api/health", tag = "Server", responses((status = 200, body = Health)))]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok".into(), version: VERSION.into() })
}

/// Whether the server can do its work
///
/// It can without its virus scanner, where it has one: what is uploaded meanwhile waits, and is not handed out.
#[utoipa::path(
    get,
    path = "/api/health/ready",
    tag = "Server",
    responses(
        (status = 200, body = ReadyHealth),
        (status = 503, description = "Something that it depends on cannot be reached; the answer says what"),
    )
)]
pub async fn ready(State(app): State<AppState>) -> Result<Json<ReadyHealth>> {
    app.db.check().await.map_err(|_| Error::NotReady("database"))?;
    app.store.check().await.map_err(|_| Error::NotReady("storage"))?;
    if !app.signaling.is_ready() {
        return Err(Error::NotReady("Redis"));
    }
    let Json(health) = health().await;
    Ok(Json(ReadyHealth { health, scanner: app.scanner.health().await }))
}

/// Where signaling is, and a ticket into it
#[utoipa::path(
    get,
    path = "/api/signaling",
    tag = "Server",
    responses((status = 200, body = SignalingAccess))
)]
pub async fn signaling(State(app): State<AppState>) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(app.signaling.access(&app.clock)))
}

/// The server's limits
#[utoipa::path(get, path = "/api/server", tag = "Server", responses((status = 200, body = ServerInfo)))]
pub async fn server_info(State(app): State<AppState>) -> Json<ServerInfo> {
    let limits = app.validation.limits();
    let (allowed_extensions, refused_extensions) = limits.types.endings();
    Json(ServerInfo {
        version: VERSION.into(),
        max_upload_size: app.upload_sizes.general,
        allowed_types: limits.types.allowed(),
        refused_types: limits.types.refused(),
        allowed_extensions,
        refused_extensions,
        max_image_pixels: limits.image_pixels,
        max_archive_expansion: limits.archive_expansion,
        max_archive_files: MOST_FILES,
        file_expiry_days: app.retention.usual_days,
        expiry_warning_days: app.retention.warning_days,
        registration_open: !matches!(
            app.registration.admission,
            Admission::Closed | Admission::Invited
        ),
        email_verification: app.registration.verified,
        sends_mail: app.mail.reaches_people(),
        providers: app
            .providers
            .iter()
            .map(|provider| SignInProvider {
                name: provider.name().to_owned(),
                label: provider.label().to_owned(),
            })
            .collect(),
    })
}
