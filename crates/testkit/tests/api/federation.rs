//! Signing in with a provider of identities: there, and back, and what is believed. Whose account it is then is told in
//! `identities`.

use std::time::Duration;

use serde_json::{Value, json};
use sharesync_protocol::api::{Me, ProblemCode, ServerInfo, SignInAddress, TokenGrant};
use sharesync_testkit::{Answer, Person, Provider, Signed, Stack, StackBuilder};

pub(crate) fn trusting(provider: &Provider) -> StackBuilder {
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
pub(crate) async fn sign_in(person: &Person, provider: &Provider, said: Value) -> Answer {
    let address = begin(person, Value::Null).await;
    come_back(person, &provider.agree(&address, said)).await
}

#[track_caller]
pub(crate) fn leads_to(answer: &Answer, address: &str) {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, address));
}

#[track_caller]
pub(crate) fn is_in(answer: &Answer) {
    leads_to(answer, "/sign-in/done?next=%2Ffiles");
}

/// Who somebody is by the cookie that they came back with.
pub(crate) async fn me(person: &Person) -> Me {
    let grant: TokenGrant = person.post("/api/auth/refresh", json!({})).await.json(200);
    person.with_token(&grant.access_token).get("/api/me").await.json(200)
}

pub(crate) async fn is_out(person: &Person) {
    let refused = person.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
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
