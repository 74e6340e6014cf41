//! What holds for every request: problems, headers, the description, the pages.

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{Health, ProblemCode, ServerInfo};
use sharesync_testkit::Stack;

#[tokio::test]
async fn the_server_says_that_it_is_well_and_what_its_limits_are() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 123).start().await;
    let health: Health = stack.anonymous().get("/api/health").await.json(200);
    assert_eq!(health.status, "ok");
    let info: ServerInfo = stack.anonymous().get("/api/server").await.json(200);
    assert_eq!((info.max_upload_size, info.file_expiry_days), (123, 7));
}

#[tokio::test]
async fn paths_and_methods_that_are_not_there_are_problems_too() {
    let stack = Stack::start().await;
    let anyone = stack.anonymous();
    for path in ["/api", "/api/", "/api/nothing", "/api/files/x/y/z"] {
        let answer = anyone.get(path).await;
        answer.problem(404, ProblemCode::NotFound);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    anyone.delete("/api/health").await.problem(405, ProblemCode::MethodNotAllowed);
    anyone.get("/api/auth/login").await.problem(405, ProblemCode::MethodNotAllowed);
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_is_refused() {
    let stack = Stack::start().await;
    let anyone = stack.anonymous();
    let send = |kind: &str, body: String| {
        let request = anyone.request(Method::POST, "/api/auth/login");
        let request = request.header("content-type", kind).body(body);
        let anyone = anyone.clone();
        async move { anyone.send(request).await }
    };
    send("application/json", "{".into()).await.problem(400, ProblemCode::BadRequest);
    send("application/json", "[]".into()).await.problem(422, ProblemCode::Invalid);
    send("application/json", "{\"email\": 1}".into()).await.problem(422, ProblemCode::Invalid);
    // What another site's form could send must not sign anybody in.
    let form = "email=a%40example.com&password=x";
    let refused = send("application/x-www-form-urlencoded", form.into()).await;
    refused.problem(415, ProblemCode::UnsupportedType);
    let json = json!({ "email": "a@example.com", "password": "x" }).to_string();
    send("text/plain", json).await.problem(415, ProblemCode::UnsupportedType);
}

#[tokio::test]
async fn every_json_body_has_a_limit() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let huge = json!({ "email": "a@example.com", "password": "x".repeat(70_000), "name": "x",
        "username": "x", "file_ids": [] });
    for (method, path) in [
        (Method::POST, "/api/auth/register"),
        (Method::POST, "/api/auth/login"),
        (Method::POST, "/api/shares"),
        (Method::POST, "/api/shares/AAAAAAAAAAAAAAAAAAAAAA/download"),
        (Method::POST, "/api/shares/AAAAAAAAAAAAAAAAAAAAAA/unlock"),
        (Method::PATCH, "/api/files/00000000-0000-0000-0000-000000000000"),
    ] {
        let refused = sam.send(sam.request(method, path).json(&huge)).await;
        assert_eq!(refused.problem(413, ProblemCode::TooLarge).limit, Some(65_536), "{path}");
    }
}

#[tokio::test]
async fn answers_tell_browsers_to_be_careful() {
    let stack = Stack::start().await;
    for path in ["/api/health", "/api/nothing", "/", "/docs"] {
        let answer = stack.anonymous().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn the_description_is_openapi_and_the_committed_one_is_current() {
    let stack = Stack::start().await;
    let served: Value = stack.anonymous().get("/api/openapi.json").await.json(200);
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
    let committed: Value =
        serde_json::from_str(include_str!("../../../../docs/openapi.json")).unwrap();
    assert!(served == committed, "run `make generate` and commit what it writes");
}

#[tokio::test]
async fn the_description_names_every_failure_as_a_problem() {
    let stack = Stack::start().await;
    let served: Value = stack.anonymous().get("/api/openapi.json").await.json(200);
    for (path, operations) in served["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_problem = response["content"].get("application/problem+json").is_some();
                let failed = status.starts_with('4') || status.starts_with('5');
                assert_eq!(is_problem, failed, "{method} {path} {status}");
            }
        }
    }
}

#[tokio::test]
async fn over_tls_a_browser_is_told_to_come_by_it_only_and_otherwise_not() {
    let open = Stack::start().await;
    let answer = open.anonymous().get("/").await;
    assert_eq!(answer.header("strict-transport-security"), "");
    let tls = Stack::builder().env("PUBLIC_URL", "https://files.example.com").start().await;
    for path in ["/", "/api/health", "/api/me"] {
        let answer = tls.anonymous().get(path).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
}

#[tokio::test]
async fn pages_of_other_sites_are_given_nothing_and_cannot_sign_anybody_in() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let nosy = stack.anonymous();
    let request = nosy.request(Method::GET, "/api/server").header("origin", "https://evil.example");
    let answer = nosy.send(request).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let request = nosy.request(Method::OPTIONS, "/api/auth/login");
    let preflight = request
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = nosy.send(preflight).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    // What a form of another site can send without asking first.
    let body = r#"{"email":"sam@example.com","password":"correct horse battery"}"#;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let request = nosy.request(Method::POST, "/api/auth/login").body(body);
        let refused = nosy.send(request.header("content-type", kind)).await;
        refused.problem(415, ProblemCode::UnsupportedType);
    }
}
