//! Share links of folders, for one person, for those they name; and how their rules change.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use sharesync_protocol::ShareSlug;
use sharesync_protocol::api::{
    ArchiveLink, DownloadLink, OwnedShare, ProblemCode, ShareList, SharePublic,
};
use sharesync_testkit::{Person, Stack};

use crate::archives::unpacked;

fn path(slug: &ShareSlug) -> String {
    format!("/api/shares/{}", slug.as_str())
}

/// What stands in an address.
fn slug_of(url: &str) -> ShareSlug {
    ShareSlug(url.rsplit('/').next().unwrap().into())
}

async fn share(person: &Person, body: serde_json::Value) -> OwnedShare {
    person.post("/api/shares", body).await.json(201)
}

async fn look_at(person: &Person, slug: &ShareSlug) -> SharePublic {
    person.get(&path(slug)).await.json(200)
}

/// What a link leads to: paths and names.
fn told(shown: &SharePublic) -> Vec<String> {
    let told = shown.files.iter().map(|file| match &file.path {
        Some(path) => format!("{path}/{}", file.name),
        None => file.name.clone(),
    });
    told.collect()
}

#[tokio::test]
async fn a_shared_folder_shows_what_lies_in_it_at_the_moment_and_nothing_beside_it() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let outer = sam.folder("outer", None).await;
    let photos = sam.folder("photos", Some(outer)).await;
    let trip = sam.folder("trip", Some(photos)).await;
    let secret = sam.upload_into(outer, "secret.txt").await;
    let a = sam.upload_into(photos, "a.jpg").await;
    sam.upload_into(trip, "b.jpg").await;
    let alone = sam.upload("alone.txt", b"xy").await;
    let made = share(&sam, json!({ "file_ids": [alone.id, a.id], "folder_ids": [photos] })).await;
    assert_eq!(made.folders[0].name, "photos");
    let anyone = stack.anonymous();
    let shown = look_at(&anyone, &made.slug).await;
    assert_eq!(told(&shown), ["alone.txt", "a.jpg", "photos/trip/b.jpg"], "each once");
    assert_eq!((shown.file_count, shown.total_size), (3, 4));

    let late = sam.upload_into(trip, "late.jpg").await;
    assert_eq!(look_at(&anyone, &made.slug).await.file_count, 4);
    let wanted = json!({ "file_id": late.id });
    let link: DownloadLink = anyone.ask_download(&made.slug, wanted.clone()).await.json(200);
    assert_eq!(anyone.get(&link.download_url).await.body, b"x");
    let beside = anyone.ask_download(&made.slug, json!({ "file_id": secret.id })).await;
    beside.problem(404, ProblemCode::NotFound);

    // What is moved out, or whose folder is deleted, is led to no longer.
    let moved = json!({ "file_ids": [late.id], "to": outer });
    assert_eq!(sam.post("/api/files/move", moved).await.status, 204);
    anyone.ask_download(&made.slug, wanted).await.problem(404, ProblemCode::NotFound);
    sam.trash(&[], &[trip]).await;
    assert_eq!(told(&look_at(&anyone, &made.slug).await), ["alone.txt", "a.jpg"]);
    let of_file: ShareList = sam.get(&format!("/api/shares?file_id={}", a.id)).await.json(200);
    assert_eq!(of_file.items.len(), 1);
}

#[tokio::test]
async fn a_shared_folder_is_fetched_as_one_archive_with_its_folders() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let photos = sam.folder("photos", None).await;
    let trip = sam.folder("trip", Some(photos)).await;
    sam.upload_into(photos, "a.jpg").await;
    sam.upload_into(trip, "a.jpg").await;
    let made = share(&sam, json!({ "folder_ids": [photos] })).await;
    let anyone = stack.anonymous();
    let archive = format!("{}/archive", path(&made.slug));
    let link: ArchiveLink = anyone.post(&archive, json!({})).await.json(200);
    let body = anyone.get(&link.download_url).await.body;
    assert_eq!(body.len() as u64, link.size);
    let names = |body: Vec<u8>| {
        let mut names: Vec<_> = unpacked(&body).into_iter().map(|(name, _)| name).collect();
        names.sort();
        names
    };
    assert_eq!(names(body), ["photos/a.jpg", "photos/trip/a.jpg"]);

    // One's own, too.
    let wanted = json!({ "folder_ids": [trip], "ids": [] });
    let link: ArchiveLink = sam.post("/api/files/archive", wanted).await.json(200);
    assert_eq!(names(sam.get(&link.download_url).await.body), ["trip/a.jpg"]);
    let nothing = sam.post("/api/files/archive", json!({})).await;
    assert_eq!(nothing.problem(422, ProblemCode::Invalid).field.as_deref(), Some("ids"));
}

#[tokio::test]
async fn a_link_for_one_person_is_theirs_who_asks_first() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let files = [sam.upload("a.txt", b"a").await.id, sam.upload("b.txt", b"b").await.id];
    let made = share(&sam, json!({ "file_ids": files, "one_time": true })).await;
    assert!(made.one_time && made.max_downloads == Some(1));
    let (ann, bob) = (stack.anonymous(), stack.anonymous());
    let open = share(&sam, json!({ "file_ids": files, "max_downloads": 1 })).await;
    let unknown = ann.ask_download(&open.slug, json!({ "file_id": files[0] })).await;
    assert_eq!(unknown.header("set-cookie"), "", "nobody is known again who need not be");
    let fetch = |person: Person, file| {
        let slug = made.slug.clone();
        async move { person.ask_download(&slug, json!({ "file_id": file })).await }
    };
    let link: DownloadLink = fetch(ann.clone(), files[0]).await.json(200);
    // While she has it he gets neither of them, and is told so.
    fetch(bob.clone(), files[1]).await.problem(410, ProblemCode::UsedUp);
    bob.get(&path(&made.slug)).await.problem(410, ProblemCode::UsedUp);
    assert_eq!(look_at(&ann, &made.slug).await.downloads_left, Some(1));
    // She gave up: he gets them.
    stack.advance(Duration::from_mins(5));
    ann.get(&link.download_url).await.problem(410, ProblemCode::Expired);
    let link: DownloadLink = fetch(bob.clone(), files[0]).await.json(200);
    assert_eq!(bob.get(&link.download_url).await.body, b"a");
    sam.downloads(&path(&made.slug), |page| page.items.iter().any(|d| d.completed)).await;
    stack.advance(Duration::from_mins(6));
    fetch(ann.clone(), files[1]).await.problem(410, ProblemCode::UsedUp);
    fetch(bob.clone(), files[0]).await.problem(410, ProblemCode::UsedUp);
    let link: DownloadLink = fetch(bob, files[1]).await.json(200);
    assert_eq!(ann.get(&link.download_url).await.body, b"b");
    let both = share(&sam, json!({ "file_ids": files, "one_time": true })).await;
    let limited = json!({ "file_ids": files, "one_time": true, "max_downloads": 2 });
    let refused = sam.post("/api/shares", limited).await;
    assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some("max_downloads"));
    // All of it at once, as an archive.
    let archive = format!("{}/archive", path(&both.slug));
    let _: ArchiveLink = stack.anonymous().post(&archive, json!({})).await.json(200);
    ann.post(&archive, json!({})).await.problem(410, ProblemCode::UsedUp);
}

#[tokio::test]
async fn recipients_are_mailed_addresses_of_their_own_and_nobody_else_gets_in() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await.id;
    let recipients = ["ann@example.com", "bob@example.com", "ANN@example.com"];
    let made =
        share(&sam, json!({ "file_ids": [file], "recipients": recipients, "max_downloads": 1 }))
            .await;
    assert_eq!((made.url.as_deref(), made.addresses.len()), (None, 2));
    stack.anonymous().get(&path(&made.slug)).await.problem(404, ProblemCode::NotFound);
    let mut slugs = vec![];
    for (address, recipient) in made.addresses.iter().zip(recipients) {
        assert_eq!(address.recipient.as_deref(), Some(recipient));
        let mail = stack.mail_to(recipient).await.pop().unwrap();
        assert_eq!(mail.subject, "Files for you");
        assert!(mail.text.contains(slug_of(&address.url).as_str()), "{}", mail.text);
        assert!(!mail.text.contains("a.txt"));
        slugs.push(slug_of(&address.url));
    }
    assert_ne!(slugs[0], slugs[1]);
    let anyone = stack.anonymous();
    let shown = look_at(&anyone, &slugs[0]).await;
    assert_eq!(shown.recipient.as_deref(), Some("ann@example.com"));
    // Who only asks whether it is there has not opened it.
    let asked = anyone.request(Method::HEAD, &path(&slugs[0]));
    assert_eq!(anyone.send(asked).await.status, 200);
    // The limit is each one's own.
    for slug in &slugs {
        assert_eq!(anyone.fetch_shared(slug).await.body, b"content");
    }
    let page = sam
        .downloads(&path(&made.slug), |page| page.items.iter().filter(|d| d.completed).count() == 2)
        .await;
    let who: Vec<_> = page.items.iter().map(|d| d.recipient.as_deref().unwrap()).collect();
    assert!(who.contains(&"ann@example.com") && who.contains(&"bob@example.com"), "{who:?}");
    anyone.ask_download(&slugs[0], json!({})).await.problem(410, ProblemCode::UsedUp);
    let list: ShareList = sam.get("/api/shares").await.json(200);
    let of_ann = &list.items[0].addresses[0];
    assert_eq!((of_ann.opens, of_ann.downloads), (1, 1));
    assert!(of_ann.opened_at.is_some());
}

#[tokio::test]
async fn a_recipients_address_is_revoked_by_itself_and_others_are_added() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await.id;
    let body = json!({ "file_ids": [file], "recipients": ["ann@example.com", "bob@example.com"] });
    let made = share(&sam, body).await;
    let [ann, bob] = [0, 1].map(|n| slug_of(&made.addresses[n].url));
    let anyone = stack.anonymous();
    let link: DownloadLink = anyone.ask_download(&ann, json!({})).await.json(200);
    let change = json!({ "revoke": [made.addresses[0].id], "add_recipients": ["eve@example.com"] });
    let changed: OwnedShare = sam.patch(&path(&made.slug), change).await.json(200);
    assert!(changed.addresses[0].revoked_at.is_some());
    anyone.get(&path(&ann)).await.problem(404, ProblemCode::NotFound);
    anyone.ask_download(&ann, json!({})).await.problem(404, ProblemCode::NotFound);
    for method in ["GET", "HEAD"] {
        let request = anyone.request(method.parse().unwrap(), &link.download_url);
        assert_eq!(anyone.send(request).await.status, 404, "what was handed out works no more");
    }
    assert_eq!(anyone.fetch_shared(&bob).await.body, b"content");
    let mail = stack.mail_to("eve@example.com").await.pop().unwrap();
    assert!(mail.text.contains(slug_of(&changed.addresses[2].url).as_str()));
    let unknown = json!({ "revoke": ["01890000-0000-7000-8000-000000000000"] });
    let refused = sam.patch(&path(&made.slug), unknown).await;
    refused.problem(404, ProblemCode::NotFound);

    let open = share(&sam, json!({ "file_ids": [file] })).await;
    let named = json!({ "add_recipients": ["eve@example.com"] });
    let refused = sam.patch(&path(&open.slug), named).await.problem(422, ProblemCode::Invalid);
    assert_eq!(refused.field.as_deref(), Some("add_recipients"));
    let many: Vec<_> = (0..49).map(|n| format!("{n}@example.com")).collect();
    let refused = sam.patch(&path(&made.slug), json!({ "add_recipients": many })).await;
    refused.problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn rules_change_one_by_one_and_hold_at_once() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"content").await.id;
    let made = share(&sam, json!({ "file_ids": [file], "expires_in": 60 })).await;
    let (slug, anyone) = (&made.slug, stack.anonymous());
    let change = |body| {
        let (sam, path) = (sam.clone(), path(slug));
        async move { sam.patch(&path, body).await }
    };
    let locked: OwnedShare = change(json!({ "password": "open sesame" })).await.json(200);
    assert!(locked.password_required && locked.expires_at == made.expires_at);
    assert!(look_at(&anyone, slug).await.files.is_empty());
    anyone.ask_download(slug, json!({})).await.problem(401, ProblemCode::PasswordRequired);
    let _: OwnedShare = change(json!({ "names_shown": true })).await.json(200);
    assert_eq!(look_at(&anyone, slug).await.files.len(), 1, "before the password");
    anyone.ask_download(slug, json!({})).await.problem(401, ProblemCode::PasswordRequired);
    let open: OwnedShare =
        change(json!({ "password": null, "max_downloads": 1, "notify": true })).await.json(200);
    assert!(!open.password_required && open.notify && open.max_downloads == Some(1));
    assert_eq!(anyone.fetch_shared(slug).await.body, b"content");
    sam.downloads(&path(slug), |page| page.items.iter().any(|d| d.completed)).await;
    anyone.get(&path(slug)).await.problem(410, ProblemCode::UsedUp);
    let _: OwnedShare = change(json!({ "max_downloads": null })).await.json(200);
    assert_eq!(look_at(&anyone, slug).await.downloads_left, None);
    stack.advance(Duration::from_mins(1));
    anyone.get(&path(slug)).await.problem(410, ProblemCode::Expired);
    let again: OwnedShare = change(json!({ "expires_in": null })).await.json(200);
    assert_eq!(again.expires_at, None);
    assert_eq!(look_at(&anyone, slug).await.files.len(), 1);
    for (field, value) in
        [("password", json!("")), ("expires_in", json!(59)), ("max_downloads", json!(0))]
    {
        let refused = change(json!({ field: value })).await.problem(422, ProblemCode::Invalid);
        assert_eq!(refused.field.as_deref(), Some(field));
    }
    let once = share(&sam, json!({ "file_ids": [file], "one_time": true })).await;
    let refused = sam.patch(&path(&once.slug), json!({ "max_downloads": null })).await;
    refused.problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn a_link_is_dead_with_its_owners_account() {
    let stack = Stack::builder().with_admin().start().await;
    let (sam, admin) = (stack.user("sam").await, stack.admin().await);
    let file = sam.upload("a.txt", b"content").await.id;
    let made = share(&sam, json!({ "file_ids": [file] })).await;
    let anyone = stack.anonymous();
    let link: DownloadLink = anyone.ask_download(&made.slug, json!({})).await.json(200);
    let archive = format!("{}/archive", path(&made.slug));
    let packed: ArchiveLink = anyone.post(&archive, json!({})).await.json(200);
    let id = sam.get("/api/me").await.json::<serde_json::Value>(200)["id"].clone();
    let user = format!("/api/admin/users/{}", id.as_str().unwrap());
    assert_eq!(admin.patch(&user, json!({ "disabled": true })).await.status, 200);
    anyone.get(&path(&made.slug)).await.problem(404, ProblemCode::NotFound);
    anyone.ask_download(&made.slug, json!({})).await.problem(404, ProblemCode::NotFound);
    anyone.get(&link.download_url).await.problem(404, ProblemCode::NotFound);
    anyone.get(&packed.download_url).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn what_is_not_there_is_not_shared() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let folder = sam.folder("f", None).await;
    let nothing = sam.post("/api/shares", json!({})).await;
    assert_eq!(nothing.problem(422, ProblemCode::Invalid).field.as_deref(), Some("file_ids"));
    for (field, value) in [
        ("folder_ids", json!(vec![folder; 101])),
        ("recipients[0]", json!(["nobody"])),
        ("recipients", json!(vec!["a@example.com"; 51])),
    ] {
        let mut body = json!({ "folder_ids": [folder] });
        body[field.trim_end_matches("[0]")] = value;
        let refused = sam.post("/api/shares", body).await.problem(422, ProblemCode::Invalid);
        assert_eq!(refused.field.as_deref(), Some(field), "{refused:?}");
    }
    sam.trash(&[], &[folder]).await;
    let gone = sam.post("/api/shares", json!({ "folder_ids": [folder] })).await;
    gone.problem(404, ProblemCode::NotFound);
}
