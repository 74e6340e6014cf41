//! Signing in with a provider of identities.

use std::time::Duration;

use serde_json::{Value, json};
use sharesync_protocol::api::{
    IssuedApiToken, Me, ProblemCode, Role, ServerInfo, SignInAddress, TokenGrant,
};
use sharesync_testkit::{Answer, Person, Provider, Signed, Stack, StackBuilder};

fn trusting(provider: &Provider) -> StackBuilder {
    let variables = provider.variables("HOUSE");
    variables.into_iter().fold(Stack::builder(), |stack, (name, value)| stack.env(&name, value))
}

async fn begin(person: &Person, next: Value) -> String {
    let body = if next.is_null() { json!({}) } else { json!({ "next": next }) };
    person.post("/api/auth/house", body).await.json::<SignInAddress>(200).authorization_url
}

async fn come_back(person: &Person, (code, state): &(String, String)) -> Answer {
    person.get(&format!("/api/auth/house/callback?code={code}&state={state}")).await
}

/// The whole way, with what the provider says.
async fn sign_in(person: &Person, provider: &Provider, said: Value) -> Answer {
    let address = begin(person, Value::Null).await;
    come_back(person, &provider.agree(&address, said)).await
}

#[track_caller]
fn leads_to(answer: &Answer, address: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, address));
}

#[track_caller]
fn is_in(answer: &Answer) {
    leads_to(answer, "/sign-in/done?next=%2Ffiles");
}

/// Who somebody is by the cookie that they came back with.
async fn me(person: &Person) -> Me {
    let grant: TokenGrant = person.post("/api/auth/refresh", json!({})).await.json(200);
    person.with_token(&grant.access_token).get("/api/me").await.json(200)
}

async fn is_out(person: &Person) {
    let refused = person.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
}

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
async fn without_providers_there_is_none_to_go_to() {
    let stack = Stack::start().await;
    let nobody = stack.anonymous();
    for path in ["/api/auth/google", "/api/auth/google/callback"] {
        nobody.get(path).await.problem(404, ProblemCode::NotFound);
    }
    let refused = nobody.post("/api/auth/google", json!({})).await;
    refused.problem(404, ProblemCode::NotFound);
    assert!(nobody.get("/api/server").await.json::<ServerInfo>(200).providers.is_empty());
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

    let owner = stack.anonymous();
    is_in(&sign_in(&owner, &provider, json!({})).await);
    let who = me(&owner).await;
    assert!(who.email_verified && !who.has_password);
    squatter.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    is_out(&squatter).await;
    let refused = stack.anonymous().with_token(&script).get("/api/files").await;
    refused.problem(401, ProblemCode::Unauthenticated);
    let body = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let refused = stack.anonymous().post("/api/auth/login", body).await;
    refused.problem(401, ProblemCode::InvalidCredentials);
}

#[tokio::test]
async fn a_sign_in_is_come_back_from_once_by_the_browser_that_began_it() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let (sam, thief) = (stack.anonymous(), stack.anonymous());
    let expired = "/sign-in?problem=expired";

    let address = begin(&sam, Value::Null).await;
    let brought = provider.agree(&address, json!({}));
    // The thief's browser began none, or another.
    leads_to(&come_back(&thief, &brought).await, expired);
    begin(&thief, Value::Null).await;
    leads_to(&come_back(&thief, &brought).await, expired);
    is_out(&thief).await;

    is_in(&come_back(&sam, &brought).await);
    leads_to(&come_back(&sam, &brought).await, expired);

    for query in ["", "?code=x", "?state=x&code=x", "?state=&code="] {
        let answer = sam.get(&format!("/api/auth/house/callback{query}")).await;
        leads_to(&answer, expired);
    }
    let late = provider.agree(&begin(&sam, Value::Null).await, json!({}));
    stack.advance(Duration::from_mins(10));
    leads_to(&come_back(&sam, &late).await, expired);
}

#[tokio::test]
async fn several_sign_ins_of_one_browser_do_not_disturb_each_other() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let sam = stack.anonymous();
    let first = provider.agree(&begin(&sam, Value::Null).await, json!({}));
    let second = provider.agree(&begin(&sam, Value::Null).await, json!({}));
    is_in(&come_back(&sam, &first).await);
    is_in(&come_back(&sam, &second).await);
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_worth_nothing() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let (sam, thief) = (stack.anonymous(), stack.anonymous());
    let (code, _) = provider.agree(&begin(&sam, Value::Null).await, json!({}));
    let (_, state) = provider.agree(&begin(&thief, Value::Null).await, json!({}));
    // Without PKCE the provider would not know that this is not the browser that the code was for.
    let answer = come_back(&thief, &(code, state)).await;
    leads_to(&answer, "/sign-in?problem=unauthenticated");
    is_out(&thief).await;
}

#[tokio::test]
async fn what_a_provider_did_not_say_or_not_to_us_or_not_now_is_not_believed() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let now = sharesync_service_kit::clock::Clock::System.now_secs();
    let lies = [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "aud": ["another"] }),
        json!({ "aud": ["sharesync", "another"] }),
        json!({ "aud": ["sharesync", "another"], "azp": "another" }),
        json!({ "azp": "another" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": null }),
        json!({ "exp": now - 120 }),
        json!({ "exp": null }),
        json!({ "iat": now + 600 }),
        json!({ "nbf": now + 600 }),
        json!({ "sub": null }),
    ];
    let sam = stack.anonymous();
    for said in lies {
        let answer = sign_in(&sam, &provider, said.clone()).await;
        assert_eq!(answer.header("location"), "/sign-in?problem=unauthenticated", "{said}");
    }
    for signed in [Signed::NotAtAll, Signed::ByAStranger, Signed::WithThePublicKey] {
        let address = begin(&sam, Value::Null).await;
        let answer = come_back(&sam, &provider.agree_signed(&address, json!({}), signed)).await;
        let location = answer.header("location");
        assert_eq!(location, "/sign-in?problem=unauthenticated", "{signed:?}");
    }
    is_out(&sam).await;
    is_in(&sign_in(&sam, &provider, json!({ "aud": ["sharesync"] })).await);
}

#[tokio::test]
async fn another_provider_cannot_answer_for_this_one() {
    let (house, other) = (Provider::start().await, Provider::start().await);
    let others = other.variables("OTHER");
    let stack =
        others.into_iter().fold(trusting(&house), |stack, (name, value)| stack.env(&name, value));
    let stack = stack.start().await;
    let sam = stack.anonymous();
    let (code, state) = house.agree(&begin(&sam, Value::Null).await, json!({}));
    let answer = sam.get(&format!("/api/auth/other/callback?code={code}&state={state}")).await;
    leads_to(&answer, "/sign-in?problem=expired");
    let path = format!("/api/auth/house/callback?code={code}&state={state}&iss=https://other");
    leads_to(&sam.get(&path).await, "/sign-in?problem=unauthenticated");
    // The same number with another provider is somebody else, who has the same address.
    is_in(&sign_in(&sam, &house, json!({})).await);
    let first = me(&sam).await;
    let address: SignInAddress = sam.post("/api/auth/other", json!({})).await.json(200);
    let said = json!({ "email": "x@example.com" });
    let (code, state) = other.agree(&address.authorization_url, said);
    sam.get(&format!("/api/auth/other/callback?code={code}&state={state}")).await;
    assert_ne!(me(&sam).await.id, first.id);
}

#[tokio::test]
async fn a_provider_may_change_its_key() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    is_in(&sign_in(&stack.anonymous(), &provider, json!({})).await);
    provider.change_key();
    // Keys are asked for again a minute after they were, at the earliest.
    let answer = sign_in(&stack.anonymous(), &provider, json!({})).await;
    leads_to(&answer, "/sign-in?problem=unauthenticated");
    stack.advance(Duration::from_mins(1));
    is_in(&sign_in(&stack.anonymous(), &provider, json!({})).await);
}

#[tokio::test]
async fn one_comes_back_to_a_page_of_this_site_only() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let sam = stack.anonymous();
    for (next, page) in [
        ("/s/abc?x=1", "%2Fs%2Fabc%3Fx%3D1"),
        ("//evil.example", "%2Ffiles"),
        ("/\\evil.example", "%2Ffiles"),
        ("https://evil.example", "%2Ffiles"),
    ] {
        let address = begin(&sam, json!(next)).await;
        let answer = come_back(&sam, &provider.agree(&address, json!({}))).await;
        leads_to(&answer, &format!("/sign-in/done?next={page}"));
    }
}

#[tokio::test]
async fn a_browser_can_be_led_there_and_back_by_addresses_alone() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let sam = stack.anonymous();
    let led = sam.get("/api/auth/house?next=/upload").await;
    assert_eq!(led.status, 303);
    let cookie = led.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let brought = provider.agree(led.header("location"), json!({}));
    let answer = come_back(&sam, &brought).await;
    leads_to(&answer, "/sign-in/done?next=%2Fupload");
    assert!(answer.header("set-cookie").contains("SameSite=Strict"));
}

#[tokio::test]
async fn who_changes_their_mind_or_whose_account_is_disabled_is_not_in() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).with_admin().start().await;
    let sam = stack.anonymous();
    let (_, state) = provider.agree(&begin(&sam, Value::Null).await, json!({}));
    let refused = format!("/api/auth/house/callback?error=access_denied&state={state}");
    leads_to(&sam.get(&refused).await, "/sign-in?problem=unauthenticated");

    is_in(&sign_in(&sam, &provider, json!({})).await);
    let id = me(&sam).await.id;
    let path = format!("/api/admin/users/{id}");
    let admin = stack.admin().await;
    assert_eq!(admin.patch(&path, json!({ "disabled": true })).await.status, 200);
    let answer = sign_in(&sam, &provider, json!({})).await;
    leads_to(&answer, "/sign-in?problem=account_disabled");
    is_out(&sam).await;
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

#[tokio::test]
async fn a_provider_that_is_away_is_said_to_be() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    drop(provider);
    let sam = stack.anonymous();
    sam.post("/api/auth/house", json!({})).await.problem(503, ProblemCode::Unavailable);
    leads_to(&sam.get("/api/auth/house").await, "/sign-in?problem=unavailable");
}

#[tokio::test]
async fn an_id_token_is_no_bearer_token() {
    let provider = Provider::start().await;
    let stack = trusting(&provider).start().await;
    let sam = stack.anonymous();
    let address = begin(&sam, Value::Null).await;
    let (code, state) = provider.agree(&address, json!({}));
    let token = provider.id_token(&code);
    let bearer = stack.anonymous().with_token(&token);
    bearer.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    is_in(&come_back(&sam, &(code, state)).await);
    bearer.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
}
