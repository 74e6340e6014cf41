//! Uploading: what is taken in, what is refused, and that nothing half-done stays.

use bytes::Bytes;
use futures_util::stream;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};
use sha2::{Digest, Sha256};
use sharesync_protocol::api::{Me, ProblemCode, Sha256Digest};
use sharesync_testkit::{Person, Stack};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const QUOTA: u64 = 1_000_000;

pub fn sha256(content: &[u8]) -> Sha256Digest {
    Sha256Digest(Sha256::digest(content).into())
}

pub async fn used(person: &Person) -> u64 {
    person.get("/api/me").await.json::<Me>(200).used
}

#[tokio::test]
async fn a_file_is_stored_whole_with_its_digest_and_charged() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let content: Vec<u8> = (0..2_000_003_u32).map(|i| i.to_le_bytes()[i as usize % 3]).collect();
    let file = sam.upload("report.pdf", &content).await;
    assert_eq!((file.name.as_str(), file.size), ("report.pdf", 2_000_003));
    assert_eq!(file.digest.sha256(), sha256(&content));
    assert_eq!(file.content_type, "application/pdf");
    let fetched = sam.get(&sam.file(file.id).await.download_url).await;
    assert!(fetched.body == content);
    assert_eq!(used(&sam).await, 2_000_003);
}

#[tokio::test]
async fn what_was_stored_outlives_a_restart() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"kept").await;
    let token = sam.token().to_owned();
    let stack = stack.restart().await;
    let sam = stack.anonymous().with_token(&token);
    let fetched = sam.get(&sam.file(file.id).await.download_url).await;
    assert_eq!(fetched.body, b"kept");
}

#[tokio::test]
async fn nobody_stores_anything_without_signing_in() {
    let stack = Stack::start().await;
    let refused = stack.anonymous().try_upload("a.txt", b"x").await;
    refused.problem(401, ProblemCode::Unauthenticated);
    assert!(stack.stored_files().is_empty());
}

#[tokio::test]
async fn an_empty_file_and_a_form_without_one_are_refused() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.try_upload("a.txt", b"").await.problem(422, ProblemCode::EmptyFile);
    let other = Form::new().text("comment", "no file here");
    let request = sam.request(Method::POST, "/api/upload").multipart(other);
    sam.send(request).await.problem(422, ProblemCode::EmptyFile);
    let request = sam.request(Method::POST, "/api/upload").body("not a form");
    sam.send(request).await.problem(415, ProblemCode::UnsupportedType);
    assert_only_stored(&stack, 0).await;
}

#[tokio::test]
async fn fields_before_the_file_are_passed_over() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let form = Form::new()
        .text("comment", "for you")
        .part("file", Part::bytes(&b"x"[..]).file_name("a.txt"));
    let request = sam.request(Method::POST, "/api/upload").multipart(form);
    assert_eq!(sam.send(request).await.status, 201);
    let flood = Form::new().text("comment", "x".repeat(70_000));
    let request = sam.request(Method::POST, "/api/upload").multipart(flood);
    sam.send(request).await.problem(413, ProblemCode::TooLarge);
}

#[tokio::test]
async fn names_that_mislead_are_refused() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for name in
        ["..", "../../etc/passwd", "/etc/passwd", "a\\b", "a\u{202E}fdp.exe", &"n".repeat(256)]
    {
        let refused = sam.try_upload(name, b"x").await;
        let problem = refused.problem(422, ProblemCode::InvalidName);
        assert_eq!(problem.field.as_deref(), Some("name"), "{name}");
    }
    let nameless = Form::new().part("file", Part::bytes(&b"x"[..]));
    let request = sam.request(Method::POST, "/api/upload").multipart(nameless);
    sam.send(request).await.problem(422, ProblemCode::InvalidName);
    assert_only_stored(&stack, 0).await;
}

#[tokio::test]
async fn odd_names_round_trip() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for name in [
        "CON",
        "a:b",
        "O'Brien \"x\".txt",
        "日本語 🐻.txt",
        "<img src=x onerror=alert(1)>",
        "%2e%2e%2f",
        "-rf",
        "a;b=c",
    ] {
        let file = sam.upload(name, b"x").await;
        assert_eq!(file.name, name);
        assert_eq!(sam.file(file.id).await.summary.file.name, name);
    }
}

#[tokio::test]
async fn a_taken_name_gets_a_number_even_when_many_come_at_once() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let uploads = (0..12).map(|i| {
        let sam = sam.clone();
        tokio::spawn(async move { sam.upload("report.pdf", &[i]).await.name })
    });
    let mut names = vec![];
    for upload in uploads.collect::<Vec<_>>() {
        names.push(upload.await.unwrap());
    }
    names.sort();
    let mut expected: Vec<_> = (1..12).map(|n| format!("report ({n}).pdf")).collect();
    expected.push("report.pdf".into());
    expected.sort();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn what_is_declared_too_large_is_refused_before_the_body_is_sent() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 1_000_000).start().await;
    let sam = stack.user("sam").await;
    let answer = announce(&stack, &sam, 2_000_000).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"limit\":1000000"), "{answer}");
}

#[tokio::test]
async fn what_is_declared_larger_than_the_quota_is_refused_before_the_body_is_sent() {
    let stack = Stack::builder().env("USER_QUOTA", QUOTA).start().await;
    let sam = stack.user("sam").await;
    let answer = announce(&stack, &sam, QUOTA + 100_000).await;
    assert!(answer.starts_with("HTTP/1.1 507 "), "{answer}");
    assert!(answer.contains("quota_exceeded"), "{answer}");
}

/// Sends an upload's headers and none of its body; answers what comes back.
async fn announce(stack: &Stack, person: &Person, length: u64) -> String {
    let mut socket = begin_upload(stack, person, length).await;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn begin_upload(stack: &Stack, person: &Person, length: u64) -> TcpStream {
    let host = stack.url().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /api/upload HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: {length}\r\n\r\n",
        person.token(),
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket
}

/// Sends so many bytes of a file that has more, and leaves the connection open.
pub async fn upload_part(stack: &Stack, person: &Person, sent: usize) -> TcpStream {
    let mut socket = begin_upload(stack, person, 2_000_000).await;
    let part = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    socket.write_all(part.as_bytes()).await.unwrap();
    socket.write_all(&vec![7; sent]).await.unwrap();
    socket
}

#[tokio::test]
async fn what_turns_out_too_large_is_refused_and_nothing_stays() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 1_000_000).start().await;
    let sam = stack.user("sam").await;
    // The form makes it longer than the file, and the limit is the file's.
    assert_eq!(sam.try_upload("fits.bin", &vec![7; 1_000_000]).await.status, 201);
    let refused = sam.try_upload("one-more.bin", &vec![7; 1_000_001]).await;
    assert_eq!(refused.problem(413, ProblemCode::TooLarge).limit, Some(1_000_000));
    let pieces = (0..20).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![7; 60_000])));
    let undeclared = Part::stream(Body::wrap_stream(stream::iter(pieces))).file_name("stream.bin");
    let request = sam.request(Method::POST, "/api/upload");
    let refused = sam.send(request.multipart(Form::new().part("file", undeclared))).await;
    refused.problem(413, ProblemCode::TooLarge);
    assert_only_stored(&stack, 1).await;
    assert_eq!(used(&sam).await, 1_000_000);
}

#[tokio::test]
async fn an_upload_that_is_cut_off_leaves_nothing_behind() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for sent in [0, 10, 300_000, 1_200_000] {
        let socket = upload_part(&stack, &sam, sent).await;
        if sent > 0 {
            assert_only_stored(&stack, 1).await;
        }
        drop(socket);
        assert_only_stored(&stack, 0).await;
    }
    assert!(sam.files().await.items.is_empty());
    assert_eq!(used(&sam).await, 0);
}

/// Waits until so many files lie in the store; what is given up is removed a moment later.
pub async fn assert_only_stored(stack: &Stack, files: usize) {
    wait_until(|| stack.stored_files().len() == files).await;
}

pub async fn wait_until(happened: impl Fn() -> bool) {
    let awaited = async {
        while !happened() {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, awaited).await.expect("what is awaited happens");
}

#[tokio::test]
async fn uploads_at_once_cannot_exceed_the_quota() {
    const SIZE: usize = 300_000;
    let stack = Stack::builder().env("USER_QUOTA", QUOTA).start().await;
    let sam = stack.user("sam").await;
    let content = Bytes::from(vec![0; SIZE]);
    let uploads = (0..5).map(|_| {
        let (sam, content) = (sam.clone(), content.clone());
        tokio::spawn(async move {
            let part = Part::stream(content).file_name("big.bin");
            let request = sam.request(Method::POST, "/api/upload");
            sam.send(request.multipart(Form::new().part("file", part))).await
        })
    });
    let (mut stored, mut refused) = (0, 0);
    for upload in uploads.collect::<Vec<_>>() {
        let answer = upload.await.unwrap();
        if answer.status == 201 {
            stored += 1;
        } else {
            assert_eq!(answer.problem(507, ProblemCode::QuotaExceeded).limit, Some(QUOTA));
            refused += 1;
        }
    }
    assert_eq!((stored, refused), (3, 2));
    assert_eq!(used(&sam).await, 3 * SIZE as u64);
    assert_only_stored(&stack, 3).await;
}
