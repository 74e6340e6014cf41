//! What holds for every request: problems, headers, framing, the description, the pages.

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{Health, ProblemCode, ServerInfo};
use sharesync_testkit::Stack;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
        anyone.get(path).await.problem(404, ProblemCode::NotFound);
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
    for path in ["/api/health", "/api/nothing", "/", "/docs/"] {
        let answer = stack.anonymous().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
}

/// Sends bytes as they are; answers what comes back until the server closes.
async fn raw(stack: &Stack, request: &str) -> String {
    let host = stack.url().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_two_parsers_could_read_as_two_requests_is_refused() {
    let stack = Stack::start().await;
    for (what, head) in [
        (
            "two hosts",
            "GET /api/health HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n",
        ),
        (
            "a folded header",
            "GET /api/health HTTP/1.1\r\nhost: a\r\nx: 1\r\n 2\r\nconnection: close\r\n\r\n",
        ),
        (
            "two lengths",
            "POST /api/auth/login HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        ),
        (
            "an unknown coding",
            "POST /api/auth/login HTTP/1.1\r\nhost: a\r\ntransfer-encoding: x\r\n\r\n",
        ),
        (
            "a space before the colon",
            "GET /api/health HTTP/1.1\r\nhost : a\r\nconnection: close\r\n\r\n",
        ),
    ] {
        let answer = raw(&stack, head).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{what}: {answer}");
    }
}

/// hyper believes the coding and closes the connection (RFC 9112 §6.1), so that whatever a proxy
/// in front believed, nothing that follows is read as a request.
#[tokio::test]
async fn a_request_cannot_be_smuggled_behind_a_length_beside_a_coding() {
    let stack = Stack::start().await;
    for order in [
        "content-length: 6\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 6",
    ] {
        let request = format!(
            "POST /api/auth/logout HTTP/1.1\r\nhost: a\r\n{order}\r\n\r\n0\r\n\r\n\
             GET /api/health HTTP/1.1\r\nhost: a\r\n\r\n"
        );
        let answer = raw(&stack, &request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
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
async fn the_reference_page_is_there() {
    let stack = Stack::start().await;
    let page = stack.anonymous().get("/docs").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert_eq!(stack.anonymous().get("/docs/nothing.js").await.status, 404);
}
