//! Who may call what: every path of the API with the permission it needs. `authorize` runs before each handler and
//! lets nobody pass that is not listed, so that a path which is forgotten here is nobody's; the API's description is
//! told the same by `describe`.

use axum::RequestExt;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::TypedHeader;
use axum_extra::headers::Authorization;
use axum_extra::headers::authorization::Bearer;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;

use crate::app::AppState;
use crate::auth::caller::identify;
use crate::auth::permission::{ByToken, Permission};
use crate::error::{Error, Result};

use Access::{Anybody, AnybodyKnown, Needs};
use Permission::{
    Administer, ChangeFiles, ChangeShares, FetchHandIns, KnowOneself, OwnAccount, ReadFiles,
    ReadShares, SeeAdministration, SeeOwnHandIns, Upload,
};

/// Who may call a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Anybody; a token is not looked at.
    Anybody,
    /// Anybody; whoever sends a token must be let in by it, and is known by it.
    AnybodyKnown,
    /// Whoever has this permission.
    Needs(Permission),
}

/// A path of the API and who may call it.
struct Rule(Method, &'static str, Access);

/// Every path.
const RULES: &[Rule] = &[
    Rule(Method::GET, "/api/health", Anybody),
    Rule(Method::GET, "/api/health/ready", Anybody),
    Rule(Method::GET, "/api/server", Anybody),
    Rule(Method::GET, "/api/signaling", Anybody),
    Rule(Method::POST, "/api/auth/register", Anybody),
    Rule(Method::POST, "/api/auth/login", Anybody),
    Rule(Method::POST, "/api/auth/second-factor", Anybody),
    Rule(Method::GET, "/api/auth/{provider}", Anybody),
    Rule(Method::POST, "/api/auth/{provider}", Anybody),
    Rule(Method::GET, "/api/auth/{provider}/callback", Anybody),
    Rule(Method::POST, "/api/auth/refresh", Anybody),
    Rule(Method::POST, "/api/auth/logout", Anybody),
    Rule(Method::POST, "/api/auth/verify-email", Anybody),
    Rule(Method::POST, "/api/auth/resend-verification", Anybody),
    Rule(Method::POST, "/api/auth/forgot-password", Anybody),
    Rule(Method::POST, "/api/auth/reset-password", Anybody),
    Rule(Method::GET, "/api/me", Needs(KnowOneself)),
    Rule(Method::POST, "/api/me/password", Needs(OwnAccount)),
    Rule(Method::POST, "/api/me/second-factor", Needs(OwnAccount)),
    Rule(Method::POST, "/api/me/second-factor/confirm", Needs(OwnAccount)),
    Rule(Method::POST, "/api/me/second-factor/disable", Needs(OwnAccount)),
    Rule(Method::POST, "/api/me/second-factor/recovery-codes", Needs(OwnAccount)),
    Rule(Method::GET, "/api/me/sessions", Needs(OwnAccount)),
    Rule(Method::DELETE, "/api/me/sessions", Needs(OwnAccount)),
    Rule(Method::DELETE, "/api/me/sessions/{id}", Needs(OwnAccount)),
    Rule(Method::GET, "/api/me/tokens", Needs(OwnAccount)),
    Rule(Method::POST, "/api/me/tokens", Needs(OwnAccount)),
    Rule(Method::DELETE, "/api/me/tokens/{id}", Needs(OwnAccount)),
    Rule(Method::POST, "/api/me/tokens/{id}/rotate", Needs(OwnAccount)),
    // Whoever has a token may end it, which makes nobody stronger.
    Rule(Method::DELETE, "/api/me/token", Needs(KnowOneself)),
    Rule(Method::POST, "/api/device-logins", Anybody),
    Rule(Method::POST, "/api/device-logins/token", Anybody),
    // Whoever lets a computer in makes it a token.
    Rule(Method::GET, "/api/device-logins/{user_code}", Needs(OwnAccount)),
    Rule(Method::POST, "/api/device-logins/{user_code}/approve", Needs(OwnAccount)),
    Rule(Method::POST, "/api/device-logins/{user_code}/deny", Needs(OwnAccount)),
    Rule(Method::POST, "/api/upload", Needs(Upload)),
    Rule(Method::GET, "/api/uploads", Needs(Upload)),
    Rule(Method::POST, "/api/uploads", Needs(Upload)),
    Rule(Method::GET, "/api/uploads/{id}", Needs(Upload)),
    Rule(Method::DELETE, "/api/uploads/{id}", Needs(Upload)),
    Rule(Method::POST, "/api/uploads/{id}/parts", Needs(Upload)),
    // The address carries its own permission.
    Rule(Method::PUT, "/api/uploads/{id}/parts/{number}", Anybody),
    Rule(Method::POST, "/api/uploads/{id}/complete", Needs(Upload)),
    Rule(Method::OPTIONS, "/api/tus", Anybody),
    Rule(Method::POST, "/api/tus", Needs(Upload)),
    Rule(Method::HEAD, "/api/tus/{id}", Needs(Upload)),
    Rule(Method::PATCH, "/api/tus/{id}", Needs(Upload)),
    Rule(Method::POST, "/api/tus/{id}", Needs(Upload)),
    Rule(Method::DELETE, "/api/tus/{id}", Needs(Upload)),
    Rule(Method::GET, "/api/files", Needs(ReadFiles)),
    Rule(Method::POST, "/api/files/archive", Needs(ReadFiles)),
    // The address carries its own permission.
    Rule(Method::GET, "/api/archives/{id}", Anybody),
    Rule(Method::GET, "/api/files/{id}", Needs(ReadFiles)),
    Rule(Method::PATCH, "/api/files/{id}", Needs(ChangeFiles)),
    Rule(Method::DELETE, "/api/files/{id}", Needs(ChangeFiles)),
    Rule(Method::GET, "/api/files/{id}/downloads", Needs(ReadFiles)),
    // Whose it may be besides the asker's own, the handler knows.
    Rule(Method::POST, "/api/files/{id}/signed-url", Needs(ReadFiles)),
    // The address carries its own permission, which may be somebody's alone.
    Rule(Method::GET, "/api/files/{id}/content", AnybodyKnown),
    Rule(Method::POST, "/api/files/{id}/preview", Needs(ReadFiles)),
    // The address carries its own permission.
    Rule(Method::GET, "/api/files/{id}/preview", Anybody),
    Rule(Method::POST, "/api/files/move", Needs(ChangeFiles)),
    Rule(Method::GET, "/api/folders", Needs(ReadFiles)),
    Rule(Method::POST, "/api/folders", Needs(ChangeFiles)),
    Rule(Method::GET, "/api/folders/{id}", Needs(ReadFiles)),
    Rule(Method::PATCH, "/api/folders/{id}", Needs(ChangeFiles)),
    Rule(Method::DELETE, "/api/folders/{id}", Needs(ChangeFiles)),
    Rule(Method::GET, "/api/trash", Needs(ReadFiles)),
    Rule(Method::POST, "/api/trash", Needs(ChangeFiles)),
    Rule(Method::DELETE, "/api/trash", Needs(ChangeFiles)),
    Rule(Method::POST, "/api/trash/restore", Needs(ChangeFiles)),
    Rule(Method::DELETE, "/api/trash/{id}", Needs(ChangeFiles)),
    Rule(Method::GET, "/api/handed-in", Needs(FetchHandIns)),
    Rule(Method::GET, "/api/me/handed-in", Needs(SeeOwnHandIns)),
    Rule(Method::GET, "/api/shares", Needs(ReadShares)),
    Rule(Method::POST, "/api/shares", Needs(ChangeShares)),
    Rule(Method::GET, "/api/shares/{slug}", Anybody),
    Rule(Method::PATCH, "/api/shares/{slug}", Needs(ChangeShares)),
    Rule(Method::DELETE, "/api/shares/{slug}", Needs(ChangeShares)),
    Rule(Method::POST, "/api/shares/{slug}/unlock", Anybody),
    Rule(Method::POST, "/api/shares/{slug}/download", AnybodyKnown),
    Rule(Method::POST, "/api/shares/{slug}/archive", AnybodyKnown),
    Rule(Method::POST, "/api/shares/{slug}/preview", AnybodyKnown),
    // The address carries its own permission.
    Rule(Method::GET, "/api/shares/{slug}/preview/{id}", Anybody),
    Rule(Method::GET, "/api/shares/{slug}/downloads", Needs(ReadShares)),
    Rule(Method::GET, "/api/requests", Needs(ReadShares)),
    Rule(Method::POST, "/api/requests", Needs(ChangeShares)),
    Rule(Method::GET, "/api/requests/{slug}", Anybody),
    Rule(Method::PATCH, "/api/requests/{slug}", Needs(ChangeShares)),
    Rule(Method::DELETE, "/api/requests/{slug}", Needs(ChangeShares)),
    Rule(Method::POST, "/api/requests/{slug}/unlock", Anybody),
    Rule(Method::POST, "/api/requests/{slug}/uploads", Anybody),
    // The bearer token is the upload's own key.
    Rule(Method::GET, "/api/requests/{slug}/uploads/{id}", Anybody),
    Rule(Method::DELETE, "/api/requests/{slug}/uploads/{id}", Anybody),
    Rule(Method::POST, "/api/requests/{slug}/uploads/{id}/parts", Anybody),
    Rule(Method::POST, "/api/requests/{slug}/uploads/{id}/complete", Anybody),
    Rule(Method::GET, "/api/stats", Needs(SeeAdministration)),
    Rule(Method::GET, "/api/stats/timeseries", Needs(SeeAdministration)),
    Rule(Method::GET, "/api/stats/transfers", Needs(SeeAdministration)),
    Rule(Method::GET, "/api/admin/users", Needs(SeeAdministration)),
    Rule(Method::POST, "/api/admin/users", Needs(Administer)),
    Rule(Method::PATCH, "/api/admin/users/{id}", Needs(Administer)),
    Rule(Method::GET, "/api/admin/purge-records", Needs(SeeAdministration)),
    Rule(Method::GET, "/api/admin/invitations", Needs(SeeAdministration)),
    Rule(Method::POST, "/api/admin/invitations", Needs(Administer)),
    Rule(Method::DELETE, "/api/admin/invitations/{id}", Needs(Administer)),
];

/// Who may call a path with a method; `None` where nobody may.
fn access(method: &Method, path: &str) -> Option<Access> {
    let rule_of =
        |method: &Method| RULES.iter().find(|Rule(known, at, _)| known == method && *at == path);
    // HEAD is answered by whatever answers GET (RFC 9110 §9.3.2), where nothing else does.
    let as_get = || if method == Method::HEAD { rule_of(&Method::GET) } else { None };
    rule_of(method).or_else(as_get).map(|Rule(_, _, access)| *access)
}

/// Lets a request pass to its handler if its sender may make it, and tells the handler who that is.
pub(super) async fn authorize(
    State(app): State<AppState>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Result<Response> {
    let access = access(request.method(), path.as_str()).ok_or(Error::MethodNotAllowed)?;
    let is_known = request.headers().contains_key(header::AUTHORIZATION);
    if matches!(access, Needs(_)) || access == AnybodyKnown && is_known {
        let bearer = request.extract_parts::<TypedHeader<Authorization<Bearer>>>().await;
        let TypedHeader(Authorization(bearer)) = bearer.map_err(|_| Error::Unauthenticated)?;
        let caller = identify(&app, bearer.token()).await?;
        if let Needs(permission) = access {
            caller.check(permission)?;
        }
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

/// Tells the API's description who may call what.
pub(super) fn describe(document: &mut OpenApi) {
    for Rule(method, path, access) in RULES {
        let item = document.paths.paths.get_mut(*path);
        let operation = item.and_then(|item| operation(item, method));
        let operation = operation.expect("every rule is about a path that is there");
        describe_operation(operation, *access);
    }
}

fn operation<'a>(
    item: &'a mut utoipa::openapi::PathItem,
    method: &Method,
) -> Option<&'a mut Operation> {
    match *method {
        Method::GET => item.get.as_mut(),
        Method::HEAD => item.head.as_mut(),
        Method::OPTIONS => item.options.as_mut(),
        Method::POST => item.post.as_mut(),
        Method::PUT => item.put.as_mut(),
        Method::PATCH => item.patch.as_mut(),
        Method::DELETE => item.delete.as_mut(),
        _ => None,
    }
}

fn describe_operation(operation: &mut Operation, access: Access) {
    let Needs(permission) = access else { return };
    operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    let roles: Vec<_> =
        permission.roles().iter().map(|role| format!("`{}`", role.name())).collect();
    let token = match permission.by_token() {
        ByToken::Never => "not by an API token".to_owned(),
        ByToken::Any => "by any API token".to_owned(),
        ByToken::With(scope) => format!("by an API token with `{}`", scope.name()),
    };
    let who = format!("For {}; {token}.", roles.join(", "));
    let told = operation.description.take();
    operation.description = Some(match told {
        Some(told) => format!("{told}\n\n{who}"),
        None => who,
    });
    let unauthenticated = ("401", "`unauthenticated`");
    let forbidden = ("403", "`forbidden`, `insufficient_scope`");
    for (status, codes) in [unauthenticated, forbidden] {
        let response = utoipa::openapi::Response::new(codes);
        operation.responses.responses.entry(status.into()).or_insert_with(|| response.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_that_is_there_has_a_rule() {
        let document = crate::http::api().into_openapi();
        for (path, item) in document.paths.paths {
            let is_got = item.get.is_some();
            for (method, operation) in [
                (Method::GET, item.get),
                (Method::OPTIONS, item.options),
                (Method::POST, item.post),
                (Method::PATCH, item.patch),
                (Method::DELETE, item.delete),
                (Method::PUT, item.put),
            ] {
                let is_listed = access(&method, &path).is_some();
                assert_eq!(operation.is_some(), is_listed, "{method} {path}");
            }
            let is_headed = is_got || item.head.is_some();
            assert_eq!(is_headed, access(&Method::HEAD, &path).is_some(), "HEAD {path}");
        }
    }
}
