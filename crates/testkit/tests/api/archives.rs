//! Several files as one ZIP: who gets one, what is in it, and what is recorded.

use std::io::{Cursor, Read};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::{
    ArchiveLink, DownloadLink, DownloadPage, OwnedShare, ProblemCode, SharePublic, UploadedFile,
};
use sharesync_protocol::{FileId, ShareSlug};
use sharesync_testkit::{Answer, Person, Stack};
use zip::ZipArchive;

use crate::integrity::flip;

const A: &[u8] = b"first content";
const B: &[u8] = b"the second";

/// How long to wait for what happens in the background.
const PATIENCE: Duration = Duration::from_secs(20);

async fn two_files(stack: &Stack) -> (Person, [UploadedFile; 2]) {
    let sam = stack.user("sam").await;
    let files = [sam.upload("a.txt", A).await, sam.upload("b.txt", B).await];
    (sam, files)
}

fn ids(files: &[UploadedFile]) -> Vec<FileId> {
    files.iter().map(|file| file.id).collect()
}

async fn ask(person: &Person, files: &[FileId]) -> Answer {
    person.post("/api/files/archive", json!({ "ids": files })).await
}

async fn ask_share(person: &Person, slug: &ShareSlug, body: Value) -> Answer {
    person.post(&format!("/api/shares/{}/archive", slug.as_str()), body).await
}

async fn range(person: &Person, url: &str, range: &str) -> Answer {
    person.send(person.request(Method::GET, url).header("range", range)).await
}

async fn head(person: &Person, url: &str) -> Answer {
    person.send(person.request(Method::HEAD, url)).await
}

/// What is in an archive, its checksums compared.
pub fn unpacked(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = vec![];
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).unwrap();
        let mut content = vec![];
        file.read_to_end(&mut content).unwrap();
        files.push((file.name().unwrap().into_owned(), content));
    }
    files
}

fn named(files: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(name, content)| ((*name).into(), content.to_vec())).collect()
}

fn of_share(share: &OwnedShare) -> String {
    format!("/api/shares/{}", share.slug.as_str())
}

fn completed(page: &DownloadPage) -> usize {
    page.items.iter().filter(|row| row.completed).count()
}

#[tokio::test]
async fn ones_own_files_come_as_one_archive_of_the_length_that_was_said() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let odd = sam.upload("ʕ•ᴥ•ʔ \"b\" 🐻.txt", b"x").await;
    let body = json!({ "ids": [odd.id, files[0].id, odd.id], "name": "my “files”" });
    let link: ArchiveLink = sam.post("/api/files/archive", body).await.json(200);
    assert_eq!(link.file_name, "my “files”.zip");
    let answer = stack.anonymous().get(&link.download_url).await;
    assert_eq!((answer.status.as_u16(), answer.body.len() as u64), (200, link.size));
    assert_eq!(answer.header("content-length"), link.size.to_string());
    assert_eq!(unpacked(&answer.body), named(&[("ʕ•ᴥ•ʔ \"b\" 🐻.txt", b"x"), ("a.txt", A)]));
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"my _files_.zip\"; \
         filename*=UTF-8''my%20%E2%80%9Cfiles%E2%80%9D.zip"
    );
    assert_eq!(answer.header("accept-ranges"), "bytes");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert!(answer.header("last-modified").ends_with("GMT"));
    let told = head(&stack.anonymous(), &link.download_url).await;
    for header in ["content-length", "etag", "content-disposition"] {
        assert_eq!(told.header(header), answer.header(header));
    }
    let path = format!("/api/files/{}", odd.id);
    let page = sam.downloads(&path, |page| completed(page) == 1).await;
    assert_eq!((page.items.len(), page.items[0].by.as_deref()), (1, Some("sam")));
}

#[tokio::test]
async fn any_range_of_it_is_a_part_of_the_whole() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let link: ArchiveLink = ask(&sam, &ids(&files)).await.json(200);
    let (anyone, url, size) = (stack.anonymous(), link.download_url, link.size);
    let whole = anyone.get(&url).await;
    let middle = size / 2;
    for (wanted, part) in [
        ("bytes=0-0".to_owned(), 0..1),
        (format!("bytes=10-{middle}"), 10..middle + 1),
        (format!("bytes={middle}-"), middle..size),
        ("bytes=-22".to_owned(), size - 22..size),
    ] {
        let answer = range(&anyone, &url, &wanted).await;
        let (from, to) = (part.start, part.end);
        assert_eq!(answer.status, 206, "{wanted}");
        assert_eq!(answer.header("content-range"), format!("bytes {from}-{}/{size}", to - 1));
        let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap());
        assert!(answer.body == whole.body[from..to], "{wanted}");
    }
    let past = range(&anyone, &url, &format!("bytes={size}-")).await;
    past.problem(416, ProblemCode::RangeNotSatisfiable);
    let with = async |name: &str, value: &str| {
        anyone.send(anyone.request(Method::GET, &url).header(name, value)).await
    };
    let tag = whole.header("etag");
    assert_eq!(with("if-none-match", tag).await.status, 304);
    with("if-match", "\"x\"").await.problem(412, ProblemCode::PreconditionFailed);
    // The same files, asked for again, are the same bytes.
    let again: ArchiveLink = ask(&sam, &ids(&files)).await.json(200);
    assert_ne!(again.download_url, url);
    assert_eq!(head(&anyone, &again.download_url).await.header("etag"), tag);
}

#[tokio::test]
async fn only_ones_own_files_are_packed_and_not_too_many() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let eve = stack.user("eve").await;
    let own = eve.upload("own.txt", b"x").await;
    ask(&eve, &[own.id, files[0].id]).await.problem(404, ProblemCode::NotFound);
    ask(&stack.anonymous(), &ids(&files)).await.problem(401, ProblemCode::Unauthenticated);
    let gone = sam.upload("gone.txt", b"x").await;
    sam.delete_for_good(gone.id).await;
    ask(&sam, &[files[0].id, gone.id]).await.problem(404, ProblemCode::NotFound);
    for count in [0, 1001] {
        let problem = ask(&sam, &vec![files[0].id; count]).await.problem(422, ProblemCode::Invalid);
        assert_eq!(problem.field.as_deref(), Some("ids"));
    }
    assert_eq!(ask(&sam, &vec![files[0].id; 1000]).await.status, 200);
    for name in ["a/b", "..\\x", "a\nb", &"a".repeat(252)] {
        let body = json!({ "ids": ids(&files), "name": name });
        let refused = sam.post("/api/files/archive", body).await;
        refused.problem(422, ProblemCode::InvalidName);
    }
}

#[tokio::test]
async fn hundreds_of_files_come_at_once() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let mut files = vec![];
    for number in 0..300 {
        // Half of them have the names of others but for their case.
        let name = if number % 2 == 0 { format!("a{number}") } else { format!("A{}", number - 1) };
        files.push(sam.upload(&name, name.as_bytes()).await.id);
    }
    let link: ArchiveLink = ask(&sam, &files).await.json(200);
    let unpacked = unpacked(&stack.anonymous().get(&link.download_url).await.body);
    let distinct: std::collections::HashSet<_> =
        unpacked.iter().map(|(name, _)| name.to_lowercase()).collect();
    assert_eq!((unpacked.len(), distinct.len()), (300, 300));
    assert!(unpacked.iter().all(|(name, content)| name.as_bytes().starts_with(content)));
    let last = format!("/api/files/{}", files[299]);
    sam.downloads(&last, |page| completed(page) == 1).await;
}

#[tokio::test]
async fn as_many_files_as_can_be_named_come_as_one() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let mut files = vec![];
    for number in 0..600 {
        files.push(sam.upload(&number.to_string(), b"x").await.id);
    }
    let archive: ArchiveLink = ask(&sam, &files).await.json(200);
    let names: Vec<_> = unpacked(&sam.get(&archive.download_url).await.body)
        .into_iter()
        .map(|file| file.0)
        .collect();
    let wanted: Vec<_> = (0..600).map(|number| number.to_string()).collect();
    assert_eq!(names, wanted);
}

#[tokio::test]
async fn whoever_has_a_link_gets_all_of_its_files_and_the_owner_sees_each() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&[files[1].id, files[0].id], json!({})).await;
    let ann = stack.user("ann").await;
    let link: ArchiveLink = ask_share(&ann, &share.slug, json!({})).await.json(200);
    assert_eq!(link.file_name, "Files from sam.zip");
    let answer = stack.anonymous().get(&link.download_url).await;
    assert_eq!(unpacked(&answer.body), named(&[("b.txt", B), ("a.txt", A)]), "in the link's order");
    let page = sam.downloads(&of_share(&share), |page| completed(page) == 2).await;
    assert_eq!(page.items.len(), 2);
    for row in page.items {
        assert_eq!(row.by.as_deref(), Some("ann"));
        assert_eq!(row.bytes, if row.file_id == files[0].id { 13 } else { 10 });
    }
}

#[tokio::test]
async fn no_way_leads_around_a_links_password() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&ids(&files), json!({ "password": "open sesame" })).await;
    let anyone = stack.anonymous();
    let asked = async |body| ask_share(&anyone, &share.slug, body).await;
    asked(json!({})).await.problem(401, ProblemCode::PasswordRequired);
    asked(json!({ "password": "open barley" })).await.problem(401, ProblemCode::WrongPassword);
    // Nor has whoever knows a good address for one's own archive one for another's.
    let eve = stack.user("eve").await;
    let own = eve.upload("own.txt", b"x").await;
    let of_eve: ArchiveLink = ask(&eve, &[own.id]).await.json(200);
    let link: ArchiveLink = asked(json!({ "password": "open sesame" })).await.json(200);
    let bare = link.download_url.split('?').next().unwrap();
    let signed_for_eve = format!("{bare}?{}", of_eve.download_url.split('?').nth(1).unwrap());
    for (url, status, code) in [
        (bare, 422, ProblemCode::Invalid),
        (&signed_for_eve, 403, ProblemCode::Forbidden),
        (&link.download_url.replace("expires=1", "expires=2"), 403, ProblemCode::Forbidden),
        (&link.download_url.replace("signature=", "signature=A"), 403, ProblemCode::Forbidden),
    ] {
        anyone.get(url).await.problem(status, code);
        range(&anyone, url, "bytes=0-9").await.problem(status, code);
        assert_eq!(head(&anyone, url).await.status, status);
    }
    assert_eq!(unpacked(&anyone.get(&link.download_url).await.body).len(), 2);
}

#[tokio::test]
async fn an_address_ends_after_five_minutes_and_a_link_when_it_says() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&ids(&files), json!({ "expires_in": 600 })).await;
    let anyone = stack.anonymous();
    let link: ArchiveLink = ask_share(&anyone, &share.slug, json!({})).await.json(200);
    stack.advance(Duration::from_secs(299));
    assert_eq!(anyone.get(&link.download_url).await.status, 200);
    stack.advance(Duration::from_secs(1));
    for wanted in ["bytes=0-", "bytes=5-9"] {
        let over = range(&anyone, &link.download_url, wanted).await;
        over.problem(410, ProblemCode::Expired);
    }
    assert_eq!(head(&anyone, &link.download_url).await.status, 410);
    stack.advance(Duration::from_mins(5));
    ask_share(&anyone, &share.slug, json!({})).await.problem(410, ProblemCode::Expired);
    assert_eq!(stack.purge().await.archives, 1);
    assert_eq!(stack.purge().await.archives, 0);
}

#[tokio::test]
async fn an_archive_takes_a_place_for_each_file_or_none() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&ids(&files), json!({ "max_downloads": 1 })).await;
    let anyone = stack.anonymous();
    let only_b = json!({ "file_id": files[1].id });
    let _: DownloadLink = anyone.ask_download(&share.slug, only_b.clone()).await.json(200);
    ask_share(&anyone, &share.slug, json!({})).await.problem(410, ProblemCode::UsedUp);
    // The place of the other one was not taken.
    let only_a = json!({ "file_id": files[0].id });
    let _: DownloadLink = anyone.ask_download(&share.slug, only_a.clone()).await.json(200);
    // Nobody used them: they are given back, and the archive takes both.
    stack.advance(Duration::from_mins(5));
    let _: ArchiveLink = ask_share(&anyone, &share.slug, json!({})).await.json(200);
    for body in [only_a, only_b] {
        let refused = anyone.ask_download(&share.slug, body).await;
        refused.problem(410, ProblemCode::UsedUp);
    }
    let shown = anyone.get(&of_share(&share)).await;
    shown.problem(410, ProblemCode::UsedUp);
    stack.advance(Duration::from_mins(5));
    assert_eq!(
        anyone.get(&of_share(&share)).await.json::<SharePublic>(200).downloads_left,
        Some(1)
    );
}

#[tokio::test]
async fn of_many_at_once_one_gets_the_only_place() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&ids(&files), json!({ "max_downloads": 1 })).await;
    let tries = (0..40).map(|_| {
        let (anyone, slug) = (stack.anonymous(), share.slug.clone());
        tokio::spawn(async move { ask_share(&anyone, &slug, json!({})).await })
    });
    let mut links: Vec<ArchiveLink> = vec![];
    for answer in tries.collect::<Vec<_>>() {
        let answer = answer.await.unwrap();
        if answer.status == 200 {
            links.push(answer.json(200));
        } else {
            answer.problem(410, ProblemCode::UsedUp);
        }
    }
    assert_eq!(links.len(), 1);
    // Once it is used, it is used up, and so are the files.
    let anyone = stack.anonymous();
    let url = &links[0].download_url;
    assert_eq!(unpacked(&anyone.get(url).await.body).len(), 2);
    sam.downloads(&of_share(&share), |page| completed(page) == 2).await;
    let used_up = async {
        loop {
            let again = anyone.get(url).await;
            if again.status != 200 {
                return again;
            }
        }
    };
    let used_up = tokio::time::timeout(PATIENCE, used_up).await;
    used_up.unwrap().problem(410, ProblemCode::UsedUp);
    stack.advance(Duration::from_mins(5));
    ask_share(&anyone, &share.slug, json!({})).await.problem(410, ProblemCode::UsedUp);
}

#[tokio::test]
async fn ranges_that_follow_each_other_complete_what_is_in_them() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&ids(&files), json!({ "max_downloads": 1 })).await;
    let anyone = stack.anonymous();
    let link: ArchiveLink = ask_share(&anyone, &share.slug, json!({})).await.json(200);
    let url = &link.download_url;
    let whole = {
        // Learnt from an archive of one's own, so that nothing is recorded.
        let own: ArchiveLink = ask(&sam, &ids(&files)).await.json(200);
        sam.get(&own.download_url).await.body
    };
    let place =
        |content: &[u8]| whole.windows(content.len()).position(|window| window == content).unwrap();
    let (a, b) = (place(A), place(B));
    // Of the second one, and nothing of the first.
    range(&anyone, url, &format!("bytes={}-{}", b + 2, b + 4)).await;
    // All of the first one, and half of the second.
    range(&anyone, url, &format!("bytes=0-{}", a + 3)).await;
    range(&anyone, url, &format!("bytes={}-{}", a + 4, b + 4)).await;
    let recorded =
        |page: &DownloadPage| completed(page) == 1 && page.items.iter().any(|row| row.bytes == 5);
    let page = sam.downloads(&of_share(&share), recorded).await;
    let of_b = page.items.iter().find(|row| row.file_id == files[1].id).unwrap();
    assert_eq!((of_b.bytes, of_b.completed), (5, false));
    range(&anyone, url, &format!("bytes={}-", b + 5)).await;
    sam.downloads(&of_share(&share), |page| completed(page) == 2).await;
}

#[tokio::test]
async fn what_is_gone_before_the_first_byte_is_not_there() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&ids(&files), json!({})).await;
    let anyone = stack.anonymous();
    let shared: ArchiveLink = ask_share(&anyone, &share.slug, json!({})).await.json(200);
    let own: ArchiveLink = ask(&sam, &ids(&files)).await.json(200);
    let before = anyone.get(&own.download_url).await;
    // A name may change; what was asked for stays as it was.
    sam.patch(&format!("/api/files/{}", files[0].id), json!({ "name": "c.txt" })).await;
    assert!(anyone.get(&own.download_url).await.body == before.body);
    assert_eq!(sam.delete(&of_share(&share)).await.status, 204);
    anyone.get(&shared.download_url).await.problem(404, ProblemCode::NotFound);
    assert_eq!(anyone.get(&own.download_url).await.status, 200);
    sam.delete_for_good(files[1].id).await;
    anyone.get(&own.download_url).await.problem(404, ProblemCode::NotFound);
    range(&anyone, &own.download_url, "bytes=0-3").await.problem(404, ProblemCode::NotFound);
    assert_eq!(head(&anyone, &own.download_url).await.status, 404);
}

#[tokio::test]
async fn what_goes_while_it_is_sent_breaks_it_off() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    // More than lies in the buffers between the two.
    let large = sam.upload("large.bin", &vec![7; 24 << 20]).await;
    let small = sam.upload("small.txt", B).await;
    let link: ArchiveLink = ask(&sam, &[large.id, small.id]).await.json(200);
    let request = stack.anonymous().request(Method::GET, &link.download_url);
    let mut response = request.send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    sam.delete_for_good(small.id).await;
    let removed = async {
        while stack.stored_files().len() > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, removed).await.unwrap();
    let broken = loop {
        match response.chunk().await {
            Ok(Some(_)) => {}
            ended => break ended,
        }
    };
    assert!(broken.is_err(), "it ends as if it were whole");
}

#[tokio::test]
async fn a_link_to_one_file_makes_an_archive_too_and_one_to_none_does_not() {
    let stack = Stack::start().await;
    let (sam, files) = two_files(&stack).await;
    let share = sam.share(&[files[0].id], json!({})).await;
    let anyone = stack.anonymous();
    let link: ArchiveLink = ask_share(&anyone, &share.slug, json!({})).await.json(200);
    assert_eq!(unpacked(&anyone.get(&link.download_url).await.body), named(&[("a.txt", A)]));
    sam.delete_for_good(files[0].id).await;
    ask_share(&anyone, &share.slug, json!({})).await.problem(410, ProblemCode::Expired);
    let nothing = ShareSlug("AAAAAAAAAAAAAAAAAAAAAA".into());
    ask_share(&anyone, &nothing, json!({})).await.problem(404, ProblemCode::NotFound);
    ask_share(&sam.with_token("x"), &share.slug, json!({}))
        .await
        .problem(401, ProblemCode::Unauthenticated);
}

#[tokio::test]
async fn what_the_disk_has_damaged_is_in_no_archive_and_takes_no_place() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let bad = sam.upload("bad.txt", B).await;
    flip(&stack, 3);
    let good = sam.upload("good.txt", A).await;
    let share = sam.share(&[good.id, bad.id], json!({ "max_downloads": 1 })).await;
    let anyone = stack.anonymous();
    let link: ArchiveLink = ask(&sam, &[good.id, bad.id]).await.json(200);
    // Nobody knows yet: the archive breaks off before the damage.
    let request = anyone.request(Method::GET, &link.download_url);
    let broken = request.send().await.unwrap();
    assert!(broken.bytes().await.is_err());
    let known = async { while !sam.file(bad.id).await.summary.damaged {} };
    tokio::time::timeout(PATIENCE, known).await.unwrap();
    anyone.get(&link.download_url).await.problem(500, ProblemCode::Damaged);
    ask(&sam, &[good.id, bad.id]).await.problem(500, ProblemCode::Damaged);
    ask_share(&anyone, &share.slug, json!({})).await.problem(500, ProblemCode::Damaged);
    let body = json!({ "file_id": good.id });
    assert_eq!(anyone.ask_download(&share.slug, body).await.status, 200);
}
