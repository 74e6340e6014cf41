//! Folders of one's library: list, find, make, see, rename, delete.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::FolderId;
use sharesync_protocol::api::{
    CreateFolder, Folder, FolderDetails, FolderPage, RenameFolder, Selection,
};

use super::extract::{AuthUser, Page, Path, Query, Valid, next_cursor};
use super::place::{After, InFolder};
use crate::app::AppState;
use crate::db::folder;
use crate::error::Result;
use crate::{names, trash};

/// Which folders.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those that lie in this one; `root`, or nothing: those that lie in none.
    #[param(value_type = Option<String>, example = "root")]
    parent_id: Option<InFolder>,
    /// Those with a name that holds this text, wherever they lie.
    q: Option<String>,
}

/// One's folders, by name
#[utoipa::path(
    get, path = "/api/folders", operation_id = "list_folders", tag = "Folders", params(Which, Page),
    responses(
        (status = 200, body = FolderPage),
        (status = 404, description = "`not_found`"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    Query(which): Query<Which>,
    Query(page): Query<Page>,
) -> Result<Json<FolderPage>> {
    let limit = page.limit()?;
    let after = page.after::<After>()?;
    let after = after.as_ref().map(|After { key, id }| (key.as_str(), FolderId(*id)));
    let items = if let Some(text) = &which.q {
        folder::search(&app.db, user.id, text, after, limit).await?
    } else {
        let parent = which.parent_id.map_or(folder::home(user.id), |id| id.of(user.id));
        folder::check(&app.db, user.id, parent).await?;
        folder::page(&app.db, user.id, parent, after, limit).await?
    };
    let cursor = |row: &Folder| After { key: names::key(&row.name), id: row.id.0 }.to_string();
    let next_cursor = next_cursor(&items, limit, cursor);
    Ok(Json(FolderPage { items, next_cursor }))
}

/// Make a folder
#[utoipa::path(
    post, path = "/api/folders", operation_id = "create_folder", tag = "Folders", request_body = CreateFolder,
    responses(
        (status = 201, body = FolderDetails),
        (status = 404, description = "`not_found`: what it is to lie in"),
        (status = 409, description = "`name_taken`, `too_many`"),
        (status = 422, description = "`invalid`: it would lie too deep; `invalid_name`"),
    )
)]
pub async fn create(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(wanted): Valid<CreateFolder>,
) -> Result<(StatusCode, Json<FolderDetails>)> {
    names::check(&wanted.name)?;
    let parent = wanted.parent_id.unwrap_or(folder::home(user.id));
    let now = app.clock.now_ms();
    let made = folder::create(&app.db, user.id, parent, &wanted.name, now).await?;
    app.events.files_changed(user.id);
    Ok((StatusCode::CREATED, Json(folder::get(&app.db, user.id, made).await?)))
}

/// A folder, and the way to it
#[utoipa::path(
    get, path = "/api/folders/{id}", operation_id = "get_folder", tag = "Folders",
    params(("id" = FolderId, Path)),
    responses(
        (status = 200, body = FolderDetails),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FolderId>,
) -> Result<Json<FolderDetails>> {
    Ok(Json(folder::get(&app.db, user.id, id).await?))
}

/// Rename a folder
#[utoipa::path(
    patch, path = "/api/folders/{id}", operation_id = "rename_folder", tag = "Folders",
    params(("id" = FolderId, Path)), request_body = RenameFolder,
    responses(
        (status = 200, body = FolderDetails),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`name_taken`"),
        (status = 422, description = "`invalid_name`"),
    )
)]
pub async fn rename(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FolderId>,
    Valid(wanted): Valid<RenameFolder>,
) -> Result<Json<FolderDetails>> {
    names::check(&wanted.name)?;
    folder::rename(&app.db, user.id, id, &wanted.name).await?;
    app.events.files_changed(user.id);
    Ok(Json(folder::get(&app.db, user.id, id).await?))
}

/// Put a folder into the trash, with all that lies in it
#[utoipa::path(
    delete, path = "/api/folders/{id}", operation_id = "delete_folder", tag = "Folders",
    params(("id" = FolderId, Path)),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn delete(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FolderId>,
) -> Result<StatusCode> {
    let what = Selection { folder_ids: vec![id], ..Selection::default() };
    trash::put(&app, user.id, &what).await?;
    Ok(StatusCode::NO_CONTENT)
}
