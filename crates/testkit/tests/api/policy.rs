//! Who may call what: every role, every path, one's own things and others'. What is expected stands here again, so
//! that a change of the policy is a change of two places.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{IssuedApiToken, ProblemCode, Role, Scope};
use sharesync_testkit::{Answer, Person, Stack};

const EVERYONE: &[Role] = &Role::ALL;
const KEEPERS: &[Role] = &[Role::Admin, Role::Standard, Role::Ops];
const OPERATORS: &[Role] = &[Role::Admin, Role::Ops];
const ADMINS: &[Role] = &[Role::Admin];

/// Method, path, who may, and the scope that a token needs: `-` where any will do, empty where none does.
const EXPECTED: &[(&str, &str, &[Role], &str)] = &[
    ("GET", "/api/me", EVERYONE, "-"),
    ("POST", "/api/me/password", EVERYONE, ""),
    ("POST", "/api/me/second-factor", EVERYONE, ""),
    ("POST", "/api/me/second-factor/confirm", EVERYONE, ""),
    ("POST", "/api/me/second-factor/disable", EVERYONE, ""),
    ("POST", "/api/me/second-factor/recovery-codes", EVERYONE, ""),
    ("GET", "/api/me/sessions", EVERYONE, ""),
    ("DELETE", "/api/me/sessions", EVERYONE, ""),
    ("DELETE", "/api/me/sessions/{id}", EVERYONE, ""),
    ("GET", "/api/me/tokens", EVERYONE, ""),
    ("POST", "/api/me/tokens", EVERYONE, ""),
    ("DELETE", "/api/me/tokens/{id}", EVERYONE, ""),
    ("POST", "/api/me/tokens/{id}/rotate", EVERYONE, ""),
    ("GET", "/api/device-logins/{user_code}", EVERYONE, ""),
    ("POST", "/api/device-logins/{user_code}/approve", EVERYONE, ""),
    ("POST", "/api/device-logins/{user_code}/deny", EVERYONE, ""),
    ("POST", "/api/upload", EVERYONE, "files:write"),
    ("GET", "/api/uploads", EVERYONE, "files:write"),
    ("POST", "/api/uploads", EVERYONE, "files:write"),
    ("GET", "/api/uploads/{id}", EVERYONE, "files:write"),
    ("DELETE", "/api/uploads/{id}", EVERYONE, "files:write"),
    ("POST", "/api/uploads/{id}/parts", EVERYONE, "files:write"),
    ("POST", "/api/uploads/{id}/complete", EVERYONE, "files:write"),
    ("POST", "/api/tus", EVERYONE, "files:write"),
    ("HEAD", "/api/tus/{id}", EVERYONE, "files:write"),
    ("PATCH", "/api/tus/{id}", EVERYONE, "files:write"),
    ("POST", "/api/tus/{id}", EVERYONE, "files:write"),
    ("DELETE", "/api/tus/{id}", EVERYONE, "files:write"),
    ("GET", "/api/files", KEEPERS, "files:read"),
    ("POST", "/api/files/archive", KEEPERS, "files:read"),
    ("GET", "/api/files/{id}", KEEPERS, "files:read"),
    ("PATCH", "/api/files/{id}", KEEPERS, "files:write"),
    ("DELETE", "/api/files/{id}", KEEPERS, "files:write"),
    ("GET", "/api/files/{id}/downloads", KEEPERS, "files:read"),
    ("POST", "/api/files/move", KEEPERS, "files:write"),
    ("GET", "/api/folders", KEEPERS, "files:read"),
    ("POST", "/api/folders", KEEPERS, "files:write"),
    ("GET", "/api/folders/{id}", KEEPERS, "files:read"),
    ("PATCH", "/api/folders/{id}", KEEPERS, "files:write"),
    ("DELETE", "/api/folders/{id}", KEEPERS, "files:write"),
    ("GET", "/api/trash", KEEPERS, "files:read"),
    ("POST", "/api/trash", KEEPERS, "files:write"),
    ("DELETE", "/api/trash", KEEPERS, "files:write"),
    ("POST", "/api/trash/restore", KEEPERS, "files:write"),
    ("DELETE", "/api/trash/{id}", KEEPERS, "files:write"),
    ("POST", "/api/files/{id}/signed-url", KEEPERS, "files:read"),
    ("POST", "/api/files/{id}/preview", KEEPERS, "files:read"),
    ("GET", "/api/handed-in", OPERATORS, "files:read"),
    ("GET", "/api/me/handed-in", EVERYONE, "files:read"),
    ("GET", "/api/shares", KEEPERS, "shares:read"),
    ("POST", "/api/shares", KEEPERS, "shares:write"),
    ("PATCH", "/api/shares/{slug}", KEEPERS, "shares:write"),
    ("DELETE", "/api/shares/{slug}", KEEPERS, "shares:write"),
    ("GET", "/api/shares/{slug}/downloads", KEEPERS, "shares:read"),
    ("GET", "/api/requests", KEEPERS, "shares:read"),
    ("POST", "/api/requests", KEEPERS, "shares:write"),
    ("PATCH", "/api/requests/{slug}", KEEPERS, "shares:write"),
    ("DELETE", "/api/requests/{slug}", KEEPERS, "shares:write"),
    ("GET", "/api/stats", ADMINS, "admin:read"),
    ("GET", "/api/stats/timeseries", ADMINS, "admin:read"),
    ("GET", "/api/stats/transfers", ADMINS, "admin:read"),
    ("GET", "/api/admin/users", ADMINS, "admin:read"),
    ("POST", "/api/admin/users", ADMINS, "admin:write"),
    ("PATCH", "/api/admin/users/{id}", ADMINS, "admin:write"),
    ("GET", "/api/admin/purge-records", ADMINS, "admin:read"),
    ("GET", "/api/admin/invitations", ADMINS, "admin:read"),
    ("POST", "/api/admin/invitations", ADMINS, "admin:write"),
    ("DELETE", "/api/admin/invitations/{id}", ADMINS, "admin:write"),
    // Last, for a token ends by it.
    ("DELETE", "/api/me/token", EVERYONE, "-"),
];

async fn call(person: &Person, method: &str, path: &str) -> Answer {
    let path = path
        .replace("{id}", "00000000-0000-0000-0000-000000000000")
        .replace("{user_code}", "BCDF-GHJK")
        .replace("{slug}", "AAAAAAAAAAAAAAAAAAAAAA");
    let request = person.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    let with_body = matches!(method, "POST" | "PATCH");
    person.send(if with_body { request.json(&json!({})) } else { request }).await
}

/// An answer to HEAD has no body that could say why.
fn expect_problem(answer: &Answer, method: &str, status: u16, code: ProblemCode) {
    if method == "HEAD" {
        assert_eq!(answer.status, status);
    } else {
        answer.problem(status, code);
    }
}

/// Whether somebody was let in: to what is not there, or with a body that is not right, is in.
fn is_in(answer: &Answer) -> bool {
    !matches!(answer.status.as_u16(), 401 | 403 | 405)
}

#[tokio::test]
async fn what_is_expected_here_is_all_that_asks_who_one_is() {
    let stack = Stack::start().await;
    let document: Value = stack.anonymous().get("/api/openapi.json").await.json(200);
    let mut told = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"].to_string().contains("\"bearer\"") {
                told.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let expected: BTreeSet<_> =
        EXPECTED.iter().map(|(method, path, ..)| ((*method).into(), (*path).into())).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn every_role_may_what_it_may_and_nothing_else() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    for role in Role::ALL {
        let mut person = stack.somebody(&admin, role.name(), role).await;
        for (method, path, roles, _) in EXPECTED {
            let answer = call(&person, method, path).await;
            let may = roles.contains(&role);
            assert_eq!(is_in(&answer), may, "{role:?} {method} {path}: {}", answer.status);
            if !may {
                expect_problem(&answer, method, 403, ProblemCode::Forbidden);
            }
            if (*method, *path) == ("DELETE", "/api/me/sessions") {
                person.sign_in(role.name()).await;
            }
        }
    }
}

#[tokio::test]
async fn every_scope_opens_what_it_is_for_and_nothing_else() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    for held in Scope::ALL {
        let body = json!({ "name": held.name(), "scopes": [held] });
        let issued: IssuedApiToken = admin.post("/api/me/tokens", body).await.json(201);
        let script = stack.anonymous().with_token(&issued.token);
        for (method, path, _, scope) in EXPECTED {
            let answer = call(&script, method, path).await;
            let may = *scope == "-" || *scope == held.name();
            assert_eq!(is_in(&answer), may, "{held:?} {method} {path}: {}", answer.status);
            if !may {
                expect_problem(&answer, method, 403, ProblemCode::InsufficientScope);
            }
        }
    }
}

#[tokio::test]
async fn nobody_gets_in_anywhere() {
    let stack = Stack::start().await;
    let nobody = stack.anonymous();
    for (method, path, ..) in EXPECTED {
        let answer = call(&nobody, method, path).await;
        expect_problem(&answer, method, 401, ProblemCode::Unauthenticated);
        let made_up =
            nobody.with_token("sharesync_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        let answer = call(&made_up, method, path).await;
        expect_problem(&answer, method, 401, ProblemCode::Unauthenticated);
    }
}

#[tokio::test]
async fn somebody_elses_things_are_not_there_for_any_role_on_any_verb() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"secret").await.id;
    let slug = sam.share(&[file], json!({})).await.slug;
    let upload = sam.begin_upload("b.txt", 1, json!({})).await.session.id;
    let folder = sam.folder("private", None).await;
    let trashed = sam.upload("trashed.txt", b"x").await.id;
    let trashed = sam.trash(&[trashed], &[]).await[0];
    let body = json!({ "name": "script", "scopes": ["files:read"] });
    let token = sam.post("/api/me/tokens", body).await.json::<IssuedApiToken>(201).details.id;
    for role in [Role::Standard, Role::Ops, Role::Admin] {
        let nosy = stack.somebody(&admin, role.name(), role).await;
        for (method, path) in [
            ("GET", format!("/api/files/{file}")),
            ("PATCH", format!("/api/files/{file}")),
            ("DELETE", format!("/api/files/{file}")),
            ("GET", format!("/api/files/{file}/downloads")),
            ("POST", format!("/api/files/{file}/signed-url")),
            ("GET", format!("/api/folders/{folder}")),
            ("PATCH", format!("/api/folders/{folder}")),
            ("DELETE", format!("/api/folders/{folder}")),
            ("DELETE", format!("/api/trash/{trashed}")),
            ("GET", format!("/api/uploads/{upload}")),
            ("DELETE", format!("/api/uploads/{upload}")),
            ("POST", format!("/api/uploads/{upload}/complete")),
            ("PATCH", format!("/api/shares/{}", slug.as_str())),
            ("DELETE", format!("/api/shares/{}", slug.as_str())),
            ("GET", format!("/api/shares/{}/downloads", slug.as_str())),
            ("DELETE", format!("/api/me/tokens/{token}")),
            ("POST", format!("/api/me/tokens/{token}/rotate")),
        ] {
            let request = nosy.request(method.parse().unwrap(), &path);
            let answer = nosy.send(request.json(&json!({ "name": "b.txt" }))).await;
            answer.problem(404, ProblemCode::NotFound);
        }
        for (path, body) in [
            ("/api/shares", json!({ "file_ids": [file] })),
            ("/api/shares", json!({ "folder_ids": [folder] })),
            ("/api/files/archive", json!({ "ids": [file] })),
            ("/api/files/archive", json!({ "folder_ids": [folder] })),
            ("/api/files/move", json!({ "file_ids": [file] })),
            ("/api/files/move", json!({ "folder_ids": [folder] })),
            ("/api/files/move", json!({ "to": folder })),
            ("/api/folders", json!({ "name": "x", "parent_id": folder })),
            ("/api/trash", json!({ "file_ids": [file] })),
            ("/api/trash", json!({ "folder_ids": [folder] })),
            ("/api/trash/restore", json!({ "ids": [trashed] })),
            ("/api/uploads", json!({ "name": "x", "size": 1, "folder_id": folder })),
        ] {
            let taken = nosy.post(path, body).await;
            assert_eq!(taken.status, 404, "{role:?} {path}");
        }
        for path in ["/api/files?folder_id=", "/api/folders?parent_id="] {
            let seen = nosy.get(&format!("{path}{folder}")).await;
            assert_eq!(seen.status, 404, "{role:?} {path}");
        }
    }
    assert_eq!(sam.files().await.items.len(), 1);
}
