//! The trash: put things there, see it, take things back, and remove them for good.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::TrashId;
use sharesync_protocol::api::{PutInTrash, Restore, Selection, TrashPage};

use super::extract::{AuthUser, Page, Path, Query, Valid, next_cursor};
use crate::app::AppState;
use crate::error::Result;
use crate::trash;

/// Put files and folders into the trash
///
/// All of them or none. Links lead to them no longer, and addresses handed out for them stop working, until they are taken
/// back. They count against the quota until they are gone.
#[utoipa::path(
    post, path = "/api/trash", operation_id = "put_in_trash", tag = "Trash", request_body = Selection,
    responses(
        (status = 200, body = PutInTrash),
        (status = 404, description = "`not_found`: one of them"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn put(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(what): Valid<Selection>,
) -> Result<Json<PutInTrash>> {
    Ok(Json(PutInTrash { ids: trash::put(&app, user.id, &what).await? }))
}

/// What lies in the trash, the last first
#[utoipa::path(
    get, path = "/api/trash", operation_id = "list_trash", tag = "Trash", params(Page),
    responses(
        (status = 200, body = TrashPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    Query(page): Query<Page>,
) -> Result<Json<TrashPage>> {
    let limit = page.limit()?;
    let items = trash::page(&app, user.id, page.after()?, limit).await?;
    let next_cursor = next_cursor(&items, limit, |row| row.id.to_string());
    Ok(Json(trash::as_page(&app, user.id, items, next_cursor).await?))
}

/// Take things back from the trash
///
/// All of them or none: to where they were, or where that is gone, into no folder; with a number behind the name where that
/// is taken. What had expired is kept as long as what is new; of somebody who may not keep files, until as long after it was
/// stored, and a file whose time is over by that does not come back.
#[utoipa::path(
    post, path = "/api/trash/restore", operation_id = "restore_from_trash", tag = "Trash", request_body = Restore,
    responses(
        (status = 204),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `kept_too_long`: a file that its owner may not have any longer"),
        (status = 404, description = "`not_found`: one of them"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn restore(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(wanted): Valid<Restore>,
) -> Result<StatusCode> {
    trash::restore(&app, &user, &wanted.ids).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove something in the trash for good
#[utoipa::path(
    delete, path = "/api/trash/{id}", operation_id = "remove_from_trash", tag = "Trash",
    params(("id" = TrashId, Path)),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn remove(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<TrashId>,
) -> Result<StatusCode> {
    trash::empty(&app, user.id, Some(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Empty the trash: all in it goes for good
#[utoipa::path(
    delete, path = "/api/trash", operation_id = "empty_trash", tag = "Trash",
    responses((status = 204))
)]
pub async fn empty(State(app): State<AppState>, user: AuthUser) -> Result<StatusCode> {
    trash::empty(&app, user.id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
