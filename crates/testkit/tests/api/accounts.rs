//! Registering, signing in, staying signed in, signing out.

use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{Me, ProblemCode, Role, TokenGrant};
use sharesync_testkit::Stack;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn registering_makes_an_account_with_a_quota() {
    let stack = Stack::start().await;
    let me: Me = stack.anonymous().register("sam").await.json(201);
    assert_eq!((me.email.as_str(), me.username.as_str()), ("sam@example.com", "sam"));
    assert_eq!((me.role, me.quota, me.used), (Role::Standard, 1 << 30, 0));
}

#[tokio::test]
async fn an_address_and_a_name_are_taken_whatever_their_case() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let register = |email: &str, username: &str| {
        let body = json!({ "email": email, "username": username, "password": "long enough" });
        let someone = stack.anonymous();
        async move { someone.post("/api/auth/register", body).await }
    };
    let taken = register("SAM@Example.com", "other").await;
    assert_eq!(taken.problem(409, ProblemCode::EmailTaken).field.as_deref(), Some("email"));
    let taken = register("other@example.com", "SAM").await;
    assert_eq!(taken.problem(409, ProblemCode::UsernameTaken).field.as_deref(), Some("username"));
}

#[tokio::test]
async fn a_registration_that_breaks_a_rule_names_the_field() {
    let stack = Stack::start().await;
    let good = json!({ "email": "a@example.com", "username": "ann", "password": "long enough" });
    for (field, value) in [
        ("email", "not an address"),
        ("username", "a"),
        ("username", "a b"),
        ("username", "<script>"),
        ("password", "short"),
        ("password", &"x".repeat(1025)),
    ] {
        let mut body = good.clone();
        body[field] = value.into();
        let refused = stack.anonymous().post("/api/auth/register", body).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
    }
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("email");
    let refused = stack.anonymous().post("/api/auth/register", missing).await;
    assert!(refused.problem(422, ProblemCode::Invalid).detail.contains("email"));
}

#[tokio::test]
async fn fields_that_would_give_power_are_ignored() {
    let stack = Stack::start().await;
    let body = json!({
        "email": "a@example.com", "username": "ann", "password": "long enough",
        "role": "admin", "quota": 1u64 << 50, "used": -5, "id": uuid_of_zeros(),
        "email_verified": true, "verified": true, "disabled_at": 1, "has_password": false,
        "claim": "proven", "owner": uuid_of_zeros(),
    });
    let me: Me = stack.anonymous().post("/api/auth/register", body).await.json(201);
    assert_eq!((me.role, me.quota), (Role::Standard, 1 << 30));
    assert_ne!(me.id.to_string(), uuid_of_zeros());
    assert!(!me.email_verified && me.has_password);
}

fn uuid_of_zeros() -> String {
    "00000000-0000-0000-0000-000000000000".into()
}

#[tokio::test]
async fn signing_in_gives_a_bearer_token_and_a_cookie_that_scripts_cannot_read() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let body = json!({ "email": "Sam@EXAMPLE.com", "password": "correct horse battery" });
    let answer = stack.anonymous().post("/api/auth/login", body).await;
    let grant: TokenGrant = answer.json(200);
    assert_eq!((grant.token_type.as_str(), grant.expires_in), ("Bearer", 900));
    let cookie = answer.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
}

#[tokio::test]
async fn over_tls_the_cookie_is_held_to_this_host() {
    let stack = Stack::builder().env("PUBLIC_URL", "https://files.example.com").start().await;
    stack.anonymous().register("sam").await;
    let body = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let answer = stack.anonymous().post("/api/auth/login", body).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let mut answers = vec![];
    for email in ["sam@example.com", "nobody@example.com"] {
        let body = json!({ "email": email, "password": "wrong password" });
        let refused = stack.anonymous().post("/api/auth/login", body).await;
        refused.problem(401, ProblemCode::InvalidCredentials);
        answers.push(refused.body);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_access_token_lasts_fifteen_minutes_and_a_refresh_goes_on() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let _: Me = sam.get("/api/me").await.json(200);
    stack.advance(Duration::from_mins(15));
    sam.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    let grant: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
    let me: Me = sam.with_token(&grant.access_token).get("/api/me").await.json(200);
    assert_eq!(me.username, "sam");
}

#[tokio::test]
async fn a_session_left_alone_for_thirty_days_is_over() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    stack.advance(29 * DAY);
    let _: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
    stack.advance(29 * DAY);
    let _: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
    stack.advance(30 * DAY);
    let refused = sam.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_session() {
    let stack = Stack::start().await;
    stack.anonymous().register("sam").await;
    let body = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let answer = stack.anonymous().post("/api/auth/login", body).await;
    let stolen = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let refresh = |cookie: String| {
        let someone = stack.anonymous();
        async move {
            let request = someone.request(reqwest::Method::POST, "/api/auth/refresh");
            someone.send(request.header("cookie", cookie)).await
        }
    };
    let first = refresh(stolen.clone()).await;
    let grant: TokenGrant = first.json(200);
    let successor = first.header("set-cookie").split(';').next().unwrap().to_owned();
    refresh(stolen).await.problem(401, ProblemCode::Unauthenticated);
    refresh(successor).await.problem(401, ProblemCode::Unauthenticated);
    let thief = stack.anonymous().with_token(&grant.access_token);
    thief.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn of_twenty_refreshes_at_once_one_is_the_first_and_the_session_ends_for_all() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let body = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let answer = stack.anonymous().post("/api/auth/login", body).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let refreshes = (0..20).map(|_| {
        let (thief, cookie) = (stack.anonymous(), cookie.clone());
        async move {
            let request = thief.request(reqwest::Method::POST, "/api/auth/refresh");
            thief.send(request.header("cookie", cookie)).await
        }
    });
    let answers = futures_util::future::join_all(refreshes).await;
    let granted: Vec<TokenGrant> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.json(200))
        .collect();
    assert_eq!(granted.len(), 1);
    let thief = stack.anonymous().with_token(&granted[0].access_token);
    thief.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    // Another session of the same account goes on.
    sam.get("/api/me").await.json::<Me>(200);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let body = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let answer = stack.anonymous().post("/api/auth/login", body).await;
    let refresh_token = answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    let thief = stack.anonymous().with_token(&refresh_token);
    thief.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    // Nor is an access token a refresh token.
    let grant: TokenGrant = answer.json(200);
    let request = thief.request(reqwest::Method::POST, "/api/auth/refresh");
    let cookie = format!("sharesync_refresh={}", grant.access_token);
    let refused = stack.anonymous().send(request.header("cookie", cookie)).await;
    refused.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn refreshing_without_a_cookie_is_refused() {
    let stack = Stack::start().await;
    let refused = stack.anonymous().post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_access_tokens() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    assert_eq!(sam.post("/api/auth/logout", json!({})).await.status, 204);
    sam.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    let refused = sam.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
    assert_eq!(sam.post("/api/auth/logout", json!({})).await.status, 204);
}

#[tokio::test]
async fn a_session_outlives_a_restart() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let token = sam.token().to_owned();
    let stack = stack.restart().await;
    let _: Me = stack.anonymous().with_token(&token).get("/api/me").await.json(200);
}

#[tokio::test]
async fn nobody_and_made_up_tokens_see_no_account() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    stack.anonymous().get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    let changed = sam.token().replace('.', "x.");
    for token in ["", "x", "a.b.c", &changed] {
        let refused = sam.with_token(token).get("/api/me").await;
        refused.problem(401, ProblemCode::Unauthenticated);
    }
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let stack = Stack::builder()
        .env("ADMIN_EMAIL", "root@example.com")
        .env("ADMIN_PASSWORD", "correct horse battery")
        .start()
        .await;
    let stack = stack.restart().await;
    let mut root = stack.anonymous();
    root.sign_in("root").await;
    let me: Me = root.get("/api/me").await.json(200);
    assert_eq!((me.role, me.username.as_str()), (Role::Admin, "root"));
}
