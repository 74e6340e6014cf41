//! Second factors: having one, giving it, losing it.

use std::time::Duration;

use serde_json::{Value, json};
use sharesync_protocol::api::{
    Me, ProblemCode, RecoveryCodes, SecondFactorSetup, SignInAddress, TokenGrant,
};
use sharesync_testkit::{Answer, Person, Provider, Stack};
use totp_rs::{Builder, Secret};

const PASSWORD: &str = "correct horse battery";

/// An authenticator: tells codes by the time of the test's server.
struct Authenticator {
    secret: String,
    now: u64,
}

impl Authenticator {
    fn code(&self) -> String {
        let secret = Secret::try_from_base32(&self.secret).unwrap();
        Builder::new().with_secret(secret).build().unwrap().generate(self.now).to_string()
    }

    /// Lets time pass, here and on the server, so that there is another code.
    fn wait(&mut self, stack: &Stack) {
        stack.advance(Duration::from_secs(30));
        self.now += 30;
    }
}

async fn begin(person: &Person) -> SecondFactorSetup {
    person.post("/api/me/second-factor", json!({ "password": PASSWORD })).await.json(200)
}

/// Somebody with a second factor, its authenticator and the recovery codes.
async fn with_second_factor(stack: &Stack, name: &str) -> (Person, Authenticator, Vec<String>) {
    let person = stack.user(name).await;
    let setup = begin(&person).await;
    let now = u64::try_from(stack.now_ms() / 1000).unwrap();
    let mut authenticator = Authenticator { secret: setup.secret, now };
    let body = json!({ "code": authenticator.code() });
    let codes: RecoveryCodes = person.post("/api/me/second-factor/confirm", body).await.json(200);
    authenticator.wait(stack);
    (person, authenticator, codes.recovery_codes)
}

async fn sign_in(person: &Person, name: &str) -> Answer {
    let body = json!({ "email": format!("{name}@example.com"), "password": PASSWORD });
    person.post("/api/auth/login", body).await
}

async fn give(person: &Person, code: &str) -> Answer {
    person.post("/api/auth/second-factor", json!({ "code": code })).await
}

#[tokio::test]
async fn signing_in_takes_a_code_once_that_is_confirmed() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let setup = begin(&sam).await;
    assert!(setup.otpauth_url.starts_with("otpauth://totp/ShareSync:sam%40example.com?"));
    assert!(setup.otpauth_url.contains(&setup.secret));
    // Begun and not confirmed, it is not asked for.
    assert_eq!(sign_in(&stack.anonymous(), "sam").await.status, 200);
    assert!(!sam.get("/api/me").await.json::<Me>(200).second_factor);
    let wrong = sam.post("/api/me/second-factor/confirm", json!({ "code": "000000" })).await;
    wrong.problem(422, ProblemCode::InvalidCode);

    let (_, mut authenticator, _) = with_second_factor(&stack, "ann").await;
    let ann = stack.anonymous();
    let half = sign_in(&ann, "ann").await;
    half.problem(401, ProblemCode::SecondFactorRequired);
    let cookie = half.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let refused = ann.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
    let grant: TokenGrant = give(&ann, &authenticator.code()).await.json(200);
    let me: Me = ann.with_token(&grant.access_token).get("/api/me").await.json(200);
    assert!(me.second_factor);
    // A sign-in is gone on with once.
    authenticator.wait(&stack);
    give(&ann, &authenticator.code()).await.problem(410, ProblemCode::Expired);
    let mails = stack.mail_to("ann@example.com").await;
    assert!(mails.iter().any(|mail| mail.subject == "Your account has a second factor"));
}

#[tokio::test]
async fn a_code_works_once_and_within_half_a_minute_of_its_time() {
    let stack = Stack::start().await;
    let (_, mut authenticator, _) = with_second_factor(&stack, "sam").await;
    let code = authenticator.code();
    let (first, second) = (stack.anonymous(), stack.anonymous());
    for person in [&first, &second] {
        sign_in(person, "sam").await.problem(401, ProblemCode::SecondFactorRequired);
    }
    give(&first, &code).await.json::<TokenGrant>(200);
    give(&second, &code).await.problem(422, ProblemCode::InvalidCode);

    authenticator.wait(&stack);
    let code = authenticator.code();
    authenticator.wait(&stack);
    authenticator.wait(&stack);
    give(&second, &code).await.problem(422, ProblemCode::InvalidCode);
    give(&second, &authenticator.code()).await.json::<TokenGrant>(200);
}

#[tokio::test]
async fn of_many_who_use_a_code_at_once_one_is_in() {
    let stack = Stack::start().await;
    let (_, authenticator, _) = with_second_factor(&stack, "sam").await;
    let people: Vec<_> = (0..10).map(|_| stack.anonymous()).collect();
    for person in &people {
        sign_in(person, "sam").await.problem(401, ProblemCode::SecondFactorRequired);
    }
    let code = authenticator.code();
    let all = futures_util::future::join_all(people.iter().map(|person| give(person, &code))).await;
    assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test]
async fn guessing_ends_the_sign_in_after_five_and_is_limited_by_account() {
    let stack = Stack::builder().env("RATE_LIMIT_SECOND_FACTOR", "8/h").start().await;
    let (_, authenticator, _) = with_second_factor(&stack, "sam").await;
    let thief = stack.anonymous();
    sign_in(&thief, "sam").await;
    for _ in 0..5 {
        give(&thief, "000000").await.problem(422, ProblemCode::InvalidCode);
    }
    give(&thief, &authenticator.code()).await.problem(410, ProblemCode::Expired);
    // One was used when it was confirmed: two are left.
    let thief = stack.anonymous();
    sign_in(&thief, "sam").await;
    for _ in 0..2 {
        give(&thief, "000000").await.problem(422, ProblemCode::InvalidCode);
    }
    give(&thief, &authenticator.code()).await.problem(429, ProblemCode::RateLimited);
}

#[tokio::test]
async fn a_sign_in_waits_five_minutes_for_its_second_factor() {
    let stack = Stack::start().await;
    let (_, mut authenticator, _) = with_second_factor(&stack, "sam").await;
    let sam = stack.anonymous();
    sign_in(&sam, "sam").await;
    for _ in 0..10 {
        authenticator.wait(&stack);
    }
    give(&sam, &authenticator.code()).await.problem(410, ProblemCode::Expired);
    give(&stack.anonymous(), &authenticator.code()).await.problem(410, ProblemCode::Expired);
    assert_eq!(stack.purge().await.sign_ins, 1);
}

#[tokio::test]
async fn a_lost_authenticator_is_stood_in_for_by_each_recovery_code_once() {
    let stack = Stack::start().await;
    let (sam, mut authenticator, codes) = with_second_factor(&stack, "sam").await;
    assert_eq!(codes.len(), 10);
    let lost = stack.anonymous();
    sign_in(&lost, "sam").await;
    give(&lost, &codes[0].to_uppercase().replace('-', " ")).await.json::<TokenGrant>(200);
    sign_in(&lost, "sam").await;
    give(&lost, &codes[0]).await.problem(422, ProblemCode::InvalidCode);
    give(&lost, &codes[1]).await.json::<TokenGrant>(200);

    let body = json!({ "code": authenticator.code() });
    let path = "/api/me/second-factor/recovery-codes";
    let fresh: RecoveryCodes = sam.post(path, body).await.json(200);
    sign_in(&lost, "sam").await;
    give(&lost, &codes[2]).await.problem(422, ProblemCode::InvalidCode);
    give(&lost, &fresh.recovery_codes[0]).await.json::<TokenGrant>(200);
    authenticator.wait(&stack);
    // Somebody else's are worth nothing.
    let (_, _, anns) = with_second_factor(&stack, "ann").await;
    sign_in(&lost, "sam").await;
    give(&lost, &anns[0]).await.problem(422, ProblemCode::InvalidCode);
}

#[tokio::test]
async fn it_is_turned_off_by_a_code_and_only_on_by_the_password() {
    let stack = Stack::start().await;
    let (sam, authenticator, _) = with_second_factor(&stack, "sam").await;
    let off = |code: String| sam.post("/api/me/second-factor/disable", json!({ "code": code }));
    off("000000".into()).await.problem(422, ProblemCode::InvalidCode);
    let twice = sam.post("/api/me/second-factor", json!({ "password": PASSWORD })).await;
    twice.problem(409, ProblemCode::SecondFactorState);
    assert_eq!(off(authenticator.code()).await.status, 204);
    off(authenticator.code()).await.problem(409, ProblemCode::SecondFactorState);
    assert_eq!(sign_in(&stack.anonymous(), "sam").await.status, 200);

    for body in [json!({}), json!({ "password": "wrong" })] {
        let refused = sam.post("/api/me/second-factor", body).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some("password"));
    }
    let nothing = sam.post("/api/me/second-factor/confirm", json!({ "code": "000000" })).await;
    nothing.problem(422, ProblemCode::InvalidCode);
}

#[tokio::test]
async fn no_other_way_in_leads_around_it() {
    let provider = Provider::start().await;
    let variables = provider.variables("HOUSE").into_iter();
    let stack = variables.fold(Stack::builder(), |stack, (name, value)| stack.env(&name, value));
    let stack = stack.start().await;
    let (_, mut authenticator, _) = with_second_factor(&stack, "sam").await;
    // Neither another password, mailed …
    let body = json!({ "email": "sam@example.com" });
    stack.anonymous().post("/api/auth/forgot-password", body).await;
    let token = stack.mailed_token("sam@example.com").await;
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(stack.anonymous().post("/api/auth/reset-password", body).await.status, 204);
    let sam = stack.anonymous();
    sign_in(&sam, "sam").await.problem(401, ProblemCode::SecondFactorRequired);
    // … nor a provider that vouches for them.
    let by_provider = stack.anonymous();
    let address: SignInAddress = by_provider.post("/api/auth/house", json!({})).await.json(200);
    let (code, state) = provider.agree(&address.authorization_url, Value::Null);
    let path = format!("/api/auth/house/callback?code={code}&state={state}");
    let answer = by_provider.get(&path).await;
    assert_eq!(answer.header("location"), "/sign-in/second-factor?next=%2Ffiles");
    let refused = by_provider.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
    authenticator.wait(&stack);
    give(&by_provider, &authenticator.code()).await.json::<TokenGrant>(200);
}

#[tokio::test]
async fn a_changed_password_ends_sign_ins_that_wait() {
    let stack = Stack::start().await;
    let (sam, authenticator, _) = with_second_factor(&stack, "sam").await;
    let thief = stack.anonymous();
    sign_in(&thief, "sam").await;
    let body = json!({ "current_password": PASSWORD, "password": "walnut harbour lantern" });
    sam.post("/api/me/password", body).await.json::<TokenGrant>(200);
    give(&thief, &authenticator.code()).await.problem(410, ProblemCode::Expired);
}
