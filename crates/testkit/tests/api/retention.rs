//! For how long files are kept: what is asked for at every way in and later, whom it is allowed, and who is warned.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sharesync_protocol::FileId;
use sharesync_protocol::api::{
    BegunUpload, FileSummary, HandedInPage, Me, ProblemCode, Role, ServerInfo, TokenGrant,
    TrashPage, UploadedFile, User,
};
use sharesync_testkit::{Answer, Listener, Mail, Person, Stack};

const DAY: Duration = Duration::from_hours(24);
const DAY_SECS: u64 = 24 * 3600;
const DAY_MS: i64 = 24 * 3600 * 1000;
const YEAR_SECS: u64 = 365 * DAY_SECS;

#[derive(Clone, Copy, Debug)]
enum WayIn {
    Form,
    Parts,
    Tus,
}

const WAYS: [WayIn; 3] = [WayIn::Form, WayIn::Parts, WayIn::Tus];

/// Fields as text.
fn said(fields: &Value) -> impl Iterator<Item = (&str, String)> {
    fields.as_object().unwrap().iter().map(|(key, value)| match value {
        Value::String(text) => (&**key, text.clone()),
        other => (&**key, other.to_string()),
    })
}

/// Asks for a file of one byte to be stored; for how long, the fields say. Answers what came of the first request.
async fn begin(person: &Person, way: WayIn, fields: &Value) -> Answer {
    match way {
        WayIn::Form => {
            let query: Vec<_> = said(fields).map(|(key, value)| format!("{key}={value}")).collect();
            let path = format!("/api/upload?{}", query.join("&"));
            let request = person.request(Method::POST, &path);
            let part = Part::bytes(b"x".to_vec()).file_name("form.txt");
            person.send(request.multipart(Form::new().part("file", part))).await
        }
        WayIn::Parts => {
            let mut body = fields.clone();
            (body["name"], body["size"]) = (json!("parts.txt"), json!(1));
            person.post("/api/uploads", body).await
        }
        WayIn::Tus => {
            let said = said(fields).chain([("filename", "tus.txt".to_owned())]);
            let said = said.map(|(key, value)| format!("{key} {}", STANDARD.encode(value)));
            let request = person.request(Method::POST, "/api/tus").header("tus-resumable", "1.0.0");
            let metadata = said.collect::<Vec<_>>().join(",");
            let request = request.header("upload-length", 1).header("upload-metadata", metadata);
            person.send(request).await
        }
    }
}

/// Sends the byte of an upload that was begun. Answers the file that it became.
async fn finish(person: &Person, way: WayIn, begun: &Answer) -> UploadedFile {
    match way {
        WayIn::Form => begun.json(201),
        WayIn::Parts => {
            let BegunUpload { session, parts } = begun.json(201);
            assert_eq!(person.put_part(&parts[0].url, "x").await.status, 200);
            person.complete_upload(session.id).await.json(201)
        }
        WayIn::Tus => {
            assert_eq!(begun.status, 201, "{}", String::from_utf8_lossy(&begun.body));
            let request = person.request(Method::PATCH, begun.header("location"));
            let request = request.header("tus-resumable", "1.0.0").header("upload-offset", 0);
            let request = request.header("content-type", "application/offset+octet-stream");
            let sent = person.send(request.body("x")).await;
            person.get(sent.header("content-location")).await.json(200)
        }
    }
}

async fn store(person: &Person, way: WayIn, fields: Value) -> UploadedFile {
    finish(person, way, &begin(person, way, &fields).await).await
}

/// For how long a file is there from when it was stored, in milliseconds.
fn lasts(file: &UploadedFile) -> Option<i64> {
    file.expires_at.map(|at| at - file.created_at)
}

async fn change(person: &Person, file: FileId, body: Value) -> Answer {
    person.patch(&format!("/api/files/{file}"), body).await
}

async fn expires_at(person: &Person, file: FileId) -> Option<i64> {
    person.file(file).await.summary.file.expires_at
}

/// The same person, after a time in which their access token ended.
async fn later(stack: &Stack, person: &Person, by: Duration) -> Person {
    stack.advance(by);
    let grant: TokenGrant = person.post("/api/auth/refresh", json!({})).await.json(200);
    person.with_token(&grant.access_token)
}

async fn warnings(stack: &Stack, name: &str) -> Vec<Mail> {
    let mut mails = stack.mail_to(&format!("{name}@example.com")).await;
    mails.retain(|mail| mail.subject == "Files of yours expire soon");
    mails
}

#[tokio::test]
async fn every_way_in_stores_for_as_long_as_is_asked_for() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for way in WAYS {
        assert_eq!(lasts(&store(&sam, way, json!({})).await), Some(7 * DAY_MS), "{way:?}");
        let asked = json!({ "keep": false });
        assert_eq!(lasts(&store(&sam, way, asked).await), Some(7 * DAY_MS), "{way:?}");
        let asked = json!({ "expires_in": 60 });
        assert_eq!(lasts(&store(&sam, way, asked).await), Some(60_000), "{way:?}");
        let asked = json!({ "expires_in": YEAR_SECS });
        assert_eq!(lasts(&store(&sam, way, asked).await), Some(365 * DAY_MS), "{way:?}");
        let kept = store(&sam, way, json!({ "keep": true })).await;
        assert_eq!((lasts(&kept), expires_at(&sam, kept.id).await), (None, None), "{way:?}");
    }
}

#[tokio::test]
async fn the_time_begins_once_a_file_is_stored_whatever_its_upload_took() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for way in [WayIn::Parts, WayIn::Tus] {
        let begun = begin(&sam, way, &json!({ "expires_in": 3600 })).await;
        stack.advance(Duration::from_mins(5));
        let file = finish(&sam, way, &begun).await;
        assert_eq!(file.expires_at, Some(stack.now_ms() + 3_600_000), "{way:?}");
    }
}

#[tokio::test]
async fn what_nobody_may_ask_for_is_refused_before_anything_is_stored() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"x").await;
    for way in WAYS {
        for asked in [
            json!({ "expires_in": 59 }),
            json!({ "expires_in": 0 }),
            json!({ "expires_in": -60 }),
            json!({ "expires_in": YEAR_SECS + 1 }),
            json!({ "expires_in": u64::MAX }),
            json!({ "expires_in": "soon" }),
            json!({ "expires_in": 3600, "keep": true }),
        ] {
            begin(&sam, way, &asked).await.problem(422, ProblemCode::Invalid);
        }
    }
    for expires_in in [json!(59), json!(YEAR_SECS + 1), json!(u64::MAX), json!(-1), json!("soon")] {
        let refused = change(&sam, file.id, json!({ "expires_in": expires_in })).await;
        refused.problem(422, ProblemCode::Invalid);
    }
    change(&sam, file.id, json!({})).await.problem(422, ProblemCode::Invalid);
    assert_eq!(expires_at(&sam, file.id).await, file.expires_at);
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).used, 1);
}

#[tokio::test]
async fn whoever_may_not_keep_has_no_file_longer_than_the_server_says() {
    let stack =
        Stack::builder().env("KEEP_ROLES", "admin").env("FILE_EXPIRY_DAYS", 2).start().await;
    let sam = stack.user("sam").await;
    for way in WAYS {
        for asked in [json!({ "keep": true }), json!({ "expires_in": 2 * DAY_SECS + 1 })] {
            let refused = begin(&sam, way, &asked).await.problem(403, ProblemCode::KeptTooLong);
            assert_eq!(refused.limit, Some(2 * DAY_SECS), "{way:?}");
        }
        let longest = store(&sam, way, json!({ "expires_in": 2 * DAY_SECS })).await;
        assert_eq!(lasts(&longest), Some(2 * DAY_MS), "{way:?}");
    }
    let file = store(&sam, WayIn::Form, json!({ "expires_in": 2 * DAY_SECS })).await;
    let sam = later(&stack, &sam, DAY).await;
    for asked in [json!(null), json!(3 * DAY_SECS), json!(DAY_SECS + 1)] {
        let refused = change(&sam, file.id, json!({ "expires_in": asked, "name": "b.txt" })).await;
        let refused = refused.problem(403, ProblemCode::KeptTooLong);
        assert_eq!(refused.limit, Some(2 * DAY_SECS));
    }
    let same = sam.file(file.id).await.summary.file;
    assert_eq!((same.name, same.expires_at), (file.name, file.expires_at), "all or nothing");
    for (asked, lasts) in [(60, DAY_MS + 60_000), (DAY_SECS, 2 * DAY_MS)] {
        let changed = change(&sam, file.id, json!({ "expires_in": asked })).await;
        let changed: FileSummary = changed.json(200);
        assert_eq!(changed.file.expires_at, Some(file.created_at + lasts));
    }
}

#[tokio::test]
async fn each_role_is_told_beforehand_what_it_may() {
    let stack = Stack::builder().with_admin().env("EXPIRY_WARNING_DAYS", 3).start().await;
    let admin = stack.admin().await;
    let info: ServerInfo = stack.anonymous().get("/api/server").await.json(200);
    assert_eq!((info.file_expiry_days, info.expiry_warning_days), (7, 3));
    for (role, limits) in [
        (Role::Standard, (true, YEAR_SECS)),
        (Role::Ops, (true, YEAR_SECS)),
        (Role::Client, (false, 7 * DAY_SECS)),
    ] {
        let person = stack.somebody(&admin, role.name(), role).await;
        let me: Me = person.get("/api/me").await.json(200);
        assert_eq!((me.may_keep, me.max_expires_in), limits, "{role:?}");
        let asked = begin(&person, WayIn::Form, &json!({ "keep": true })).await;
        assert_eq!(asked.status.as_u16(), if limits.0 { 201 } else { 403 }, "{role:?}");
    }
    assert!(admin.get("/api/me").await.json::<Me>(200).may_keep);
}

#[tokio::test]
async fn what_a_client_hands_in_expires_as_it_says_and_no_later() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let client = stack.somebody(&admin, "client", Role::Client).await;
    for way in WAYS {
        let too_long = begin(&client, way, &json!({ "expires_in": 8 * DAY_SECS })).await;
        too_long.problem(403, ProblemCode::KeptTooLong);
    }
    store(&client, WayIn::Parts, json!({ "expires_in": 3600 })).await;
    let handed_in: HandedInPage = admin.get("/api/handed-in").await.json(200);
    let lasting: Vec<_> = handed_in.items.iter().map(|item| lasts(&item.file)).collect();
    assert_eq!(lasting, [Some(3_600_000)]);
}

#[tokio::test]
async fn an_owner_changes_when_a_file_expires_and_their_pages_hear_of_it() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let file = sam.upload("a.txt", b"x").await;
    let mut page = Listener::connect(stack.url(), sam.token()).await;
    let about_it = ("library".to_owned(), json!({ "file": file.id }));

    let kept: FileSummary = change(&sam, file.id, json!({ "expires_in": null })).await.json(200);
    assert_eq!((kept.file.expires_at, kept.file.name.as_str()), (None, "a.txt"));
    assert_eq!(page.event().await, about_it);
    stack.advance(Duration::from_mins(1));
    let both = json!({ "expires_in": 3600, "name": "b.txt" });
    let changed: FileSummary = change(&sam, file.id, both).await.json(200);
    assert_eq!(changed.file.expires_at, Some(stack.now_ms() + 3_600_000), "from now on");
    assert_eq!(changed.file.name, "b.txt");
    assert_eq!(page.event().await, about_it);
    let renamed: FileSummary = change(&sam, file.id, json!({ "name": "c.txt" })).await.json(200);
    assert_eq!(renamed.file.expires_at, changed.file.expires_at, "a name changes nothing else");

    sam.upload("taken.txt", b"x").await;
    let both = json!({ "expires_in": null, "name": "taken.txt" });
    change(&sam, file.id, both).await.problem(409, ProblemCode::NameTaken);
    assert_eq!(expires_at(&sam, file.id).await, changed.file.expires_at, "all or nothing");
    let keep = json!({ "expires_in": null });
    change(&eve, file.id, keep.clone()).await.problem(404, ProblemCode::NotFound);
    let nobody = change(&stack.anonymous(), file.id, keep.clone()).await;
    nobody.problem(401, ProblemCode::Unauthenticated);
    sam.trash(&[file.id], &[]).await;
    change(&sam, file.id, keep).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn an_expiry_holds_to_the_moment_without_any_purge() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = store(&sam, WayIn::Parts, json!({ "expires_in": 60 })).await;
    let other = sam.upload("other.txt", b"x").await;
    change(&sam, other.id, json!({ "expires_in": 60 })).await.json::<FileSummary>(200);
    let share = sam.share(&[file.id], json!({})).await;
    let url = sam.file(file.id).await.download_url;
    stack.advance(Duration::from_millis(59_999));
    for file in [file.id, other.id] {
        sam.file(file).await;
    }
    assert_eq!(sam.get(&url).await.status, 200);
    assert_eq!(stack.anonymous().fetch_shared(&share.slug).await.body, b"x");
    stack.advance(Duration::from_millis(1));
    for file in [file.id, other.id] {
        sam.get(&format!("/api/files/{file}")).await.problem(404, ProblemCode::NotFound);
        let keep = change(&sam, file, json!({ "expires_in": null })).await;
        keep.problem(404, ProblemCode::NotFound);
    }
    sam.get(&url).await.problem(404, ProblemCode::NotFound);
    let link = format!("/api/shares/{}", share.slug.as_str());
    stack.anonymous().get(&link).await.problem(410, ProblemCode::Expired);
    assert!(sam.files().await.items.is_empty());
}

#[tokio::test]
async fn what_is_kept_outlives_every_purge() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 1).env("TRASH_DAYS", 0).start().await;
    let sam = stack.user("sam").await;
    store(&sam, WayIn::Form, json!({})).await;
    let kept = store(&sam, WayIn::Tus, json!({ "keep": true })).await;
    let later_kept = sam.upload("later.txt", b"x").await;
    change(&sam, later_kept.id, json!({ "expires_in": null })).await.json::<FileSummary>(200);
    let sam = later(&stack, &sam, 20 * DAY).await;
    assert_eq!(stack.purge().await.files, 1);
    let sam = later(&stack, &sam, 20 * DAY).await;
    assert_eq!(stack.purge().await.files, 0);
    assert_eq!(sam.files().await.items.len(), 2);
    assert_eq!(sam.file(kept.id).await.summary.file.expires_at, None);
}

#[tokio::test]
async fn the_trash_gives_nobody_a_file_for_longer_than_they_may_have_it() {
    let stack = Stack::builder().env("KEEP_ROLES", "none").env("FILE_EXPIRY_DAYS", 2).start().await;
    let sam = stack.user("sam").await;
    let short = store(&sam, WayIn::Form, json!({ "expires_in": 3600 })).await;
    let long = store(&sam, WayIn::Parts, json!({})).await;
    let folder = sam.folder("photos", None).await;
    let within = sam.upload_into(folder, "within.jpg").await;
    let sam = later(&stack, &sam, DAY).await;
    stack.purge().await;
    let restore = async |person: &Person| {
        let trash: TrashPage = person.get("/api/trash").await.json(200);
        let ids: Vec<_> = trash.items.iter().map(|entry| entry.id).collect();
        person.post("/api/trash/restore", json!({ "ids": ids })).await
    };
    assert_eq!(restore(&sam).await.status, 204);
    assert_eq!(expires_at(&sam, short.id).await, Some(short.created_at + 2 * DAY_MS));
    sam.trash(&[long.id], &[]).await;
    let sam = later(&stack, &sam, DAY).await;
    let refused = restore(&sam).await.problem(403, ProblemCode::KeptTooLong);
    assert_eq!(refused.limit, Some(2 * DAY_SECS));

    // A folder comes back, and what must have expired in it does not.
    sam.trash(&[], &[folder]).await;
    let trash: TrashPage = sam.get("/api/trash").await.json(200);
    let back = json!({ "ids": [trash.items[0].id] });
    assert_eq!(sam.post("/api/trash/restore", back).await.status, 204);
    sam.get(&format!("/api/files/{}", within.id)).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn people_are_warned_once_by_one_mail_of_all_that_expires_soon() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let client = stack.somebody(&admin, "client", Role::Client).await;
    let disabled = stack.somebody(&admin, "gone", Role::Standard).await;
    for person in [&client, &disabled] {
        person.upload("theirs.txt", b"x").await;
    }
    let user: Me = disabled.get("/api/me").await.json(200);
    let path = format!("/api/admin/users/{}", user.id);
    admin.patch(&path, json!({ "disabled": true })).await.json::<User>(200);
    sam.upload("<b>a.txt", b"x").await;
    sam.upload("b.txt", b"x").await;
    eve.upload("of-eve.txt", b"x").await;
    store(&sam, WayIn::Form, json!({ "keep": true })).await;
    let deleted = sam.upload("deleted.txt", b"x").await.id;
    sam.trash(&[deleted], &[]).await;

    stack.advance(Duration::from_millis(5 * 24 * 3600 * 1000 - 1));
    assert_eq!(stack.warn_of_expiry().await, 0);
    stack.advance(Duration::from_millis(1));
    // Two at once are one.
    let (one, other) = tokio::join!(stack.warn_of_expiry(), stack.warn_of_expiry());
    assert_eq!(one + other, 2);
    assert_eq!(stack.warn_of_expiry().await, 0);
    let [mail] = &warnings(&stack, "sam").await[..] else { panic!("one mail") };
    assert!(mail.text.contains("2 files of yours expire soon"), "{}", mail.text);
    assert!(mail.text.contains("<b>a.txt (") && mail.text.contains("b.txt ("), "{}", mail.text);
    assert!(mail.html.contains("&#60;b&#62;a.txt"), "{}", mail.html);
    assert!(mail.text.contains("can be kept"), "{}", mail.text);
    assert!(mail.text.lines().any(|line| line.ends_with("/files")), "{}", mail.text);
    assert!(!mail.text.contains("form.txt") && !mail.text.contains("deleted.txt"));
    let [mail] = &warnings(&stack, "eve").await[..] else { panic!("one mail") };
    assert!(mail.text.contains("of-eve.txt (") && !mail.text.contains("b.txt ("), "{}", mail.text);
    for name in ["client", "gone", "root"] {
        assert!(warnings(&stack, name).await.is_empty(), "{name}");
    }
    stack.advance(DAY);
    assert_eq!(stack.warn_of_expiry().await, 0);
    assert_eq!(warnings(&stack, "sam").await.len(), 1);
}

#[tokio::test]
async fn a_file_that_was_never_meant_to_last_is_not_warned_of() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    store(&sam, WayIn::Form, json!({ "expires_in": 3600 })).await;
    store(&sam, WayIn::Parts, json!({ "expires_in": 4 * DAY_SECS - 1 })).await;
    assert_eq!(stack.warn_of_expiry().await, 0);
    stack.advance(3 * DAY);
    assert_eq!(stack.warn_of_expiry().await, 0);
    let mut sam = stack.anonymous();
    sam.sign_in("sam").await;
    store(&sam, WayIn::Tus, json!({ "expires_in": 4 * DAY_SECS })).await;
    stack.advance(2 * DAY);
    assert_eq!(stack.warn_of_expiry().await, 1);
    let [mail] = &warnings(&stack, "sam").await[..] else { panic!("one mail") };
    assert!(mail.text.contains("a file of yours expires soon:"), "{}", mail.text);
    assert!(mail.text.lines().any(|line| line.starts_with("tus.txt (")), "{}", mail.text);
}

#[tokio::test]
async fn whoever_changes_an_expiry_is_warned_again() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"x").await.id;
    let sam = later(&stack, &sam, 5 * DAY).await;
    assert_eq!(stack.warn_of_expiry().await, 1);
    assert_eq!(warnings(&stack, "sam").await.len(), 1);
    change(&sam, file, json!({ "expires_in": 7 * DAY_SECS })).await.json::<FileSummary>(200);
    assert_eq!(stack.warn_of_expiry().await, 0);
    let sam = later(&stack, &sam, 4 * DAY).await;
    change(&sam, file, json!({ "name": "b.txt" })).await.json::<FileSummary>(200);
    let sam = later(&stack, &sam, DAY).await;
    assert_eq!(stack.warn_of_expiry().await, 1);
    let mails = warnings(&stack, "sam").await;
    let names = mails.iter().map(|mail| (mail.text.contains("a.txt"), mail.text.contains("b.txt")));
    assert_eq!(names.collect::<Vec<_>>(), [(true, false), (false, true)]);

    // What has expired and comes back begins anew.
    let sam = later(&stack, &sam, 2 * DAY).await;
    stack.purge().await;
    let trash: TrashPage = sam.get("/api/trash").await.json(200);
    let back = json!({ "ids": [trash.items[0].id] });
    assert_eq!(sam.post("/api/trash/restore", back).await.status, 204);
    stack.advance(5 * DAY);
    assert_eq!(stack.warn_of_expiry().await, 1);
    assert_eq!(warnings(&stack, "sam").await.len(), 3);
}

#[tokio::test]
async fn a_warning_of_many_files_names_the_first_and_counts_the_others() {
    let stack = Stack::builder().env("KEEP_ROLES", "none").start().await;
    let sam = stack.user("sam").await;
    // More than are remembered in one transaction.
    for n in 0..510 {
        sam.upload(&format!("file-{n:03}.txt"), b"x").await;
    }
    let first = store(&sam, WayIn::Form, json!({ "expires_in": 6 * DAY_SECS })).await;
    assert_eq!(first.name, "form.txt");
    stack.advance(5 * DAY);
    assert_eq!(stack.warn_of_expiry().await, 1);
    let [mail] = &warnings(&stack, "sam").await[..] else { panic!("one mail") };
    assert!(mail.text.contains("511 files of yours"), "{}", mail.text);
    let named: Vec<_> = mail.text.lines().filter(|line| line.ends_with(" UTC)")).collect();
    assert_eq!(named.len(), 20);
    assert!(named[0].starts_with("form.txt"), "what expires first comes first: {named:?}");
    assert!(mail.text.contains("and 491 more."), "{}", mail.text);
    assert!(!mail.text.contains("kept"), "what is not allowed is not offered: {}", mail.text);
}

#[tokio::test]
async fn nobody_is_warned_where_that_is_off() {
    let stack = Stack::builder().env("EXPIRY_WARNING_DAYS", 0).start().await;
    let sam = stack.user("sam").await;
    sam.upload("a.txt", b"x").await;
    stack.advance(Duration::from_secs(7 * DAY_SECS - 1));
    assert_eq!(stack.warn_of_expiry().await, 0);
    assert!(warnings(&stack, "sam").await.is_empty());
}
