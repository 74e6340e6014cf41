//! Whose account somebody has who signs in with a provider of identities.

use serde_json::json;
use sharesync_protocol::api::{IssuedApiToken, Me, ProblemCode, Role, ServerInfo};
use sharesync_testkit::{Listener, Provider};

use crate::federation::{is_in, is_out, leads_to, me, sign_in, trusting};

#[tokio::test]
async fn a_stranger_has_an_account_after_signing_in_with_a_provider() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).env("OIDC_HOUSE_LABEL", "The house").start().await;
    let info: ServerInfo = stack.anonymous().get("/api/server").await.json(200);
    assert_eq!((&*info.providers[0].name, &*info.providers[0].label), ("house", "The house"));
    let sam = stack.anonymous();
    is_in(&sign_in(&sam, &provider, json!({})).await);
    let who = me(&sam).await;
    assert_eq!((&*who.email, &*who.username), ("sam@example.com", "Sam.Smith"));
    assert!(who.email_verified && !who.has_password);
    assert_eq!(who.role, Role::Standard);
    // There is no password, so none is right.
    let body = json!({ "email": "sam@example.com", "password": "" });
    let refused = stack.anonymous().post("/api/auth/login", body).await;
    refused.problem(401, ProblemCode::InvalidCredentials);
}

#[tokio::test]
async fn somebody_is_who_the_provider_numbers_them_as_whatever_their_address() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let sam = stack.anonymous();
    sign_in(&sam, &provider, json!({})).await;
    let first = me(&sam).await;
    let again = stack.anonymous();
    is_in(&sign_in(&again, &provider, json!({ "email": "new@example.com" })).await);
    assert_eq!(me(&again).await.id, first.id);
    // Not even an address is asked for any more.
    let third = stack.anonymous();
    is_in(&sign_in(&third, &provider, json!({ "email_verified": false })).await);
    assert_eq!(me(&third).await.id, first.id);

    let other = stack.anonymous();
    let said = json!({ "sub": "another", "email": "other@example.com", "name": "Sam Smith" });
    is_in(&sign_in(&other, &provider, said).await);
    let other = me(&other).await;
    assert_ne!(other.id, first.id);
    assert!(other.username.starts_with("Sam.Smith-"), "{}", other.username);
}

#[tokio::test]
async fn an_account_with_a_proven_address_is_signed_in_to_by_either_way() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).with_admin().start().await;
    let admin = stack.admin().await;
    let mut sam = stack.somebody(&admin, "sam", Role::Ops).await;
    let own: Me = sam.get("/api/me").await.json(200);
    let by_provider = stack.anonymous();
    is_in(&sign_in(&by_provider, &provider, json!({ "email": "Sam@Example.com" })).await);
    let who = me(&by_provider).await;
    assert_eq!((who.id, who.role, who.has_password), (own.id, Role::Ops, true));
    sam.sign_in("sam").await;
}

#[tokio::test]
async fn an_address_that_the_provider_does_not_vouch_for_links_to_nothing() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).with_admin().start().await;
    let admin = stack.admin().await;
    stack.somebody(&admin, "sam", Role::Standard).await;
    for said in [
        json!({ "email_verified": false }),
        json!({ "email_verified": "false" }),
        json!({ "email_verified": null }),
        json!({ "email_verified": 1 }),
        json!({ "email": null }),
    ] {
        let thief = stack.anonymous();
        let answer = sign_in(&thief, &provider, said.clone()).await;
        assert!(answer.header("location").starts_with("/sign-in?problem="), "{said}");
        is_out(&thief).await;
    }
    is_in(&sign_in(&stack.anonymous(), &provider, json!({ "email_verified": "true" })).await);
}

#[tokio::test]
async fn who_registered_the_address_first_is_out_once_its_owner_comes() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let squatter = stack.user("sam").await;
    let body = json!({ "name": "script", "scopes": ["files:read"] });
    let script = squatter.post("/api/me/tokens", body).await.json::<IssuedApiToken>(201).token;

    let mut squatters_page = Listener::connect(stack.url(), squatter.token()).await;

    let owner = stack.anonymous();
    is_in(&sign_in(&owner, &provider, json!({})).await);
    let who = me(&owner).await;
    assert!(who.email_verified && !who.has_password);
    assert!(squatters_page.is_ended().await);
    squatter.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    is_out(&squatter).await;
    let refused = stack.anonymous().with_token(&script).get("/api/files").await;
    refused.problem(401, ProblemCode::Unauthenticated);
    let body = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let refused = stack.anonymous().post("/api/auth/login", body).await;
    refused.problem(401, ProblemCode::InvalidCredentials);
}

#[tokio::test]
async fn a_closed_house_takes_those_it_knows_and_nobody_else() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).env("REGISTRATION", "closed").with_admin().start().await;
    let admin = stack.admin().await;
    stack.somebody(&admin, "sam", Role::Standard).await;
    is_in(&sign_in(&stack.anonymous(), &provider, json!({})).await);
    let said = json!({ "sub": "2", "email": "ann@example.com" });
    let answer = sign_in(&stack.anonymous(), &provider, said).await;
    leads_to(&answer, "/sign-in?problem=registration_closed");
}
