//! Accounts, as administrators see and change them.

use serde_json::json;
use sharesync_protocol::api::{Me, ProblemCode, Role, User, UserPage};
use sharesync_testkit::{Answer, Person, Stack};

async fn with_admin() -> (Stack, Person) {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    (stack, admin)
}

async fn id_of(person: &Person) -> String {
    person.get("/api/me").await.json::<Me>(200).id.to_string()
}

async fn sign_in(stack: &Stack, name: &str) -> Answer {
    let body = json!({
        "email": format!("{name}@example.com"), "password": "correct horse battery",
    });
    stack.anonymous().post("/api/auth/login", body).await
}

#[tokio::test]
async fn an_administrator_makes_accounts_of_every_role_whose_address_counts_as_proven() {
    let (stack, admin) = with_admin().await;
    for role in Role::ALL {
        let person = stack.somebody(&admin, role.name(), role).await;
        let me: Me = person.get("/api/me").await.json(200);
        assert_eq!((me.role, me.email_verified), (role, true));
    }
    assert!(stack.mail_to("client@example.com").await.is_empty());
    let body = json!({
        "email": "ops@example.com", "username": "x2", "password": "walnut harbour", "role": "ops",
    });
    admin.post("/api/admin/users", body.clone()).await.problem(409, ProblemCode::EmailTaken);
    let mut bad = body.clone();
    bad["role"] = "king".into();
    admin.post("/api/admin/users", bad).await.problem(422, ProblemCode::Invalid);
    let mut bad = body;
    bad["email"] = "x".into();
    let problem = admin.post("/api/admin/users", bad).await.problem(422, ProblemCode::Invalid);
    assert_eq!(problem.field.as_deref(), Some("email"));
}

#[tokio::test]
async fn all_accounts_are_listed_newest_first_in_pages() {
    let (stack, admin) = with_admin().await;
    for name in ["ann", "bob"] {
        stack.advance(std::time::Duration::from_millis(1));
        stack.user(name).await;
    }
    let first: UserPage = admin.get("/api/admin/users?limit=2").await.json(200);
    let names: Vec<_> = first.items.iter().map(|user| user.username.as_str()).collect();
    assert_eq!(names, ["bob", "ann"]);
    let next = format!("/api/admin/users?limit=2&cursor={}", first.next_cursor.unwrap());
    let second: UserPage = admin.get(&next).await.json(200);
    assert_eq!((second.items.len(), second.items[0].role), (1, Role::Admin));
}

#[tokio::test]
async fn what_is_changed_holds_at_once_and_the_rest_stays() {
    let (stack, admin) = with_admin().await;
    let sam = stack.user("sam").await;
    let path = format!("/api/admin/users/{}", id_of(&sam).await);
    let user: User = admin.patch(&path, json!({ "quota": 5 })).await.json(200);
    assert_eq!((user.quota, user.role), (5, Role::Standard));
    sam.try_upload("a.txt", b"123456").await.problem(507, ProblemCode::QuotaExceeded);
    let user: User = admin.patch(&path, json!({ "role": "client" })).await.json(200);
    assert_eq!((user.quota, user.role), (5, Role::Client));
    sam.get("/api/files").await.problem(403, ProblemCode::Forbidden);
    let user: User = admin.patch(&path, json!({})).await.json(200);
    assert_eq!((user.quota, user.role, user.disabled_at), (5, Role::Client, None));

    let nobody = "/api/admin/users/00000000-0000-0000-0000-000000000000";
    admin.patch(nobody, json!({ "quota": 5 })).await.problem(404, ProblemCode::NotFound);
    admin.patch(&path, json!({ "quota": -1 })).await.problem(422, ProblemCode::Invalid);
    admin.patch(&path, json!({ "quota": 1u64 << 60 })).await.problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_back_when_it_is_enabled() {
    let (stack, admin) = with_admin().await;
    let sam = stack.user("sam").await;
    let path = format!("/api/admin/users/{}", id_of(&sam).await);
    let user: User = admin.patch(&path, json!({ "disabled": true })).await.json(200);
    assert!(user.disabled_at.is_some());
    sam.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
    let refused = sam.post("/api/auth/refresh", json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
    sign_in(&stack, "sam").await.problem(403, ProblemCode::AccountDisabled);
    stack
        .anonymous()
        .post("/api/auth/forgot-password", json!({ "email": "sam@example.com" }))
        .await;
    assert_eq!(stack.mail_to("sam@example.com").await.len(), 1);

    admin.patch(&path, json!({ "disabled": false })).await.json::<User>(200);
    assert_eq!(sign_in(&stack, "sam").await.status, 200);
    sam.get("/api/me").await.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let (stack, admin) = with_admin().await;
    let path = format!("/api/admin/users/{}", id_of(&admin).await);
    for change in [json!({ "role": "standard" }), json!({ "disabled": true })] {
        admin.patch(&path, change).await.problem(409, ProblemCode::LastAdmin);
    }
    let second = stack.somebody(&admin, "second", Role::Admin).await;
    admin.patch(&path, json!({ "role": "standard" })).await.json::<User>(200);
    let path = format!("/api/admin/users/{}", id_of(&second).await);
    second.patch(&path, json!({ "disabled": true })).await.problem(409, ProblemCode::LastAdmin);
}
