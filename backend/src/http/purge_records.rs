//! What the purge took away, for administrators.

use axum::Json;
use axum::extract::State;
use sharesync_protocol::api::PurgeRecordPage;

use super::extract::{Page, Query, next_cursor};
use crate::app::AppState;
use crate::db::purge_record;
use crate::error::Result;

/// What the purge took away, the last first
///
/// Files that had expired and uploads that nobody finished: when, whose, why and how many bytes, but no names. Kept for
/// a year.
#[utoipa::path(
    get, path = "/api/admin/purge-records", operation_id = "list_purge_records", tag = "Administration",
    params(Page),
    responses(
        (status = 200, body = PurgeRecordPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    Query(page): Query<Page>,
) -> Result<Json<PurgeRecordPage>> {
    let limit = page.limit()?;
    let items = purge_record::page(&app.db, page.after()?, limit).await?;
    let next_cursor = next_cursor(&items, limit, |record| record.id.to_string());
    Ok(Json(PurgeRecordPage { items, next_cursor }))
}
