//! Uploads in parts: what comes together to a file, what goes on after an interruption, and what is refused.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{
    BegunUpload, HandedInPage, Me, PartAddresses, ProblemCode, Role, TokenGrant, UploadDetails,
    UploadPage, UploadedFile,
};
use sharesync_testkit::{Person, Stack};

use crate::form_upload::{assert_only_stored, sha256, used};

const MIB: usize = 1024 * 1024;
pub const PART: usize = 8 * MIB;
const DAY: Duration = Duration::from_hours(24);

/// Bytes of two and a half parts, no two stretches of which are alike.
pub fn content() -> Vec<u8> {
    let words = (0..u32::try_from(PART * 5 / 8).unwrap()).map(|i| i.wrapping_mul(2_654_435_761));
    words.flat_map(u32::to_le_bytes).collect()
}

/// The address of the only part of an upload.
pub fn only_part(upload: &BegunUpload) -> &str {
    let [part] = upload.parts.as_slice() else { panic!("{} parts", upload.parts.len()) };
    &part.url
}

pub async fn details(person: &Person, id: UploadId) -> UploadDetails {
    person.get(&format!("/api/uploads/{id}")).await.json(200)
}

pub async fn received(person: &Person, id: UploadId) -> Vec<u32> {
    details(person, id).await.parts.iter().map(|part| part.number).collect()
}

/// An address that takes one part with this digest only.
pub async fn address(person: &Person, id: UploadId, number: u32, content: &[u8]) -> String {
    let wanted = json!({ "parts": [{ "number": number, "sha256": sha256(content) }] });
    let answer = person.post(&format!("/api/uploads/{id}/parts"), wanted).await;
    answer.json::<PartAddresses>(200).parts[0].url.clone()
}

async fn renewed(person: &Person) -> Person {
    let grant: TokenGrant = person.post("/api/auth/refresh", json!({})).await.json(200);
    person.with_token(&grant.access_token)
}

#[tokio::test]
async fn a_file_comes_together_from_parts_of_any_order_at_once() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let content = content();
    let begun = sam.begin_upload("film.mp4", content.len(), json!({})).await;
    assert_eq!((begun.session.part_size, begun.parts.len()), (Some(PART as u64), 3));
    assert_eq!(used(&sam).await, content.len() as u64, "it counts from the beginning");
    let sends = begun.parts.iter().rev().map(|part| {
        let from = (part.number as usize - 1) * PART;
        let bytes = content[from..from + usize::try_from(part.size).unwrap()].to_vec();
        let (sam, url) = (sam.clone(), part.url.clone());
        async move {
            let answer = sam.put_part(&url, bytes.clone()).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("etag"), format!("\"{}\"", sha256(&bytes)));
        }
    });
    stream::iter(sends).buffer_unordered(3).collect::<Vec<()>>().await;
    assert!(sam.files().await.items.is_empty(), "it is no file yet");

    let file: UploadedFile = sam.complete_upload(begun.session.id).await.json(201);
    assert_eq!((file.name.as_str(), file.size), ("film.mp4", content.len() as u64));
    assert_eq!((file.digest.sha256(), file.content_type.as_str()), (sha256(&content), "video/mp4"));
    assert!(sam.get(&sam.file(file.id).await.download_url).await.body == content);
    assert_eq!(used(&sam).await, content.len() as u64);
    assert_only_stored(&stack, 1).await;
}

#[tokio::test]
async fn an_upload_goes_on_after_the_server_was_stopped() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let content = content();
    let begun = sam.begin_upload("a.bin", content.len(), json!({})).await;
    let id = begun.session.id;
    assert_eq!(
        sam.put_part(&begun.parts[1].url, content[PART..2 * PART].to_vec()).await.status,
        200
    );
    let token = sam.token().to_owned();

    let stack = stack.restart().await;
    let sam = stack.anonymous().with_token(&token);
    let there = details(&sam, id).await;
    assert_eq!((there.session.received, there.parts.len()), (PART as u64, 1));
    assert_eq!(there.parts[0].sha256, sha256(&content[PART..2 * PART]));
    for (number, bytes) in [(1, &content[..PART]), (3, &content[2 * PART..])] {
        let url = address(&sam, id, number, bytes).await;
        assert_eq!(sam.put_part(&url, bytes.to_vec()).await.status, 200);
    }
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(file.digest.sha256(), sha256(&content));
}

#[tokio::test]
async fn whoever_did_not_hear_that_it_is_complete_hears_it_again() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    sam.put_part(only_part(&begun), "kept").await;
    let id = begun.session.id;
    let both = tokio::join!(sam.complete_upload(id), sam.complete_upload(id));
    let (one, other) = (both.0.json::<UploadedFile>(201), both.1.json::<UploadedFile>(201));
    assert_eq!(one.id, other.id);
    let token = sam.token().to_owned();
    let stack = stack.restart().await;
    let sam = stack.anonymous().with_token(&token);
    assert_eq!(sam.complete_upload(id).await.json::<UploadedFile>(201).id, one.id);
    assert_eq!(details(&sam, id).await.file.map(|file| file.id), Some(one.id));
    assert_eq!(sam.files().await.items.len(), 1);
    assert_eq!(used(&sam).await, 4);

    // It takes no more parts, and cannot be given up: it is a file.
    sam.put_part(&only_part(&begun).replace(begun_host(&begun), stack.url()), "lost")
        .await
        .problem(404, ProblemCode::NotFound);
    let wanted = json!({ "parts": [{ "number": 1 }] });
    let refused = sam.post(&format!("/api/uploads/{id}/parts"), wanted).await;
    refused.problem(409, ProblemCode::Superseded);
    sam.delete(&format!("/api/uploads/{id}")).await.problem(404, ProblemCode::NotFound);
    assert_eq!(sam.get(&sam.file(one.id).await.download_url).await.body, b"kept");

    assert_eq!(sam.delete(&format!("/api/files/{}", one.id)).await.status, 204);
    sam.complete_upload(id).await.problem(404, ProblemCode::NotFound);
}

/// Where the server was that an upload was begun with.
fn begun_host(begun: &BegunUpload) -> &str {
    only_part(begun).split("/api/").next().unwrap()
}

#[tokio::test]
async fn content_that_is_not_what_was_said_is_no_file() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let said = json!({ "sha256": sha256(b"lost") });
    let begun = sam.begin_upload("a.txt", 4, said.clone()).await;
    sam.put_part(only_part(&begun), "kept").await;
    let refused = sam.complete_upload(begun.session.id).await;
    refused.problem(422, ProblemCode::ChecksumMismatch);
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    sam.put_part(only_part(&begun), "kept").await;
    let complete = format!("/api/uploads/{}/complete", begun.session.id);
    sam.post(&complete, said).await.problem(422, ProblemCode::ChecksumMismatch);
    assert!(sam.files().await.items.is_empty());
    let right = json!({ "sha256": sha256(b"kept") });
    assert_eq!(sam.post(&complete, right).await.json::<UploadedFile>(201).name, "a.txt");
}

#[tokio::test]
async fn what_could_never_be_a_file_is_refused_at_the_beginning() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 1000).start().await;
    let sam = stack.user("sam").await;
    let begin = async |body: Value| sam.post("/api/uploads", body).await;
    let empty = begin(json!({ "name": "a", "size": 0 })).await;
    empty.problem(422, ProblemCode::EmptyFile);
    let large = begin(json!({ "name": "a", "size": 1001 })).await;
    assert_eq!(large.problem(413, ProblemCode::TooLarge).limit, Some(1000));
    for name in ["..", "../../etc/passwd", "a\\b", "a\u{202E}fdp.exe", "a\u{0}", &"n".repeat(256)] {
        let refused = begin(json!({ "name": name, "size": 1 })).await;
        refused.problem(422, ProblemCode::InvalidName);
    }
    for body in [
        json!({ "name": "a" }),
        json!({ "name": "a", "size": -1 }),
        json!({ "name": "a", "size": "1" }),
        json!({ "name": "a", "size": 1, "type": "nonsense" }),
        json!({ "name": "a", "size": 1, "type": "text/plain\r\nset-cookie: x" }),
        json!({ "name": "a", "size": 1, "sha256": "abc" }),
    ] {
        begin(body.clone()).await.problem(422, ProblemCode::Invalid);
    }
    let typed = begin(json!({ "name": "a.bin", "size": 1, "type": "text/plain" })).await;
    assert_eq!(typed.json::<BegunUpload>(201).session.content_type, "text/plain");
    assert_eq!(used(&sam).await, 1);
    assert!(stack.stored_files().is_empty());
}

#[tokio::test]
async fn uploads_begun_at_once_cannot_exceed_the_quota() {
    let stack = Stack::builder().env("USER_QUOTA", 1_000_000).start().await;
    let sam = stack.user("sam").await;
    let begins = (0..50).map(|i| {
        let sam = sam.clone();
        let body = json!({ "name": format!("{i}"), "size": 90_000 });
        async move { sam.post("/api/uploads", body).await.status.as_u16() }
    });
    let answers: Vec<u16> = stream::iter(begins).buffer_unordered(50).collect().await;
    assert_eq!(answers.iter().filter(|status| **status == 201).count(), 11);
    assert_eq!(answers.iter().filter(|status| **status == 507).count(), 39);
    // What is on its way leaves no room for what comes by form, either.
    sam.try_upload("more", &vec![7; 20_000]).await.problem(507, ProblemCode::QuotaExceeded);
    assert_eq!(used(&sam).await, 990_000);
}

#[tokio::test]
async fn nobody_has_more_than_a_thousand_under_way() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begin = async || sam.post("/api/uploads", json!({ "name": "a", "size": 1 })).await;
    let statuses: Vec<u16> = stream::iter(0..1000)
        .map(|_| async { begin().await.status.as_u16() })
        .buffer_unordered(16)
        .collect()
        .await;
    assert!(statuses.iter().all(|status| *status == 201));
    assert_eq!(begin().await.problem(409, ProblemCode::TooMany).limit, Some(1000));
    let page: UploadPage = sam.get("/api/uploads?limit=200").await.json(200);
    let id = page.items[0].id;
    assert_eq!(sam.delete(&format!("/api/uploads/{id}")).await.status, 204);
    assert_eq!(begin().await.status, 201);
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing_behind() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    sam.put_part(only_part(&begun), "kept").await;
    assert_only_stored(&stack, 1).await;
    let path = format!("/api/uploads/{}", begun.session.id);
    assert_eq!(sam.delete(&path).await.status, 204);
    assert_only_stored(&stack, 0).await;
    assert_eq!(used(&sam).await, 0);
    sam.delete(&path).await.problem(404, ProblemCode::NotFound);
    sam.get(&path).await.problem(404, ProblemCode::NotFound);
    sam.put_part(only_part(&begun), "kept").await.problem(404, ProblemCode::NotFound);
    sam.complete_upload(begun.session.id).await.problem(404, ProblemCode::NotFound);
    assert_only_stored(&stack, 0).await;
}

#[tokio::test]
async fn an_upload_waits_a_week_for_its_next_part() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.bin", PART + 1, json!({})).await;
    let id = begun.session.id;
    stack.advance(6 * DAY);
    let sam = renewed(&sam).await;
    let url = address(&sam, id, 2, b"x").await;
    assert_eq!(sam.put_part(&url, "x").await.status, 200);
    stack.advance(6 * DAY);
    let sam = renewed(&sam).await;
    assert_eq!(stack.purge().await.uploads, 0);
    assert_eq!(received(&sam, id).await, [2]);
    stack.advance(DAY);
    let sam = renewed(&sam).await;
    sam.get(&format!("/api/uploads/{id}")).await.problem(404, ProblemCode::NotFound);
    assert!(sam.get("/api/uploads").await.json::<UploadPage>(200).items.is_empty());
    sam.complete_upload(id).await.problem(404, ProblemCode::NotFound);
    assert_eq!(used(&sam).await, PART as u64 + 1);
    let purged = stack.purge().await;
    assert_eq!((purged.uploads, purged.objects), (1, 1));
    assert_eq!(used(&sam).await, 0);
    assert!(stack.stored_files().is_empty());
}

#[tokio::test]
async fn after_a_day_it_is_forgotten_that_a_file_came_in_parts() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    sam.put_part(only_part(&begun), "kept").await;
    let file: UploadedFile = sam.complete_upload(begun.session.id).await.json(201);
    stack.advance(DAY);
    let sam = renewed(&sam).await;
    assert_eq!(stack.purge().await.uploads, 0, "it was not given up");
    sam.complete_upload(begun.session.id).await.problem(404, ProblemCode::NotFound);
    assert_eq!(sam.get(&sam.file(file.id).await.download_url).await.body, b"kept");
    assert_eq!(used(&sam).await, 4);
}

#[tokio::test]
async fn an_upload_is_its_owners_alone() {
    let stack = Stack::builder().with_admin().start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    let path = format!("/api/uploads/{}", begun.session.id);
    let parts = json!({ "parts": [{ "number": 1 }] });
    for other in [&eve, &stack.admin().await] {
        other.get(&path).await.problem(404, ProblemCode::NotFound);
        other.delete(&path).await.problem(404, ProblemCode::NotFound);
        let asked = other.post(&format!("{path}/parts"), parts.clone()).await;
        asked.problem(404, ProblemCode::NotFound);
        other.complete_upload(begun.session.id).await.problem(404, ProblemCode::NotFound);
        assert!(other.get("/api/uploads").await.json::<UploadPage>(200).items.is_empty());
    }
    let nobody = stack.anonymous();
    for (method, path) in [
        (Method::POST, "/api/uploads"),
        (Method::GET, "/api/uploads"),
        (Method::GET, path.as_str()),
        (Method::DELETE, &path),
        (Method::POST, &format!("{path}/parts")),
        (Method::POST, &format!("{path}/complete")),
    ] {
        let refused = nobody.send(nobody.request(method, path)).await;
        refused.problem(401, ProblemCode::Unauthenticated);
    }
    sam.put_part(only_part(&begun), "kept").await;
    assert_eq!(sam.complete_upload(begun.session.id).await.status, 201);
    assert_eq!(eve.get("/api/me").await.json::<Me>(200).used, 0);
}

#[tokio::test]
async fn a_large_upload_is_told_its_first_addresses_and_the_list_comes_in_pages() {
    let stack = Stack::builder().env("USER_QUOTA", 200_000_000).start().await;
    let sam = stack.user("sam").await;
    let large = sam.begin_upload("large.bin", 18 * PART, json!({})).await;
    assert_eq!(large.parts.len(), 16);
    for name in ["b", "c"] {
        stack.advance(Duration::from_millis(1));
        sam.begin_upload(name, 1, json!({})).await;
    }
    let page: UploadPage = sam.get("/api/uploads?limit=2").await.json(200);
    let names =
        |page: &UploadPage| page.items.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&page), ["c", "b"]);
    let next = format!("/api/uploads?limit=2&cursor={}", page.next_cursor.unwrap());
    let page: UploadPage = sam.get(&next).await.json(200);
    assert_eq!(names(&page), ["large.bin"]);
    assert_eq!(page.next_cursor, None);
}

#[tokio::test]
async fn what_a_client_sends_in_parts_is_handed_in() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let cleo = stack.somebody(&admin, "cleo", Role::Client).await;
    let sam = stack.user("sam").await;
    for (person, name, more) in [
        (&cleo, "from-client", json!({})),
        (&sam, "kept", json!({})),
        (&sam, "handed-in", json!({ "hand_in": true })),
    ] {
        stack.advance(Duration::from_millis(1));
        let begun = person.begin_upload(name, 1, more).await;
        person.put_part(only_part(&begun), "x").await;
        assert_eq!(person.complete_upload(begun.session.id).await.status, 201);
    }
    let page: HandedInPage = admin.get("/api/handed-in").await.json(200);
    let names: Vec<_> = page.items.into_iter().map(|row| row.file.name).collect();
    assert_eq!(names, ["handed-in", "from-client"]);
}

#[tokio::test]
async fn names_that_are_taken_get_a_number_when_the_upload_is_complete() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (one, other) = tokio::join!(
        sam.begin_upload("a.txt", 1, json!({})),
        sam.begin_upload("a.txt", 1, json!({})),
    );
    let mut names = vec![];
    for begun in [&other, &one] {
        sam.put_part(only_part(begun), "x").await;
        names.push(sam.complete_upload(begun.session.id).await.json::<UploadedFile>(201).name);
    }
    assert_eq!(names, ["a.txt", "a (1).txt"]);
}
