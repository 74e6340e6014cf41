//! Share links: their rules, from both ends.

use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{
    DownloadLink, DownloadPage, OwnedShare, ProblemCode, ShareList, SharePublic, UploadedFile,
};
use sharesync_protocol::{FileId, ShareSlug};
use sharesync_testkit::{Answer, Person, Stack};

async fn one_file(stack: &Stack) -> (Person, UploadedFile) {
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    (sam, file)
}

fn path(share: &OwnedShare) -> String {
    format!("/api/shares/{}", share.slug.as_str())
}

async fn look_at(stack: &Stack, share: &OwnedShare) -> Answer {
    stack.anonymous().get(&path(share)).await
}

#[tokio::test]
async fn whoever_has_the_link_sees_and_fetches_the_files() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({})).await;
    let url = share.url.as_deref().unwrap();
    assert_eq!(url, format!("{}/s/{}", stack.url(), share.slug.as_str()));
    assert_eq!(share.slug.as_str().len(), 22, "128 bits");
    let shown: SharePublic = look_at(&stack, &share).await.json(200);
    assert_eq!((shown.owner.as_str(), shown.files[0].name.as_str()), ("sam", "a.txt"));
    assert_eq!((shown.total_size, shown.downloads_left), (7, None));
    assert_eq!(stack.anonymous().fetch_shared(&share.slug).await.body, b"content");
}

#[tokio::test]
async fn the_public_address_is_the_configured_one() {
    let stack = Stack::builder().env("PUBLIC_URL", "https://files.example.com/").start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({})).await;
    let url = share.url.unwrap();
    assert!(url.starts_with("https://files.example.com/s/"), "{url}");
}

#[tokio::test]
async fn only_ones_own_files_can_be_shared() {
    let stack = Stack::start().await;
    let (_, file) = one_file(&stack).await;
    let eve = stack.user("eve").await;
    let own = eve.upload("own.txt", b"x").await;
    let body = json!({ "file_ids": [own.id, file.id] });
    eve.post("/api/shares", body.clone()).await.problem(404, ProblemCode::NotFound);
    assert!(eve.get("/api/shares").await.json::<ShareList>(200).items.is_empty());
    stack.anonymous().post("/api/shares", body).await.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn rules_out_of_bounds_name_the_field() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    for (field, value) in [
        ("file_ids", json!([])),
        ("file_ids", json!(vec![file.id; 101])),
        ("password", json!("")),
        ("expires_in", json!(59)),
        ("expires_in", json!(31_536_001)),
        ("max_downloads", json!(0)),
        ("max_downloads", json!(1_000_001)),
    ] {
        let mut body = json!({ "file_ids": [file.id] });
        body[field] = value;
        let problem = sam.post("/api/shares", body).await.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
    }
}

#[tokio::test]
async fn behind_a_password_no_name_is_shown_and_nothing_is_fetched() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({ "password": "open sesame" })).await;
    let answer = look_at(&stack, &share).await;
    let shown: SharePublic = answer.json(200);
    assert!(shown.password_required && shown.files.is_empty());
    let text = String::from_utf8(answer.body).unwrap();
    for secret in ["a.txt", &file.digest.sha256().to_string(), "content?", &file.id.to_string()] {
        assert!(!text.contains(secret), "{text}");
    }
    let anyone = stack.anonymous();
    let ask = |body| anyone.ask_download(&share.slug, body);
    ask(json!({})).await.problem(401, ProblemCode::PasswordRequired);
    ask(json!({ "password": "open barley" })).await.problem(401, ProblemCode::WrongPassword);
    let unlock = format!("{}/unlock", path(&share));
    let wrong = anyone.post(&unlock, json!({ "password": "open barley" })).await;
    wrong.problem(401, ProblemCode::WrongPassword);
    let open = anyone.post(&unlock, json!({ "password": "open sesame" })).await;
    assert_eq!(open.json::<SharePublic>(200).files[0].name, "a.txt");
    let link: DownloadLink = ask(json!({ "password": "open sesame" })).await.json(200);
    assert_eq!(anyone.get(&link.download_url).await.body, b"content");
}

#[tokio::test]
async fn a_link_ends_to_the_second_with_no_purge() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({ "expires_in": 60 })).await;
    stack.advance(Duration::from_secs(59));
    assert_eq!(look_at(&stack, &share).await.status, 200);
    stack.advance(Duration::from_secs(1));
    look_at(&stack, &share).await.problem(410, ProblemCode::Expired);
    let refused = stack.anonymous().ask_download(&share.slug, json!({})).await;
    refused.problem(410, ProblemCode::Expired);
}

#[tokio::test]
async fn a_limit_holds_against_everybody_at_once() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({ "max_downloads": 3 })).await;
    let tries = (0..40).map(|_| {
        let (anyone, slug) = (stack.anonymous(), share.slug.clone());
        tokio::spawn(async move { anyone.ask_download(&slug, json!({})).await })
    });
    let (mut granted, mut refused) = (0, 0);
    for answer in tries.collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        if answer.status == 200 {
            granted += 1;
        } else {
            answer.problem(410, ProblemCode::UsedUp);
            refused += 1;
        }
    }
    assert_eq!((granted, refused), (3, 37));
}

#[tokio::test]
async fn a_place_that_was_not_used_is_given_back_and_a_used_one_is_not() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({ "max_downloads": 1 })).await;
    let anyone = stack.anonymous();
    let _: DownloadLink = anyone.ask_download(&share.slug, json!({})).await.json(200);
    look_at(&stack, &share).await.problem(410, ProblemCode::UsedUp);
    stack.advance(Duration::from_mins(5));
    let link: DownloadLink = anyone.ask_download(&share.slug, json!({})).await.json(200);
    assert_eq!(anyone.get(&link.download_url).await.body, b"content");
    sam.downloads(&path(&share), |page| page.items.iter().any(|d| d.completed)).await;
    anyone.get(&link.download_url).await.problem(410, ProblemCode::UsedUp);
    stack.advance(Duration::from_mins(5));
    anyone.ask_download(&share.slug, json!({})).await.problem(410, ProblemCode::UsedUp);
}

#[tokio::test]
async fn each_file_of_a_link_has_the_limit_to_itself() {
    let stack = Stack::start().await;
    let (sam, a) = one_file(&stack).await;
    let b = sam.upload("b.txt", b"other").await;
    let share = sam.share(&[b.id, a.id, b.id], json!({ "max_downloads": 1 })).await;
    let names: Vec<_> = share.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["b.txt", "a.txt"], "in the order given, each once");
    let anyone = stack.anonymous();
    let which = anyone.ask_download(&share.slug, json!({})).await;
    assert_eq!(which.problem(422, ProblemCode::Invalid).field.as_deref(), Some("file_id"));
    for file in [a.id, b.id] {
        let body = json!({ "file_id": file });
        let _: DownloadLink = anyone.ask_download(&share.slug, body.clone()).await.json(200);
        anyone.ask_download(&share.slug, body).await.problem(410, ProblemCode::UsedUp);
    }
    let unshared = sam.upload("c.txt", b"x").await;
    let refused = anyone.ask_download(&share.slug, json!({ "file_id": unshared.id })).await;
    refused.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn the_owner_sees_who_fetched_what() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({})).await;
    let ann = stack.user("ann").await;
    ann.fetch_shared(&share.slug).await;
    stack.advance(Duration::from_secs(1));
    stack.anonymous().fetch_shared(&share.slug).await;
    let all_done = |page: &DownloadPage| page.items.iter().filter(|d| d.completed).count() == 2;
    let page = sam.downloads(&path(&share), all_done).await;
    let who: Vec<_> = page.items.iter().map(|d| d.by.as_deref()).collect();
    assert_eq!(who, [None, Some("ann")]);
    assert!(page.items.iter().all(|d| d.bytes == 7 && d.file_name == "a.txt"));
    let list: ShareList = sam.get("/api/shares").await.json(200);
    assert_eq!((list.items[0].downloads, list.items.len()), (2, 1));
    assert_eq!(sam.files().await.items[0].shares, 1);
}

#[tokio::test]
async fn nobody_but_the_owner_sees_or_ends_a_link() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({})).await;
    let eve = stack.user("eve").await;
    eve.get(&format!("{}/downloads", path(&share))).await.problem(404, ProblemCode::NotFound);
    eve.delete(&path(&share)).await.problem(404, ProblemCode::NotFound);
    for which in ["", &format!("?file_id={}", file.id)] {
        let list: ShareList = eve.get(&format!("/api/shares{which}")).await.json(200);
        assert!(list.items.is_empty(), "{which}");
    }
    let nobody = stack.anonymous();
    nobody.get("/api/shares").await.problem(401, ProblemCode::Unauthenticated);
    nobody.delete(&path(&share)).await.problem(401, ProblemCode::Unauthenticated);
    let downloads = nobody.get(&format!("{}/downloads", path(&share))).await;
    downloads.problem(401, ProblemCode::Unauthenticated);
    assert_eq!(look_at(&stack, &share).await.status, 200);
}

#[tokio::test]
async fn an_ended_link_is_gone_and_so_are_the_addresses_it_gave() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({})).await;
    let anyone = stack.anonymous();
    let link: DownloadLink = anyone.ask_download(&share.slug, json!({})).await.json(200);
    assert_eq!(sam.delete(&path(&share)).await.status, 204);
    look_at(&stack, &share).await.problem(404, ProblemCode::NotFound);
    anyone.get(&link.download_url).await.problem(404, ProblemCode::NotFound);
    sam.delete(&path(&share)).await.problem(404, ProblemCode::NotFound);
}

/// Else its sender would be recorded as nobody, and not learn that it is no longer signed in.
#[tokio::test]
async fn a_bad_token_is_refused_where_none_is_needed() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({})).await;
    let refused = sam.with_token("x").ask_download(&share.slug, json!({})).await;
    refused.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn a_link_whose_files_are_gone_says_so() {
    let stack = Stack::start().await;
    let (sam, file) = one_file(&stack).await;
    let share = sam.share(&[file.id], json!({})).await;
    sam.delete(&format!("/api/files/{}", file.id)).await;
    look_at(&stack, &share).await.problem(410, ProblemCode::Expired);
}

#[tokio::test]
async fn links_are_listed_in_pages_and_by_file() {
    let stack = Stack::start().await;
    let (sam, a) = one_file(&stack).await;
    let b = sam.upload("b.txt", b"x").await;
    let mut made = vec![];
    for file in [a.id, b.id, a.id] {
        made.push(sam.share(&[file], json!({})).await.slug);
        stack.advance(Duration::from_millis(1));
    }
    let first: ShareList = sam.get("/api/shares?limit=2").await.json(200);
    let next = format!("/api/shares?limit=2&cursor={}", first.next_cursor.unwrap());
    let rest: ShareList = sam.get(&next).await.json(200);
    let listed: Vec<ShareSlug> =
        first.items.into_iter().chain(rest.items).map(|share| share.slug).collect();
    made.reverse();
    assert_eq!(listed, made);
    let of_b: ShareList = sam.get(&format!("/api/shares?file_id={}", b.id)).await.json(200);
    assert_eq!(of_b.items.len(), 1);
}

#[tokio::test]
async fn a_slug_of_nothing_is_not_there() {
    let stack = Stack::start().await;
    for slug in ["AAAAAAAAAAAAAAAAAAAAAA", "x", "%00", "'; drop table share; --"] {
        let slug = ShareSlug(slug.into());
        let anyone = stack.anonymous();
        let path = format!("/api/shares/{}", slug.as_str());
        anyone.get(&path).await.problem(404, ProblemCode::NotFound);
        anyone.ask_download(&slug, json!({})).await.problem(404, ProblemCode::NotFound);
    }
}

#[tokio::test]
async fn an_owner_who_asks_for_it_is_mailed_once_for_each_file_that_is_fetched() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (one, two) = (sam.upload("one.txt", b"1").await, sam.upload("two.txt", b"2").await);
    let told = sam.share(&[one.id, two.id], json!({ "notify": true })).await;
    let quiet = sam.share(&[one.id], json!({})).await;
    assert!(told.notify && !quiet.notify);
    let nobody = stack.anonymous();
    let fetch = |slug: ShareSlug, file: FileId| {
        let nobody = nobody.clone();
        async move {
            let body = json!({ "file_id": file });
            let link: DownloadLink = nobody.ask_download(&slug, body).await.json(200);
            assert_eq!(nobody.get(&link.download_url).await.status, 200);
        }
    };
    fetch(quiet.slug.clone(), one.id).await;
    for _ in 0..2 {
        fetch(told.slug.clone(), one.id).await;
    }
    fetch(told.slug.clone(), two.id).await;
    sam.downloads(&format!("/api/shares/{}", told.slug.as_str()), |page| {
        page.items.iter().filter(|download| download.completed).count() == 3
    })
    .await;
    let mails = stack.mail_to("sam@example.com").await;
    let opened: Vec<_> =
        mails.iter().filter(|mail| mail.subject == "Your file was opened").collect();
    assert_eq!(opened.len(), 2);
    for name in ["one.txt", "two.txt"] {
        assert_eq!(opened.iter().filter(|mail| mail.text.contains(name)).count(), 1, "{name}");
    }
}
