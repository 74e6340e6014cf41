//! Where somebody is signed in, and ending that.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sharesync_protocol::api::{Me, ProblemCode, Session, SessionPage, TokenGrant};
use sharesync_testkit::{Person, Stack};

/// Somebody signed in with a program that calls itself so.
async fn signed_in_with(stack: &Stack, name: &str, user_agent: &str) -> Person {
    let person = stack.anonymous();
    let body = json!({
        "email": format!("{name}@example.com"), "password": "correct horse battery",
    });
    let request = person.request(Method::POST, "/api/auth/login").json(&body);
    let grant: TokenGrant = person.send(request.header("user-agent", user_agent)).await.json(200);
    person.with_token(&grant.access_token)
}

async fn sessions_of(person: &Person) -> Vec<Session> {
    person.get("/api/me/sessions").await.json::<SessionPage>(200).items
}

#[tokio::test]
async fn one_sees_where_one_is_signed_in_and_when_that_was_used() {
    let stack = Stack::start().await;
    stack.anonymous().register("sam").await;
    let desk = signed_in_with(&stack, "sam", "desk").await;
    stack.advance(Duration::from_mins(1));
    let phone = signed_in_with(&stack, "sam", &"p".repeat(300)).await;
    stack.advance(Duration::from_mins(1));
    let grant: TokenGrant = desk.post("/api/auth/refresh", json!({})).await.json(200);
    let desk = desk.with_token(&grant.access_token);

    let sessions = sessions_of(&desk).await;
    let seen: Vec<_> = sessions.iter().map(|s| (s.user_agent.as_str(), s.current)).collect();
    assert_eq!(seen, [("p".repeat(256).as_str(), false), ("desk", true)]);
    let at_desk = &sessions[1];
    assert_eq!(at_desk.last_used_at - at_desk.created_at, 120_000);
    assert_eq!(at_desk.expires_at - at_desk.last_used_at, 30 * 24 * 3_600_000);
    assert_eq!(sessions[0].created_at, sessions[0].last_used_at);
    assert!(sessions_of(&phone).await[0].current);
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let stack = Stack::start().await;
    stack.anonymous().register("sam").await;
    let mut sam = stack.anonymous();
    for program in ["a", "b", "c"] {
        sam = signed_in_with(&stack, "sam", program).await;
        stack.advance(Duration::from_millis(1));
    }
    let first: SessionPage = sam.get("/api/me/sessions?limit=2").await.json(200);
    let cursor = first.next_cursor.unwrap();
    let second: SessionPage =
        sam.get(&format!("/api/me/sessions?limit=2&cursor={cursor}")).await.json(200);
    let all = first.items.iter().chain(&second.items);
    assert_eq!(all.map(|s| s.user_agent.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
    assert_eq!(second.next_cursor, None);
    sam.get("/api/me/sessions?cursor=x").await.problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn a_session_that_is_ended_is_worth_nothing_and_the_others_go_on() {
    let stack = Stack::start().await;
    stack.anonymous().register("sam").await;
    let desk = signed_in_with(&stack, "sam", "desk").await;
    let lost = signed_in_with(&stack, "sam", "lost").await;
    let sessions = sessions_of(&desk).await;
    let its = sessions.iter().find(|session| session.user_agent == "lost").unwrap().id;
    let path = format!("/api/me/sessions/{its}");
    assert_eq!(desk.delete(&path).await.status, 204);

    lost.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    let refused = lost.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
    let _: Me = desk.get("/api/me").await.json(200);
    assert_eq!(sessions_of(&desk).await.len(), 1);
    desk.delete(&path).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn nobody_sees_or_ends_somebody_elses() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let its = sessions_of(&sam).await[0].id;
    assert!(sessions_of(&eve).await.iter().all(|session| session.id != its));
    eve.delete(&format!("/api/me/sessions/{its}")).await.problem(404, ProblemCode::NotFound);
    for id in ["00000000-0000-0000-0000-000000000000", "x"] {
        let refused = eve.delete(&format!("/api/me/sessions/{id}")).await;
        refused.problem(404, ProblemCode::NotFound);
    }
    let _: Me = sam.get("/api/me").await.json(200);
    let nobody = stack.anonymous();
    for answer in [
        nobody.get("/api/me/sessions").await,
        nobody.delete("/api/me/sessions").await,
        nobody.delete(&format!("/api/me/sessions/{its}")).await,
    ] {
        answer.problem(401, ProblemCode::Unauthenticated);
    }
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_of_ones_own() {
    let stack = Stack::start().await;
    let (eve, desk) = (stack.user("eve").await, stack.user("sam").await);
    let phone = signed_in_with(&stack, "sam", "phone").await;
    let answer = desk.delete("/api/me/sessions").await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "the cookie goes, too");
    for person in [desk, phone] {
        person.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
        let refused = person.post("/api/auth/refresh", json!({})).await;
        refused.problem(401, ProblemCode::Unauthenticated);
    }
    let _: Me = eve.get("/api/me").await.json(200);
}

#[tokio::test]
async fn sessions_that_are_over_are_not_shown() {
    let stack = Stack::start().await;
    stack.anonymous().register("sam").await;
    signed_in_with(&stack, "sam", "old").await;
    stack.advance(Duration::from_hours(30 * 24));
    let sam = signed_in_with(&stack, "sam", "new").await;
    let seen: Vec<_> = sessions_of(&sam).await.into_iter().map(|s| s.user_agent).collect();
    assert_eq!(seen, ["new"]);
}
