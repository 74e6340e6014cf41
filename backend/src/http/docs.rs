//! The API's own description: OpenAPI 3.1 from the handlers' declarations. The page at `/docs` shows it, and lets
//! people try it.

use axum::routing::get;
use axum::{Json, Router};
use sharesync_protocol::api::Problem;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr};
use utoipa::{OpenApi, ToSchema};

use crate::app::AppState;
use crate::error::PROBLEM_JSON;

const DOCUMENT_PATH: &str = "/api/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "ShareSync",
        description = "Files between people. Every failure is an `application/problem+json` \
                       (RFC 9457) whose `code` is stable.",
    ),
    tags(
        (name = "Accounts", description = "Signing in, and who one is"),
        (name = "Files", description = "One's library"),
        (name = "Uploads", description = "Files in parts, which go on after whatever interrupts them"),
        (name = "Shares", description = "Links for others"),
        (name = "File requests", description = "Files from others"),
        (name = "Administration", description = "Accounts and statistics, for administrators"),
        (name = "Server", description = "The server itself"),
    ),
    // These stand in parameters only, which do not bring their schemas along.
    components(schemas(crate::blob::presign::Via, sharesync_protocol::ArchiveId, Problem))
)]
struct Preamble;

/// What stands before the paths.
pub(super) fn preamble() -> utoipa::openapi::OpenApi {
    let mut document = Preamble::openapi();
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The `key` that an upload to a file request came with"))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    components.add_security_scheme("upload_key", SecurityScheme::Http(key));
    document
}

/// The whole description, for generating clients from.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = super::api().into_openapi();
    super::policy::describe(&mut document);
    let items = document.paths.paths.values_mut();
    let operations = items.flat_map(|item| {
        let PathItem { get, head, post, put, patch, delete, .. } = item;
        [get, head, post, put, patch, delete].into_iter().flatten()
    });
    operations.for_each(describe_problems);
    document
}

/// Every failure is a problem: a handler says which statuses it answers and why, and this, what
/// the answer looks like.
fn describe_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
        {
            let problem = Ref::from_schema_name(Problem::name());
            let content = Content::new(Some(problem));
            response.content.insert(PROBLEM_JSON.into(), content.into());
        }
    }
}

/// The description at `/api/openapi.json`.
pub(super) fn router() -> Router<AppState> {
    let document = document();
    Router::new().route(DOCUMENT_PATH, get(async move || Json(document)))
}
