//! Signing in on a computer by the browser (RFC 8628): asked for by a program, allowed by a person.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use sharesync_protocol::api::{
    ApiTokenPage, BegunDeviceLogin, DeviceLogin, FilePage, IssuedApiToken, Me, ProblemCode, Role,
    Scope, TokenGrant,
};
use sharesync_testkit::{Answer, Person, Stack};

async fn begin(stack: &Stack) -> BegunDeviceLogin {
    let body = json!({ "name": "sams-laptop" });
    stack.anonymous().post("/api/device-logins", body).await.json(201)
}

async fn poll(stack: &Stack, begun: &BegunDeviceLogin) -> Answer {
    let body = json!({ "device_code": begun.device_code });
    stack.anonymous().post("/api/device-logins/token", body).await
}

fn path(begun: &BegunDeviceLogin, what: &str) -> String {
    format!("/api/device-logins/{}{what}", begun.user_code)
}

async fn approve(person: &Person, begun: &BegunDeviceLogin) -> Answer {
    person.post(&path(begun, "/approve"), json!({})).await
}

async fn deny(person: &Person, begun: &BegunDeviceLogin) -> Answer {
    person.post(&path(begun, "/deny"), json!({})).await
}

/// Nothing tells a code that was used from one that never was.
async fn expect_gone(stack: &Stack, person: &Person, begun: &BegunDeviceLogin) {
    person.get(&path(begun, "")).await.problem(404, ProblemCode::NotFound);
    approve(person, begun).await.problem(404, ProblemCode::NotFound);
    deny(person, begun).await.problem(404, ProblemCode::NotFound);
    let refused = poll(stack, begun).await.problem(404, ProblemCode::NotFound);
    let unknown = json!({ "device_code": "made up" });
    let unknown = stack.anonymous().post("/api/device-logins/token", unknown).await;
    assert_eq!(refused.detail, unknown.problem(404, ProblemCode::NotFound).detail);
}

#[tokio::test]
async fn a_computer_that_somebody_lets_in_fetches_a_token_once() {
    let stack = Stack::builder().env("PUBLIC_URL", "https://files.example.com").start().await;
    let sam = stack.user("sam").await;
    let begun = begin(&stack).await;
    assert_eq!(begun.verification_uri, "https://files.example.com/device");
    let complete = format!("{}?code={}", begun.verification_uri, begun.user_code);
    assert_eq!(begun.verification_uri_complete, complete);
    assert_eq!((begun.expires_in, begun.interval), (600, 5));
    assert!(begun.device_code.len() >= 43, "256 bits");
    poll(&stack, &begun).await.problem(400, ProblemCode::AuthorizationPending);

    let seen: DeviceLogin = sam.get(&path(&begun, "")).await.json(200);
    assert_eq!((&*seen.name, &seen.user_code), ("sams-laptop", &begun.user_code));
    assert_eq!(seen.expires_at - seen.created_at, 600_000);
    let scopes = [Scope::FilesRead, Scope::FilesWrite, Scope::SharesRead, Scope::SharesWrite];
    assert_eq!(seen.scopes, scopes);
    assert_eq!(approve(&sam, &begun).await.status, 204);

    let answer = poll(&stack, &begun).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let issued: IssuedApiToken = answer.json(200);
    assert_eq!(
        (&*issued.details.name, &*issued.details.scopes),
        ("sharesync on sams-laptop", &scopes[..])
    );
    let computer = stack.anonymous().with_token(&issued.token);
    assert_eq!(computer.get("/api/me").await.json::<Me>(200).username, "sam");
    computer.get("/api/files").await.json::<FilePage>(200);
    expect_gone(&stack, &sam, &begun).await;
    let tokens: ApiTokenPage = sam.get("/api/me/tokens").await.json(200);
    assert_eq!(tokens.items.len(), 1);
}

#[tokio::test]
async fn a_code_is_the_same_however_it_is_typed() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = begin(&stack).await;
    let typed = begun.user_code.to_lowercase().replace('-', "%20");
    let seen: DeviceLogin = sam.get(&format!("/api/device-logins/{typed}")).await.json(200);
    assert_eq!(seen.user_code, begun.user_code);
    for wrong in ["AAAA-AAAA", "BCDF", "BCDF-GHJK-L", "%00"] {
        let refused = sam.get(&format!("/api/device-logins/{wrong}")).await;
        refused.problem(404, ProblemCode::NotFound);
    }
}

#[tokio::test]
async fn of_twenty_who_fetch_at_one_time_one_has_the_token() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = begin(&stack).await;
    assert_eq!(approve(&sam, &begun).await.status, 204);
    let answers = join_all((0..20).map(|_| poll(&stack, &begun))).await;
    let (fetched, refused): (Vec<_>, Vec<_>) =
        answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(fetched.len(), 1);
    for answer in refused {
        answer.problem(404, ProblemCode::NotFound);
    }
    let tokens: ApiTokenPage = sam.get("/api/me/tokens").await.json(200);
    assert_eq!(tokens.items.len(), 1);
}

#[tokio::test]
async fn of_two_who_decide_at_one_time_one_does() {
    let stack = Stack::start().await;
    let (sam, ann) = (stack.user("sam").await, stack.user("ann").await);
    let begun = begin(&stack).await;
    let (first, second, third) =
        tokio::join!(approve(&sam, &begun), approve(&ann, &begun), deny(&ann, &begun));
    let decided = [first, second, third].iter().filter(|answer| answer.status == 204).count();
    assert_eq!(decided, 1);
}

#[tokio::test]
async fn what_is_refused_stays_refused() {
    let stack = Stack::start().await;
    let (sam, ann) = (stack.user("sam").await, stack.user("ann").await);
    let begun = begin(&stack).await;
    assert_eq!(deny(&sam, &begun).await.status, 204);
    poll(&stack, &begun).await.problem(400, ProblemCode::AccessDenied);
    approve(&ann, &begun).await.problem(404, ProblemCode::NotFound);
    poll(&stack, &begun).await.problem(400, ProblemCode::AccessDenied);
}

#[tokio::test]
async fn after_ten_minutes_it_is_too_late_to_the_second_and_the_purge_forgets_it() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (waits, approved, in_time) =
        (begin(&stack).await, begin(&stack).await, begin(&stack).await);
    assert_eq!(approve(&sam, &approved).await.status, 204);
    assert_eq!(approve(&sam, &in_time).await.status, 204);
    stack.advance(Duration::from_millis(599_999));
    poll(&stack, &in_time).await.json::<IssuedApiToken>(200);
    sam.get(&path(&waits, "")).await.json::<DeviceLogin>(200);
    stack.advance(Duration::from_millis(1));
    sam.get(&path(&waits, "")).await.problem(404, ProblemCode::NotFound);
    approve(&sam, &waits).await.problem(404, ProblemCode::NotFound);
    deny(&sam, &waits).await.problem(404, ProblemCode::NotFound);
    for begun in [&waits, &approved] {
        poll(&stack, begun).await.problem(400, ProblemCode::ExpiredToken);
    }
    assert_eq!(stack.purge().await.device_logins, 2);
    expect_gone(&stack, &sam, &waits).await;
    let tokens: ApiTokenPage = sam.get("/api/me/tokens").await.json(200);
    assert_eq!(tokens.items.len(), 1);
}

#[tokio::test]
async fn who_asks_too_often_has_to_ask_less_often_from_then_on() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = begin(&stack).await;
    let ask_after = async |millis: u64, code: ProblemCode| {
        stack.advance(Duration::from_millis(millis));
        poll(&stack, &begun).await.problem(400, code);
    };
    ask_after(0, ProblemCode::AuthorizationPending).await;
    // A second early is the line's doing.
    ask_after(4000, ProblemCode::AuthorizationPending).await;
    ask_after(3999, ProblemCode::SlowDown).await;
    ask_after(8999, ProblemCode::SlowDown).await;
    ask_after(15_000, ProblemCode::AuthorizationPending).await;
    // Nobody waits for a token that is there.
    assert_eq!(approve(&sam, &begun).await.status, 204);
    poll(&stack, &begun).await.json::<IssuedApiToken>(200);
}

#[tokio::test]
async fn only_somebody_in_a_session_decides_and_no_token_does() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = begin(&stack).await;
    let scopes: Vec<_> =
        Scope::ALL.iter().filter(|scope| !scope.name().starts_with("admin")).collect();
    let body = json!({ "name": "script", "scopes": scopes });
    let issued: IssuedApiToken = sam.post("/api/me/tokens", body).await.json(201);
    let script = stack.anonymous().with_token(&issued.token);
    for (method, what) in [(Method::GET, ""), (Method::POST, "/approve"), (Method::POST, "/deny")] {
        let call = async |person: &Person| {
            person.send(person.request(method.clone(), &path(&begun, what))).await
        };
        call(&stack.anonymous()).await.problem(401, ProblemCode::Unauthenticated);
        call(&sam.without_token()).await.problem(401, ProblemCode::Unauthenticated);
        call(&script).await.problem(403, ProblemCode::InsufficientScope);
    }
    poll(&stack, &begun).await.problem(400, ProblemCode::AuthorizationPending);
}

#[tokio::test]
async fn a_session_that_has_ended_lets_no_computer_in() {
    let stack = Stack::start().await;
    let begun = begin(&stack).await;
    let mut sam = stack.user("sam").await;
    let old = sam.clone();
    assert_eq!(sam.post("/api/auth/logout", json!({})).await.status, 204);
    approve(&old, &begun).await.problem(401, ProblemCode::Unauthenticated);
    let _: TokenGrant = sam.sign_in("sam").await;
    assert_eq!(approve(&sam, &begun).await.status, 204);
}

#[tokio::test]
async fn whoever_lost_the_account_or_the_role_lets_nothing_in_any_more() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    for change in [json!({ "disabled": true }), json!({ "role": "client" })] {
        let name = if change.get("role").is_some() { "ann" } else { "sam" };
        let person = stack.somebody(&admin, name, Role::Standard).await;
        let begun = begin(&stack).await;
        let id = person.get("/api/me").await.json::<Me>(200).id;
        assert_eq!(approve(&person, &begun).await.status, 204);
        let changed = admin.patch(&format!("/api/admin/users/{id}"), change).await;
        assert_eq!(changed.status, 200);
        poll(&stack, &begun).await.problem(404, ProblemCode::NotFound);
    }
    let bob = stack.user("bob").await;
    let begun = begin(&stack).await;
    assert_eq!(approve(&bob, &begun).await.status, 204);
    let body = json!({ "current_password": "correct horse battery", "password": "walnut harbour" });
    assert_eq!(bob.post("/api/me/password", body).await.status, 200);
    poll(&stack, &begun).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn a_client_lets_a_computer_in_for_files_alone_and_a_full_list_takes_no_more() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let client = stack.somebody(&admin, "client", Role::Client).await;
    let begun = begin(&stack).await;
    let files = [Scope::FilesRead, Scope::FilesWrite];
    assert_eq!(client.get(&path(&begun, "")).await.json::<DeviceLogin>(200).scopes, files);
    assert_eq!(approve(&client, &begun).await.status, 204);
    assert_eq!(poll(&stack, &begun).await.json::<IssuedApiToken>(200).details.scopes, files);

    for _ in 1..100 {
        let body = json!({ "name": "x", "scopes": ["files:read"] });
        assert_eq!(client.post("/api/me/tokens", body).await.status, 201);
    }
    let begun = begin(&stack).await;
    assert_eq!(approve(&client, &begun).await.status, 204);
    poll(&stack, &begun).await.problem(409, ProblemCode::TooMany);
    let tokens: ApiTokenPage = client.get("/api/me/tokens").await.json(200);
    // Where there is room again, nothing was lost.
    let one = format!("/api/me/tokens/{}", tokens.items[0].id);
    assert_eq!(client.delete(&one).await.status, 204);
    poll(&stack, &begun).await.json::<IssuedApiToken>(200);
}

#[tokio::test]
async fn a_name_is_one_line_that_can_be_shown() {
    let stack = Stack::start().await;
    let nobody = stack.anonymous();
    for name in
        ["", " ", "a\nb", "\u{1b}[2J", "a\u{202e}b", "\u{200b}", &"x".repeat(65), &"ü".repeat(33)]
    {
        let refused = nobody.post("/api/device-logins", json!({ "name": name })).await;
        let problem = refused.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some("name"), "{name:?}");
    }
    for name in ["<b>sam’s</b> \"laptop\" 😀", &"ü".repeat(32)] {
        let answer = nobody.post("/api/device-logins", json!({ "name": name })).await;
        let begun: BegunDeviceLogin = answer.json(201);
        let sam = stack.user(&format!("sam{}", name.len())).await;
        assert_eq!(sam.get(&path(&begun, "")).await.json::<DeviceLogin>(200).name, name);
    }
}

/// A call from an address, as a proxy tells it.
async fn from(person: &Person, method: Method, path: &str, address: &str) -> Answer {
    let request = person.request(method, path).header("x-forwarded-for", address);
    person.send(request.json(&json!({ "name": "x", "device_code": "x" }))).await
}

async fn behind_a_proxy(variable: &str) -> Stack {
    Stack::builder().env("TRUSTED_PROXIES", "127.0.0.1").env(variable, "2/min").start().await
}

#[tokio::test]
async fn whether_it_is_asked_from_here_is_shown_and_no_address_is() {
    let stack = behind_a_proxy("RATE_LIMIT_SIGN_IN").await;
    let (sam, nobody) = (stack.user("sam").await, stack.anonymous());
    let answer = from(&nobody, Method::POST, "/api/device-logins", "192.0.2.1").await;
    let begun: BegunDeviceLogin = answer.json(201);
    for (address, same) in [("192.0.2.1", true), ("192.0.2.2", false)] {
        let answer = from(&sam, Method::GET, &path(&begun, ""), address).await;
        assert_eq!(answer.json::<DeviceLogin>(200).same_network, same);
        assert!(!String::from_utf8_lossy(&answer.body).contains("192.0.2"));
    }
}

#[tokio::test]
async fn beginning_and_asking_are_limited_by_network() {
    for (variable, path, status) in [
        ("RATE_LIMIT_DEVICE_LOGIN", "/api/device-logins", 201),
        ("RATE_LIMIT_DEVICE_POLL", "/api/device-logins/token", 404),
    ] {
        let stack = behind_a_proxy(variable).await;
        let nobody = stack.anonymous();
        for _ in 0..2 {
            assert_eq!(from(&nobody, Method::POST, path, "192.0.2.1").await.status, status);
        }
        let refused = from(&nobody, Method::POST, path, "192.0.2.1").await;
        refused.problem(429, ProblemCode::RateLimited);
        assert_eq!(from(&nobody, Method::POST, path, "192.0.2.2").await.status, status);
    }
}

#[tokio::test]
async fn guessing_at_codes_is_limited_by_account_and_by_network() {
    for (method, what) in [(Method::GET, ""), (Method::POST, "/approve"), (Method::POST, "/deny")] {
        let stack = behind_a_proxy("RATE_LIMIT_DEVICE_CODE").await;
        let (sam, ann) = (stack.user("sam").await, stack.user("ann").await);
        let right = begin(&stack).await;
        let wrong = format!("/api/device-logins/BCDF-GHJK{what}");
        // One account, wherever it is.
        for address in ["192.0.2.1", "192.0.2.2"] {
            assert_eq!(from(&sam, method.clone(), &wrong, address).await.status, 404);
        }
        let refused = from(&sam, method.clone(), &path(&right, what), "192.0.2.3").await;
        refused.problem(429, ProblemCode::RateLimited);
        // One network, whoever it is.
        let bob = stack.user("bob").await;
        assert_eq!(from(&ann, method.clone(), &wrong, "192.0.2.1").await.status, 404);
        let refused = from(&bob, method.clone(), &path(&right, what), "192.0.2.1").await;
        refused.problem(429, ProblemCode::RateLimited);
        assert!(from(&bob, method, &path(&right, what), "192.0.2.9").await.status.is_success());
    }
}

#[tokio::test]
async fn what_is_kept_of_codes_is_neither_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.db");
    let stack = Stack::builder().env("DATABASE_URL", format!("sqlite:{}", file.display()));
    let stack = stack.start().await;
    let begun = begin(&stack).await;
    let files = std::fs::read_dir(folder.path()).unwrap();
    let kept = files.flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let kept: Vec<u8> = kept.collect();
    let holds = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("sams-laptop"), "it is the database that is looked at");
    for secret in [&*begun.device_code, &begun.user_code, &begun.user_code.replace('-', "")] {
        assert!(!holds(secret));
    }
}
