//! Download addresses: what they serve, to whom, for how long, and what is recorded.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{DownloadPage, IssuedApiToken, ProblemCode, UploadedFile};
use sharesync_testkit::{Person, Stack};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CONTENT: &[u8] = b"0123456789";

async fn one_file(stack: &Stack) -> (Person, UploadedFile, String) {
    let sam = stack.user("sam").await;
    let file = sam.upload("digits.html", CONTENT).await;
    let url = sam.file(file.id).await.download_url;
    (sam, file, url)
}

fn records(file: &UploadedFile) -> String {
    format!("/api/files/{}", file.id)
}

#[tokio::test]
async fn an_address_works_for_whoever_has_it_until_it_expires() {
    let stack = Stack::start().await;
    let (_, _, url) = one_file(&stack).await;
    let anyone = stack.anonymous();
    assert_eq!(anyone.get(&url).await.body, CONTENT);
    stack.advance(Duration::from_secs(299));
    assert_eq!(anyone.get(&url).await.body, CONTENT);
    stack.advance(Duration::from_secs(1));
    anyone.get(&url).await.problem(410, ProblemCode::Expired);
}

#[tokio::test]
async fn an_address_that_was_changed_or_made_up_is_refused() {
    let stack = Stack::start().await;
    let (sam, _, url) = one_file(&stack).await;
    let other = sam.upload("other.txt", b"other").await;
    let other_url = sam.file(other.id).await.download_url;
    let of_another_file =
        format!("{}?{}", url.split('?').next().unwrap(), other_url.split('?').nth(1).unwrap());
    let longer = url.replace("expires=1", "expires=2");
    let inline = url.replace("attachment", "inline");
    for changed in [of_another_file, longer, inline] {
        assert_ne!(changed, url);
        stack.anonymous().get(&changed).await.problem(403, ProblemCode::Forbidden);
    }
    let bare = url.split('?').next().unwrap();
    stack.anonymous().get(bare).await.problem(401, ProblemCode::Unauthenticated);
    let half = url.split('&').next().unwrap();
    stack.anonymous().get(half).await.problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn content_is_saved_and_never_run() {
    let stack = Stack::start().await;
    let (_, file, url) = one_file(&stack).await;
    let answer = stack.anonymous().get(&url).await;
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"digits.html\"; filename*=UTF-8''digits.html"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("content-type"), "text/html");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(answer.header("etag"), format!("\"{}\"", file.digest.sha256()));
    // Of all of it, whichever part is sent and whether any is.
    let digest = format!("sha-256=:{}:", STANDARD.encode(file.digest.whole().unwrap().0));
    assert_eq!(answer.header("repr-digest"), digest);
    let part = stack.anonymous().request(Method::GET, &url).header("range", "bytes=2-3");
    let part = stack.anonymous().send(part).await;
    assert_eq!((part.status.as_u16(), part.header("repr-digest")), (206, &*digest));
    let head = stack.anonymous().send(stack.anonymous().request(Method::HEAD, &url)).await;
    assert_eq!(head.header("repr-digest"), digest);
}

#[tokio::test]
async fn ones_own_content_is_fetched_by_a_token_and_recorded() {
    let stack = Stack::builder().with_admin().start().await;
    let (sam, file, _) = one_file(&stack).await;
    let path = format!("/api/files/{}/content", file.id);
    let answer = sam.get(&path).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (200, CONTENT));
    assert!(answer.header("content-disposition").contains("digits.html"));
    let page =
        sam.downloads(&records(&file), |page| page.items.iter().any(|row| row.completed)).await;
    assert_eq!(page.items[0].by.as_deref(), Some("sam"));
    let part = sam.send(sam.request(Method::GET, &path).header("range", "bytes=2-4")).await;
    assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, &b"234"[..]));

    let script = |scopes: Value| {
        let body = json!({ "name": "script", "scopes": scopes });
        let (stack, sam) = (&stack, &sam);
        async move {
            let issued: IssuedApiToken = sam.post("/api/me/tokens", body).await.json(201);
            stack.anonymous().with_token(&issued.token)
        }
    };
    assert_eq!(script(json!(["files:read"])).await.get(&path).await.body, CONTENT);
    let writer = script(json!(["files:write"])).await;
    writer.get(&path).await.problem(403, ProblemCode::InsufficientScope);
    for other in [stack.user("eve").await, stack.admin().await] {
        other.get(&path).await.problem(404, ProblemCode::NotFound);
    }
    stack.anonymous().get(&path).await.problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn whoever_has_it_already_is_told_so_and_downloads_nothing() {
    let stack = Stack::start().await;
    let (sam, file, url) = one_file(&stack).await;
    let with = async |name: &str, value: &str| {
        sam.send(sam.request(Method::GET, &url).header(name, value)).await
    };
    let head = sam.send(sam.request(Method::HEAD, &url)).await;
    let (tag, stored) = (head.header("etag").to_owned(), head.header("last-modified").to_owned());
    for (name, value) in [("if-none-match", &tag), ("if-modified-since", &stored)] {
        let same = with(name, value).await;
        assert_eq!((same.status.as_u16(), same.body.as_slice()), (304, &b""[..]), "{name}");
        assert_eq!((same.header("etag"), same.header("last-modified")), (&*tag, &*stored));
    }
    assert_eq!(with("if-none-match", "\"other\"").await.body, CONTENT);
    assert_eq!(with("if-match", &tag).await.body, CONTENT);
    let other = with("if-match", "\"other\"").await;
    other.problem(412, ProblemCode::PreconditionFailed);
    for (version, bytes) in [(tag.as_str(), &b"23"[..]), (&stored, b"23"), ("\"other\"", CONTENT)] {
        let request = sam.request(Method::GET, &url).header("range", "bytes=2-3");
        assert_eq!(sam.send(request.header("if-range", version)).await.body, bytes, "{version}");
    }
    let page = sam.downloads(&records(&file), |page| !page.items.is_empty()).await;
    assert_eq!(page.items.len(), 1, "one address is one download");
}

#[tokio::test]
async fn what_goes_wrong_inside_is_not_told() {
    let stack = Stack::builder().on_disk().start().await;
    let (_, _, url) = one_file(&stack).await;
    let place = stack.stored_files().remove(0);
    std::fs::remove_file(&place).unwrap();
    std::fs::create_dir(&place).unwrap();
    let problem = stack.anonymous().get(&url).await.problem(500, ProblemCode::Internal);
    assert_eq!(problem.detail, "Something went wrong on the server.");
}

#[tokio::test]
async fn names_of_any_kind_make_a_header_of_one_line() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for (name, extended) in [
        ("na\"me;x.txt", "na%22me%3Bx.txt"),
        ("日本.txt", "%E6%97%A5%E6%9C%AC.txt"),
        ("100%.txt", "100%25.txt"),
    ] {
        let file = sam.upload(name, b"x").await;
        let answer = sam.get(&sam.file(file.id).await.download_url).await;
        let disposition = answer.header("content-disposition");
        assert!(disposition.ends_with(&format!("filename*=UTF-8''{extended}")), "{disposition}");
    }
}

#[tokio::test]
async fn ranges_are_served_and_impossible_ones_refused() {
    let stack = Stack::start().await;
    let (sam, _, url) = one_file(&stack).await;
    let range = |range: &str| {
        let request = sam.request(Method::GET, &url).header("range", range);
        let sam = sam.clone();
        async move { sam.send(request).await }
    };
    let part = range("bytes=2-4").await;
    assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, &b"234"[..]));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    assert_eq!(range("bytes=-2").await.body, b"89");
    assert_eq!(range("bytes=0-1,3-4").await.body, CONTENT);
    let refused = range("bytes=10-").await;
    refused.problem(416, ProblemCode::RangeNotSatisfiable);
    assert_eq!(refused.header("content-range"), "bytes */10");
}

#[tokio::test]
async fn looking_at_the_headers_is_no_download() {
    let stack = Stack::start().await;
    let (sam, file, url) = one_file(&stack).await;
    let head = sam.send(sam.request(Method::HEAD, &url)).await;
    assert_eq!((head.status.as_u16(), head.header("content-length")), (200, "10"));
    let page: DownloadPage = sam.get(&format!("{}/downloads", records(&file))).await.json(200);
    assert!(page.items.is_empty());
}

#[tokio::test]
async fn a_download_is_recorded_with_who_when_and_how_much() {
    let stack = Stack::start().await;
    let (sam, file, url) = one_file(&stack).await;
    stack.anonymous().get(&url).await;
    let page = sam.downloads(&records(&file), |page| page.items.iter().any(|d| d.completed)).await;
    let [download] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!(download.by.as_deref(), Some("sam"));
    assert_eq!((download.bytes, download.file_name.as_str()), (10, "digits.html"));
    assert!(download.started_at >= Some(file.created_at));
    assert!(download.completed_at >= download.started_at);
    assert_eq!(sam.file(file.id).await.summary.downloads, 1);
}

#[tokio::test]
async fn parts_that_reach_the_end_without_a_gap_complete_a_download() {
    let stack = Stack::start().await;
    let (sam, file, url) = one_file(&stack).await;
    let fetch = |range: &str| {
        let request = sam.request(Method::GET, &url).header("range", range);
        let sam = sam.clone();
        async move { sam.send(request).await }
    };
    let seen = |bytes: u64| move |page: &DownloadPage| page.items.iter().any(|d| d.bytes == bytes);
    fetch("bytes=0-3").await;
    sam.downloads(&records(&file), seen(4)).await;
    fetch("bytes=8-9").await;
    fetch("bytes=2-5").await;
    let page = sam.downloads(&records(&file), seen(6)).await;
    assert!(!page.items[0].completed);
    fetch("bytes=6-").await;
    let page = sam.downloads(&records(&file), seen(10)).await;
    assert!(page.items[0].completed);
    assert_eq!(page.items.len(), 1);
}

#[tokio::test]
async fn a_download_that_breaks_off_is_recorded_as_not_completed() {
    const SIZE: usize = 40 << 20;
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("big.bin", &vec![7; SIZE]).await;
    let url = sam.file(file.id).await.download_url;
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    let head = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.read_exact(&mut vec![0; 100_000]).await.unwrap();
    drop(socket);
    let page = sam.downloads(&records(&file), |page| page.items.iter().any(|d| d.bytes > 0)).await;
    assert!(!page.items[0].completed && page.items[0].bytes < SIZE as u64, "{page:?}");
}
