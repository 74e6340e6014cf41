//! Past the server: parts go straight to a bucket, and files come straight from it.

use sha2::{Digest, Sha256};
use sharesync_protocol::api::{ContentDigest, PartsDigest, Sha256Digest};
use sharesync_test_bucket::BucketServer;
use sharesync_testkit::Stack;

use crate::computer::Computer;
use crate::line::Line;
use crate::uploads::{content, has_received, sha256};

const PART: usize = 8 * 1024 * 1024;
/// Bytes of requests and answers besides content.
const TALK: u64 = 128 * 1024;

#[tokio::test]
async fn content_goes_to_a_bucket_and_comes_from_it_without_passing_the_server() {
    let stack = Stack::builder().with_bucket().start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let computer = Computer::signed_in_at(line.url(), &sam).await;
    let film = content(2 * PART + 5);
    computer.write("film.bin", &film);
    line.mend();
    computer.run(&["upload", "film.bin"]).await.done();
    let digests: Vec<u8> = film.chunks(PART).flat_map(|part| sha256(part).0).collect();
    let sha256 = Sha256Digest(Sha256::digest(digests).into());
    let stored = sam.files().await.items[0].file.clone();
    assert_eq!(stored.digest, ContentDigest::Parts(PartsDigest { sha256, part_size: PART as u64 }));

    // Held against the digest of its parts.
    let told = computer.run(&["download", "film.bin", "-o", "back", "--json"]).await.json();
    assert_eq!(told[0]["verified"], true);
    assert!(computer.read("back/film.bin") == film);
    // Through a link there is no digest of all of it that anybody could tell.
    let url = sam.share(&[stored.id], serde_json::json!({})).await.url.unwrap();
    let url = url.replace(stack.url(), line.url());
    let told = computer.run(&["download", &url, "-o", "linked", "--json"]).await.json();
    assert_eq!(told[0]["verified"], false);
    assert!(computer.read("linked/film.bin") == film);
    assert!(line.up() + line.down() < TALK, "{} and {}", line.up(), line.down());
}

#[tokio::test]
async fn a_killed_upload_to_a_bucket_goes_on_and_sends_nothing_twice() {
    let bucket = BucketServer::start().await;
    let line = Line::to(&bucket.endpoint()).await;
    let stack = Stack::builder()
        .env("ENCRYPTION_KEY", "")
        .env("S3_ENDPOINT", line.url())
        .env("S3_BUCKET_NAME", bucket.bucket())
        .env("S3_ACCESS_KEY", bucket.access_key())
        .env("S3_SECRET_KEY", bucket.secret_key());
    let stack = stack.start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let film = content(5 * PART);
    computer.write("film.bin", &film);
    line.hold_up_after(3 * PART as u64 + PART as u64 / 2);
    let mut child = computer.command(&["upload", "film.bin"]).spawn().unwrap();
    line.held_up().await;
    child.kill().await.unwrap();
    line.mend();
    let there = has_received(&sam, PART as u64).await;

    line.mend();
    computer.run(&["upload", "film.bin"]).await.done();
    let missing = film.len() as u64 - there;
    assert!(line.up() <= missing + TALK, "{} bytes went up for {missing}", line.up());
    computer.run(&["download", "film.bin", "-o", "back"]).await.done();
    assert!(computer.read("back/film.bin") == film && sam.files().await.items.len() == 1);
}
