//! Objects in a bucket, as they are: what goes past the server and what does not, and what becomes of it while the bucket is
//! gone.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};
use sharesync_bucket::{Bucket, Settings};
use sharesync_protocol::api::{
    ArchiveLink, ContentDigest, DownloadLink, PartAddress, PartAddresses, PartsDigest, ProblemCode,
    Sha256Digest, UploadPage, UploadedFile,
};
use sharesync_protocol::{FileId, UploadId};
use sharesync_testkit::{Answer, Listener, Person, Stack};

use crate::form_upload::{assert_only_stored, sha256, used};
use crate::tus;
use crate::uploads::{PART, content, details, received};

pub async fn start() -> Stack {
    Stack::builder().with_bucket().start().await
}

/// What an upload of [`content`] is sent in.
fn parts(content: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    (1..).zip(content.chunks(PART))
}

/// An address that takes a part with this content.
pub async fn address(person: &Person, id: UploadId, number: u32, content: &[u8]) -> PartAddress {
    let wanted = json!({ "parts": [{ "number": number, "sha256": sha256(content) }] });
    let answer = person.post(&format!("/api/uploads/{id}/parts"), wanted).await;
    answer.json::<PartAddresses>(200).parts.remove(0)
}

/// Sends bytes where an address says, and as it says.
pub async fn put(address: &PartAddress, bytes: &[u8]) -> StatusCode {
    let mut request = Client::new().put(&address.url).body(bytes.to_vec());
    for (name, value) in &address.headers {
        request = request.header(name, value);
    }
    request.send().await.unwrap().status()
}

pub async fn send(person: &Person, id: UploadId, number: u32, content: &[u8]) {
    let address = address(person, id, number, content).await;
    assert_eq!(put(&address, content).await, 200);
}

/// Sends a file in parts past the server.
pub async fn sent(person: &Person, name: &str, content: &[u8]) -> UploadedFile {
    let begun = person.begin_upload(name, content.len(), json!({})).await;
    for (number, part) in parts(content) {
        send(person, begun.session.id, number, part).await;
    }
    person.complete_upload(begun.session.id).await.json(201)
}

/// The answer itself, where others would go on to where it leads.
async fn unfollowed(url: &str) -> reqwest::Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    client.get(url).send().await.unwrap()
}

/// Somebody who has registered before.
pub async fn signed_in(stack: &Stack, name: &str) -> Person {
    let mut person = stack.anonymous();
    person.sign_in(name).await;
    person
}

/// The content of somebody's own file, wherever it is to be fetched from.
pub async fn fetched(owner: &Person, id: FileId) -> Vec<u8> {
    let answer = reqwest::get(owner.file(id).await.download_url).await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap().to_vec()
}

pub fn is_at_bucket(stack: &Stack, url: &str) -> bool {
    url.starts_with(&format!("{}/", stack.bucket().endpoint()))
}

/// The bucket as whoever has its key sees it, and of the upload that an address is of, the key and the name.
pub fn bucket_of(stack: &Stack, address: &PartAddress) -> (Bucket, String, String) {
    let bucket = stack.bucket();
    let settings = Settings {
        endpoint: Some(bucket.endpoint()),
        public_endpoint: None,
        region: "us-east-1".into(),
        name: bucket.bucket().into(),
        access_key: bucket.access_key().into(),
        secret_key: bucket.secret_key().into(),
        path_style: true,
    };
    let url = reqwest::Url::parse(&address.url).unwrap();
    let upload = url.query_pairs().find(|(name, _)| name == "uploadId").unwrap().1.into_owned();
    let key = url.path().strip_prefix(&format!("/{}/", bucket.bucket())).unwrap().to_owned();
    (Bucket::new(&settings), key, upload)
}

/// SHA-256 of the digests of a content's parts.
fn digest_of_parts(content: &[u8]) -> ContentDigest {
    let digests: Vec<u8> = content.chunks(PART).flat_map(|part| sha256(part).0).collect();
    let sha256 = Sha256Digest(Sha256::digest(digests).into());
    ContentDigest::Parts(PartsDigest { sha256, part_size: PART as u64 })
}

#[tokio::test]
async fn parts_go_past_the_server_in_any_order_and_are_a_file_then() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let content = content();
    let begun = sam.begin_upload("film.mp4", content.len(), json!({})).await;
    assert!(begun.parts.is_empty(), "an address is made for a digest");
    let id = begun.session.id;
    let undigested = json!({ "parts": [{ "number": 1 }] });
    let refused = sam.post(&format!("/api/uploads/{id}/parts"), undigested).await;
    assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some("sha256"));
    for (number, part) in parts(&content).collect::<Vec<_>>().into_iter().rev() {
        let address = address(&sam, id, number, part).await;
        assert!(is_at_bucket(&stack, &address.url));
        assert_eq!(put(&address, part).await, 200);
    }
    assert_eq!(received(&sam, id).await, [1, 2, 3]);
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(file.digest, digest_of_parts(&content));
    let again: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(again.id, file.id);
    assert_eq!(used(&sam).await, content.len() as u64);
    assert!(fetched(&sam, file.id).await == content);
    assert_only_stored(&stack, 1).await;
}

#[tokio::test]
async fn what_goes_past_the_server_is_counted_for_whoever_watches() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let mut page = Listener::connect(stack.url(), sam.token()).await;
    let content = content();
    let id = sam.begin_upload("film.mp4", content.len(), json!({})).await.session.id;
    let (number, part) = parts(&content).next().unwrap();
    send(&sam, id, number, part).await;
    // Nobody asks for anything more.
    loop {
        let (event, news) = page.event().await;
        if event == "upload" && news["received"] == PART {
            break;
        }
    }
}

#[tokio::test]
async fn a_file_of_one_part_is_known_by_its_own_digest_and_one_that_was_promised_is_read() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let small = sent(&sam, "small.txt", b"kept").await;
    assert_eq!(small.digest, ContentDigest::Whole(sha256(b"kept")));

    let content = content();
    let promise = json!({ "sha256": sha256(&content) });
    let begun = sam.begin_upload("large.bin", content.len(), promise).await;
    for (number, part) in parts(&content) {
        send(&sam, begun.session.id, number, part).await;
    }
    let file: UploadedFile = sam.complete_upload(begun.session.id).await.json(201);
    assert_eq!(file.digest, ContentDigest::Whole(sha256(&content)));
}

#[tokio::test]
async fn what_is_not_what_was_promised_is_no_file_and_can_be_sent_again() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("a.txt", 4, json!({ "sha256": sha256(b"kept") })).await;
    let id = begun.session.id;
    send(&sam, id, 1, b"lost").await;
    sam.complete_upload(id).await.problem(422, ProblemCode::ChecksumMismatch);
    assert!(sam.files().await.items.is_empty());
    assert!(received(&sam, id).await.is_empty());
    send(&sam, id, 1, b"kept").await;
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(fetched(&sam, file.id).await, b"kept");
}

#[tokio::test]
async fn an_address_takes_its_part_and_nothing_else() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let id = sam.begin_upload("a.txt", 4, json!({})).await.session.id;
    let address = address(&sam, id, 1, b"kept").await;
    assert_eq!(put(&address, b"lost").await, 400, "other bytes");
    assert_eq!(put(&address, b"kept and more").await, 403, "more of them");
    let bare = PartAddress { headers: BTreeMap::new(), ..address.clone() };
    assert_eq!(put(&bare, b"lost").await, 403, "without what is signed");
    let other =
        PartAddress { url: address.url.replace("partNumber=1", "partNumber=2"), ..address.clone() };
    assert_eq!(put(&other, b"kept").await, 403, "as another part");
    assert!(received(&sam, id).await.is_empty());
    sam.complete_upload(id).await.problem(409, ProblemCode::UploadIncomplete);
    assert_eq!(put(&address, b"kept").await, 200);
}

#[tokio::test]
async fn an_upload_goes_on_another_day_after_a_restart() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let content = content();
    let id = sam.begin_upload("a.bin", content.len(), json!({})).await.session.id;
    let all: Vec<_> = parts(&content).collect();
    send(&sam, id, 2, all[1].1).await;
    assert_eq!(details(&sam, id).await.session.received, PART as u64);
    let stack = stack.restart().await;
    stack.advance(Duration::from_hours(6 * 24));
    let sam = signed_in(&stack, "sam").await;
    let there = details(&sam, id).await;
    assert_eq!(there.parts[0].sha256, sha256(all[1].1));
    assert_eq!(there.session.received, PART as u64);
    let page: UploadPage = sam.get("/api/uploads").await.json(200);
    assert_eq!(page.items[0].received, PART as u64);
    for number in [1, 3] {
        send(&sam, id, number, all[number as usize - 1].1).await;
    }
    let file: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(file.digest, digest_of_parts(&content));
}

#[tokio::test]
async fn nothing_stays_of_what_is_given_up_or_deleted() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let id = sam.begin_upload("a.txt", 4, json!({})).await.session.id;
    let given_up = address(&sam, id, 1, b"kept").await;
    assert_eq!(put(&given_up, b"kept").await, 200);
    assert_eq!(sam.delete(&format!("/api/uploads/{id}")).await.status, 204);
    assert_eq!(used(&sam).await, 0);
    let file = sent(&sam, "b.txt", b"kept").await;
    assert_only_stored(&stack, 1).await;
    sam.delete_for_good(file.id).await;
    assert_only_stored(&stack, 0).await;
    // The removal runs behind the answer.
    let is_gone = async { while put(&given_up, b"kept").await != 404 {} };
    tokio::time::timeout(Duration::from_secs(20), is_gone).await.expect("it takes no more parts");

    let abandoned = sam.begin_upload("c.txt", 4, json!({})).await.session.id;
    let address = address(&sam, abandoned, 1, b"kept").await;
    stack.advance(Duration::from_hours(8 * 24));
    stack.purge().await;
    assert_eq!(put(&address, b"kept").await, 404);
}

#[tokio::test]
async fn ones_own_files_and_those_of_unlimited_links_are_fetched_from_the_bucket() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let file = sent(&sam, "naïve \"1\".html", b"<script>").await;
    let share = sam.share(&[file.id], json!({})).await;
    let link: DownloadLink = stack.anonymous().ask_download(&share.slug, json!({})).await.json(200);
    for url in [sam.file(file.id).await.download_url, link.download_url] {
        let answer = unfollowed(&url).await;
        assert_eq!(answer.status(), 307);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let leads_to = answer.headers()["location"].to_str().unwrap().to_owned();
        assert!(is_at_bucket(&stack, &leads_to));
        let fetched =
            Client::new().get(&leads_to).header("range", "bytes=1-6").send().await.unwrap();
        assert_eq!(fetched.status(), 206);
        let disposition = fetched.headers()["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment;"), "{disposition}");
        assert_eq!(fetched.headers()["content-type"], "text/html");
        assert_eq!(fetched.bytes().await.unwrap(), "script");
        let forged = leads_to.replace("attachment", "inline");
        assert_eq!(unfollowed(&forged).await.status(), 403);
    }
    let records = format!("/api/files/{}", file.id);
    let page = sam.downloads(&records, |page| page.items.len() == 2).await;
    assert!(page.items.iter().all(|download| download.direct && download.completed));
}

#[tokio::test]
async fn limited_links_and_what_was_handed_in_pass_through_the_server() {
    let stack = Stack::builder().with_bucket().with_admin().start().await;
    let (admin, sam) = (stack.admin().await, stack.user("sam").await);
    let file = sent(&sam, "a.txt", b"kept").await;
    let share = sam.share(&[file.id], json!({ "max_downloads": 1 })).await;
    let anyone = stack.anonymous();
    let link: DownloadLink = anyone.ask_download(&share.slug, json!({})).await.json(200);
    let answer = unfollowed(&link.download_url).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.unwrap(), "kept");
    let records = format!("/api/files/{}", file.id);
    sam.downloads(&records, |page| page.items.iter().any(|d| d.completed && !d.direct)).await;
    anyone.get(&link.download_url).await.problem(410, ProblemCode::UsedUp);

    let handed = sam.begin_upload("b.txt", 4, json!({ "hand_in": true })).await.session.id;
    send(&sam, handed, 1, b"kept").await;
    let handed: UploadedFile = sam.complete_upload(handed).await.json(201);
    let path = format!("/api/files/{}/signed-url", handed.id);
    let link: DownloadLink = admin.post(&path, json!({})).await.json(200);
    let fetched = admin.get(&link.download_url).await;
    assert_eq!((fetched.status, fetched.body.as_slice()), (StatusCode::OK, &b"kept"[..]));
    assert_eq!(unfollowed(&link.download_url).await.status(), 401);
}

#[tokio::test]
async fn what_forms_and_tus_clients_send_is_put_there_whole() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"by a form").await;
    assert_eq!(file.digest, ContentDigest::Whole(sha256(b"by a form")));
    let url = tus::created(&sam, 6).await;
    assert_eq!(tus::append(&sam, &url, 0, "by ").await.status, 204);
    assert_eq!(tus::append(&sam, &url, 3, "tus").await.status, 204);
    let in_bucket =
        |path: &&std::path::PathBuf| path.starts_with(stack.bucket().file_of("objects"));
    let stored = stack.stored_files();
    assert_eq!((stored.len(), stored.iter().filter(in_bucket).count()), (2, 2));
    let bytes: Vec<_> = stored.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(bytes.contains(&b"by a form".to_vec()) && bytes.contains(&b"by tus".to_vec()));
    for file in sam.files().await.items {
        let content = fetched(&sam, file.file.id).await;
        assert_eq!(sha256(&content), file.file.digest.sha256());
    }
}

#[tokio::test]
async fn an_archive_of_what_went_past_the_server_is_right() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let content = content();
    let large = sent(&sam, "large.bin", &content).await;
    let small = sent(&sam, "small.txt", b"kept").await;
    let wanted = json!({ "ids": [large.id, small.id] });
    let link: ArchiveLink = sam.post("/api/files/archive", wanted).await.json(200);
    let packed = sam.get(&link.download_url).await.body;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(packed)).unwrap();
    for (name, expected) in [("large.bin", content.as_slice()), ("small.txt", b"kept")] {
        let mut read = vec![];
        std::io::copy(&mut zip.by_name(name).unwrap(), &mut read).unwrap();
        assert!(read == expected, "{name}");
    }
}

/// Puts other bytes where an object lies.
fn damage(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[0] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn the_scrub_holds_files_against_their_parts() {
    let stack = Stack::builder().with_bucket().env("FILE_EXPIRY_DAYS", 30).start().await;
    let sam = stack.user("sam").await;
    let file = sent(&sam, "a.bin", &content()).await;
    stack.advance(Duration::from_hours(6 * 24));
    assert_eq!(stack.scrub().await.bytes, 0, "it was looked at when it came");
    stack.advance(Duration::from_hours(25));
    assert_eq!(stack.scrub().await.whole, 1);
    stack.advance(Duration::from_hours(8 * 24));
    damage(&stack.stored_files()[0]);
    assert_eq!(stack.scrub().await.damaged, 1);
    let sam = signed_in(&stack, "sam").await;
    assert!(sam.files().await.items[0].damaged);
    let path = format!("/api/files/{}/content", file.id);
    sam.get(&path).await.problem(500, ProblemCode::Damaged);
}

#[tokio::test]
async fn while_the_bucket_is_gone_one_is_told_to_come_again_and_nothing_is_lost() {
    let stack = start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"kept").await;
    let id = sam.begin_upload("b.txt", 4, json!({})).await.session.id;
    let part = address(&sam, id, 1, b"kept").await;
    assert_eq!(put(&part, b"kept").await, 200);

    stack.bucket().pause().await;
    let refused = |answer: Answer| {
        assert_ne!(answer.header("retry-after"), "");
        answer.problem(503, ProblemCode::Unavailable)
    };
    let path = format!("/api/files/{}/content", file.id);
    refused(sam.get(&path).await);
    refused(sam.try_upload("c.txt", b"lost").await);
    refused(sam.complete_upload(id).await);
    refused(sam.get(&format!("/api/uploads/{id}")).await);
    let ready = refused(sam.get("/api/health/ready").await);
    assert!(ready.detail.contains("storage"), "{}", ready.detail);
    assert_eq!(sam.get("/api/health").await.status, 200);
    assert_eq!(sam.files().await.items.len(), 1);
    // What is deleted meanwhile goes later.
    sam.delete_for_good(file.id).await;

    stack.bucket().resume().await.unwrap();
    assert_eq!(sam.get("/api/health/ready").await.status, 200);
    let completed: UploadedFile = sam.complete_upload(id).await.json(201);
    assert_eq!(fetched(&sam, completed.id).await, b"kept");
    stack.purge().await;
    assert_only_stored(&stack, 1).await;
    assert_eq!(used(&sam).await, 4);
}

#[tokio::test]
async fn what_was_on_the_disk_before_is_served_from_there() {
    let stack = Stack::builder().env("ENCRYPTION_KEY", "").on_disk().start().await;
    let sam = stack.user("sam").await;
    let before = sam.upload("before.txt", b"on the disk").await;
    let stack = stack.restart_with_bucket().await;
    let sam = signed_in(&stack, "sam").await;
    let after = sent(&sam, "after.txt", b"in the bucket").await;
    for (file, expected) in [(&before, &b"on the disk"[..]), (&after, b"in the bucket")] {
        assert_eq!(fetched(&sam, file.id).await, expected);
        sam.delete_for_good(file.id).await;
    }
    assert_only_stored(&stack, 0).await;
}
