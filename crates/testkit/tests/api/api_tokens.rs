//! API tokens: made, used, replaced, ended.

use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sharesync_protocol::api::{
    ApiTokenPage, FileDetails, FilePage, IssuedApiToken, Me, ProblemCode, Role, Scope, UploadedFile,
};
use sharesync_testkit::{Person, Stack};

async fn issue(person: &Person, scopes: &[&str], more: Value) -> IssuedApiToken {
    let mut body = more;
    body["name"] = "Nightly backup".into();
    body["scopes"] = json!(scopes);
    person.post("/api/me/tokens", body).await.json(201)
}

async fn tokens(person: &Person) -> ApiTokenPage {
    person.get("/api/me/tokens").await.json(200)
}

#[tokio::test]
async fn a_script_uploads_lists_and_downloads_with_a_token_alone() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let issued = issue(&sam, &["files:write", "files:read"], json!({})).await;
    assert!(issued.token.starts_with("sharesync_pat_") && issued.token.len() == 57);
    assert!(issued.token.ends_with(&issued.details.ends_with));

    let script = stack.anonymous().with_token(&issued.token);
    let form = Form::new().part("file", Part::bytes(b"numbers".to_vec()).file_name("report.pdf"));
    let request = script.request(Method::POST, "/api/upload").multipart(form);
    let stored: UploadedFile = script.send(request).await.json(201);
    let listed: FilePage = script.get("/api/files").await.json(200);
    assert_eq!(listed.items[0].file.id, stored.id);
    let details: FileDetails = script.get(&format!("/api/files/{}", stored.id)).await.json(200);
    assert_eq!(script.get(&details.download_url).await.body, b"numbers");
    assert_eq!(sam.files().await.items.len(), 1);
}

#[tokio::test]
async fn a_token_is_shown_once_and_its_list_says_when_it_was_used() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let issued = issue(&sam, &["files:read", "files:read"], json!({ "expires_in": 3600 })).await;
    let before = &tokens(&sam).await.items[0];
    assert_eq!((&*before.name, &*before.scopes), ("Nightly backup", &[Scope::FilesRead][..]));
    assert_eq!(before.expires_at.unwrap() - before.created_at, 3_600_000);
    assert_eq!(before.last_used_at, None);
    let list = sam.get("/api/me/tokens").await;
    assert!(!String::from_utf8_lossy(&list.body).contains(&issued.token));

    let script = stack.anonymous().with_token(&issued.token);
    script.get("/api/files").await.json::<FilePage>(200);
    let first = tokens(&sam).await.items[0].last_used_at.unwrap();
    stack.advance(Duration::from_secs(59));
    script.get("/api/files").await.json::<FilePage>(200);
    assert_eq!(tokens(&sam).await.items[0].last_used_at, Some(first));
    stack.advance(Duration::from_secs(1));
    script.get("/api/files").await.json::<FilePage>(200);
    assert_eq!(tokens(&sam).await.items[0].last_used_at, Some(first + 60_000));
}

#[tokio::test]
async fn a_token_ends_when_it_expires_when_it_is_revoked_and_when_it_has_a_successor() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let refused = |token: String| {
        let script = stack.anonymous().with_token(&token);
        async move {
            script.get("/api/files").await.problem(401, ProblemCode::Unauthenticated);
        }
    };
    let short = issue(&sam, &["files:read"], json!({ "expires_in": 60 })).await;
    let revoked = issue(&sam, &["files:read"], json!({})).await;
    let replaced = issue(&sam, &["files:read"], json!({ "expires_in": 120 })).await;

    let path = format!("/api/me/tokens/{}", revoked.details.id);
    assert_eq!(sam.delete(&path).await.status, 204);
    refused(revoked.token).await;
    sam.delete(&path).await.problem(404, ProblemCode::NotFound);

    stack.advance(Duration::from_mins(1));
    refused(short.token).await;
    let path = format!("/api/me/tokens/{}/rotate", short.details.id);
    sam.post(&path, json!({})).await.problem(404, ProblemCode::NotFound);

    let path = format!("/api/me/tokens/{}/rotate", replaced.details.id);
    let successor: IssuedApiToken = sam.post(&path, json!({})).await.json(200);
    assert_eq!(successor.details.id, replaced.details.id);
    assert_eq!(successor.details.expires_at, replaced.details.expires_at.map(|at| at + 60_000));
    refused(replaced.token).await;
    let script = stack.anonymous().with_token(&successor.token);
    script.get("/api/files").await.json::<FilePage>(200);

    assert_eq!(tokens(&sam).await.items.len(), 1);
    stack.advance(Duration::from_mins(2));
    assert_eq!(stack.purge().await.api_tokens, 2);
}

#[tokio::test]
async fn a_token_makes_no_other_and_a_scope_beyond_ones_role_is_refused() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let all: Vec<_> = Scope::ALL.iter().map(|scope| scope.name()).collect();
    let issued = issue(&admin, &all, json!({})).await;
    let script = stack.anonymous().with_token(&issued.token);
    let body = json!({ "name": "x", "scopes": ["files:read"] });
    let refused = script.post("/api/me/tokens", body).await;
    refused.problem(403, ProblemCode::InsufficientScope);

    let sam = stack.user("sam").await;
    for (field, body) in [
        ("scopes", json!({ "name": "x", "scopes": ["files:read", "admin:read"] })),
        ("scopes", json!({ "name": "x", "scopes": [] })),
        ("name", json!({ "name": "", "scopes": ["files:read"] })),
        ("expires_in", json!({ "name": "x", "scopes": ["files:read"], "expires_in": 59 })),
        ("body", json!({ "name": "x", "scopes": ["everything"] })),
    ] {
        let refused = sam.post("/api/me/tokens", body).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
    }
}

#[tokio::test]
async fn a_hundred_tokens_are_enough() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for _ in 0..100 {
        issue(&sam, &["files:read"], json!({})).await;
    }
    let body = json!({ "name": "x", "scopes": ["files:read"] });
    let problem = sam.post("/api/me/tokens", body).await.problem(409, ProblemCode::TooMany);
    assert_eq!(problem.limit, Some(100));
}

#[tokio::test]
async fn who_loses_a_role_or_is_disabled_loses_the_tokens_at_once() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let boss = stack.somebody(&admin, "boss", Role::Admin).await;
    let token = issue(&boss, &["admin:read", "files:read"], json!({})).await.token;
    let script = stack.anonymous().with_token(&token);
    assert_eq!(script.get("/api/admin/users").await.status, 200);
    let id = boss.get("/api/me").await.json::<Me>(200).id;

    let path = format!("/api/admin/users/{id}");
    assert_eq!(admin.patch(&path, json!({ "role": "standard" })).await.status, 200);
    script.get("/api/admin/users").await.problem(401, ProblemCode::Unauthenticated);
    boss.get("/api/admin/users").await.problem(403, ProblemCode::Forbidden);

    let token = issue(&boss, &["files:read"], json!({})).await.token;
    assert_eq!(admin.patch(&path, json!({ "disabled": true })).await.status, 200);
    let script = stack.anonymous().with_token(&token);
    script.get("/api/files").await.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn a_token_ends_itself_and_no_other() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let other = issue(&sam, &["files:read"], json!({})).await;
    let issued = issue(&sam, &["files:read"], json!({})).await;
    let script = stack.anonymous().with_token(&issued.token);
    assert_eq!(script.delete("/api/me/token").await.status, 204);
    script.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    script.delete("/api/me/token").await.problem(401, ProblemCode::Unauthenticated);
    let left: Vec<_> = tokens(&sam).await.items.iter().map(|token| token.id).collect();
    assert_eq!(left, [other.details.id]);
    stack.anonymous().delete("/api/me/token").await.problem(401, ProblemCode::Unauthenticated);
    // A session is no token.
    sam.delete("/api/me/token").await.problem(404, ProblemCode::NotFound);
    sam.get("/api/me").await.json::<Me>(200);
}
