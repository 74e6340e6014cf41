//! Viruses: what a scanner has not looked at, and what it found something in, is handed out on no path; and what is honest
//! to say where there is none. The scanner is a ClamAV of the test's own, and what it finds the signature made for that.

use std::io::{Cursor, Write};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::FileId;
use sharesync_protocol::api::{
    ArchiveLink, DownloadLink, HandedInPage, OwnHandInPage, OwnedShare, ProblemCode, ReadyHealth,
    Role, ScanState, ScannerHealth, ShareList, SharePublic, UploadedFile,
};
use sharesync_test_services::{Clamd, FOUND, eicar};
use sharesync_testkit::{Answer, Listener, Person, Stack};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::bucket::{is_at_bucket, sent};
use crate::form_upload::used;
use crate::tus;
use crate::uploads::{address, only_part};

/// A status and a code: what somebody is refused with.
type Refusal = (u16, ProblemCode);
const PENDING: Refusal = (409, ProblemCode::ScanPending);
const QUARANTINED: Refusal = (403, ProblemCode::Quarantined);

async fn stack(clamd: &Clamd) -> Stack {
    Stack::builder().env("CLAMD_ADDRESS", clamd.address()).with_admin().start().await
}

/// A ZIP with the test file in it, behind so many bytes of something else, and nowhere as it is.
fn zipped(padding: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    let stored = SimpleFileOptions::default();
    for (name, content) in [("clean.txt", vec![b'x'; padding]), ("eicar.com", eicar())] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(&content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn head(person: &Person, url: &str) -> Answer {
    person.send(person.request(Method::HEAD, url)).await
}

async fn range(person: &Person, url: &str) -> Answer {
    person.send(person.request(Method::GET, url).header("range", "bytes=0-3")).await
}

async fn archive(person: &Person, files: &[FileId]) -> Answer {
    person.post("/api/files/archive", json!({ "ids": files })).await
}

async fn archive_of(person: &Person, share: &OwnedShare) -> Answer {
    person.post(&format!("/api/shares/{}/archive", share.slug.as_str()), json!({})).await
}

async fn ask(person: &Person, share: &OwnedShare, file: FileId) -> Answer {
    person.ask_download(&share.slug, json!({ "file_id": file })).await
}

/// Makes sure that nobody gets anything of a file by any path: not of it alone, nor beside one that is clean. `made_before`
/// are addresses of its content.
async fn assert_refused(
    owner: &Person,
    file: FileId,
    clean: FileId,
    links: &[OwnedShare],
    made_before: &[String],
    (status, code): Refusal,
) {
    let own = format!("/api/files/{file}/content");
    for url in made_before.iter().chain([&own]) {
        owner.get(url).await.problem(status, code);
        range(owner, url).await.problem(status, code);
        let about = head(owner, url).await;
        assert_eq!((about.status.as_u16(), about.header("location")), (status, ""), "{url}");
        assert_eq!(about.header("content-type"), "application/problem+json");
    }
    owner.post(&format!("/api/files/{file}/signed-url"), json!({})).await.problem(status, code);
    owner.post(&format!("/api/files/{file}/preview"), json!({})).await.problem(status, code);
    archive(owner, &[clean, file]).await.problem(status, code);
    archive(owner, &[file]).await.problem(status, code);
    for link in links {
        let somebody = owner.without_token();
        ask(&somebody, link, file).await.problem(status, code);
        archive_of(&somebody, link).await.problem(status, code);
        if link.max_downloads.is_none() {
            let preview = format!("/api/shares/{}/preview", link.slug.as_str());
            let refused = somebody.post(&preview, json!({ "file_id": file })).await;
            refused.problem(status, code);
        }
    }
}

fn state(file: &UploadedFile) -> (ScanState, Option<&str>) {
    (file.scan.scan, file.scan.scan_found.as_deref())
}

async fn becomes(person: &Person, file: FileId, expected: (ScanState, Option<&str>)) {
    assert_eq!(state(&person.scanned(file).await.summary.file), expected);
}

/// The same of what was handed in.
async fn handed_in_becomes(operator: &Person, file: FileId, expected: (ScanState, Option<&str>)) {
    let awaited = async {
        loop {
            let page: HandedInPage = operator.get("/api/handed-in").await.json(200);
            let row = page.items.into_iter().find(|row| row.file.id == file).unwrap();
            if row.file.scan.scan != ScanState::Pending {
                return row.file;
            }
        }
    };
    assert_eq!(state(&tokio::time::timeout(PATIENCE, awaited).await.unwrap()), expected);
}

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);

const CLEAN: (ScanState, Option<&str>) = (ScanState::Clean, None);
const INFECTED: (ScanState, Option<&str>) = (ScanState::Infected, Some(FOUND));
const UNSCANNED: (ScanState, Option<&str>) = (ScanState::Unscanned, None);

async fn readiness(stack: &Stack) -> Option<ScannerHealth> {
    stack.anonymous().get("/api/health/ready").await.json::<ReadyHealth>(200).scanner
}

#[tokio::test]
async fn what_a_scanner_that_is_away_has_not_seen_nobody_gets_until_it_is_back() {
    let mut clamd = Clamd::stopped();
    let stack = stack(&clamd).await;
    let sam = stack.user("sam").await;
    assert_eq!(readiness(&stack).await, Some(ScannerHealth::Down));
    let clean = sam.upload("clean.txt", b"clean").await;
    let bad = [
        sam.upload("eicar.com", &eicar()).await.id,
        sam.upload("eicar.zip", &zipped(100)).await.id,
    ];
    assert_eq!(state(&clean), (ScanState::Pending, None));
    let mut made_before = vec![];
    for file in [clean.id, bad[0], bad[1]] {
        let mut links = vec![];
        for rules in [json!({}), json!({ "max_downloads": 3 })] {
            links.push(sam.share(&[clean.id, file], rules).await);
        }
        let addresses = vec![sam.file(file).await.download_url];
        let about: SharePublic =
            sam.get(&format!("/api/shares/{}", links[0].slug.as_str())).await.json(200);
        assert!(about.files.iter().all(|file| file.scan == ScanState::Pending));
        assert_refused(&sam, file, clean.id, &links, &addresses, PENDING).await;
        made_before.push((file, links, addresses));
    }
    clamd.run();
    becomes(&sam, clean.id, CLEAN).await;
    assert_eq!(readiness(&stack).await, Some(ScannerHealth::Up));
    for (file, links, addresses) in made_before {
        if file == clean.id {
            assert_eq!(sam.get(&addresses[0]).await.body, b"clean");
            assert_eq!(range(&sam, &addresses[0]).await.body, b"clea");
            let link: DownloadLink = ask(&sam, &links[1], file).await.json(200);
            assert_eq!(sam.get(&link.download_url).await.body, b"clean");
            let zip: ArchiveLink = archive(&sam, &[file]).await.json(200);
            assert_eq!(sam.get(&zip.download_url).await.status, 200);
        } else {
            becomes(&sam, file, INFECTED).await;
            assert_refused(&sam, file, clean.id, &links, &addresses, QUARANTINED).await;
            // What is clean beside it is still to be had.
            let link: DownloadLink = ask(&sam, &links[0], clean.id).await.json(200);
            assert_eq!(sam.get(&link.download_url).await.body, b"clean");
        }
    }
}

#[tokio::test]
async fn what_is_in_quarantine_is_shown_as_such_not_shared_and_can_be_deleted() {
    let clamd = Clamd::start();
    let stack = stack(&clamd).await;
    let sam = stack.user("sam").await;
    let (clean, bad) =
        (sam.upload("clean.txt", b"clean").await, sam.upload("a.com", &eicar()).await);
    // Found or not, it may be shared until then.
    let link =
        sam.post("/api/shares", json!({ "file_ids": [clean.id] })).await.json::<OwnedShare>(201);
    becomes(&sam, bad.id, INFECTED).await;
    becomes(&sam, clean.id, CLEAN).await;
    for files in [vec![bad.id], vec![clean.id, bad.id]] {
        let refused = sam.post("/api/shares", json!({ "file_ids": files })).await;
        refused.problem(403, ProblemCode::Quarantined);
    }
    let links: ShareList = sam.get("/api/shares").await.json(200);
    assert_eq!(links.items.len(), 1, "nothing is left of what was refused");
    assert_eq!(links.items[0].slug, link.slug);
    let mut listed = sam.files().await.items.into_iter();
    assert_eq!(state(&listed.find(|row| row.file.id == bad.id).unwrap().file), INFECTED);
    sam.delete_for_good(bad.id).await;
    assert_eq!(used(&sam).await, 5);
}

#[tokio::test]
async fn whoever_it_concerns_is_told_of_what_is_found() {
    let mut clamd = Clamd::stopped();
    let stack = stack(&clamd).await;
    let (sam, admin) = (stack.user("sam").await, stack.admin().await);
    let bad = sam.upload("a.com", &eicar()).await;
    let of_admin = admin.upload("b.com", &eicar()).await;
    let mut page = Listener::connect(stack.url(), sam.token()).await;
    clamd.run();
    assert_eq!(page.event().await, ("library".into(), json!({ "file": bad.id })));
    becomes(&admin, of_admin.id, INFECTED).await;

    let own = stack.mail_to("sam@example.com").await.pop().unwrap();
    assert_eq!(own.subject, "Your file is in quarantine");
    assert!(own.text.contains(&format!("a.com ({FOUND})")), "{}", own.text);
    let told = stack.mail_to("root@example.com").await;
    let mut subjects: Vec<_> = told.iter().map(|mail| mail.subject.as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["A file is in quarantine", "Your file is in quarantine"]);
    assert!(told.iter().any(|mail| mail.text.contains("that sam has uploaded:")));
}

#[tokio::test]
async fn what_is_handed_in_waits_for_the_scanner_too() {
    let mut clamd = Clamd::stopped();
    let stack = stack(&clamd).await;
    let admin = stack.admin().await;
    let client = stack.somebody(&admin, "client", Role::Client).await;
    let ops = stack.somebody(&admin, "ops", Role::Ops).await;
    let (clean, bad) =
        (client.upload("a.txt", b"clean").await, client.upload("a.com", &eicar()).await);
    let address =
        async |file: FileId| ops.post(&format!("/api/files/{file}/signed-url"), json!({})).await;
    for file in [clean.id, bad.id] {
        address(file).await.problem(409, ProblemCode::ScanPending);
    }
    clamd.run();
    handed_in_becomes(&ops, clean.id, CLEAN).await;
    handed_in_becomes(&ops, bad.id, INFECTED).await;
    let link: DownloadLink = address(clean.id).await.json(200);
    assert_eq!(ops.get(&link.download_url).await.body, b"clean");
    address(bad.id).await.problem(403, ProblemCode::Quarantined);
    let own: OwnHandInPage = client.get("/api/me/handed-in").await.json(200);
    let state_of = |name| own.items.iter().find(|row| row.name == name).unwrap().scan.scan;
    assert_eq!([state_of("a.txt"), state_of("a.com")], [ScanState::Clean, ScanState::Infected]);
}

#[tokio::test]
async fn it_makes_no_difference_by_which_way_it_comes() {
    let clamd = Clamd::start();
    let stack = stack(&clamd).await;
    let sam = stack.user("sam").await;
    let by_form = sam.upload("form.com", &eicar()).await;
    assert_eq!(state(&by_form), (ScanState::Pending, None));
    becomes(&sam, by_form.id, INFECTED).await;

    let begun = sam.begin_upload("parts.zip", zipped(10).len(), json!({})).await;
    assert_eq!(sam.put_part(only_part(&begun), zipped(10)).await.status, 200);
    let in_parts: UploadedFile = sam.complete_upload(begun.session.id).await.json(201);
    assert_eq!(state(&in_parts), (ScanState::Pending, None));
    becomes(&sam, in_parts.id, INFECTED).await;

    let url = tus::created(&sam, eicar().len() as u64).await;
    let answer = tus::append(&sam, &url, 0, eicar()).await;
    let file = answer.header("content-location").strip_prefix("/api/files/").unwrap();
    becomes(&sam, file.parse().unwrap(), INFECTED).await;
}

#[tokio::test]
async fn parts_that_went_past_the_server_are_looked_at_before_anybody_is_led_to_them() {
    let mut clamd = Clamd::stopped();
    let stack = Stack::builder().env("CLAMD_ADDRESS", clamd.address()).with_bucket().start().await;
    let sam = stack.user("sam").await;
    // Of two parts, in the second of which it is.
    let bad = sent(&sam, "a.zip", &zipped(crate::uploads::PART)).await;
    let clean = sent(&sam, "a.txt", b"clean").await;
    let mut made_before = vec![];
    for file in [bad.id, clean.id] {
        let addresses = vec![sam.file(file).await.download_url];
        assert_refused(&sam, file, clean.id, &[], &addresses, PENDING).await;
        made_before.extend(addresses);
    }
    clamd.run();
    becomes(&sam, clean.id, CLEAN).await;
    let led = sam.get(&made_before[1]).await;
    assert_eq!(led.status, 307);
    assert!(is_at_bucket(&stack, led.header("location")));
    becomes(&sam, bad.id, INFECTED).await;
    assert_refused(&sam, bad.id, clean.id, &[], &made_before[..1], QUARANTINED).await;
}

#[tokio::test]
async fn what_waits_still_does_after_a_restart() {
    let mut clamd = Clamd::stopped();
    let stack = stack(&clamd).await;
    let sam = stack.user("sam").await;
    let (clean, bad) = (sam.upload("a.txt", b"clean").await, sam.upload("a.com", &eicar()).await);
    let stack = stack.restart().await;
    let mut sam = stack.anonymous();
    sam.sign_in("sam").await;
    sam.get(&format!("/api/files/{}/content", bad.id)).await.problem(409, ProblemCode::ScanPending);
    clamd.run();
    becomes(&sam, clean.id, CLEAN).await;
    becomes(&sam, bad.id, INFECTED).await;
}

#[tokio::test]
async fn a_scan_that_breaks_off_is_tried_again_later_and_nobody_waits_for_one_that_hangs() {
    let mut clamd = Clamd::start();
    let stack = stack(&clamd).await;
    let sam = stack.user("sam").await;
    clamd.pause();
    let file = sam.upload("a.txt", b"clean").await;
    let bad = sam.upload("a.com", &eicar()).await;
    assert_eq!(state(&sam.file(file.id).await.summary.file), (ScanState::Pending, None));
    clamd.kill();
    clamd.run();
    // It is tried again at its time, which comes when the clock is moved and somebody looks.
    let mut others = 0;
    while sam.file(file.id).await.summary.file.scan.scan == ScanState::Pending {
        stack.advance(Duration::from_secs(15));
        let other = sam.upload(&format!("{others}.txt"), b"clean").await;
        becomes(&sam, other.id, CLEAN).await;
        others += 1;
        assert!(others < 50, "it is never tried again");
    }
    becomes(&sam, file.id, CLEAN).await;
    becomes(&sam, bad.id, INFECTED).await;
}

#[tokio::test]
async fn a_scanner_that_hangs_goes_on_where_it_was() {
    let clamd = Clamd::start_on_tcp();
    let address = clamd.tcp_address();
    let stack = Stack::builder().env("CLAMD_ADDRESS", address).start().await;
    let sam = stack.user("sam").await;
    clamd.pause();
    // More than are looked at at one time.
    let mut files = vec![];
    for name in ["a.com", "b.com", "c.com"] {
        files.push(sam.upload(name, &eicar()).await.id);
    }
    clamd.resume();
    for file in files {
        becomes(&sam, file, INFECTED).await;
    }
}

#[tokio::test]
async fn what_is_more_than_the_scanner_takes_is_handed_out_and_said_not_to_be_scanned() {
    let clamd = Clamd::start();
    let stack = stack(&clamd).await;
    let sam = stack.user("sam").await;
    for size in [Clamd::TOO_LARGE, Clamd::TOO_LONG] {
        let file = sam.upload("large.bin", &vec![b'x'; size]).await;
        assert_eq!(state(&file), (ScanState::Pending, None));
        becomes(&sam, file.id, UNSCANNED).await;
        let answer = range(&sam, &format!("/api/files/{}/content", file.id)).await;
        assert_eq!(answer.body, b"xxxx");
    }
}

#[tokio::test]
async fn without_a_scanner_the_test_signature_is_found_at_once_and_nothing_else_is_claimed() {
    let stack = Stack::builder().with_admin().start().await;
    let sam = stack.user("sam").await;
    assert_eq!(readiness(&stack).await, None);
    let clean = sam.upload("a.txt", b"clean").await;
    assert_eq!(state(&clean), UNSCANNED);
    assert_eq!(sam.get(&sam.file(clean.id).await.download_url).await.body, b"clean");
    assert_eq!(state(&sam.upload("a.zip", &zipped(10)).await), UNSCANNED);
    let found = (ScanState::Infected, Some("Eicar-Test-Signature"));
    let bad = sam.upload("a.com", &eicar()).await;
    assert_eq!(state(&bad), found);
    let addresses = [sam.file(bad.id).await.download_url];
    assert_refused(&sam, bad.id, clean.id, &[], &addresses, QUARANTINED).await;
    let begun = sam.begin_upload("b.com", eicar().len(), json!({})).await;
    let url = address(&sam, begun.session.id, 1, &eicar()).await;
    assert_eq!(sam.put_part(&url, eicar()).await.status, 200);
    assert_eq!(state(&sam.complete_upload(begun.session.id).await.json(201)), found);
    for (person, subject) in
        [("sam", "Your file is in quarantine"), ("root", "A file is in quarantine")]
    {
        let told = stack.mail_to(&format!("{person}@example.com")).await;
        assert_eq!(told.iter().filter(|mail| mail.subject == subject).count(), 2, "{person}");
    }
}

#[tokio::test]
async fn a_scanner_that_is_set_or_unset_later_leaves_nothing_waiting() {
    let mut clamd = Clamd::stopped();
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let before = sam.upload("before.txt", b"before").await;
    let stack = stack.restart_with("CLAMD_ADDRESS", clamd.address()).await;
    let mut sam = stack.anonymous();
    sam.sign_in("sam").await;
    let waiting = sam.upload("a.com", &eicar()).await;
    let clean = sam.upload("a.txt", b"clean").await;
    let first: Value = sam.get(&format!("/api/files/{}", before.id)).await.json(200);
    assert_eq!(first["scan"], "unscanned", "what was there before stays as it was");
    let stack = stack.restart_with("CLAMD_ADDRESS", "").await;
    let mut sam = stack.anonymous();
    sam.sign_in("sam").await;
    becomes(&sam, waiting.id, (ScanState::Infected, Some("Eicar-Test-Signature"))).await;
    becomes(&sam, clean.id, UNSCANNED).await;
    clamd.kill();
}
