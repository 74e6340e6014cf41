//! Uploads by tus 1.0: its core and each extension as the specification says, and what is kept of what breaks off.

use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Body, Method, RequestBuilder};
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use sharesync_protocol::api::{HandedInPage, ProblemCode, UploadPage, UploadedFile};
use sharesync_testkit::{Answer, Person, Stack};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::form_upload::{assert_only_stored, sha256, used, wait_until};

const CHUNK: &str = "application/offset+octet-stream";
const DAY: Duration = Duration::from_hours(24);

/// A request of somebody who speaks tus.
fn tus(person: &Person, method: Method, path: &str) -> RequestBuilder {
    person.request(method, path).header("tus-resumable", "1.0.0")
}

fn create(person: &Person, length: u64) -> RequestBuilder {
    tus(person, Method::POST, "/api/tus").header("upload-length", length)
}

/// Where an upload of so many bytes goes, named `a.txt`.
pub async fn created(person: &Person, length: u64) -> String {
    let metadata = format!("filename {}", STANDARD.encode("a.txt"));
    let request = create(person, length).header("upload-metadata", metadata);
    location(&person.send(request).await)
}

fn location(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    answer.header("location").to_owned()
}

fn patch(person: &Person, url: &str, at: u64, bytes: impl Into<Body>) -> RequestBuilder {
    let request = tus(person, Method::PATCH, url).header("upload-offset", at);
    request.header("content-type", CHUNK).body(bytes)
}

pub async fn append(person: &Person, url: &str, at: u64, bytes: impl Into<Body>) -> Answer {
    person.send(patch(person, url, at, bytes)).await
}

/// Where an upload goes on.
async fn offset(person: &Person, url: &str) -> u64 {
    let answer = person.send(tus(person, Method::HEAD, url)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.header("upload-offset").parse().unwrap()
}

/// The content of the only file that somebody has.
async fn only_file(person: &Person) -> (UploadedFile, Vec<u8>) {
    let mut files = person.files().await.items;
    assert_eq!(files.len(), 1);
    let file = files.remove(0).file;
    let content = person.get(&person.file(file.id).await.download_url).await.body;
    (file, content)
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_is_one_with_the_last() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = created(&sam, 11).await;
    assert!(url.starts_with(&format!("{}/api/tus/", stack.url())), "{url}");
    assert_eq!(offset(&sam, &url).await, 0);
    let answer = append(&sam, &url, 0, "hello ").await;
    assert_eq!((answer.status.as_u16(), answer.header("upload-offset")), (204, "6"));
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert_eq!(answer.header("content-location"), "");
    assert!(sam.files().await.items.is_empty());
    assert_eq!(offset(&sam, &url).await, 6);
    let answer = append(&sam, &url, 6, "world").await;
    assert_eq!((answer.status.as_u16(), answer.header("upload-offset")), (204, "11"));
    let (file, content) = only_file(&sam).await;
    assert_eq!((file.name.as_str(), file.content_type.as_str()), ("a.txt", "text/plain"));
    assert_eq!(
        (file.digest.sha256(), content.as_slice()),
        (sha256(b"hello world"), &b"hello world"[..])
    );
    assert_eq!(answer.header("content-location"), format!("/api/files/{}", file.id));

    // Whoever did not hear it asks, and is told that all is there; or sends nothing more.
    assert_eq!(offset(&sam, &url).await, 11);
    assert_eq!(append(&sam, &url, 11, "").await.status, 204);
    assert_eq!(used(&sam).await, 11);
    assert_only_stored(&stack, 1).await;
}

#[tokio::test]
async fn what_is_spoken_is_said_to_whoever_asks() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 1000).start().await;
    let nobody = stack.anonymous();
    let answer = nobody.send(nobody.request(Method::OPTIONS, "/api/tus")).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("tus-version"), "1.0.0");
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert_eq!(answer.header("tus-max-size"), "1000");
    assert_eq!(answer.header("tus-checksum-algorithm"), "sha1,sha256");
    for extension in [
        "creation",
        "creation-with-upload",
        "creation-defer-length",
        "checksum",
        "expiration",
        "termination",
    ] {
        assert!(answer.header("tus-extension").split(',').any(|spoken| spoken == extension));
    }
}

#[tokio::test]
async fn another_version_is_refused_and_nothing_done() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = created(&sam, 4).await;
    for version in [None, Some("0.2.2"), Some("1.0"), Some("2.0.0")] {
        for (method, path) in [
            (Method::POST, "/api/tus"),
            (Method::HEAD, &url),
            (Method::PATCH, &url),
            (Method::DELETE, &url),
        ] {
            let request = sam.request(method.clone(), path);
            let request = request.header("upload-length", 4).header("upload-offset", 0);
            let request = request.header("content-type", CHUNK).body("kept");
            let answer = sam.send(match version {
                Some(version) => request.header("tus-resumable", version),
                None => request,
            });
            let answer = answer.await;
            assert_eq!(answer.status, 412, "{method} {version:?}");
            assert_eq!(answer.header("tus-version"), "1.0.0");
            assert_eq!(answer.header("tus-resumable"), "1.0.0");
        }
    }
    assert_eq!(offset(&sam, &url).await, 0);
    assert_eq!(sam.get("/api/uploads").await.json::<UploadPage>(200).items.len(), 1);
}

#[tokio::test]
async fn bytes_go_on_where_the_upload_ends_and_come_as_what_they_are() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = created(&sam, 8).await;
    append(&sam, &url, 0, "kept").await;
    for wrong in [0, 3, 5, 8] {
        let answer = append(&sam, &url, wrong, "lost").await;
        answer.problem(409, ProblemCode::OffsetMismatch);
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
    }
    let untyped = tus(&sam, Method::PATCH, &url).header("upload-offset", 4).body("lost");
    sam.send(untyped).await.problem(415, ProblemCode::UnsupportedType);
    let without = tus(&sam, Method::PATCH, &url).header("content-type", CHUNK).body("lost");
    sam.send(without).await.problem(400, ProblemCode::BadRequest);
    for text in ["-1", "x", "1.5", "+4", "", "99999999999999999999"] {
        let request = tus(&sam, Method::PATCH, &url).header("upload-offset", text);
        let answer = sam.send(request.header("content-type", CHUNK).body("lost")).await;
        answer.problem(400, ProblemCode::BadRequest);
    }
    append(&sam, &url, 4, "lost and more").await.problem(413, ProblemCode::TooLarge);
    assert_eq!(offset(&sam, &url).await, 4);
    assert_eq!(append(&sam, &url, 4, "safe").await.status, 204);
    assert_eq!(only_file(&sam).await.1, b"keptsafe");
}

#[tokio::test]
async fn the_length_is_said_at_the_beginning_or_put_off_to_later() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 1000).start().await;
    let sam = stack.user("sam").await;
    let neither = tus(&sam, Method::POST, "/api/tus");
    sam.send(neither).await.problem(400, ProblemCode::BadRequest);
    let both = create(&sam, 4).header("upload-defer-length", 1);
    sam.send(both).await.problem(400, ProblemCode::BadRequest);
    for (name, value) in
        [("upload-length", "-1"), ("upload-length", "x"), ("upload-defer-length", "2")]
    {
        let request = tus(&sam, Method::POST, "/api/tus").header(name, value);
        sam.send(request).await.problem(400, ProblemCode::BadRequest);
    }
    sam.send(create(&sam, 0)).await.problem(422, ProblemCode::EmptyFile);
    let large = sam.send(create(&sam, 1001)).await;
    assert_eq!(large.problem(413, ProblemCode::TooLarge).limit, Some(1000));
    assert_eq!(used(&sam).await, 0);

    let request = tus(&sam, Method::POST, "/api/tus").header("upload-defer-length", 1);
    let url = location(&sam.send(request).await);
    let head = async || sam.send(tus(&sam, Method::HEAD, &url)).await;
    let answer = head().await;
    assert_eq!((answer.header("upload-defer-length"), answer.header("upload-length")), ("1", ""));
    assert_eq!(append(&sam, &url, 0, "kept").await.status, 204);
    assert_eq!(used(&sam).await, 4, "what has come counts");
    append(&sam, &url, 4, vec![7; 997]).await.problem(413, ProblemCode::TooLarge);
    assert!(sam.files().await.items.is_empty());

    let with_length = |length: u64| patch(&sam, &url, 4, "").header("upload-length", length);
    sam.send(with_length(3)).await.problem(400, ProblemCode::BadRequest);
    sam.send(with_length(1001)).await.problem(413, ProblemCode::TooLarge);
    assert_eq!(sam.send(with_length(6)).await.status, 204);
    let answer = head().await;
    assert_eq!((answer.header("upload-defer-length"), answer.header("upload-length")), ("", "6"));
    assert_eq!(used(&sam).await, 6);
    sam.send(with_length(7)).await.problem(400, ProblemCode::BadRequest);
    assert_eq!(append(&sam, &url, 4, "!!").await.status, 204);
    assert_eq!(only_file(&sam).await.1, b"kept!!");
    assert_eq!(used(&sam).await, 6);
}

#[tokio::test]
async fn an_upload_of_unknown_length_cannot_exceed_the_quota() {
    let stack = Stack::builder().env("USER_QUOTA", 10).start().await;
    let sam = stack.user("sam").await;
    sam.send(create(&sam, 11)).await.problem(507, ProblemCode::QuotaExceeded);
    let request = tus(&sam, Method::POST, "/api/tus").header("upload-defer-length", 1);
    let url = location(&sam.send(request).await);
    assert_eq!(append(&sam, &url, 0, "12345678").await.status, 204);
    append(&sam, &url, 8, "901").await.problem(507, ProblemCode::QuotaExceeded);
    assert_eq!(offset(&sam, &url).await, 8);
    let beyond = patch(&sam, &url, 8, "").header("upload-length", 11);
    sam.send(beyond).await.problem(507, ProblemCode::QuotaExceeded);
    let within = patch(&sam, &url, 8, "90").header("upload-length", 10);
    assert_eq!(sam.send(within).await.status, 204);
    assert_eq!(only_file(&sam).await.1, b"1234567890");
}

#[tokio::test]
async fn the_first_bytes_may_come_with_the_beginning() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let first = create(&sam, 8).header("content-type", CHUNK).body("kept");
    let answer = sam.send(first).await;
    assert_eq!(answer.header("upload-offset"), "4");
    let url = location(&answer);
    append(&sam, &url, 4, "safe").await;
    assert_eq!(only_file(&sam).await.1, b"keptsafe");
    let whole = create(&sam, 5).header("content-type", CHUNK).body("whole");
    let answer = sam.send(whole).await;
    assert_eq!((answer.status.as_u16(), answer.header("upload-offset")), (201, "5"));
    assert_eq!(sam.files().await.items.len(), 2);
    let untyped = create(&sam, 5).header("content-type", "text/plain").body("whole");
    sam.send(untyped).await.problem(415, ProblemCode::UnsupportedType);
}

#[tokio::test]
async fn what_a_client_says_of_a_file_is_heard_and_said_back() {
    let stack = Stack::builder().with_admin().start().await;
    let sam = stack.user("sam").await;
    let of = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
        pairs.collect::<Vec<_>>().join(",")
    };
    let begin = async |metadata: String| {
        sam.send(create(&sam, 1).header("upload-metadata", metadata)).await
    };
    let said = of(&[("name", "日本語 🐻.bin"), ("type", "image/png"), ("hand_in", "true")]);
    let said = format!("{said},empty");
    let url = location(&begin(said.clone()).await);
    let answer = sam.send(tus(&sam, Method::HEAD, &url)).await;
    assert_eq!(answer.header("upload-metadata"), said);
    append(&sam, &url, 0, "x").await;
    let (file, _) = only_file(&sam).await;
    assert_eq!((file.name.as_str(), file.content_type.as_str()), ("日本語 🐻.bin", "image/png"));
    let admin = stack.admin().await;
    assert_eq!(admin.get("/api/handed-in").await.json::<HandedInPage>(200).items.len(), 1);

    for name in ["../../etc/passwd", "a\\b", "a\u{202E}b", &"n".repeat(256)] {
        let refused = begin(of(&[("filename", name)])).await;
        refused.problem(422, ProblemCode::InvalidName);
    }
    begin("filename !!!".into()).await.problem(400, ProblemCode::BadRequest);
    begin(of(&[("filename", &"n".repeat(9000))])).await.problem(400, ProblemCode::BadRequest);
    // Without a name it has one of ours, and a type that is none is not believed.
    let url = location(&begin(of(&[("filetype", "nonsense")])).await);
    append(&sam, &url, 0, "x").await;
    let mut newest = sam.files().await.items.into_iter().map(|row| row.file);
    let upload = newest.find(|file| file.name == "upload").unwrap();
    assert_eq!(upload.content_type, "application/octet-stream");
}

#[tokio::test]
async fn bytes_that_are_not_what_their_checksum_says_are_not_kept() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = created(&sam, 8).await;
    let sha1 = format!("sha1 {}", STANDARD.encode(Sha1::digest(b"kept")));
    let sha256 = format!("sha256 {}", STANDARD.encode(Sha256::digest(b"safe")));
    for (bytes, checksum) in [("lost", &sha1), ("kept", &sha256)] {
        let request = patch(&sam, &url, 0, bytes).header("upload-checksum", checksum);
        sam.send(request).await.problem(460, ProblemCode::ChecksumMismatch);
        assert_eq!(offset(&sam, &url).await, 0);
    }
    for checksum in ["md5 AAAA", "sha1", "sha1 AAAA", "sha1 !!!", "crc32 AAAA", ""] {
        let request = patch(&sam, &url, 0, "kept").header("upload-checksum", checksum);
        sam.send(request).await.problem(400, ProblemCode::BadRequest);
    }
    let request = patch(&sam, &url, 0, "kept").header("upload-checksum", sha1);
    assert_eq!(sam.send(request).await.status, 204);
    let request = patch(&sam, &url, 4, "safe").header("upload-checksum", sha256);
    assert_eq!(sam.send(request).await.status, 204);
    assert_eq!(only_file(&sam).await.1, b"keptsafe");
}

#[tokio::test]
async fn an_upload_ends_when_it_says_and_not_before() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let answer = sam.send(create(&sam, 8)).await;
    let first = httpdate::parse_http_date(answer.header("upload-expires")).unwrap();
    let url = location(&answer);
    stack.advance(DAY);
    let grant = sam.post("/api/auth/refresh", json!({})).await;
    let sam =
        sam.with_token(grant.json::<serde_json::Value>(200)["access_token"].as_str().unwrap());
    let answer = append(&sam, &url, 0, "kept").await;
    let then = httpdate::parse_http_date(answer.header("upload-expires")).unwrap();
    assert_eq!(then.duration_since(first).unwrap(), DAY);
    stack.advance(7 * DAY);
    let grant = sam.post("/api/auth/refresh", json!({})).await;
    let sam =
        sam.with_token(grant.json::<serde_json::Value>(200)["access_token"].as_str().unwrap());
    append(&sam, &url, 4, "lost").await.problem(404, ProblemCode::NotFound);
    assert_eq!(sam.send(tus(&sam, Method::HEAD, &url)).await.status, 404);
    assert_eq!(stack.purge().await.uploads, 1);
    assert_eq!(used(&sam).await, 0);
    assert!(stack.stored_files().is_empty());
}

#[tokio::test]
async fn an_upload_that_is_terminated_is_gone() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = created(&sam, 8).await;
    append(&sam, &url, 0, "kept").await;
    let answer = sam.send(tus(&sam, Method::DELETE, &url)).await;
    assert_eq!((answer.status.as_u16(), answer.header("tus-resumable")), (204, "1.0.0"));
    assert_eq!(sam.send(tus(&sam, Method::HEAD, &url)).await.status, 404);
    append(&sam, &url, 4, "safe").await.problem(404, ProblemCode::NotFound);
    let again = sam.send(tus(&sam, Method::DELETE, &url)).await;
    again.problem(404, ProblemCode::NotFound);
    assert_only_stored(&stack, 0).await;
    assert_eq!(used(&sam).await, 0);
}

#[tokio::test]
async fn where_only_post_gets_through_the_method_is_said_in_a_header() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = created(&sam, 4).await;
    let over = |method: &str| {
        let request = tus(&sam, Method::POST, &url).header("x-http-method-override", method);
        request.header("upload-offset", 0).header("content-type", CHUNK)
    };
    sam.send(over("PUT").body("lost")).await.problem(405, ProblemCode::MethodNotAllowed);
    assert_eq!(sam.send(over("PATCH").body("kept")).await.status, 204);
    assert_eq!(only_file(&sam).await.1, b"kept");
    let url = created(&sam, 4).await;
    let request = tus(&sam, Method::POST, &url).header("x-http-method-override", "DELETE");
    assert_eq!(sam.send(request).await.status, 204);
    assert_eq!(sam.send(tus(&sam, Method::HEAD, &url)).await.status, 404);
}

/// Begins to send bytes, and leaves the connection open after some of them.
async fn send_some(
    stack: &Stack,
    sam: &Person,
    url: &str,
    length: usize,
    sent: &[u8],
) -> TcpStream {
    let host = stack.url().strip_prefix("http://").unwrap();
    let path = url.strip_prefix(stack.url()).unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
         tus-resumable: 1.0.0\r\nupload-offset: 0\r\ncontent-type: {CHUNK}\r\n\
         content-length: {length}\r\n\r\n",
        sam.token(),
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(sent).await.unwrap();
    socket
}

#[tokio::test]
async fn what_came_before_the_line_broke_is_kept() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let url = created(&sam, content.len() as u64).await;
    let mut socket = send_some(&stack, &sam, &url, content.len(), &content[..700_001]).await;
    socket.shutdown().await.unwrap();
    let mut answer = vec![];
    let _ = socket.read_to_end(&mut answer).await;
    assert_eq!(offset(&sam, &url).await, 700_001);
    assert_eq!(append(&sam, &url, 700_001, content[700_001..].to_vec()).await.status, 204);
    assert!(only_file(&sam).await.1 == content);
}

#[tokio::test]
async fn a_line_that_hangs_is_cut_off_by_whoever_asks_and_what_it_brought_counts() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let url = created(&sam, content.len() as u64).await;
    let mut hanging = send_some(&stack, &sam, &url, content.len(), &content[..600_000]).await;
    let has_come = |path: &PathBuf| path.metadata().is_ok_and(|about| about.len() > 0);
    wait_until(|| stack.stored_files().iter().any(has_come)).await;
    let there = offset(&sam, &url).await;
    assert!((1..=600_000).contains(&there), "{there}");
    let mut answer = String::new();
    hanging.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 409 ") && answer.contains("superseded"), "{answer}");
    let rest = content[usize::try_from(there).unwrap()..].to_vec();
    assert_eq!(append(&sam, &url, there, rest).await.status, 204);
    assert!(only_file(&sam).await.1 == content);
}

#[tokio::test]
async fn an_upload_goes_on_after_the_server_was_stopped() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = created(&sam, 8).await;
    append(&sam, &url, 0, "kept").await;
    let path = url.strip_prefix(stack.url()).unwrap().to_owned();
    let token = sam.token().to_owned();
    let stack = stack.restart().await;
    let sam = stack.anonymous().with_token(&token);
    assert_eq!(offset(&sam, &path).await, 4);
    assert_eq!(append(&sam, &path, 4, "safe").await.status, 204);
    assert_eq!(only_file(&sam).await.1, b"keptsafe");
}

#[tokio::test]
async fn an_upload_is_its_owners_alone_and_not_one_in_parts() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let url = created(&sam, 4).await;
    assert_eq!(eve.send(tus(&eve, Method::HEAD, &url)).await.status, 404);
    append(&eve, &url, 0, "lost").await.problem(404, ProblemCode::NotFound);
    eve.send(tus(&eve, Method::DELETE, &url)).await.problem(404, ProblemCode::NotFound);
    let nobody = stack.anonymous();
    append(&nobody, &url, 0, "lost").await.problem(401, ProblemCode::Unauthenticated);

    let id = url.rsplit('/').next().unwrap();
    let wanted = json!({ "parts": [{ "number": 1 }] });
    let asked = sam.post(&format!("/api/uploads/{id}/parts"), wanted).await;
    asked.problem(404, ProblemCode::NotFound);
    let begun = sam.begin_upload("b.txt", 4, json!({})).await;
    let other = format!("/api/tus/{}", begun.session.id);
    append(&sam, &other, 0, "lost").await.problem(404, ProblemCode::NotFound);
    assert_eq!(sam.get("/api/uploads").await.json::<UploadPage>(200).items.len(), 2);
}
