//! Clients hand files in; operators are told, and fetch them by addresses that are theirs alone.

use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use sharesync_protocol::FileId;
use sharesync_protocol::api::{
    DownloadLink, HandInStatus, HandedInPage, Me, OwnHandIn, OwnHandInPage, ProblemCode, Role,
    UploadedFile,
};
use sharesync_testkit::{Answer, Person, Stack};

struct House {
    stack: Stack,
    admin: Person,
    client: Person,
    ops: Person,
}

impl House {
    async fn open() -> Self {
        let stack = Stack::builder().with_admin().start().await;
        let admin = stack.admin().await;
        let client = stack.somebody(&admin, "client", Role::Client).await;
        let ops = stack.somebody(&admin, "ops", Role::Ops).await;
        Self { stack, admin, client, ops }
    }
}

async fn id_of(person: &Person) -> String {
    person.get("/api/me").await.json::<Me>(200).id.to_string()
}

async fn sign(person: &Person, file: FileId) -> Answer {
    person.post(&format!("/api/files/{file}/signed-url"), json!({})).await
}

async fn address(person: &Person, file: FileId) -> DownloadLink {
    sign(person, file).await.json(200)
}

async fn own(person: &Person) -> Vec<OwnHandIn> {
    person.get("/api/me/handed-in").await.json::<OwnHandInPage>(200).items
}

/// What one handed in first, once it is known to be fetched: a delivery is recorded a moment after its last byte.
async fn until_fetched(person: &Person) -> OwnHandIn {
    let fetched = async {
        loop {
            let row = own(person).await.remove(0);
            if row.status == HandInStatus::Fetched {
                return row;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), fetched).await.unwrap()
}

async fn handed_in(person: &Person) -> HandedInPage {
    person.get("/api/handed-in").await.json(200)
}

#[tokio::test]
async fn what_a_client_hands_in_an_operator_is_told_of_and_fetches() {
    let house = House::open().await;
    let second = house.stack.somebody(&house.admin, "ops2", Role::Ops).await;
    let file = house.client.upload("report.pdf", b"figures").await;
    for operator in ["ops@example.com", "ops2@example.com"] {
        let mail = house.stack.mail_to(operator).await.pop().unwrap();
        assert_eq!(mail.subject, "A file was handed in");
        assert!(mail.text.contains("client has handed a file in:"), "{}", mail.text);
        assert!(mail.text.contains("report.pdf"), "{}", mail.text);
        assert!(mail.text.contains(&format!("/handed-in?file={}", file.id)), "{}", mail.text);
    }
    let listed = handed_in(&house.ops).await;
    assert_eq!(listed.items.len(), 1);
    assert_eq!((listed.items[0].file.id, &*listed.items[0].from), (file.id, "client"));
    assert_eq!(listed.items[0].fetched_at, None);
    assert_eq!(own(&house.client).await[0].status, HandInStatus::Waiting);

    let link = address(&house.ops, file.id).await;
    assert_eq!(link.expires_at - house.stack.now_ms(), 600_000);
    assert_eq!(house.ops.get(&link.download_url).await.body, b"figures");
    let status = until_fetched(&house.client).await;
    assert_eq!(
        (&*status.name, status.size, status.status),
        ("report.pdf", 7, HandInStatus::Fetched)
    );
    let listed = handed_in(&second).await;
    assert_eq!(listed.items[0].fetched_by.as_deref(), Some("ops"));
}

#[tokio::test]
async fn an_operators_address_is_good_for_that_operator_and_administrators_for_ten_minutes() {
    let house = House::open().await;
    let other = house.stack.somebody(&house.admin, "ops2", Role::Ops).await;
    let file = house.client.upload("report.pdf", b"figures").await;
    let url = address(&house.ops, file.id).await.download_url;

    assert_eq!(house.ops.get(&url).await.status, 200);
    assert_eq!(house.admin.get(&url).await.status, 200);
    for person in [&other, &house.client] {
        person.get(&url).await.problem(403, ProblemCode::Forbidden);
    }
    let nobody = house.stack.anonymous();
    nobody.get(&url).await.problem(401, ProblemCode::Unauthenticated);
    // A browser sends its cookie with a download, and nothing else.
    assert_eq!(house.ops.without_token().get(&url).await.status, 200);
    other.without_token().get(&url).await.problem(403, ProblemCode::Forbidden);
    // It cannot be made somebody else's, or of another kind.
    let id = id_of(&other).await;
    let mine = id_of(&house.ops).await;
    for changed in [url.replace(&mine, &id), url.replace("via=handed-in", "via=library")] {
        assert_ne!(changed, url);
        other.get(&changed).await.problem(403, ProblemCode::Forbidden);
    }
    house.stack.advance(Duration::from_mins(10));
    house.stack.admin().await.get(&url).await.problem(410, ProblemCode::Expired);
}

#[tokio::test]
async fn an_operator_who_is_none_any_more_fetches_nothing() {
    let house = House::open().await;
    let file = house.client.upload("report.pdf", b"figures").await;
    let url = address(&house.ops, file.id).await.download_url;
    let id = id_of(&house.ops).await;
    let path = format!("/api/admin/users/{id}");
    assert_eq!(house.admin.patch(&path, json!({ "role": "standard" })).await.status, 200);
    house.ops.get(&url).await.problem(403, ProblemCode::Forbidden);
    sign(&house.ops, file.id).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn a_client_has_no_library_and_no_address() {
    let house = House::open().await;
    let file = house.client.upload("report.pdf", b"figures").await;
    sign(&house.client, file.id).await.problem(403, ProblemCode::Forbidden);
    house.client.get("/api/files").await.problem(403, ProblemCode::Forbidden);
    house.client.get("/api/handed-in").await.problem(403, ProblemCode::Forbidden);
    let other = house.stack.somebody(&house.admin, "client2", Role::Client).await;
    assert!(own(&other).await.is_empty());
}

#[tokio::test]
async fn who_keeps_files_hands_in_what_they_say_and_keeps_it() {
    let house = House::open().await;
    let sam = house.stack.user("sam").await;
    let kept = sam.upload("mine.txt", b"x").await;
    let form = Form::new().part("file", Part::bytes(b"y".to_vec()).file_name("yours.txt"));
    let request = sam.request(Method::POST, "/api/upload?hand_in=true").multipart(form);
    let given: UploadedFile = sam.send(request).await.json(201);
    let listed = handed_in(&house.ops).await;
    assert_eq!(listed.items.iter().map(|row| row.file.id).collect::<Vec<_>>(), [given.id]);
    assert_eq!(sam.files().await.items.len(), 2);
    sign(&house.ops, kept.id).await.problem(404, ProblemCode::NotFound);
    // An owner's own address is anybody's who has it.
    let url = address(&sam, given.id).await.download_url;
    assert_eq!(house.stack.anonymous().get(&url).await.status, 200);
    let left = address(&sam, kept.id).await.expires_at - house.stack.now_ms();
    assert_eq!(left, 300_000);
}

#[tokio::test]
async fn what_is_handed_in_comes_in_pages_and_goes_when_it_expires() {
    let house = House::open().await;
    for name in ["a", "b", "c"] {
        house.client.upload(name, b"x").await;
        house.stack.advance(Duration::from_millis(1));
    }
    for path in ["/api/handed-in", "/api/me/handed-in"] {
        let person = if path == "/api/handed-in" { &house.ops } else { &house.client };
        let first: serde_json::Value = person.get(&format!("{path}?limit=2")).await.json(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let next = format!("{path}?limit=2&cursor={cursor}");
        let second: serde_json::Value = person.get(&next).await.json(200);
        let names = [&first["items"][0], &first["items"][1], &second["items"][0]]
            .map(|row| row["name"].as_str().unwrap().to_owned());
        assert_eq!(names, ["c", "b", "a"]);
    }
    house.stack.advance(Duration::from_hours(24 * 7));
    let mut ops = house.ops;
    ops.sign_in("ops").await;
    assert!(handed_in(&ops).await.items.is_empty());
}
