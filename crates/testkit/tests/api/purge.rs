//! The purge: what has expired goes, bytes and rows, and nothing else does.

use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{
    Me, ProblemCode, PurgeReason, PurgeRecord, PurgeRecordPage, Purgeable, TokenGrant,
};
use sharesync_server::Purged;
use sharesync_testkit::Stack;

use crate::form_upload::{assert_only_stored, upload_part};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn an_expired_file_is_not_served_and_then_goes_for_good() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 2).env("TRASH_DAYS", 0).start().await;
    let sam = stack.user("sam").await;
    let old = sam.upload("old.txt", b"12345").await;
    let share = sam.share(&[old.id], json!({})).await;
    stack.advance(DAY);
    let young = sam.post("/api/auth/refresh", json!({})).await;
    let sam = sam.with_token(&young.json::<TokenGrant>(200).access_token);
    sam.upload("young.txt", b"123").await;
    stack.advance(DAY);
    let again = sam.post("/api/auth/refresh", json!({})).await;
    let sam = sam.with_token(&again.json::<TokenGrant>(200).access_token);

    // Expired to the millisecond, purge or no purge.
    sam.get(&format!("/api/files/{}", old.id)).await.problem(404, ProblemCode::NotFound);
    let slug = share.slug.as_str();
    stack.anonymous().get(&format!("/api/shares/{slug}")).await.problem(410, ProblemCode::Expired);
    assert_eq!(sam.files().await.items.len(), 1);
    assert_eq!(stack.stored_files().len(), 2);

    let purged = stack.purge().await;
    assert_eq!((purged.files, purged.bytes, purged.objects, purged.shares), (1, 5, 1, 1));
    assert_eq!(stack.stored_files().len(), 1);
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).used, 3);
    assert_eq!(stack.purge().await, Purged::default());
}

#[tokio::test]
async fn an_expired_file_is_not_even_its_owners() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 1).env("TRASH_DAYS", 0).start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"12345").await;
    stack.advance(Duration::from_mins(24 * 60 - 1));
    let grant: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
    let sam = sam.with_token(&grant.access_token);
    let url = sam.file(file.id).await.download_url;
    stack.advance(Duration::from_mins(1));

    // The address would last four minutes more.
    sam.get(&url).await.problem(404, ProblemCode::NotFound);
    let path = format!("/api/files/{}", file.id);
    sam.patch(&path, json!({ "name": "b.txt" })).await.problem(404, ProblemCode::NotFound);
    let share = json!({ "file_ids": [file.id] });
    sam.post("/api/shares", share).await.problem(404, ProblemCode::NotFound);
    assert_eq!(sam.upload("b.txt", b"x").await.name, "b.txt", "the name was not taken");
    assert_eq!(stack.purge().await.files, 1);
}

#[tokio::test]
async fn an_upload_is_given_up_after_a_day_and_no_sooner() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let _socket = upload_part(&stack, &sam, 10).await;
    assert_only_stored(&stack, 1).await;
    stack.advance(DAY);
    let purged = stack.purge().await;
    assert_eq!((purged.uploads, purged.objects), (0, 0));
    stack.advance(Duration::from_millis(1));
    let purged = stack.purge().await;
    assert_eq!((purged.uploads, purged.objects), (1, 1));
    assert!(stack.stored_files().is_empty());
}

#[tokio::test]
async fn more_than_a_batch_goes_in_one_run() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 1).env("TRASH_DAYS", 0).start().await;
    let sam = stack.user("sam").await;
    for n in 0..510 {
        sam.upload(&n.to_string(), b"x").await;
    }
    stack.advance(DAY);
    let purged = stack.purge().await;
    assert_eq!((purged.files, purged.objects), (510, 510));
    assert!(stack.stored_files().is_empty());
}

#[tokio::test]
async fn sessions_that_are_over_go() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    stack.user("ann").await;
    stack.advance(29 * DAY);
    stack.user("eve").await;
    stack.advance(DAY);
    assert_eq!(stack.purge().await.sessions, 2);
}

#[tokio::test]
async fn tokens_exchanged_long_ago_go_and_their_session_stays() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for _ in 0..3 {
        stack.advance(20 * DAY);
        let _: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
    }
    let purged = stack.purge().await;
    assert_eq!((purged.sessions, purged.tokens), (0, 1));
    let _: TokenGrant = sam.post("/api/auth/refresh", json!({})).await.json(200);
}

#[tokio::test]
async fn what_goes_is_written_down_without_its_name_and_kept_for_a_year() {
    let stack =
        Stack::builder().with_admin().env("FILE_EXPIRY_DAYS", 1).env("TRASH_DAYS", 0).start().await;
    let sam = stack.user("sam").await;
    let expired = sam.upload("secret-plans.txt", b"12345").await.id;
    let deleted = sam.upload("deleted.txt", b"123").await.id;
    assert_eq!(sam.delete(&format!("/api/files/{deleted}")).await.status, 204);
    let abandoned = sam.begin_upload("abandoned.bin", 7, json!({})).await.session.id;
    let given_up = sam.begin_upload("given-up.bin", 9, json!({})).await.session.id;
    assert_eq!(sam.delete(&format!("/api/uploads/{given_up}")).await.status, 204);
    stack.advance(DAY);
    stack.purge().await;
    let first = stack.now_ms();
    stack.advance(7 * DAY);
    stack.purge().await;

    let admin = stack.admin().await;
    let answer = admin.get("/api/admin/purge-records").await;
    assert!(!String::from_utf8_lossy(&answer.body).contains("secret-plans"));
    let records = answer.json::<PurgeRecordPage>(200).items;
    let told = |record: &PurgeRecord| (record.what, record.subject, record.bytes, record.reason);
    assert_eq!(
        records.iter().map(told).collect::<Vec<_>>(),
        [
            (Purgeable::Upload, abandoned.0, 7, PurgeReason::Abandoned),
            (Purgeable::File, expired.0, 5, PurgeReason::Expired),
        ],
        "what somebody asked for is not the purge's"
    );
    assert!(records.iter().all(|record| record.owner == "sam"));
    assert_eq!(records[1].removed_at, first);
    let page: PurgeRecordPage = admin.get("/api/admin/purge-records?limit=1").await.json(200);
    let next = format!("/api/admin/purge-records?limit=1&cursor={}", page.next_cursor.unwrap());
    let page: PurgeRecordPage = admin.get(&next).await.json(200);
    assert_eq!(page.items[0].subject, expired.0);

    stack.advance(365 * DAY);
    assert_eq!(stack.purge().await.records, 1);
    stack.advance(Duration::from_millis(1));
    let admin = stack.admin().await;
    let page: PurgeRecordPage = admin.get("/api/admin/purge-records").await.json(200);
    assert_eq!(page.items.len(), 1);
}

#[tokio::test]
async fn an_object_that_cannot_be_removed_keeps_nothing_else_from_going() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 1).env("TRASH_DAYS", 0).start().await;
    let sam = stack.user("sam").await;
    for name in ["a.txt", "b.txt", "c.txt"] {
        sam.upload(name, name.as_bytes()).await;
    }
    let stuck = stack.stored_files().remove(0);
    // Which no removal of a file takes away.
    std::fs::remove_file(&stuck).unwrap();
    std::fs::create_dir(&stuck).unwrap();
    stack.advance(DAY);
    let purged = stack.purge().await;
    assert_eq!((purged.files, purged.objects), (3, 2));
    assert!(stack.stored_files().is_empty());
    std::fs::remove_dir(&stuck).unwrap();
    assert_eq!(stack.purge().await.objects, 1);
}
