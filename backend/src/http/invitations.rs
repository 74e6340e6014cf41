//! Invitations, for administrators.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use sharesync_protocol::InvitationId;
use sharesync_protocol::api::{CreateInvitation, InvitationPage, IssuedInvitation};

use super::extract::{Page, Path, Query, Valid, next_cursor};
use crate::app::AppState;
use crate::auth;
use crate::db::invitation;
use crate::error::Result;

/// Invitations that nobody has used, newest first
#[utoipa::path(
    get, path = "/api/admin/invitations", operation_id = "list_invitations", tag = "Administration", params(Page),
    responses(
        (status = 200, body = InvitationPage),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn list(
    State(app): State<AppState>,
    Query(page): Query<Page>,
) -> Result<Json<InvitationPage>> {
    let (limit, now) = (page.limit()?, app.clock.now_ms());
    let items = invitation::page(&app.db, page.after()?, limit, now).await?;
    let next_cursor = next_cursor(&items, limit, |invitation| invitation.id.to_string());
    Ok(Json(InvitationPage { items, next_cursor }))
}

/// Invite somebody
///
/// With an address, it is mailed there; without, the answer holds where to register, this once. It works once,
/// however registration is set.
#[utoipa::path(
    post, path = "/api/admin/invitations", operation_id = "create_invitation", tag = "Administration",
    request_body = CreateInvitation,
    responses(
        (status = 201, body = IssuedInvitation),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn create(
    State(app): State<AppState>,
    Valid(wanted): Valid<CreateInvitation>,
) -> Result<(StatusCode, Json<IssuedInvitation>)> {
    let issued = auth::invitation::create(&app, wanted).await?;
    Ok((StatusCode::CREATED, Json(issued)))
}

/// Take an invitation back
#[utoipa::path(
    delete, path = "/api/admin/invitations/{id}", operation_id = "delete_invitation", tag = "Administration",
    params(("id" = InvitationId, Path)),
    responses((status = 204), (status = 404, description = "`not_found`"))
)]
pub async fn delete(
    State(app): State<AppState>,
    Path(id): Path<InvitationId>,
) -> Result<StatusCode> {
    invitation::delete(&app.db, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
