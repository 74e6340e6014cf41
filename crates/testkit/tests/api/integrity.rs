//! Bytes that the disk has changed: told by whoever reads them next, never served as good.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sharesync_protocol::api::{ProblemCode, SharePublic, TokenGrant, UploadedFile};
use sharesync_server::Scrubbed;
use sharesync_testkit::{Person, Stack};
use tokio::time::timeout;

/// Three blocks and a bit, which are read in one go.
const SIZE: usize = 200_000;
/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);
const WEEK: Duration = Duration::from_hours(7 * 24);

fn content() -> Vec<u8> {
    (0..SIZE).map(|i| u8::try_from(i % 251).unwrap()).collect()
}

async fn stored(stack: &Stack) -> (Person, UploadedFile) {
    let sam = stack.user("sam").await;
    let file = sam.upload("a.bin", &content()).await;
    (sam, file)
}

/// Changes one bit where a file lies.
pub fn flip(stack: &Stack, at: u64) {
    let [path] = &stack.stored_files()[..] else { panic!("there is one file") };
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 1], at).unwrap();
}

async fn is_damaged(sam: &Person) -> bool {
    sam.files().await.items[0].damaged
}

#[tokio::test]
async fn a_changed_byte_is_told_on_the_next_read_and_never_served() {
    let stack = Stack::start().await;
    let (sam, file) = stored(&stack).await;
    let path = format!("/api/files/{}/content", file.id);
    assert!(sam.get(&path).await.body == content());
    flip(&stack, 70_000);
    assert!(!is_damaged(&sam).await, "nobody has looked");
    sam.get(&path).await.problem(500, ProblemCode::Damaged);
    assert!(is_damaged(&sam).await);
    flip(&stack, 70_000);
    sam.get(&path).await.problem(500, ProblemCode::Damaged);
}

#[tokio::test]
async fn a_range_is_served_whose_blocks_are_whole() {
    let stack = Stack::start().await;
    let (sam, file) = stored(&stack).await;
    flip(&stack, 70_000);
    let path = format!("/api/files/{}/content", file.id);
    let range =
        async |range| sam.send(sam.request(Method::GET, &path).header("range", range)).await;
    assert_eq!(range("bytes=0-9").await.body, content()[..10]);
    assert_eq!(range("bytes=199990-").await.body, content()[SIZE - 10..]);
    range("bytes=80000-80001").await.problem(500, ProblemCode::Damaged);
}

#[tokio::test]
async fn a_changed_byte_further_on_breaks_the_download_off_before_it() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let large = content().repeat(10);
    let file = sam.upload("large.bin", &large).await;
    let damaged = 1_500_000;
    flip(&stack, damaged as u64);
    let url = format!("{}/api/files/{}/content", stack.url(), file.id);
    let mut response =
        reqwest::Client::new().get(url).bearer_auth(sam.token()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let mut came = vec![];
    let cut_off = loop {
        match response.chunk().await {
            Ok(Some(piece)) => came.extend_from_slice(&piece),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(cut_off && came.len() <= damaged, "{} bytes came", came.len());
    assert!(came == large[..came.len()]);
    let remembered = async {
        while !is_damaged(&sam).await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, remembered).await.expect("it is remembered");
    sam.get(&format!("/api/files/{}/content", file.id)).await.problem(500, ProblemCode::Damaged);
}

#[tokio::test]
async fn bytes_that_are_not_there_any_more_are_told_too() {
    let stack = Stack::start().await;
    let (sam, file) = stored(&stack).await;
    std::fs::remove_file(&stack.stored_files()[0]).unwrap();
    let path = format!("/api/files/{}/content", file.id);
    sam.get(&path).await.problem(500, ProblemCode::Damaged);
    assert!(is_damaged(&sam).await);
    assert_eq!(sam.delete(&format!("/api/files/{}", file.id)).await.status, 204);
    assert!(sam.files().await.items.is_empty(), "it can be taken away");
}

#[tokio::test]
async fn a_damaged_file_is_not_served_through_a_link_either() {
    let stack = Stack::start().await;
    let (sam, file) = stored(&stack).await;
    let share = sam.share(&[file.id], json!({ "max_downloads": 3 })).await;
    let anyone = stack.anonymous();
    assert!(anyone.fetch_shared(&share.slug).await.body == content());
    flip(&stack, 3);
    anyone.fetch_shared(&share.slug).await.problem(500, ProblemCode::Damaged);
    let asked = anyone.ask_download(&share.slug, json!({})).await;
    asked.problem(500, ProblemCode::Damaged);
    let shown = anyone.get(&format!("/api/shares/{}", share.slug.as_str())).await;
    assert_eq!(shown.json::<SharePublic>(200).downloads_left, Some(1), "it took no further place");
}

/// Somebody whose time has gone on, signed in as before.
async fn later(stack: &Stack, sam: Person, by: Duration) -> Person {
    stack.advance(by);
    let grant: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
    sam.with_token(&grant.access_token)
}

#[tokio::test]
async fn the_scrub_looks_through_every_file_once_a_week() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 100).start().await;
    let (sam, _) = stored(&stack).await;
    let sam = later(&stack, sam, WEEK).await;
    assert_eq!(stack.scrub().await, Scrubbed::default(), "its turn has not come");
    let sam = later(&stack, sam, Duration::from_millis(1)).await;
    let bytes = SIZE as u64;
    assert_eq!(stack.scrub().await, Scrubbed { whole: 1, damaged: 0, bytes });
    assert_eq!(stack.scrub().await, Scrubbed::default(), "it was looked through");

    flip(&stack, 199_999);
    let sam = later(&stack, sam, WEEK + Duration::from_millis(1)).await;
    assert_eq!(stack.scrub().await, Scrubbed { whole: 0, damaged: 1, bytes });
    assert!(is_damaged(&sam).await);
    // As where a disk came back, or a copy was put there.
    flip(&stack, 199_999);
    let sam = later(&stack, sam, WEEK + Duration::from_millis(1)).await;
    assert_eq!(stack.scrub().await, Scrubbed { whole: 1, damaged: 0, bytes });
    assert!(!is_damaged(&sam).await);
}

#[tokio::test]
async fn a_file_that_cannot_be_looked_at_keeps_no_other_from_being() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 100).start().await;
    let (sam, _) = stored(&stack).await;
    let stuck = stack.stored_files().remove(0);
    stack.advance(Duration::from_secs(1));
    sam.upload("b.bin", &content()).await;
    std::fs::remove_file(&stuck).unwrap();
    std::fs::create_dir(&stuck).unwrap();
    stack.advance(WEEK + Duration::from_millis(1));
    let bytes = SIZE as u64;
    assert_eq!(stack.scrub().await, Scrubbed { whole: 1, damaged: 0, bytes });
}
