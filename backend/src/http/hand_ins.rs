//! Files that are handed in to the operators.

use axum::Json;
use axum::extract::State;
use sharesync_protocol::api::{HandedInPage, OwnHandInPage};

use super::extract::{AuthUser, Page, Query, next_cursor};
use crate::app::AppState;
use crate::db::hand_in;
use crate::error::Result;

/// Files that were handed in, newest first
///
/// An address to fetch one from is given by `POST /api/files/{id}/signed-url`.
#[utoipa::path(
    get, path = "/api/handed-in", operation_id = "list_handed_in", tag = "Files", params(Page),
    responses(
        (status = 200, body = HandedInPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    Query(page): Query<Page>,
) -> Result<Json<HandedInPage>> {
    let (limit, now) = (page.limit()?, app.clock.now_ms());
    let items = hand_in::page(&app.db, page.after()?, limit, now).await?;
    let next_cursor = next_cursor(&items, limit, |row| row.file.id.to_string());
    Ok(Json(HandedInPage { items, next_cursor }))
}

/// What one handed in oneself, newest first
#[utoipa::path(
    get, path = "/api/me/handed-in", operation_id = "list_own_handed_in", tag = "Files", params(Page),
    responses(
        (status = 200, body = OwnHandInPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list_own(
    State(app): State<AppState>,
    user: AuthUser,
    Query(page): Query<Page>,
) -> Result<Json<OwnHandInPage>> {
    let (limit, now) = (page.limit()?, app.clock.now_ms());
    let rows = hand_in::own_page(&app.db, user.id, page.after()?, limit, now).await?;
    let next_cursor = next_cursor(&rows, limit, |(id, _)| id.to_string());
    let items = rows.into_iter().map(|(_, row)| row).collect();
    Ok(Json(OwnHandInPage { items, next_cursor }))
}
