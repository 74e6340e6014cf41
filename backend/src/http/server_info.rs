//! What the server says about itself.

use axum::Json;
use axum::extract::State;
use sharesync_protocol::api::{Health, ServerInfo};

use crate::app::AppState;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Whether the server answers
#[utoipa::path(get, path = "/api/health", tag = "Server", responses((status = 200, body = Health)))]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok".into(), version: VERSION.into() })
}

/// The server's limits
#[utoipa::path(get, path = "/api/server", tag = "Server", responses((status = 200, body = ServerInfo)))]
pub async fn server_info(State(app): State<AppState>) -> Json<ServerInfo> {
    Json(ServerInfo {
        version: VERSION.into(),
        max_upload_size: app.max_upload_size,
        file_expiry_days: app.file_expiry_days,
    })
}
