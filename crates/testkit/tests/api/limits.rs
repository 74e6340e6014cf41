//! How often people may do what.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sharesync_protocol::api::{Me, ProblemCode};
use sharesync_testkit::{Answer, Person, Stack};

/// A call from an address, as a proxy tells it.
async fn call(person: &Person, path: &str, from: &str) -> Answer {
    let request = person.request(Method::POST, path).header("x-forwarded-for", from);
    person.send(request.json(&json!({}))).await
}

async fn behind_a_proxy(variable: &str) -> Stack {
    Stack::builder().env("TRUSTED_PROXIES", "127.0.0.1").env(variable, "2/min").start().await
}

#[tokio::test]
async fn who_comes_too_often_is_told_when_to_come_again() {
    let stack = Stack::builder().env("RATE_LIMIT_UPLOAD", "2/min").start().await;
    let sam = stack.user("sam").await;
    let told = |answer: &Answer| {
        ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]
            .map(|name| answer.header(name).to_owned())
    };
    let first = sam.try_upload("a.txt", b"x").await;
    assert_eq!((first.status.as_u16(), told(&first)), (201, ["2", "1", "30"].map(str::to_owned)));
    sam.upload("b.txt", b"x").await;
    let refused = sam.try_upload("c.txt", b"x").await;
    refused.problem(429, ProblemCode::RateLimited);
    assert_eq!(refused.header("retry-after"), "30");
    assert_eq!(told(&refused), ["2", "0", "30"].map(str::to_owned));
    assert_eq!(sam.files().await.items.len(), 2);

    stack.advance(Duration::from_secs(29));
    let refused = sam.try_upload("c.txt", b"x").await;
    assert_eq!(refused.header("retry-after"), "1");
    stack.advance(Duration::from_secs(1));
    sam.upload("c.txt", b"x").await;
    sam.try_upload("d.txt", b"x").await.problem(429, ProblemCode::RateLimited);
}

#[tokio::test]
async fn accounts_count_for_themselves() {
    let stack = Stack::builder().env("RATE_LIMIT_UPLOAD", "1/min").start().await;
    let (sam, ann) = (stack.user("sam").await, stack.user("ann").await);
    sam.upload("a.txt", b"x").await;
    ann.upload("a.txt", b"x").await;
    sam.try_upload("b.txt", b"x").await.problem(429, ProblemCode::RateLimited);
}

#[tokio::test]
async fn every_path_that_can_be_guessed_at_is_limited() {
    for (variable, paths) in [
        ("RATE_LIMIT_SIGN_IN", &["/api/auth/login"][..]),
        ("RATE_LIMIT_SIGN_UP", &["/api/auth/register"]),
        (
            "RATE_LIMIT_RESET",
            &[
                "/api/auth/verify-email",
                "/api/auth/resend-verification",
                "/api/auth/forgot-password",
                "/api/auth/reset-password",
            ],
        ),
        (
            "RATE_LIMIT_SHARE_PASSWORD",
            &[
                "/api/shares/AAAAAAAAAAAAAAAAAAAAAA/unlock",
                "/api/shares/AAAAAAAAAAAAAAAAAAAAAA/download",
                "/api/requests/AAAAAAAAAAAAAAAAAAAAAA/unlock",
            ],
        ),
    ] {
        for (number, path) in paths.iter().enumerate() {
            let stack = behind_a_proxy(variable).await;
            let (nobody, from) = (stack.anonymous(), format!("192.0.2.{number}"));
            for _ in 0..2 {
                assert_ne!(call(&nobody, path, &from).await.status, 429, "{path}");
            }
            call(&nobody, path, &from).await.problem(429, ProblemCode::RateLimited);
            assert_ne!(call(&nobody, path, "198.51.100.1").await.status, 429, "{path}");
        }
    }
}

#[tokio::test]
async fn fetching_is_limited() {
    let stack = Stack::builder().env("RATE_LIMIT_DOWNLOAD", "1/min").start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"x").await;
    let link = sam.file(file.id).await.download_url;
    assert_eq!(sam.get(&link).await.status, 200);
    sam.get(&link).await.problem(429, ProblemCode::RateLimited);
}

#[tokio::test]
async fn guessing_at_links_is_limited_by_whatever_method() {
    for method in [Method::GET, Method::HEAD] {
        let stack = Stack::builder().env("RATE_LIMIT_DOWNLOAD", "2/min").start().await;
        let nobody = stack.anonymous();
        for (what, status) in [("shares/A", 404), ("requests/B", 404), ("shares/C", 429)] {
            let guess = nobody.request(method.clone(), &format!("/api/{what}"));
            assert_eq!(nobody.send(guess).await.status, status, "{method} {what}");
        }
    }
}

#[tokio::test]
async fn an_address_that_anybody_can_claim_resets_nothing() {
    let stack = Stack::builder().env("RATE_LIMIT_SIGN_IN", "2/min").start().await;
    let nobody = stack.anonymous();
    for number in 0..2 {
        call(&nobody, "/api/auth/login", &format!("192.0.2.{number}")).await;
    }
    let refused = call(&nobody, "/api/auth/login", "192.0.2.9").await;
    refused.problem(429, ProblemCode::RateLimited);
}

#[tokio::test]
async fn nor_does_moving_within_an_ipv6_64() {
    let stack = behind_a_proxy("RATE_LIMIT_SIGN_IN").await;
    let nobody = stack.anonymous();
    for address in ["2001:db8::1", "2001:db8::2"] {
        call(&nobody, "/api/auth/login", address).await;
    }
    let refused = call(&nobody, "/api/auth/login", "2001:db8::ffff:ffff:ffff:ffff").await;
    refused.problem(429, ProblemCode::RateLimited);
    assert_eq!(call(&nobody, "/api/auth/login", "2001:db8:0:1::1").await.status, 422);
}

#[tokio::test]
async fn who_is_refused_is_not_let_in_with_the_right_password_either() {
    let stack = Stack::builder().env("RATE_LIMIT_SIGN_IN", "2/min").start().await;
    stack.anonymous().register("sam").await.json::<Me>(201);
    let body = json!({ "email": "sam@example.com", "password": "wrong password" });
    for _ in 0..2 {
        let refused = stack.anonymous().post("/api/auth/login", body.clone()).await;
        refused.problem(401, ProblemCode::InvalidCredentials);
    }
    let right = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let refused = stack.anonymous().post("/api/auth/login", right.clone()).await;
    refused.problem(429, ProblemCode::RateLimited);
    stack.advance(Duration::from_secs(30));
    assert_eq!(stack.anonymous().post("/api/auth/login", right).await.status, 200);
}

#[tokio::test]
async fn more_accounts_are_no_more_guesses_at_a_link() {
    let stack = Stack::builder().env("RATE_LIMIT_SHARE_PASSWORD", "2/min").start().await;
    let path = "/api/shares/AAAAAAAAAAAAAAAAAAAAAA/download";
    for name in ["ann", "bob"] {
        let person = stack.user(name).await;
        person.post(path, json!({})).await.problem(404, ProblemCode::NotFound);
    }
    let third = stack.user("eve").await;
    third.post(path, json!({})).await.problem(429, ProblemCode::RateLimited);
}

#[tokio::test]
async fn limits_that_a_client_asks_for_are_bounded_by_the_servers() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let me: Me = admin.get("/api/me").await.json(200);
    let file = admin.upload("a.txt", b"x").await;
    let too_much = |answer: Answer, field: &str| {
        let problem = answer.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
    };
    // A year of a link and of a token, a month of an invitation; what a disk can hold.
    for (path, field, body) in [
        ("/api/shares", "expires_in", json!({ "file_ids": [file.id], "expires_in": 31_536_001 })),
        (
            "/api/shares",
            "max_downloads",
            json!({ "file_ids": [file.id], "max_downloads": 1_000_001 }),
        ),
        ("/api/shares", "file_ids", json!({ "file_ids": vec![file.id; 101] })),
        ("/api/files/archive", "ids", json!({ "ids": vec![file.id; 1001] })),
        (
            "/api/me/tokens",
            "expires_in",
            json!({ "name": "x", "scopes": ["files:read"], "expires_in": 31_622_401 }),
        ),
        (
            "/api/admin/invitations",
            "expires_in",
            json!({ "role": "standard", "expires_in": 2_592_001 }),
        ),
    ] {
        too_much(admin.post(path, body).await, field);
    }
    let quota = json!({ "quota": (1_u64 << 53) + 1 });
    too_much(admin.patch(&format!("/api/admin/users/{}", me.id), quota).await, "quota");
    let share = admin.share(&[file.id], json!({})).await;
    for list in [
        "/api/files".into(),
        format!("/api/files/{}/downloads", file.id),
        "/api/shares".into(),
        format!("/api/shares/{}/downloads", share.slug.as_str()),
        "/api/uploads".into(),
        "/api/handed-in".into(),
        "/api/me/handed-in".into(),
        "/api/me/sessions".into(),
        "/api/me/tokens".into(),
        "/api/admin/users".into(),
        "/api/admin/invitations".into(),
        "/api/admin/purge-records".into(),
    ] {
        let list: String = list;
        assert_eq!(admin.get(&format!("{list}?limit=200")).await.status, 200, "{list}");
        too_much(admin.get(&format!("{list}?limit=201")).await, "limit");
    }
}
