//! Parts of uploads: what becomes of those that break off, come twice or are not the ones expected.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use futures_util::stream;
use serde_json::{Value, json};
use sharesync_protocol::api::{PartAddresses, ProblemCode, UploadedFile};
use sharesync_testkit::Stack;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::form_upload::{assert_only_stored, sha256};
use crate::uploads::{PART, address, content, only_part, received};

/// Begins to send a part, and leaves the connection open after so many of its bytes.
async fn send_some(stack: &Stack, url: &str, length: usize, sent: &[u8]) -> TcpStream {
    let host = stack.url().strip_prefix("http://").unwrap();
    let path = url.strip_prefix(stack.url()).unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {length}\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(sent).await.unwrap();
    socket
}

#[tokio::test]
async fn a_part_that_is_cut_off_is_not_there_and_the_others_are() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let content = content();
    let begun = sam.begin_upload("a.bin", content.len(), json!({})).await;
    sam.put_part(&begun.parts[2].url, content[2 * PART..].to_vec()).await;
    drop(send_some(&stack, &begun.parts[0].url, PART, &content[..PART / 2]).await);
    let short = sam.put_part(&begun.parts[1].url, content[..1000].to_vec()).await;
    short.problem(400, ProblemCode::BadRequest);
    let id = begun.session.id;
    assert_eq!(received(&sam, id).await, [3]);
    let refused = sam.complete_upload(id).await.problem(409, ProblemCode::UploadIncomplete);
    assert!(refused.detail.contains(&(2 * PART).to_string()), "{}", refused.detail);

    for (part, bytes) in begun.parts.iter().zip([&content[..PART], &content[PART..2 * PART]]) {
        assert_eq!(sam.put_part(&part.url, bytes.to_vec()).await.status, 200);
    }
    assert_eq!(received(&sam, id).await, [1, 2, 3]);
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(file.digest.sha256(), sha256(&content));
}

#[tokio::test]
async fn a_part_that_is_not_what_was_acknowledged_any_more_is_sent_again() {
    let stack = Stack::builder().env("ENCRYPTION_KEY", "").start().await;
    let sam = stack.user("sam").await;
    let content = content();
    let begun = sam.begin_upload("a.bin", content.len(), json!({})).await;
    let parts = [&content[..PART], &content[PART..2 * PART], &content[2 * PART..]];
    for (part, bytes) in begun.parts.iter().zip(parts) {
        assert_eq!(sam.put_part(&part.url, bytes.to_vec()).await.status, 200);
    }
    let [place] = &stack.stored_files()[..] else { panic!("there is one upload") };
    let file = OpenOptions::new().write(true).open(place).unwrap();
    file.write_all_at(&[content[PART + 9] ^ 1], PART as u64 + 9).unwrap();

    let id = begun.session.id;
    let refused = sam.complete_upload(id).await.problem(409, ProblemCode::UploadIncomplete);
    assert!(refused.detail.contains(&PART.to_string()), "{}", refused.detail);
    assert_eq!(received(&sam, id).await, [1, 3]);
    assert_eq!(sam.put_part(&begun.parts[1].url, parts[1].to_vec()).await.status, 200);
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(file.digest.sha256(), sha256(&content));
}

#[tokio::test]
async fn who_comes_again_does_not_wait_for_the_line_that_hangs() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    let mut hanging = send_some(&stack, only_part(&begun), 4, b"xx").await;
    assert_only_stored(&stack, 1).await;
    assert_eq!(sam.put_part(only_part(&begun), "kept").await.status, 200);
    let mut answer = String::new();
    hanging.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 409 ") && answer.contains("superseded"), "{answer}");
    let file: UploadedFile = sam.complete_upload(begun.session.id).await.json(201);
    assert_eq!(sam.get(&sam.file(file.id).await.download_url).await.body, b"kept");
}

#[tokio::test]
async fn an_upload_is_complete_or_not_whatever_hangs() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    sam.put_part(only_part(&begun), "kept").await;
    let mut hanging = send_some(&stack, only_part(&begun), 4, b"lo").await;
    // Once it is being written anew it counts no more.
    let is_forgotten = async { while !received(&sam, begun.session.id).await.is_empty() {} };
    tokio::time::timeout(Duration::from_secs(20), is_forgotten).await.expect("it counts no more");
    let refused = sam.complete_upload(begun.session.id).await;
    refused.problem(409, ProblemCode::UploadIncomplete);
    let mut answer = String::new();
    hanging.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 409 "), "{answer}");
    sam.delete(&format!("/api/uploads/{}", begun.session.id)).await;
    assert_only_stored(&stack, 0).await;
}

#[tokio::test]
async fn an_address_takes_its_part_and_nothing_else() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    let id = begun.session.id;
    let url = address(&sam, id, 1, b"kept").await;
    sam.put_part(&url, "lost").await.problem(422, ProblemCode::ChecksumMismatch);
    let longer = sam.put_part(&url, "kept and more").await.problem(413, ProblemCode::TooLarge);
    assert_eq!(longer.limit, Some(4));
    let undeclared = stream::iter(["kept", "more"].map(Ok::<_, std::io::Error>));
    let undeclared = reqwest::Body::wrap_stream(undeclared);
    sam.put_part(&url, undeclared).await.problem(413, ProblemCode::TooLarge);
    sam.put_part(&url, "kep").await.problem(400, ProblemCode::BadRequest);
    assert_eq!(received(&sam, id).await, [] as [u32; 0]);

    let other = sam.begin_upload("b.txt", 4, json!({})).await;
    for changed in [
        url.replace("length=4", "length=40"),
        url.replace("/parts/1", "/parts/2"),
        url.replace(&id.to_string(), &other.session.id.to_string()),
        url.replace(&sha256(b"kept").to_string(), &sha256(b"lost").to_string()),
        url.replace("expires=1", "expires=9"),
    ] {
        assert_ne!(changed, url);
        sam.put_part(&changed, "kept").await.problem(403, ProblemCode::Forbidden);
    }
    let bare = url.split('?').next().unwrap();
    sam.put_part(bare, "kept").await.problem(422, ProblemCode::Invalid);

    assert_eq!(stack.anonymous().put_part(&url, "kept").await.status, 200);
    stack.advance(Duration::from_hours(1));
    sam.put_part(&url, "kept").await.problem(410, ProblemCode::Expired);
}

#[tokio::test]
async fn of_a_part_that_is_sent_twice_the_last_one_counts() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({})).await;
    let id = begun.session.id;
    sam.put_part(only_part(&begun), "lost").await;
    let url = address(&sam, id, 1, b"kept").await;
    assert_eq!(sam.put_part(&url, "kept").await.status, 200);
    // What is there already is not written again, and the answer is the same.
    let again = sam.put_part(&url, "kept").await;
    assert_eq!(again.header("etag"), format!("\"{}\"", sha256(b"kept")));
    assert_eq!(received(&sam, id).await, [1]);
    // Nor lost where that is cut off.
    drop(send_some(&stack, &url, 4, b"ke").await);
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(file.digest.sha256(), sha256(b"kept"));
}

#[tokio::test]
async fn parts_that_are_not_of_the_upload_have_no_address() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.bin", PART + 1, json!({})).await;
    let path = format!("/api/uploads/{}/parts", begun.session.id);
    let ask = async |parts: Value| sam.post(&path, json!({ "parts": parts })).await;
    for number in [0, 3, u32::MAX] {
        ask(json!([{ "number": number }])).await.problem(404, ProblemCode::NotFound);
    }
    ask(json!([])).await.problem(422, ProblemCode::Invalid);
    ask(json!(vec![json!({ "number": 1 }); 101])).await.problem(422, ProblemCode::Invalid);
    let both = ask(json!([{ "number": 2 }, { "number": 1 }])).await.json::<PartAddresses>(200);
    let sizes: Vec<_> = both.parts.iter().map(|part| (part.number, part.size)).collect();
    assert_eq!(sizes, [(2, 1), (1, PART as u64)]);
}
