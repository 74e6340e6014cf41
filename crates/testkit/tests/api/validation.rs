//! What is not taken in: content that is not what its name claims, types that an operator refuses, files that would harm
//! whoever opens them, and what is larger than somebody's role may send. By every way in, and nothing stays of it.

use std::io::{Cursor, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;
use sharesync_protocol::api::{
    FileSummary, Me, ProblemCode, Role, ServerInfo, UploadPage, UploadedFile,
};
use sharesync_testkit::{Answer, Person, Stack};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::bucket;
use crate::form_upload::{assert_only_stored, used};
use crate::tus;
use crate::uploads::only_part;

/// How a file gets in.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    Form,
    /// In parts, through the server.
    Parts,
    /// In parts, past it.
    Direct,
    Tus,
}

/// What comes of sending a file: the answer to what is done last.
pub async fn send(person: &Person, way: Way, name: &str, content: &[u8]) -> Answer {
    match way {
        Way::Form => person.try_upload(name, content).await,
        Way::Parts => {
            let begun = person.begin_upload(name, content.len(), json!({})).await;
            assert_eq!(person.put_part(only_part(&begun), content.to_vec()).await.status, 200);
            person.complete_upload(begun.session.id).await
        }
        Way::Direct => {
            let begun = person.begin_upload(name, content.len(), json!({})).await;
            bucket::send(person, begun.session.id, 1, content).await;
            person.complete_upload(begun.session.id).await
        }
        Way::Tus => {
            let url = begin_tus(person, name, content.len()).await.header("location").to_owned();
            tus::append(person, &url, 0, content.to_vec()).await
        }
    }
}

pub async fn begin_tus(person: &Person, name: &str, size: usize) -> Answer {
    let request = person.request(Method::POST, "/api/tus").header("tus-resumable", "1.0.0");
    let metadata = format!("filename {}", STANDARD.encode(name));
    person.send(request.header("upload-length", size).header("upload-metadata", metadata)).await
}

/// A server of each kind, and the ways into it.
async fn stacks() -> [(Stack, [Way; 3]); 2] {
    [
        (Stack::start().await, [Way::Form, Way::Parts, Way::Tus]),
        (bucket::start().await, [Way::Form, Way::Direct, Way::Tus]),
    ]
}

async fn assert_nothing_stays(stack: &Stack, person: &Person) {
    assert_eq!(used(person).await, 0);
    assert!(person.files().await.items.is_empty());
    assert!(person.get("/api/uploads").await.json::<UploadPage>(200).items.is_empty());
    assert_only_stored(stack, 0).await;
}

/// A program for Linux, or the beginning of one.
fn program() -> Vec<u8> {
    let mut program = b"\x7fELF\x02\x01\x01\0".to_vec();
    program.resize(4096, 0);
    program
}

/// A picture that says that it is so wide and high.
fn png(width: u32, height: u32) -> Vec<u8> {
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"[..], &size, b"\x08\x06\0\0\0"].concat()
}

/// A JPEG of 9 × 9 pixels that says so behind some hundred kilobytes.
fn jpeg() -> Vec<u8> {
    let mut jpeg = b"\xff\xd8".to_vec();
    for _ in 0..9 {
        jpeg.extend(b"\xff\xe1\xff\xff");
        jpeg.resize(jpeg.len() + 0xfffd, 0);
    }
    jpeg.extend(b"\xff\xc0\0\x11\x08\0\x09\0\x09\x03");
    jpeg
}

/// An archive with files of these names, and some hundred kilobytes before its directory.
fn zip(names: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(vec![]));
    for name in names {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![7; 600_000]).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// One that says that its only file unpacks to four gigabytes.
fn bomb() -> Vec<u8> {
    let mut zip = zip(&["zeros"]);
    let entry = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[entry + 24..entry + 28].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    zip
}

#[tokio::test]
async fn what_is_refused_is_so_by_every_way_in_and_nothing_stays_of_it() {
    use ProblemCode as P;
    for (stack, ways) in stacks().await {
        let sam = stack.user("sam").await;
        for (name, content, status, code) in [
            ("photo.jpg", program(), 415, P::TypeMismatch),
            ("report.pdf", program(), 415, P::TypeMismatch),
            ("photo.png", b"<html><script>alert(1)</script>".to_vec(), 415, P::TypeMismatch),
            ("film.mp4", b"<svg onload=alert(1)>".to_vec(), 415, P::TypeMismatch),
            ("photo.jpg", b"%PDF-1.7\n".to_vec(), 415, P::TypeMismatch),
            ("photo.png", png(50_000, 50_000), 422, P::TooManyPixels),
            ("photo", png(u32::MAX, u32::MAX), 422, P::TooManyPixels),
            ("files.zip", bomb(), 422, P::ArchiveBomb),
            ("report.docx", bomb(), 422, P::ArchiveBomb),
            ("files.zip", zip(&["fine", "../../evil"]), 422, P::UnsafeArchive),
        ] {
            for way in ways {
                let answer = send(&sam, way, name, &content).await;
                assert_eq!(answer.status.as_u16(), status, "{way:?}: {name}");
                answer.problem(status, code);
                assert_nothing_stays(&stack, &sam).await;
            }
        }
    }
}

#[tokio::test]
async fn honest_files_get_in_by_every_way() {
    for (stack, ways) in stacks().await {
        let sam = stack.user("sam").await;
        for way in ways {
            for (name, content) in [
                ("photo.jpg", jpeg()),
                ("photo.jpg", b"RIFF\x10\0\0\0WEBPVP8 ".to_vec()),
                ("photo.png", png(15_000, 15_000)),
                ("photo.jpg", b"what nobody recognises".to_vec()),
                ("film.mp4", (0..=255).collect()),
                ("files.zip", zip(&["a", "b/c", "d..e"])),
                ("report.docx", zip(&["word/document.xml"])),
                ("app.apk", zip(&["classes.dex"])),
                ("program", program()),
                ("program.exe", program()),
                ("page.html", b"<html>".to_vec()),
                ("notes.txt", b"<html> is how it begins".to_vec()),
                ("drawing.svg", b"<svg/>".to_vec()),
                ("main.ts", b"#!/usr/bin/env node".to_vec()),
            ] {
                let answer = send(&sam, way, name, &content).await;
                let status = if matches!(way, Way::Tus) { 204 } else { 201 };
                let said = String::from_utf8_lossy(&answer.body);
                assert_eq!(answer.status.as_u16(), status, "{way:?}: {name}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn the_refusal_says_what_the_file_claims_and_what_it_is() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let refused = sam.try_upload("photo.jpg", &program()).await;
    let problem = refused.problem(415, ProblemCode::TypeMismatch);
    assert_eq!(problem.detail, "This file is called photo.jpg, but its content is a program.");
    let refused = sam.try_upload("a.png", &png(20_000, 20_000)).await;
    assert_eq!(refused.problem(422, ProblemCode::TooManyPixels).limit, Some(250_000_000));
}

#[tokio::test]
async fn an_upload_that_was_refused_is_gone_and_its_bytes_are_free_again() {
    let stack = Stack::builder().env("USER_QUOTA", 5000).start().await;
    let sam = stack.user("sam").await;
    let begun = sam.begin_upload("photo.jpg", 4096, json!({})).await;
    assert_eq!(used(&sam).await, 4096);
    sam.put_part(only_part(&begun), program()).await;
    sam.complete_upload(begun.session.id).await.problem(415, ProblemCode::TypeMismatch);
    sam.complete_upload(begun.session.id).await.problem(404, ProblemCode::NotFound);
    assert_nothing_stays(&stack, &sam).await;
    let url = begin_tus(&sam, "photo.jpg", 4096).await.header("location").to_owned();
    tus::append(&sam, &url, 0, program()).await.problem(415, ProblemCode::TypeMismatch);
    tus::append(&sam, &url, 4096, "").await.problem(404, ProblemCode::NotFound);
    // Under a name that claims nothing it is what anybody may keep.
    sam.upload("program", &program()).await;
}

#[tokio::test]
async fn a_file_is_not_given_a_name_that_claims_what_it_is_not() {
    let stack = Stack::start().await;
    let (sam, ann) = (stack.user("sam").await, stack.user("ann").await);
    let file = sam.upload("program", &program()).await;
    let path = format!("/api/files/{}", file.id);
    let rename = async |name: &str| sam.patch(&path, json!({ "name": name })).await;
    rename("photo.jpg").await.problem(415, ProblemCode::TypeMismatch);
    assert_eq!(sam.file(file.id).await.summary.file.name, "program");
    rename("program.exe").await.json::<FileSummary>(200);
    ann.patch(&path, json!({ "name": "a.jpg" })).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn types_that_are_refused_are_so_before_a_byte_is_sent_and_by_what_content_is() {
    let types = "text/html, application/x-executable, video/*";
    let stack = Stack::builder().env("REFUSED_TYPES", types).start().await;
    let sam = stack.user("sam").await;
    let refused = ProblemCode::TypeRefused;
    for name in ["page.html", "PAGE.HTM", "film.mp4"] {
        let body = json!({ "name": name, "size": 5 });
        sam.post("/api/uploads", body).await.problem(415, refused);
        begin_tus(&sam, name, 5).await.problem(415, refused);
        sam.try_upload(name, b"hello").await.problem(415, refused);
    }
    for way in [Way::Form, Way::Parts, Way::Tus] {
        send(&sam, way, "page", b"<html>").await.problem(415, refused);
        send(&sam, way, "program", &program()).await.problem(415, refused);
    }
    let kept = sam.upload("notes.txt", b"notes").await;
    let name = json!({ "name": "notes.html" });
    sam.patch(&format!("/api/files/{}", kept.id), name).await.problem(415, refused);
    // What its sender says is a label, and this one is not taken.
    let begun = sam.begin_upload("a.txt", 5, json!({ "type": "text/html" })).await;
    sam.put_part(only_part(&begun), "hello").await;
    let file: UploadedFile = sam.complete_upload(begun.session.id).await.json(201);
    assert_eq!(file.content_type, "text/plain");
    assert_eq!(used(&sam).await, 10);
}

#[tokio::test]
async fn where_some_types_are_allowed_nothing_else_gets_in() {
    let stack = Stack::builder().env("ALLOWED_TYPES", "image/png,text/*").start().await;
    let sam = stack.user("sam").await;
    for (name, content) in [("a.png", png(9, 9)), ("a.txt", b"hello".to_vec())] {
        sam.upload(name, &content).await;
    }
    for (name, content) in
        [("a.jpg", jpeg()), ("a.png", jpeg()), ("a.png", b"hello".to_vec()), ("a", png(9, 9))]
    {
        sam.try_upload(name, &content).await.problem(415, ProblemCode::TypeRefused);
    }
    assert_only_stored(&stack, 2).await;
}

#[tokio::test]
async fn each_role_may_send_as_much_as_is_configured_for_it() {
    let stack = Stack::builder()
        .env("MAX_CONTENT_LENGTH", 1000)
        .env("MAX_CONTENT_LENGTH_CLIENT", 100)
        .env("MAX_CONTENT_LENGTH_OPS", 3000)
        .with_admin()
        .start()
        .await;
    let admin = stack.admin().await;
    for (role, limit) in
        [(Role::Client, 100), (Role::Standard, 1000), (Role::Ops, 3000), (Role::Admin, 1000)]
    {
        let person = stack.somebody(&admin, role.name(), role).await;
        assert_eq!(person.get("/api/me").await.json::<Me>(200).max_upload_size, limit);
        let size = usize::try_from(limit).unwrap();
        for way in [Way::Form, Way::Parts, Way::Tus] {
            let taken = send(&person, way, "a.bin", &vec![7; size]).await;
            assert!(taken.status.is_success(), "{role:?} {way:?}");
        }
        let too_large = async |answer: Answer| {
            let problem = answer.problem(413, ProblemCode::TooLarge);
            assert_eq!(problem.limit, Some(limit), "{role:?}");
        };
        too_large(send(&person, Way::Form, "a.bin", &vec![7; size + 1]).await).await;
        let body = json!({ "name": "a.bin", "size": size + 1 });
        too_large(person.post("/api/uploads", body).await).await;
        too_large(begin_tus(&person, "a.bin", size + 1).await).await;
        // Nor by saying the size later, or never.
        let deferred = person.request(Method::POST, "/api/tus").header("tus-resumable", "1.0.0");
        let begun = person.send(deferred.header("upload-defer-length", "1")).await;
        let url = begun.header("location");
        too_large(tus::append(&person, url, 0, vec![7; size + 1]).await).await;
        let patch = person.request(Method::PATCH, url).header("tus-resumable", "1.0.0");
        let patch = patch.header("upload-offset", 0).header("upload-length", size + 1);
        let patch = patch.header("content-type", "application/offset+octet-stream");
        too_large(person.send(patch.body("x")).await).await;
    }
    let nobody = stack.anonymous();
    let spoken = nobody.send(nobody.request(Method::OPTIONS, "/api/tus")).await;
    assert_eq!(spoken.header("tus-max-size"), "3000", "somebody may send as much");
}

#[tokio::test]
async fn every_limit_is_told_before_anything_is_sent() {
    let stack = Stack::builder()
        .env("MAX_CONTENT_LENGTH", 1000)
        .env("MAX_IMAGE_PIXELS", 100)
        .env("MAX_ARCHIVE_EXPANSION", 5_000_000)
        .env("REFUSED_TYPES", "Text/HTML, video/*")
        .start()
        .await;
    let info: ServerInfo = stack.anonymous().get("/api/server").await.json(200);
    assert_eq!(info.max_upload_size, 1000);
    assert_eq!((info.max_image_pixels, info.max_archive_expansion), (100, 5_000_000));
    assert_eq!(info.max_archive_files, 500_000);
    assert_eq!(info.refused_types, ["text/html", "video/*"]);
    assert!(info.allowed_types.is_empty() && info.allowed_extensions.is_empty());
    for (extension, is_refused) in [("html", true), ("mp4", true), ("txt", false)] {
        assert_eq!(info.refused_extensions.iter().any(|known| known == extension), is_refused);
    }
    let sam = stack.user("sam").await;
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).max_upload_size, 1000);
    sam.upload("a.png", &png(10, 10)).await;
    sam.try_upload("a.png", &png(10, 11)).await.problem(422, ProblemCode::TooManyPixels);
}
