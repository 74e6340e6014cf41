//! Invitations: leave to register, once.

use std::time::Duration;

use serde_json::{Value, json};
use sharesync_protocol::api::{
    InvitationPage, IssuedInvitation, Me, ProblemCode, Role, ServerInfo,
};
use sharesync_testkit::{Answer, Person, Stack};

async fn by_invitation() -> (Stack, Person) {
    let stack = Stack::builder()
        .with_admin()
        .env("REGISTRATION", "invited")
        .env("REQUIRE_EMAIL_VERIFICATION", "true");
    let stack = stack.start().await;
    let admin = stack.admin().await;
    (stack, admin)
}

async fn invite(admin: &Person, body: Value) -> IssuedInvitation {
    admin.post("/api/admin/invitations", body).await.json(201)
}

fn token_in(address: &str) -> String {
    address.split_once("#invitation=").unwrap().1.split_whitespace().next().unwrap().to_owned()
}

async fn register(stack: &Stack, name: &str, invitation: Option<&str>) -> Answer {
    let body = json!({
        "email": format!("{name}@example.com"), "username": name, "password": "walnut harbour",
        "invitation": invitation,
    });
    stack.anonymous().post("/api/auth/register", body).await
}

#[tokio::test]
async fn without_an_invitation_nobody_registers_and_with_one_once() {
    let (stack, admin) = by_invitation().await;
    let info: ServerInfo = stack.anonymous().get("/api/server").await.json(200);
    assert!(!info.registration_open);
    let refused = register(&stack, "sam", None).await;
    refused.problem(403, ProblemCode::RegistrationClosed);
    register(&stack, "sam", Some("made up")).await.problem(410, ProblemCode::Expired);

    let issued = invite(&admin, json!({ "role": "ops" })).await;
    let token = token_in(&issued.url.unwrap());
    let weak = json!({
        "email": "sam@example.com", "username": "sam", "password": "password", "invitation": token,
    });
    let refused = stack.anonymous().post("/api/auth/register", weak).await;
    refused.problem(422, ProblemCode::WeakPassword);
    let me: Me = register(&stack, "sam", Some(&token)).await.json(201);
    assert_eq!((me.role, me.email_verified), (Role::Ops, false));
    register(&stack, "ann", Some(&token)).await.problem(410, ProblemCode::Expired);
}

#[tokio::test]
async fn one_that_is_mailed_is_for_that_address_which_counts_as_proven() {
    let (stack, admin) = by_invitation().await;
    let body = json!({ "role": "client", "email": "Sam@example.com" });
    let issued = invite(&admin, body).await;
    assert_eq!((issued.url, issued.details.email.as_deref()), (None, Some("Sam@example.com")));
    let mail = stack.mail_to("Sam@example.com").await.pop().unwrap();
    assert_eq!(mail.subject, "You are invited to ShareSync");
    let token = token_in(&mail.text);
    let problem = register(&stack, "ann", Some(&token)).await.problem(422, ProblemCode::Invalid);
    assert_eq!(problem.field.as_deref(), Some("email"));
    // That has not used it up.
    let me: Me = register(&stack, "sam", Some(&token)).await.json(201);
    assert_eq!((me.role, me.email_verified), (Role::Client, true));
    assert_eq!(stack.mail_to("sam@example.com").await.len(), 0, "nothing is left to prove");
}

#[tokio::test]
async fn an_invitation_expires_and_can_be_taken_back() {
    let (stack, admin) = by_invitation().await;
    let short = invite(&admin, json!({ "role": "standard", "expires_in": 3600 })).await;
    let taken = invite(&admin, json!({ "role": "standard" })).await;
    let listed: InvitationPage = admin.get("/api/admin/invitations").await.json(200);
    assert_eq!(listed.items.len(), 2);
    // Both are of one moment: which comes first is chance.
    let week = listed.items.iter().find(|invitation| invitation.id == taken.details.id).unwrap();
    assert_eq!(week.expires_at - week.created_at, 7 * 24 * 3_600_000);
    let path = format!("/api/admin/invitations/{}", taken.details.id);
    assert_eq!(admin.delete(&path).await.status, 204);
    admin.delete(&path).await.problem(404, ProblemCode::NotFound);
    let token = token_in(&taken.url.unwrap());
    register(&stack, "sam", Some(&token)).await.problem(410, ProblemCode::Expired);

    stack.advance(Duration::from_hours(1));
    let token = token_in(&short.url.unwrap());
    register(&stack, "sam", Some(&token)).await.problem(410, ProblemCode::Expired);
    assert_eq!(stack.purge().await.invitations, 1);
}

#[tokio::test]
async fn what_is_wrong_with_an_invitation_is_named() {
    let (_stack, admin) = by_invitation().await;
    for (field, body) in [
        ("email", json!({ "role": "standard", "email": "nobody" })),
        ("expires_in", json!({ "role": "standard", "expires_in": 60 })),
        ("body", json!({ "role": "king" })),
        ("body", json!({})),
    ] {
        let refused = admin.post("/api/admin/invitations", body).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
    }
}
