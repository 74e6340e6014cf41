//! Proving that one reads what is sent to an address.

use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{Me, ProblemCode};
use sharesync_testkit::{Answer, Person, Stack};

const DAY: Duration = Duration::from_hours(24);
const MOMENT: Duration = Duration::from_millis(1);
const SAM: &str = "sam@example.com";

async fn strict() -> Stack {
    Stack::builder().env("REQUIRE_EMAIL_VERIFICATION", "true").start().await
}

async fn register(stack: &Stack, email: &str, username: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "username": username, "password": password });
    stack.anonymous().post("/api/auth/register", body).await
}

async fn sign_in(stack: &Stack, password: &str) -> Answer {
    let body = json!({ "email": SAM, "password": password });
    stack.anonymous().post("/api/auth/login", body).await
}

async fn verify(person: &Person, token: &str) -> Answer {
    person.post("/api/auth/verify-email", json!({ "token": token })).await
}

#[tokio::test]
async fn a_newcomer_opens_the_link_and_signs_in() {
    let stack = strict().await;
    let me: Me = register(&stack, SAM, "sam", "walnut harbour").await.json(201);
    assert!(!me.email_verified);
    sign_in(&stack, "walnut harbour").await.problem(403, ProblemCode::EmailUnverified);
    sign_in(&stack, "another password").await.problem(401, ProblemCode::InvalidCredentials);

    let mails = stack.mail_to(SAM).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Confirm your e-mail address");
    assert!(mails[0].text.contains("Hello sam,"), "{}", mails[0].text);
    let token = mails[0].token().unwrap();
    assert!(mails[0].html.contains(&token), "{}", mails[0].html);
    assert_eq!(verify(&stack.anonymous(), &token).await.status, 204);

    let mut sam = stack.anonymous();
    let body = json!({ "email": SAM, "password": "walnut harbour" });
    let grant: sharesync_protocol::api::TokenGrant =
        sam.post("/api/auth/login", body).await.json(200);
    sam = sam.with_token(&grant.access_token);
    let me: Me = sam.get("/api/me").await.json(200);
    assert!(me.email_verified);
}

#[tokio::test]
async fn a_link_works_once_and_for_a_day() {
    let stack = strict().await;
    register(&stack, SAM, "sam", "walnut harbour").await;
    let first = stack.mailed_token(SAM).await;
    stack.advance(DAY);
    verify(&stack.anonymous(), &first).await.problem(410, ProblemCode::Expired);

    let body = json!({ "email": SAM });
    let asked = stack.anonymous().post("/api/auth/resend-verification", body).await;
    assert_eq!(asked.status, 202);
    let second = stack.mailed_token(SAM).await;
    stack.advance(DAY.saturating_sub(MOMENT));
    assert_eq!(verify(&stack.anonymous(), &second).await.status, 204);
    verify(&stack.anonymous(), &second).await.problem(410, ProblemCode::Expired);
    for made_up in ["", "x", &"A".repeat(43)] {
        verify(&stack.anonymous(), made_up).await.problem(410, ProblemCode::Expired);
    }
}

#[tokio::test]
async fn of_twenty_who_open_a_link_at_once_one_is_the_first() {
    let stack = strict().await;
    register(&stack, SAM, "sam", "walnut harbour").await;
    let token = stack.mailed_token(SAM).await;
    let person = stack.anonymous();
    let all = futures_util::future::join_all((0..20).map(|_| verify(&person, &token))).await;
    assert_eq!(all.iter().filter(|answer| answer.status == 204).count(), 1);
}

#[tokio::test]
async fn a_registration_does_not_tell_who_has_an_account() {
    let stack = strict().await;
    register(&stack, SAM, "sam", "walnut harbour").await;
    let token = stack.mailed_token(SAM).await;
    assert_eq!(verify(&stack.anonymous(), &token).await.status, 204);

    let known = register(&stack, "Sam@Example.com", "nosy", "walnut harbour 2").await;
    let unknown = register(&stack, "new@example.com", "nosy2", "walnut harbour 2").await;
    let (known, unknown): (Me, Me) = (known.json(201), unknown.json(201));
    assert_eq!(known.email, "Sam@Example.com");
    let shape = |me: &Me| (me.email_verified, me.role, me.quota, me.used);
    assert_eq!(shape(&known), shape(&unknown));
    // Both names are taken now, so that trying one again tells nothing, either.
    for name in ["nosy", "nosy2"] {
        let again = register(&stack, "third@example.com", name, "walnut harbour 2").await;
        again.problem(409, ProblemCode::UsernameTaken);
    }
    let told = stack.mail_to("Sam@Example.com").await;
    assert_eq!(told[0].subject, "You have an account already");
    assert!(!told[0].text.contains("token="));
    sign_in(&stack, "walnut harbour 2").await.problem(401, ProblemCode::InvalidCredentials);
    assert_eq!(sign_in(&stack, "walnut harbour").await.status, 200);
}

#[tokio::test]
async fn who_registers_somebody_elses_address_first_gets_nothing() {
    let stack = strict().await;
    register(&stack, SAM, "thief", "thieves have passwords").await;
    let thiefs = stack.mailed_token(SAM).await;
    register(&stack, SAM, "sam", "walnut harbour").await;
    let own = stack.mailed_token(SAM).await;
    assert_eq!(verify(&stack.anonymous(), &own).await.status, 204);
    verify(&stack.anonymous(), &thiefs).await.problem(410, ProblemCode::Expired);
    assert_eq!(sign_in(&stack, "walnut harbour").await.status, 200);
    let refused = sign_in(&stack, "thieves have passwords").await;
    refused.problem(401, ProblemCode::InvalidCredentials);
}

#[tokio::test]
async fn accounts_that_nobody_proves_go_after_a_week_and_their_names_are_free() {
    let stack = strict().await;
    register(&stack, SAM, "sam", "walnut harbour").await;
    stack.advance((7 * DAY).saturating_sub(MOMENT));
    assert_eq!(stack.purge().await.accounts, 0);
    stack.advance(MOMENT);
    assert_eq!(stack.purge().await.accounts, 1);
    register(&stack, "other@example.com", "sam", "walnut harbour").await.json::<Me>(201);
}

#[tokio::test]
async fn asking_for_a_link_tells_nothing() {
    let stack = strict().await;
    stack.anonymous().post("/api/auth/resend-verification", json!({ "email": SAM })).await;
    let unknown = stack.anonymous();
    for email in [SAM, "nobody@example.com"] {
        let asked = unknown.post("/api/auth/resend-verification", json!({ "email": email })).await;
        assert_eq!((asked.status.as_u16(), asked.body.len()), (202, 0));
    }
    assert!(stack.mail_to("nobody@example.com").await.is_empty());
    let refused = unknown.post("/api/auth/resend-verification", json!({ "email": "x" })).await;
    refused.problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn without_smtp_one_signs_in_at_once_and_the_link_lies_in_the_data_folder() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    assert!(!sam.get("/api/me").await.json::<Me>(200).email_verified);
    let token = stack.mailed_token(SAM).await;
    assert_eq!(verify(&sam, &token).await.status, 204);
    assert!(sam.get("/api/me").await.json::<Me>(200).email_verified);
}

#[tokio::test]
async fn only_the_domains_of_the_house_register() {
    let stack = Stack::builder()
        .env("REGISTRATION_DOMAINS", "example.com")
        .env("REQUIRE_EMAIL_VERIFICATION", "true")
        .start()
        .await;
    register(&stack, SAM, "sam", "walnut harbour").await.json::<Me>(201);
    let refused = register(&stack, "sam@example.org", "sam2", "walnut harbour").await;
    assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some("email"));
}

#[tokio::test]
async fn a_closed_house_lets_nobody_register() {
    let stack = Stack::builder().env("REGISTRATION", "closed").start().await;
    let refused = register(&stack, SAM, "sam", "walnut harbour").await;
    refused.problem(403, ProblemCode::RegistrationClosed);
}

#[tokio::test]
async fn who_proves_an_address_has_it_though_somebody_else_was_let_have_it_unproven() {
    let stack = Stack::start().await;
    let body = json!({ "email": SAM, "username": "thief", "password": "thieves have passwords" });
    stack.anonymous().post("/api/auth/register", body).await.json::<Me>(201);
    let stack = stack.restart_with("REQUIRE_EMAIL_VERIFICATION", "true").await;
    sign_in(&stack, "thieves have passwords").await.problem(403, ProblemCode::EmailUnverified);
    register(&stack, SAM, "sam", "walnut harbour").await.json::<Me>(201);
    let own = stack.mailed_token(SAM).await;
    assert_eq!(verify(&stack.anonymous(), &own).await.status, 204);
    assert_eq!(sign_in(&stack, "walnut harbour").await.status, 200);
    let refused = sign_in(&stack, "thieves have passwords").await;
    refused.problem(401, ProblemCode::InvalidCredentials);
}
