//! What files may be called: names that mislead get in by no way, and odd ones come back as they were and are never part of a
//! path.

use reqwest::Method;
use serde_json::{Value, json};
use sharesync_protocol::api::ProblemCode;
use sharesync_testkit::{Answer, Person, Stack};

use crate::form_upload::assert_only_stored;
use crate::validation::{Way, begin_tus, send};

/// Names that no file may have.
const BAD_NAMES: [&str; 15] = [
    "",
    ".",
    "..",
    "../evil",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "..\\evil",
    "a\0b",
    "a\nb",
    "a\r\nSet-Cookie: x",
    "a\tb",
    "\u{7f}",
    "photo\u{202e}gpj.exe",
    "a\u{2066}b",
];

/// Names that are odd, and somebody's own affair.
const ODD_NAMES: [&str; 16] = [
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "CON",
    "NUL.txt",
    "aux.tar.gz",
    "a:b",
    "C:",
    "~",
    "-rf",
    "...",
    ".env",
    "it's \"quoted\"; filename=evil",
    "ʕ•ᴥ•ʔ 🐻👩‍👩‍👧.txt",
    "<img src=x onerror=alert(1)>",
    "${jndi:ldap:x}",
    "𝒜 ﷽ ｅｖｉｌ",
];

#[tokio::test]
async fn names_that_mislead_are_refused_by_every_way_in() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let kept = sam.upload("kept.txt", b"kept").await;
    let too_long = "ä".repeat(128);
    for name in BAD_NAMES.into_iter().chain([too_long.as_str()]) {
        let named = json!({ "name": name, "size": 1 });
        sam.post("/api/uploads", named.clone()).await.problem(422, ProblemCode::InvalidName);
        let path = format!("/api/files/{}", kept.id);
        sam.patch(&path, named).await.problem(422, ProblemCode::InvalidName);
        // Without one an upload by tus is given one.
        if !name.is_empty() {
            begin_tus(&sam, name, 1).await.problem(422, ProblemCode::InvalidName);
        }
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let by_form = form_with_name(&sam, &quoted).await;
        assert!([400, 422].contains(&by_form.status.as_u16()), "{name:?}: {}", by_form.status);
    }
    assert_only_stored(&stack, 1).await;
}

/// A form whose file has a name as it stands there, which a client would not send.
async fn form_with_name(person: &Person, name: &str) -> Answer {
    let head = format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"");
    let body = format!("{head}\r\n\r\nx\r\n--b--\r\n");
    let request = person.request(Method::POST, "/api/upload");
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    person.send(request.body(body)).await
}

#[tokio::test]
async fn odd_names_come_back_as_they_were_and_are_never_part_of_a_path() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let longest = format!("{}.txt", "ä".repeat(125));
    for name in ODD_NAMES.into_iter().chain([longest.as_str()]) {
        for way in [Way::Form, Way::Parts, Way::Tus] {
            let sent = send(&sam, way, name, b"x").await;
            assert!(sent.status.is_success(), "{way:?}: {name}");
            let file = sam.files().await.items.remove(0).file;
            assert_eq!(file.name, name, "{way:?}");
            let answer = sam.get(&sam.file(file.id).await.download_url).await;
            assert_eq!(name_in(answer.header("content-disposition")), name);
            let listed: Value = sam.get("/api/files").await.json(200);
            assert_eq!(listed["items"][0]["name"], name);
            for path in stack.stored_files() {
                let path = path.to_str().unwrap();
                let within = path.rsplit_once("/objects/").or(path.rsplit_once("/incoming/"));
                assert!(is_of_our_own(within.unwrap().1), "{path}");
            }
            sam.delete(&format!("/api/files/{}", file.id)).await;
        }
    }
}

/// What a header says that a file is called (RFC 6266, RFC 8187), having made sure that it says so on one line and within quotes.
fn name_in(disposition: &str) -> String {
    let (plain, extended) = disposition.split_once("; filename*=UTF-8''").unwrap();
    let plain = plain.strip_prefix("attachment; filename=\"").unwrap().strip_suffix('"').unwrap();
    assert!(!plain.contains(['"', '\\', '\r', '\n']), "{disposition}");
    percent_encoding::percent_decode_str(extended).decode_utf8().unwrap().into_owned()
}

/// Whether a path in the store is made of ids alone.
fn is_of_our_own(path: &str) -> bool {
    let is_id = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    path.split('/').all(is_id)
}
