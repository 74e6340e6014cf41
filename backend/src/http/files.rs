//! One's own files: list, find, see, rename, move, delete, and who fetched them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::FileId;
use sharesync_protocol::api::{
    ChangeFile, DownloadLink, DownloadPage, FileDetails, FilePage, FileSummary, Move, Selection,
};

use super::extract::{AuthUser, BaseUrl, Page, Path, Query, Valid, next_cursor, no_cursor};
use super::place::{After, InFolder};
use crate::app::AppState;
use crate::auth::permission::Permission;
use crate::blob::presign::{self, DOWNLOAD_URL_SECS, HANDED_IN_URL_SECS, Via};
use crate::db::download::Grant;
use crate::db::file_change::{Change, Expiry};
use crate::db::listing::{self, Sort, Which};
use crate::db::{download, file, folder, folder_moves, hand_in};
use crate::error::{Error, Result};
use crate::{names, trash};

/// Which files, and in which order.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those that lie in this folder; `root`: those that lie in none. All of one's files where not given.
    #[param(value_type = Option<String>, example = "root")]
    folder_id: Option<InFolder>,
    /// Those with a name that holds this text, wherever they lie: the newest first. One of less than three characters is
    /// looked for where names begin, and what it finds is sorted by name.
    q: Option<String>,
    /// `added` where not given. What a search finds has an order of its own.
    #[param(inline)]
    sort: Option<By>,
    /// `desc` where not given, but `asc` for names.
    #[param(inline)]
    order: Option<Direction>,
}

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// When a file was added.
    Added,
    /// What it is called.
    Name,
    /// How large it is.
    Size,
}

/// In which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The oldest, the smallest, `a` first.
    Asc,
    /// The newest, the largest, `z` first.
    Desc,
}

impl Wanted {
    /// As the database is asked for it.
    fn page(&self, user: &AuthUser, page: &Page) -> Result<listing::Page<'_>> {
        let limit = page.limit()?;
        let after = page.after::<After>()?;
        let sort = match self.sort.unwrap_or(By::Added) {
            By::Added => Sort::Added,
            By::Name => Sort::Name,
            By::Size => Sort::Size,
        };
        let after = after.map(|After { key, id }| {
            let size = if sort == Sort::Size { key.parse().map_err(|_| no_cursor())? } else { 0 };
            Ok::<_, Error>(listing::After { id: FileId(id), size, name_key: key })
        });
        let after = after.transpose()?;
        if let Some(text) = self.q.as_deref().filter(|text| !text.trim().is_empty()) {
            return Ok(listing::Page::of_search(user.id, text, after, limit));
        }
        let direction = self.order.unwrap_or(match sort {
            Sort::Name => Direction::Asc,
            Sort::Added | Sort::Size => Direction::Desc,
        });
        let which = self.folder_id.map_or(Which::All, |folder| Which::In(folder.of(user.id)));
        let descending = direction == Direction::Desc;
        Ok(listing::Page { owner: user.id, which, sort, descending, after, limit })
    }
}

/// One's files: all of them, those in a folder, or those of a name
#[utoipa::path(
    get, path = "/api/files", operation_id = "list_files", tag = "Files", params(Wanted, Page),
    responses(
        (status = 200, body = FilePage),
        (status = 404, description = "`not_found`: the folder"),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    user: AuthUser,
    Query(wanted): Query<Wanted>,
    Query(page): Query<Page>,
) -> Result<Json<FilePage>> {
    let page = wanted.page(&user, &page)?;
    if let Which::In(folder) = page.which {
        folder::check(&app.db, user.id, folder).await?;
    }
    let items = listing::page(&app.db, &page, app.clock.now_ms()).await?;
    let next_cursor = next_cursor(&items, page.limit, |row| {
        let key = match page.sort {
            Sort::Added => String::new(),
            Sort::Name => names::key(&row.file.name),
            Sort::Size => row.file.size.to_string(),
        };
        After { key, id: row.file.id.0 }.to_string()
    });
    Ok(Json(FilePage { items, next_cursor }))
}

/// A file, and an address to fetch it from
#[utoipa::path(
    get, path = "/api/files/{id}", operation_id = "get_file", tag = "Files",
    params(("id" = FileId, Path)),
    responses(
        (status = 200, body = FileDetails),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn get(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(id): Path<FileId>,
) -> Result<Json<FileDetails>> {
    let now = app.clock.now_ms();
    let summary = file::get(&app.db, user.id, id, now).await?;
    let grant = Grant::new(id, Some(user.id), DOWNLOAD_URL_SECS, now);
    let disposition = presign::attachment(&summary.file.name);
    let path = app.presigner.sign(&grant, Via::Library, &disposition);
    let download_url = format!("{base}{path}");
    Ok(Json(FileDetails { summary, download_url, download_url_expires_at: grant.expires_at }))
}

/// An address to fetch a file from
///
/// For one's own: good for five minutes, for anybody who has it. For one that was handed in, where one is an
/// operator or an administrator: good for ten minutes, for oneself and administrators.
#[utoipa::path(
    post, path = "/api/files/{id}/signed-url", operation_id = "sign_file_url", tag = "Files",
    params(("id" = FileId, Path)),
    responses(
        (status = 200, body = DownloadLink),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `quarantined`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`scan_pending`"),
        (status = 500, description = "`damaged`: the disk has changed the bytes"),
    )
)]
pub async fn signed_url(
    State(app): State<AppState>,
    user: AuthUser,
    BaseUrl(base): BaseUrl,
    Path(id): Path<FileId>,
) -> Result<Json<DownloadLink>> {
    let now = app.clock.now_ms();
    let (name, via, seconds) = match file::get(&app.db, user.id, id, now).await {
        Ok(own) => (own.file.name, Via::Library, DOWNLOAD_URL_SECS),
        Err(Error::NotFound) if user.check(Permission::FetchHandIns).is_ok() => {
            let theirs = hand_in::get(&app.db, id, now).await?.ok_or(Error::NotFound)?;
            (theirs.file.name, Via::HandedIn, HANDED_IN_URL_SECS)
        }
        Err(other) => return Err(other),
    };
    // Nobody is given an address that gives nothing.
    file::servable(&app.db, id, now).await?;
    let grant = Grant::new(id, Some(user.id), seconds, now);
    let path = app.presigner.sign(&grant, via, &presign::attachment(&name));
    let download_url = format!("{base}{path}");
    Ok(Json(DownloadLink { download_url, expires_at: grant.expires_at }))
}

/// Rename a file, or change when it expires
///
/// All that is asked for, or nothing.
#[utoipa::path(
    patch, path = "/api/files/{id}", operation_id = "change_file", tag = "Files",
    params(("id" = FileId, Path)), request_body = ChangeFile,
    responses(
        (status = 200, body = FileSummary),
        (status = 403, description = "`forbidden`, `insufficient_scope`, `kept_too_long`"),
        (status = 404, description = "`not_found`"),
        (status = 409, description = "`name_taken`"),
        (status = 415, description = "`type_mismatch`, `type_refused`"),
        (status = 422, description = "`invalid`, `invalid_name`, `too_many_pixels`, `archive_bomb`, `unsafe_archive`"),
    )
)]
pub async fn change(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FileId>,
    Valid(wanted): Valid<ChangeFile>,
) -> Result<Json<FileSummary>> {
    if wanted.name.is_none() && wanted.expires_in.is_none() {
        return Err(Error::invalid("body", "say what to change: name or expires_in"));
    }
    wanted.name.as_deref().map(names::check).transpose()?;
    let expiry = wanted.expires_in.map(|expires_in| expiry(&app, &user, expires_in)).transpose()?;
    let change = Change { name: wanted.name.as_deref(), expiry };
    app.library.change(user.id, id, &change).await?;
    Ok(Json(file::get(&app.db, user.id, id, app.clock.now_ms()).await?))
}

/// When a file is to expire of which that is asked now.
fn expiry(app: &AppState, user: &AuthUser, expires_in: Option<u64>) -> Result<Expiry> {
    let lifetime = app.retention.asked(user.role, expires_in, expires_in.is_none())?;
    let at = app.retention.expiry(lifetime, app.clock.now_ms());
    Ok(Expiry { at, bound_ms: app.retention.bound_ms(user.role) })
}

/// Move files and folders into a folder
///
/// All of them or none; one whose name is taken there gets a number behind it.
#[utoipa::path(
    post, path = "/api/files/move", operation_id = "move_files", tag = "Files", request_body = Move,
    responses(
        (status = 204),
        (status = 404, description = "`not_found`: one of them, or the folder"),
        (status = 422, description = "`invalid`: a folder would lie in itself, or too deep"),
    )
)]
pub async fn move_into(
    State(app): State<AppState>,
    user: AuthUser,
    Valid(Move { what, to }): Valid<Move>,
) -> Result<StatusCode> {
    let to = to.unwrap_or(folder::home(user.id));
    folder_moves::put_into(&app.db, user.id, &what, to, app.clock.now_ms()).await?;
    app.events.files_changed(user.id);
    Ok(StatusCode::NO_CONTENT)
}

/// How a file goes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Deletion {
    /// Past the trash, for good: its bytes go right after.
    #[serde(default)]
    for_good: bool,
}

/// Put a file into the trash, or delete it for good
///
/// Its share links lead to it no longer, and addresses handed out for it stop working.
#[utoipa::path(
    delete, path = "/api/files/{id}", operation_id = "delete_file", tag = "Files",
    params(("id" = FileId, Path), Deletion),
    responses(
        (status = 204),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn delete(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FileId>,
    Query(deletion): Query<Deletion>,
) -> Result<StatusCode> {
    if deletion.for_good {
        app.library.remove(user.id, id).await?;
    } else {
        let what = Selection { file_ids: vec![id], ..Selection::default() };
        trash::put(&app, user.id, &what).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Who fetched a file, newest first
#[utoipa::path(
    get, path = "/api/files/{id}/downloads", operation_id = "list_file_downloads", tag = "Files",
    params(("id" = FileId, Path), Page),
    responses(
        (status = 200, body = DownloadPage),
        (status = 404, description = "`not_found`"),
    )
)]
pub async fn downloads(
    State(app): State<AppState>,
    user: AuthUser,
    Path(id): Path<FileId>,
    Query(page): Query<Page>,
) -> Result<Json<DownloadPage>> {
    file::get(&app.db, user.id, id, app.clock.now_ms()).await?;
    let limit = page.limit()?;
    let rows = download::of_file(&app.db, id, page.after()?, limit).await?;
    let next_cursor = next_cursor(&rows, limit, |(id, _)| id.to_string());
    Ok(Json(DownloadPage { items: rows.into_iter().map(|(_, row)| row).collect(), next_cursor }))
}
