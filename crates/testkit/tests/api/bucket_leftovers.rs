//! What a stop, or somebody who tidied up, left in a bucket or on its way there.

use serde_json::json;
use sharesync_protocol::api::UploadedFile;

use crate::bucket::{address, bucket_of, fetched, put, send, signed_in, start};
use crate::form_upload::sha256;
use crate::uploads::received;

#[tokio::test]
async fn an_upload_whose_parts_the_bucket_has_forgotten_begins_anew() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let id = sam.begin_upload("a.txt", 4, json!({})).await.session.id;
    send(&sam, id, 1, b"kept").await;
    assert_eq!(received(&sam, id).await, [1]);
    let (bucket, key, upload) = bucket_of(&stack, &address(&sam, id, 1, b"kept").await);
    bucket.abort_parts(&key, &upload).await.unwrap();
    assert!(received(&sam, id).await.is_empty());
    send(&sam, id, 1, b"kept").await;
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(file.digest.sha256(), sha256(b"kept"));
}

#[tokio::test]
async fn an_upload_that_a_stop_left_joined_is_completed_all_the_same() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let id = sam.begin_upload("a.txt", 4, json!({})).await.session.id;
    send(&sam, id, 1, b"kept").await;
    assert_eq!(received(&sam, id).await, [1]);
    let (bucket, key, upload) = bucket_of(&stack, &address(&sam, id, 1, b"kept").await);
    let there = bucket.parts(&key, &upload).await.unwrap();
    bucket.complete_parts(&key, &upload, &there).await.unwrap();
    assert_eq!(received(&sam, id).await, [1]);
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(fetched(&sam, file.id).await, b"kept");
}

#[tokio::test]
async fn an_upload_to_the_bucket_that_a_stop_left_unknown_is_ended_at_the_next_start() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let id = sam.begin_upload("a.txt", 4, json!({})).await.session.id;
    let known = address(&sam, id, 1, b"kept").await;
    let (bucket, key, _) = bucket_of(&stack, &known);
    let unknown = bucket.begin_parts(&key).await.unwrap();
    assert_eq!(bucket.under_way("objects/").await.unwrap().len(), 2);
    let stack = stack.restart().await;
    let left = bucket.under_way("objects/").await.unwrap();
    assert!(left.len() == 1 && left[0].upload != unknown, "{left:?}");
    assert_eq!(put(&known, b"kept").await, 200);
    let sam = signed_in(&stack, "sam").await;
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(fetched(&sam, file.id).await, b"kept");
}

#[tokio::test]
async fn what_a_stop_left_on_the_disk_of_a_file_that_is_in_the_bucket_goes() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"kept").await;
    let in_bucket = stack.stored_files().remove(0);
    let left = stack.data_dir().join("incoming").join(in_bucket.file_name().unwrap());
    std::fs::write(&left, b"kept").unwrap();
    let stack = stack.restart().await;
    assert!(!left.exists());
    let sam = signed_in(&stack, "sam").await;
    assert_eq!(fetched(&sam, file.id).await, b"kept");
}
