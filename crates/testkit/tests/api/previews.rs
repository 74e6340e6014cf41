//! Previews: who may look at what, what of it can run (nothing), and that looking is no download.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::FileId;
use sharesync_protocol::api::{
    DownloadLink, DownloadPage, FileDetails, IssuedApiToken, OwnedShare, PreviewKind, PreviewLink,
    ProblemCode, SharePublic,
};
use sharesync_test_services::{Clamd, eicar};
use sharesync_testkit::{Answer, Person, Stack};

use crate::bucket::{is_at_bucket, sent};
use crate::integrity::flip;

/// What a browser may do with any content that it is sent.
const POLICY: &str = "default-src 'none'; sandbox";
const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

async fn ask_own(person: &Person, file: FileId) -> Answer {
    person.post(&format!("/api/files/{file}/preview"), json!({})).await
}

async fn ask(person: &Person, share: &OwnedShare, body: Value) -> Answer {
    person.post(&format!("/api/shares/{}/preview", share.slug.as_str()), body).await
}

async fn link_of(person: &Person, file: FileId) -> PreviewLink {
    ask_own(person, file).await.json(200)
}

async fn shared_link(person: &Person, share: &OwnedShare, file: FileId) -> PreviewLink {
    ask(person, share, json!({ "file_id": file })).await.json(200)
}

fn assert_contained(answer: &Answer, name: &str) {
    for (header, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "private, no-cache"),
    ] {
        assert_eq!(answer.header(header), value, "{name}: {header}");
    }
}

#[tokio::test]
async fn ones_own_file_is_looked_at_by_whoever_has_the_address_until_it_ends() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("digits.txt", b"0123456789").await;
    let link = link_of(&sam, file.id).await;
    assert_eq!((link.kind, link.expires_at), (PreviewKind::Text, stack.now_ms() + 300_000));
    let anyone = stack.anonymous();
    let whole = anyone.get(&link.preview_url).await;
    assert_eq!((whole.status.as_u16(), whole.body.as_slice()), (200, &b"0123456789"[..]));
    assert_eq!(whole.header("etag"), format!("\"{}\"", file.digest.sha256()));
    let range = anyone.request(Method::GET, &link.preview_url).header("range", "bytes=2-4");
    let part = anyone.send(range).await;
    assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, &b"234"[..]));
    assert_eq!(
        (part.header("content-range"), part.header("accept-ranges")),
        ("bytes 2-4/10", "bytes")
    );
    let past = anyone.request(Method::GET, &link.preview_url).header("range", "bytes=10-");
    anyone.send(past).await.problem(416, ProblemCode::RangeNotSatisfiable);
    let head = anyone.send(anyone.request(Method::HEAD, &link.preview_url)).await;
    assert_eq!((head.status.as_u16(), head.header("content-length")), (200, "10"));
    for answer in [whole, part, head] {
        assert_contained(&answer, "digits.txt");
        assert_eq!(answer.header("content-type"), PLAIN_TEXT);
    }
    stack.advance(Duration::from_secs(299));
    assert_eq!(anyone.get(&link.preview_url).await.status, 200);
    stack.advance(Duration::from_secs(1));
    anyone.get(&link.preview_url).await.problem(410, ProblemCode::Expired);
}

#[tokio::test]
async fn an_address_is_its_owners_to_ask_for_and_cannot_be_made_up() {
    let stack = Stack::builder().with_admin().start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    for other in [stack.user("eve").await, stack.admin().await] {
        ask_own(&other, file.id).await.problem(404, ProblemCode::NotFound);
    }
    ask_own(&stack.anonymous(), file.id).await.problem(401, ProblemCode::Unauthenticated);
    let token = json!({ "name": "script", "scopes": ["files:write"] });
    let token: IssuedApiToken = sam.post("/api/me/tokens", token).await.json(201);
    let script = stack.anonymous().with_token(&token.token);
    ask_own(&script, file.id).await.problem(403, ProblemCode::InsufficientScope);

    let other = sam.upload("b.txt", b"other").await;
    let (url, of_other) =
        (link_of(&sam, file.id).await.preview_url, link_of(&sam, other.id).await.preview_url);
    let share = sam.share(&[file.id], json!({})).await;
    let through_link = shared_link(&sam, &share, file.id).await.preview_url;
    let query = |url: &str| url.split_once('?').unwrap().1.to_owned();
    let path = |url: &str| url.split_once('?').unwrap().0.to_owned();
    let archived = sam.post("/api/files/archive", json!({ "ids": [file.id] })).await;
    let archived: DownloadLink = archived.json(200);
    for query in [
        query(&of_other),
        query(&through_link),
        query(&archived.download_url),
        query(&url).replace("expires=1", "expires=2"),
        query(&url).replace("signature=", "signature=A"),
    ] {
        // By their token no less than by none.
        for person in [&stack.anonymous(), &sam] {
            let refused = person.get(&format!("{}?{query}", path(&url))).await;
            refused.problem(403, ProblemCode::Forbidden);
        }
    }
    sam.get(&path(&url)).await.problem(422, ProblemCode::Invalid);
    // Nor is one for looking good for fetching.
    let content = path(&url).replace("/preview", "/content");
    stack
        .anonymous()
        .get(&format!("{content}?{}", query(&url)))
        .await
        .problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn nothing_that_could_run_is_served_so_that_it_does() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let script = "<script>window.parent.ran = true</script>";
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{script}</svg>");
    // What else begins as its name claims is not taken in.
    let begun = |magic: &[u8]| [magic, script.as_bytes(), b"%PDF-1.4 GIF89a"].concat();
    let (page, picture) = (script.as_bytes().to_vec(), svg.into_bytes());
    for (name, content, kind, content_type) in [
        ("a.html", page.clone(), PreviewKind::Text, PLAIN_TEXT),
        ("a.HTM", page.clone(), PreviewKind::Text, PLAIN_TEXT),
        ("a.xhtml", page.clone(), PreviewKind::Text, PLAIN_TEXT),
        ("a.xml", picture.clone(), PreviewKind::Text, PLAIN_TEXT),
        ("a.js", b"ran = true".to_vec(), PreviewKind::Text, PLAIN_TEXT),
        ("a.md", page, PreviewKind::Markdown, PLAIN_TEXT),
        ("a.svg", picture, PreviewKind::Image, "image/svg+xml"),
        ("polyglot.gif", begun(b"GIF89a/*"), PreviewKind::Image, "image/gif"),
        ("polyglot.pdf", begun(b"%PDF-1.4 "), PreviewKind::Pdf, "application/pdf"),
        ("a.wav", begun(b"RIFF$\0\0\0WAVEfmt "), PreviewKind::Audio, "audio/wav"),
        ("a.webm", begun(b"\x1A\x45\xDF\xA3"), PreviewKind::Video, "video/webm"),
    ] {
        let file = sam.upload(name, &content).await;
        let details = sam.file(file.id).await;
        assert_eq!(details.summary.preview, Some(kind), "{name}");
        let download = sam.get(&details.download_url).await;
        assert_contained(&download, name);
        let saved = download.header("content-disposition");
        assert!(saved.starts_with("attachment; filename="), "{name}: {saved}");

        let link = link_of(&sam, file.id).await;
        let shown = sam.get(&link.preview_url).await;
        assert_contained(&shown, name);
        assert_eq!((link.kind, shown.header("content-type")), (kind, content_type), "{name}");
        let done = if kind == PreviewKind::Pdf { "attachment" } else { "inline" };
        let disposition = format!("{done}; filename=\"{name}\"; filename*=UTF-8''{name}");
        assert_eq!(shown.header("content-disposition"), disposition);
        assert_eq!(shown.body, content, "{name}");
    }
}

#[tokio::test]
async fn what_has_no_preview_says_so_and_a_new_name_decides_anew() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.zip", b"content").await;
    assert_eq!(sam.file(file.id).await.summary.preview, None);
    ask_own(&sam, file.id).await.problem(415, ProblemCode::NoPreview);
    let share = sam.share(&[file.id], json!({})).await;
    let refused = ask(&stack.anonymous(), &share, json!({ "file_id": file.id })).await;
    refused.problem(415, ProblemCode::NoPreview);
    let path = format!("/api/files/{}", file.id);
    let renamed: Value = sam.patch(&path, json!({ "name": "a.png" })).await.json(200);
    assert_eq!(renamed["preview"], "image");
    let link = link_of(&sam, file.id).await;
    assert_eq!(sam.get(&link.preview_url).await.header("content-type"), "image/png");
    sam.patch(&path, json!({ "name": "a.html" })).await.json::<Value>(200);
    assert_eq!(sam.get(&link.preview_url).await.header("content-type"), PLAIN_TEXT);
    sam.patch(&path, json!({ "name": "a.zip" })).await.json::<Value>(200);
    sam.get(&link.preview_url).await.problem(415, ProblemCode::NoPreview);
}

#[tokio::test]
async fn whoever_has_a_link_looks_at_its_files_and_at_no_other() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (shared, other) = (sam.upload("a.txt", b"shared").await, sam.upload("b.txt", b"own").await);
    let share = sam.share(&[shared.id], json!({})).await;
    let anyone = stack.anonymous();
    let about: SharePublic =
        anyone.get(&format!("/api/shares/{}", share.slug.as_str())).await.json(200);
    assert_eq!(about.files[0].preview, Some(PreviewKind::Text));
    let link = shared_link(&anyone, &share, shared.id).await;
    let shown = anyone.get(&link.preview_url).await;
    assert_eq!((shown.status.as_u16(), shown.body.as_slice()), (200, &b"shared"[..]));
    assert_contained(&shown, "a.txt");
    let refused = ask(&anyone, &share, json!({ "file_id": other.id })).await;
    refused.problem(404, ProblemCode::NotFound);
    let swapped = link.preview_url.replace(&shared.id.to_string(), &other.id.to_string());
    anyone.get(&swapped).await.problem(403, ProblemCode::Forbidden);
    ask(&anyone, &share, json!({})).await.problem(422, ProblemCode::Invalid);
    let nowhere = "/api/shares/AAAAAAAAAAAAAAAAAAAAAA/preview";
    let refused = anyone.post(nowhere, json!({ "file_id": shared.id })).await;
    refused.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn the_password_stands_before_the_preview_too() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    let share = sam.share(&[file.id], json!({ "password": "open sesame" })).await;
    for person in [&stack.anonymous(), &sam] {
        let with = |password: Value| json!({ "file_id": file.id, "password": password });
        let refused = ask(person, &share, with(Value::Null)).await;
        refused.problem(401, ProblemCode::PasswordRequired);
        let refused = ask(person, &share, with(json!("open barley"))).await;
        refused.problem(401, ProblemCode::WrongPassword);
        let link: PreviewLink = ask(person, &share, with(json!("open sesame"))).await.json(200);
        assert_eq!(stack.anonymous().get(&link.preview_url).await.body, b"content");
    }
}

#[tokio::test]
async fn guesses_are_limited_and_leafing_through_an_open_link_is_none() {
    let stack = Stack::builder().env("RATE_LIMIT_SHARE_PASSWORD", "2/min").start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    let share = sam.share(&[file.id], json!({})).await;
    let locked = sam.share(&[file.id], json!({ "password": "open sesame" })).await;
    let guess = json!({ "file_id": file.id, "password": "open barley" });
    for _ in 0..2 {
        let wrong = ask(&sam, &locked, guess.clone()).await;
        wrong.problem(401, ProblemCode::WrongPassword);
    }
    let refused = ask(&sam, &locked, guess).await;
    refused.problem(429, ProblemCode::RateLimited);
    assert_eq!(refused.header("retry-after"), "30");
    let unlock = format!("/api/shares/{}/unlock", locked.slug.as_str());
    let refused = sam.post(&unlock, json!({ "password": "open sesame" })).await;
    refused.problem(429, ProblemCode::RateLimited);
    for _ in 0..3 {
        shared_link(&sam, &share, file.id).await;
    }
}

#[tokio::test]
async fn looking_is_limited_as_fetching_is() {
    let stack = Stack::builder().env("RATE_LIMIT_DOWNLOAD", "2/min").start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    let link = link_of(&sam, file.id).await;
    ask_own(&sam, file.id).await.json::<PreviewLink>(200);
    ask_own(&sam, file.id).await.problem(429, ProblemCode::RateLimited);
    let anyone = stack.anonymous();
    for _ in 0..2 {
        assert_eq!(anyone.get(&link.preview_url).await.status, 200);
    }
    anyone.get(&link.preview_url).await.problem(429, ProblemCode::RateLimited);
}

#[tokio::test]
async fn a_link_that_ended_shows_nothing_any_more() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    let anyone = stack.anonymous();
    let body = json!({ "file_id": file.id });

    let ends = sam.share(&[file.id], json!({ "expires_in": 60 })).await;
    let link = shared_link(&anyone, &ends, file.id).await;
    stack.advance(Duration::from_secs(59));
    assert_eq!(anyone.get(&link.preview_url).await.status, 200);
    stack.advance(Duration::from_secs(1));
    anyone.get(&link.preview_url).await.problem(410, ProblemCode::Expired);
    ask(&anyone, &ends, body.clone()).await.problem(410, ProblemCode::Expired);

    let revoked = sam.share(&[file.id], json!({})).await;
    let link = shared_link(&anyone, &revoked, file.id).await;
    let path = format!("/api/shares/{}", revoked.slug.as_str());
    assert_eq!(sam.delete(&path).await.status, 204);
    anyone.get(&link.preview_url).await.problem(404, ProblemCode::NotFound);
    ask(&anyone, &revoked, body).await.problem(404, ProblemCode::NotFound);

    let other = sam.upload("b.txt", b"content").await;
    let share = sam.share(&[file.id, other.id], json!({})).await;
    let shared = shared_link(&anyone, &share, file.id).await;
    let own = link_of(&sam, file.id).await;
    assert_eq!(sam.delete(&format!("/api/files/{}", file.id)).await.status, 204);
    for url in [shared.preview_url, own.preview_url] {
        anyone.get(&url).await.problem(404, ProblemCode::NotFound);
    }
}

#[tokio::test]
async fn a_link_whose_downloads_are_limited_shows_nothing_before() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    let share = sam.share(&[file.id], json!({ "max_downloads": 1 })).await;
    let anyone = stack.anonymous();
    for person in [&anyone, &sam] {
        let refused = ask(person, &share, json!({ "file_id": file.id })).await;
        refused.problem(403, ProblemCode::DownloadsLimited);
    }
    let path = format!("/api/shares/{}", share.slug.as_str());
    let about: SharePublic = anyone.get(&path).await.json(200);
    assert_eq!((about.files[0].preview, about.downloads_left), (None, Some(1)));
    assert_eq!(anyone.fetch_shared(&share.slug).await.body, b"content", "nothing took its place");
}

#[tokio::test]
async fn looking_counts_nothing() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await;
    let share = sam.share(&[file.id], json!({ "notify": true })).await;
    let anyone = stack.anonymous();
    for url in [
        link_of(&sam, file.id).await.preview_url,
        shared_link(&anyone, &share, file.id).await.preview_url,
    ] {
        assert_eq!(anyone.get(&url).await.body, b"content");
        assert_eq!(sam.get(&url).await.body, b"content");
    }
    // What is written down of a download that came after them is there, and nothing else.
    assert_eq!(anyone.fetch_shared(&share.slug).await.body, b"content");
    for records in
        [format!("/api/files/{}", file.id), format!("/api/shares/{}", share.slug.as_str())]
    {
        let page = sam.downloads(&records, |page| page.items.iter().any(|row| row.completed)).await;
        assert_eq!(page.items.len(), 1, "{records}");
    }
    let details: FileDetails = sam.file(file.id).await;
    assert_eq!(details.summary.downloads, 1);
    let mail = stack.mail_to("sam@example.com").await;
    assert_eq!(mail.iter().filter(|mail| mail.subject == "Your file was opened").count(), 1);
}

#[tokio::test]
async fn what_has_not_been_scanned_and_what_is_in_quarantine_is_not_shown() {
    let mut clamd = Clamd::stopped();
    let stack = Stack::builder().env("CLAMD_ADDRESS", clamd.address()).start().await;
    let sam = stack.user("sam").await;
    let clean = sam.upload("clean.txt", b"clean").await.id;
    let bad = sam.upload("eicar.txt", &eicar()).await.id;
    let share = sam.share(&[clean, bad], json!({})).await;
    for file in [clean, bad] {
        ask_own(&sam, file).await.problem(409, ProblemCode::ScanPending);
        let refused = ask(&stack.anonymous(), &share, json!({ "file_id": file })).await;
        refused.problem(409, ProblemCode::ScanPending);
    }
    clamd.run();
    for file in [clean, bad] {
        sam.scanned(file).await;
    }
    assert_eq!(sam.get(&link_of(&sam, clean).await.preview_url).await.body, b"clean");
    ask_own(&sam, bad).await.problem(403, ProblemCode::Quarantined);
    let refused = ask(&stack.anonymous(), &share, json!({ "file_id": bad })).await;
    refused.problem(403, ProblemCode::Quarantined);
}

#[tokio::test]
async fn what_a_disk_has_damaged_is_not_shown() {
    let stack = Stack::builder().on_disk().start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", &[b'x'; 1000]).await;
    let link = link_of(&sam, file.id).await;
    flip(&stack, 500);
    sam.get(&link.preview_url).await.problem(500, ProblemCode::Damaged);
    ask_own(&sam, file.id).await.problem(500, ProblemCode::Damaged);
    let page: DownloadPage = sam.get(&format!("/api/files/{}/downloads", file.id)).await.json(200);
    assert!(page.items.is_empty());
}

#[tokio::test]
async fn what_lies_in_a_bucket_is_shown_through_the_server() {
    let stack = Stack::builder().with_bucket().start().await;
    let sam = stack.user("sam").await;
    let file = sent(&sam, "a.html", b"<script>").await;
    let direct = sam.get(&sam.file(file.id).await.download_url).await;
    assert!(is_at_bucket(&stack, direct.header("location")));
    let shown = sam.get(&link_of(&sam, file.id).await.preview_url).await;
    assert_eq!((shown.status.as_u16(), shown.body.as_slice()), (200, &b"<script>"[..]));
    assert_contained(&shown, "a.html");
}
