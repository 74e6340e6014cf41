//! Files that are encrypted where they lie: nothing of them can be read there, and everything is as it is without.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;

use reqwest::Method;
use serde_json::json;
use sharesync_protocol::api::{ProblemCode, UploadedFile};
use sharesync_testkit::{Person, Stack};

use crate::tus;

const KEY: &str = "a key of thirty-two bytes or more";
const SEGMENT: usize = 64 * 1024;

async fn encrypting() -> Stack {
    Stack::builder().env("ENCRYPTION_KEY", KEY).start().await
}

/// Some text, over and over, that is not found where it was encrypted.
fn content(size: usize) -> Vec<u8> {
    b"in plain sight ".iter().copied().cycle().take(size).collect()
}

async fn fetched(person: &Person, file: &UploadedFile) -> Vec<u8> {
    person.get(&format!("/api/files/{}/content", file.id)).await.body
}

fn is_readable(path: &Path) -> bool {
    let stored = std::fs::read(path).unwrap();
    stored.windows(14).any(|window| window == b"in plain sight")
}

#[tokio::test]
async fn nothing_of_a_file_can_be_read_where_it_lies() {
    let stack = encrypting().await;
    let sam = stack.user("sam").await;
    for size in [1, SEGMENT - 1, SEGMENT, SEGMENT * 5 + 3] {
        let file = sam.upload("a.txt", &content(size)).await;
        assert!(fetched(&sam, &file).await == content(size), "{size}");
    }
    assert_eq!(stack.stored_files().len(), 4);
    assert!(!stack.stored_files().iter().any(|path| is_readable(path)));
    let plain = Stack::builder().env("ENCRYPTION_KEY", "").start().await;
    plain.user("sam").await.upload("a.txt", &content(SEGMENT)).await;
    assert!(is_readable(&plain.stored_files()[0]), "that is what it would look like");
}

#[tokio::test]
async fn any_range_is_served() {
    let stack = encrypting().await;
    let sam = stack.user("sam").await;
    let whole = content(SEGMENT * 6 + 100);
    let file = sam.upload("a.txt", &whole).await;
    let path = format!("/api/files/{}/content", file.id);
    for (from, to) in [
        (0, 1),
        (SEGMENT - 1, SEGMENT + 1),
        (SEGMENT * 3 + 5, SEGMENT * 5 - 5),
        (SEGMENT * 6, SEGMENT * 6 + 100),
        (SEGMENT * 6 + 99, SEGMENT * 6 + 100),
    ] {
        let range = format!("bytes={from}-{}", to - 1);
        let answer = sam.send(sam.request(Method::GET, &path).header("range", range)).await;
        assert_eq!(answer.status, 206);
        assert!(answer.body == whole[from..to], "{from}..{to}");
    }
}

#[tokio::test]
async fn parts_come_in_any_order_and_again() {
    const PART: usize = 8 * 1024 * 1024;
    let stack = encrypting().await;
    let sam = stack.user("sam").await;
    let whole = content(PART * 2 + 77);
    let begun = sam.begin_upload("a.txt", whole.len(), json!({})).await;
    let part = |number: usize| whole[(number - 1) * PART..whole.len().min(number * PART)].to_vec();
    let put = async |number: usize, bytes: Vec<u8>| {
        assert_eq!(sam.put_part(&begun.parts[number - 1].url, bytes).await.status, 200);
    };
    put(3, part(3)).await;
    put(1, vec![7; PART]).await;
    put(2, part(2)).await;
    put(1, part(1)).await;
    put(3, part(3)).await;
    assert!(!is_readable(&stack.stored_files()[0]), "nor while it is on its way");
    let file: UploadedFile = sam.complete_upload(begun.session.id).await.json(201);
    assert!(fetched(&sam, &file).await == whole);
}

/// Writes over the last segment that came, as where the machine stopped in the middle of writing the next.
fn tear(stack: &Stack, at: usize) {
    let [path] = &stack.stored_files()[..] else { panic!("there is one upload") };
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&[0; 40], (at / SEGMENT * (SEGMENT + 28)) as u64).unwrap();
}

#[tokio::test]
async fn bytes_that_come_one_after_the_other_outlive_a_stop_within_a_segment() {
    let mut stack = encrypting().await;
    let mut sam = stack.user("sam").await;
    let whole = content(SEGMENT * 2 + 1000);
    let path = tus::created(&sam, whole.len() as u64).await.replace(stack.url(), "");
    let places = [0, 10, 11, SEGMENT - 1, SEGMENT + 500, SEGMENT * 2, whole.len() - 1, whole.len()];
    for (from, to) in places.into_iter().zip(places.into_iter().skip(1)) {
        let is_within = from % SEGMENT > 0;
        if is_within {
            tear(&stack, from);
            stack = stack.restart().await;
            sam = Person::at(stack.url()).with_token(sam.token());
        }
        let url = format!("{}{path}", stack.url());
        let status = tus::append(&sam, &url, from as u64, whole[from..to].to_vec()).await.status;
        assert_eq!(status, 204, "{from}..{to}");
    }
    let file = sam.files().await.items.remove(0).file;
    assert!(fetched(&sam, &file).await == whole);
}

#[tokio::test]
async fn what_was_torn_by_a_stop_and_is_all_there_is_made_whole() {
    let stack = encrypting().await;
    let sam = stack.user("sam").await;
    let request = sam.request(Method::POST, "/api/tus").header("tus-resumable", "1.0.0");
    let created = sam.send(request.header("upload-defer-length", "1")).await;
    let url = created.header("location").to_owned();
    let whole = content(SEGMENT + 10);
    assert_eq!(tus::append(&sam, &url, 0, whole.clone()).await.status, 204);
    tear(&stack, SEGMENT);
    let said = sam.request(Method::PATCH, &url).header("tus-resumable", "1.0.0");
    let said = said.header("content-type", "application/offset+octet-stream");
    let said = said.header("upload-offset", whole.len()).header("upload-length", whole.len());
    assert_eq!(sam.send(said).await.status, 204);
    let file = sam.files().await.items.remove(0).file;
    assert!(fetched(&sam, &file).await == whole);
}

#[tokio::test]
async fn a_changed_byte_is_told_and_never_served() {
    let stack = encrypting().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", &content(SEGMENT * 2)).await;
    let place = OpenOptions::new().write(true).open(&stack.stored_files()[0]).unwrap();
    place.write_all_at(&[1], (SEGMENT + 28 + 100) as u64).unwrap();
    let path = format!("/api/files/{}/content", file.id);
    sam.get(&path).await.problem(500, ProblemCode::Damaged);
}
