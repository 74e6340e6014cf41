//! Choosing another password, with the old one or without.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{IssuedApiToken, Me, ProblemCode, TokenGrant};
use sharesync_testkit::{Answer, Person, Stack};

const SAM: &str = "sam@example.com";
const OLD: &str = "correct horse battery";
const NEW: &str = "walnut harbour lantern";

async fn sign_in(stack: &Stack, password: &str) -> Answer {
    let body = json!({ "email": SAM, "password": password });
    stack.anonymous().post("/api/auth/login", body).await
}

async fn forgot(stack: &Stack, email: &str) -> Answer {
    stack.anonymous().post("/api/auth/forgot-password", json!({ "email": email })).await
}

async fn reset(stack: &Stack, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    stack.anonymous().post("/api/auth/reset-password", body).await
}

async fn api_token(person: &Person) -> String {
    let body = json!({ "name": "script", "scopes": ["files:read"] });
    person.post("/api/me/tokens", body).await.json::<IssuedApiToken>(201).token
}

async fn is_out(stack: &Stack, sam: &Person, script: &str) {
    sam.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    let refused = sam.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
    let refused = stack.anonymous().with_token(script).get("/api/files").await;
    refused.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_mailed_link_and_everything_else_is_out() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let script = api_token(&sam).await;
    assert_eq!(forgot(&stack, "SAM@example.com").await.status, 202);
    let token = stack.mailed_token("SAM@example.com").await;
    assert_eq!(reset(&stack, &token, NEW).await.status, 204);

    is_out(&stack, &sam, &script).await;
    sign_in(&stack, OLD).await.problem(401, ProblemCode::InvalidCredentials);
    let grant: TokenGrant = sign_in(&stack, NEW).await.json(200);
    // Whoever has the link reads what is sent to the address.
    let me: Me = sam.with_token(&grant.access_token).get("/api/me").await.json(200);
    assert!(me.email_verified);
    let subjects: Vec<_> = stack.mail_to(SAM).await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects.last().unwrap(), "Your password was changed");
}

#[tokio::test]
async fn a_link_to_choose_a_password_works_once_for_an_hour_and_is_good_for_nothing_else() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let verification = stack.mailed_token(SAM).await;
    reset(&stack, &verification, NEW).await.problem(410, ProblemCode::Expired);

    forgot(&stack, SAM).await;
    let late = stack.mailed_token(SAM).await;
    stack.advance(Duration::from_hours(1));
    reset(&stack, &late, NEW).await.problem(410, ProblemCode::Expired);

    forgot(&stack, SAM).await;
    let first = stack.mailed_token(SAM).await;
    forgot(&stack, SAM).await;
    let second = stack.mailed_token(SAM).await;
    // A password that is refused does not use the link up.
    reset(&stack, &first, "password1").await.problem(422, ProblemCode::WeakPassword);
    let refused = stack.anonymous().post("/api/auth/verify-email", json!({ "token": first })).await;
    refused.problem(410, ProblemCode::Expired);
    assert_eq!(reset(&stack, &first, NEW).await.status, 204);
    for used in [first, second] {
        reset(&stack, &used, OLD).await.problem(410, ProblemCode::Expired);
    }
    assert_eq!(sign_in(&stack, NEW).await.status, 200);
}

#[tokio::test]
async fn asking_for_another_password_tells_nothing() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    for email in [SAM, "nobody@example.com"] {
        let asked = forgot(&stack, email).await;
        assert_eq!((asked.status.as_u16(), asked.body.len()), (202, 0));
    }
    assert!(stack.mail_to("nobody@example.com").await.is_empty());
}

#[tokio::test]
async fn the_host_that_a_request_claims_is_in_no_mail() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let nosy = stack.anonymous();
    let request = nosy.request(Method::POST, "/api/auth/forgot-password");
    let request = request.header("host", "evil.example").json(&json!({ "email": SAM }));
    assert_eq!(nosy.send(request).await.status, 202);
    let mail = stack.mail_to(SAM).await.pop().unwrap();
    assert_eq!(mail.subject, "Choose another password");
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"), "{}", mail.text);
    let own = stack.url().replace("127.0.0.1", "localhost");
    assert!(mail.text.contains(&format!("{own}/reset-password#token=")), "{}", mail.text);
}

#[tokio::test]
async fn who_changes_their_password_goes_on_here_and_nowhere_else() {
    let stack = Stack::start().await;
    let mut phone = stack.anonymous();
    let desk = stack.user("sam").await;
    phone.sign_in("sam").await;
    let script = api_token(&desk).await;

    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "password": new });
        let desk = desk.clone();
        async move { desk.post("/api/me/password", body).await }
    };
    let refused = change("wrong", NEW).await.problem(422, ProblemCode::Invalid);
    assert_eq!(refused.field.as_deref(), Some("current_password"));
    change(OLD, "sam@example.com").await.problem(422, ProblemCode::WeakPassword);
    phone.get("/api/me").await.json::<Me>(200);

    let grant: TokenGrant = change(OLD, NEW).await.json(200);
    is_out(&stack, &phone, &script).await;
    desk.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    let _: Me = desk.with_token(&grant.access_token).get("/api/me").await.json(200);
    let _: TokenGrant = desk.post("/api/auth/refresh", json!({})).await.json(200);
    sign_in(&stack, OLD).await.problem(401, ProblemCode::InvalidCredentials);
}

#[tokio::test]
async fn the_first_passwords_anybody_would_try_are_refused() {
    let stack = Stack::start().await;
    for password in ["password", "12345678", "iloveyou", "qwerty123", "sam@example.com"] {
        let body = json!({ "email": SAM, "username": "sam", "password": password });
        let refused = stack.anonymous().post("/api/auth/register", body).await;
        let problem = refused.problem(422, ProblemCode::WeakPassword);
        assert_eq!(problem.field.as_deref(), Some("password"));
    }
}

#[tokio::test]
async fn a_long_password_counts_to_its_last_character() {
    let stack = Stack::start().await;
    let long = "Nine lanterns by the harbour wall. ".repeat(4);
    let body: Value = json!({ "email": SAM, "username": "sam", "password": long });
    stack.anonymous().post("/api/auth/register", body).await.json::<Me>(201);
    assert_eq!(sign_in(&stack, &long).await.status, 200);
    let refused = sign_in(&stack, &long[..long.len() - 1]).await;
    refused.problem(401, ProblemCode::InvalidCredentials);
}
