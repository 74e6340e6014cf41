//! The library: listing, renaming, deleting, and that it is nobody else's.

use serde_json::json;
use sharesync_protocol::api::{FilePage, FileSummary, Me, ProblemCode};
use sharesync_testkit::Stack;

use crate::form_upload::assert_only_stored;

#[tokio::test]
async fn files_are_listed_newest_first_in_pages() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for n in 0..5 {
        sam.upload(&format!("{n}.txt"), b"x").await;
        stack.advance(std::time::Duration::from_millis(1));
    }
    let (mut names, mut sizes, mut cursor) = (vec![], vec![], String::new());
    loop {
        let page: FilePage = sam.get(&format!("/api/files?limit=2{cursor}")).await.json(200);
        sizes.push(page.items.len());
        names.extend(page.items.into_iter().map(|row| row.file.name));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]);
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn a_page_of_no_size_or_from_nowhere_is_refused() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for (query, field) in
        [("limit=0", "limit"), ("limit=201", "limit"), ("cursor=x", "cursor"), ("limit=x", "query")]
    {
        let refused = sam.get(&format!("/api/files?{query}")).await;
        assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some(field));
    }
    stack.anonymous().get("/api/files").await.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn another_persons_file_is_not_there() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let file = sam.upload("secret.txt", b"x").await;
    let path = format!("/api/files/{}", file.id);
    eve.get(&path).await.problem(404, ProblemCode::NotFound);
    eve.get(&format!("{path}/downloads")).await.problem(404, ProblemCode::NotFound);
    eve.patch(&path, json!({ "name": "mine.txt" })).await.problem(404, ProblemCode::NotFound);
    eve.delete(&path).await.problem(404, ProblemCode::NotFound);
    assert!(eve.files().await.items.is_empty());
    assert_eq!(sam.file(file.id).await.summary.file.name, "secret.txt");

    let nobody = stack.anonymous();
    nobody.get(&path).await.problem(401, ProblemCode::Unauthenticated);
    nobody.get(&format!("{path}/downloads")).await.problem(401, ProblemCode::Unauthenticated);
    nobody.patch(&path, json!({ "name": "x" })).await.problem(401, ProblemCode::Unauthenticated);
    nobody.delete(&path).await.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn an_id_of_nothing_is_not_there() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for id in ["00000000-0000-0000-0000-000000000000", "x", "..%2f..%2fetc%2fpasswd", "%00"] {
        sam.get(&format!("/api/files/{id}")).await.problem(404, ProblemCode::NotFound);
        sam.delete(&format!("/api/files/{id}")).await.problem(404, ProblemCode::NotFound);
    }
}

#[tokio::test]
async fn a_file_is_renamed_unless_the_name_is_taken_or_refused() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (a, b) = (sam.upload("a.txt", b"a").await, sam.upload("b.txt", b"b").await);
    let path = format!("/api/files/{}", a.id);
    let renamed: FileSummary = sam.patch(&path, json!({ "name": "c.txt" })).await.json(200);
    assert_eq!((renamed.file.id, renamed.file.name.as_str()), (a.id, "c.txt"));
    sam.patch(&path, json!({ "name": "b.txt" })).await.problem(409, ProblemCode::NameTaken);
    sam.patch(&path, json!({ "name": "../x" })).await.problem(422, ProblemCode::InvalidName);
    sam.patch(&path, json!({})).await.problem(422, ProblemCode::Invalid);
    // Its own name again is no collision.
    let _: FileSummary = sam.patch(&path, json!({ "name": "c.txt" })).await.json(200);
    let rows = sam.files().await.items;
    let mut names: Vec<_> = rows.into_iter().map(|row| row.file.name).collect();
    names.sort();
    assert_eq!(names, ["b.txt", "c.txt"]);
    assert_eq!(sam.file(b.id).await.summary.file.name, "b.txt");
}

#[tokio::test]
async fn two_people_may_have_files_of_one_name() {
    let stack = Stack::start().await;
    let (sam, ann) = (stack.user("sam").await, stack.user("ann").await);
    assert_eq!(sam.upload("a.txt", b"sam").await.name, "a.txt");
    assert_eq!(ann.upload("a.txt", b"ann").await.name, "a.txt");
}

#[tokio::test]
async fn deleting_for_good_gives_the_quota_back_and_removes_the_bytes() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"12345").await;
    let url = sam.file(file.id).await.download_url;
    sam.delete_for_good(file.id).await;
    sam.get(&format!("/api/files/{}", file.id)).await.problem(404, ProblemCode::NotFound);
    stack.anonymous().get(&url).await.problem(404, ProblemCode::NotFound);
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).used, 0);
    // With no purge.
    assert_only_stored(&stack, 0).await;
}
