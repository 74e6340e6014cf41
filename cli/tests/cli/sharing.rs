//! Share links and file requests.

use std::time::Duration;

use sharesync_protocol::api::{FileRequestPage, ShareList};
use sharesync_testkit::{Person, Stack};

use crate::computer::Computer;
use crate::golden::settled;
use crate::terminal::Terminal;

async fn shares(person: &Person) -> ShareList {
    person.get("/api/shares").await.json(200)
}

#[tokio::test]
async fn a_link_is_made_under_the_rules_that_were_asked_for() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let folder = sam.folder("Photos", None).await;
    sam.upload_into(folder, "a.txt").await;
    sam.upload("notes.txt", b"some notes").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let said = computer.run(&["share", "notes.txt"]).await.done();
    assert_eq!(settled(&said, stack.url()), "SERVER/s/SLUG\n");
    assert_eq!(said.trim(), shares(&sam).await.items[0].url.as_deref().unwrap());

    stack.advance(Duration::from_secs(1));
    computer.write("password", b"open sesame\n");
    let rules = [
        "--expires",
        "12h",
        "--max-downloads",
        "3",
        "--password-file",
        "password",
        "--show-names",
        "--notify",
    ];
    let told = computer
        .run(&[&["share", "Photos", "notes.txt", "--json"], &rules[..]].concat())
        .await
        .json();
    let made = &shares(&sam).await.items[0];
    assert_eq!(told[0]["slug"], made.slug.as_str());
    assert_eq!((made.files.len(), &*made.folders[0].name), (2, "Photos"));
    assert_eq!((made.max_downloads, made.password_required), (Some(3), true));
    assert!(made.names_shown && made.notify && !made.one_time);
    assert_eq!(made.expires_at.unwrap() - made.created_at, 12 * 3_600_000);
    let body = serde_json::json!({ "password": "open sesame" });
    let unlock = format!("/api/shares/{}/unlock", made.slug.as_str());
    assert_eq!(stack.anonymous().post(&unlock, body).await.status, 200);
}

#[tokio::test]
async fn each_recipient_has_a_link_of_their_own() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.upload("notes.txt", b"some notes").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let arguments = [
        "share",
        "notes.txt",
        "--recipient",
        "alex@example.com",
        "--recipient",
        "kim@example.com",
        "--one-time",
    ];
    let said = computer.run(&arguments).await.done();
    assert_eq!(
        settled(&said, stack.url()),
        "SERVER/s/SLUG  alex@example.com\nSERVER/s/SLUG  kim@example.com\n"
    );
    let said = computer.run(&["share", "--list"]).await.done();
    assert_eq!(
        settled(&said, stack.url()),
        "SERVER/s/SLUG  notes.txt, 2 recipients, one time, 0 of 1 downloads\n"
    );
    let said = computer.run(&["share", "notes.txt", "--recipient", "nobody"]).await.failed(4);
    assert!(said.contains("recipients"), "{said}");
}

#[tokio::test]
async fn links_are_listed_and_revoked() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for name in ["a.txt", "b.txt"] {
        sam.upload(name, b"content").await;
    }
    let computer = Computer::signed_in(&stack, &sam).await;
    let first = computer.run(&["share", "a.txt", "--max-downloads", "2"]).await.done();
    stack.advance(Duration::from_secs(1));
    computer.write("password", b"open sesame\n");
    let rules = ["--expires", "1d", "--password-file", "password"];
    computer.run(&[&["share", "a.txt", "b.txt"], &rules[..]].concat()).await.done();
    let said = computer.run(&["share", "--list"]).await.done();
    assert_eq!(
        settled(&said, stack.url()),
        "SERVER/s/SLUG  2 files, password, 0 downloads, until DATE TIME\nSERVER/s/SLUG  a.txt, 0 of 2 downloads\n"
    );
    assert_eq!(computer.run(&["share", "--revoke", first.trim()]).await.done(), "revoked\n");
    let left = shares(&sam).await.items;
    assert_eq!(left.len(), 1);
    computer.run(&["share", "--revoke", first.trim()]).await.failed(5);
    let slug = left[0].slug.as_str();
    computer.run(&["share", "--revoke", slug]).await.done();
    let said = computer.run(&["share", "--revoke", "https://example.com/x/y"]).await.failed(2);
    assert!(said.contains("that is no link"), "{said}");
    assert!(computer.run(&["share", "--list"]).await.done().is_empty());
}

#[tokio::test]
async fn a_password_that_is_typed_is_typed_twice() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.upload("a.txt", b"content").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    for (again, code) in [("open sesam", 2), ("open sesame", 0)] {
        let mut terminal = Terminal::run(computer.command(&["share", "a.txt", "--password"]));
        terminal.answer_hidden("Password for others: ", "open sesame").await;
        terminal.answer_hidden("The same again: ", again).await;
        assert!(!terminal.shown().contains("sesam"), "{}", terminal.shown());
        assert_eq!(terminal.end().await.0, code);
        assert_eq!(shares(&sam).await.items.len(), usize::from(code == 0));
    }
    let made = &shares(&sam).await.items[0];
    let body = serde_json::json!({ "password": "open sesame" });
    let unlock = format!("/api/shares/{}/unlock", made.slug.as_str());
    assert_eq!(stack.anonymous().post(&unlock, body).await.status, 200);
}

#[tokio::test]
async fn bad_rules_are_refused() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.upload("a.txt", b"content").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.run(&["share"]).await.failed(2);
    computer.run(&["share", "a.txt", "--list"]).await.failed(2);
    let said = computer.run(&["share", "a.txt", "--expires", "soon"]).await.failed(2);
    assert!(said.contains("`soon` is no duration such as 30m, 12h, 7d or 2w"), "{said}");
    let said = computer.run(&["share", "a.txt", "--expires", "9999d"]).await.failed(4);
    assert!(said.contains("expires_in"), "{said}");
    computer.run(&["share", "missing.txt"]).await.failed(5);
    computer.run(&["share", "/"]).await.failed(2);
    // A password has no place among the arguments.
    computer.run(&["share", "a.txt", "--password=sesame"]).await.failed(2);
    let said = computer.run(&["share", "a.txt", "--password"]).await.failed(2);
    assert!(said.contains("give --password-file"), "{said}");
    assert!(shares(&sam).await.items.is_empty());
}

#[tokio::test]
async fn files_are_asked_for_under_the_rules_that_were_asked_for() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.folder("Homework", None).await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let first = computer.run(&["request", "Homework"]).await.done();
    assert_eq!(settled(&first, stack.url()), "SERVER/r/SLUG\n");
    stack.advance(Duration::from_secs(1));
    computer.write("password", b"open sesame\n");
    let rules = [
        "--title",
        "Essays",
        "--message",
        "By Friday",
        "--expires",
        "7d",
        "--max-files",
        "30",
        "--max-file-size",
        "10MiB",
        "--type",
        "text/plain",
        "--type",
        "image/*",
        "--password-file",
        "password",
        "--no-notify",
    ];
    computer.run(&[&["request", "Homework"], &rules[..]].concat()).await.done();
    let page: FileRequestPage = sam.get("/api/requests").await.json(200);
    let made = &page.items[0];
    assert_eq!((&*made.title, made.message.as_deref()), ("Essays", Some("By Friday")));
    assert_eq!((made.max_files, made.max_file_size), (Some(30), Some(10 << 20)));
    assert_eq!(made.types, ["text/plain", "image/*"]);
    assert!(made.password_required && !made.notify);
    assert_eq!(made.expires_at.unwrap() - made.created_at, 7 * 86_400_000);
    assert_eq!(page.items[1].title, "Homework");

    let said = computer.run(&["request", "--list"]).await.done();
    assert_eq!(
        settled(&said, stack.url()),
        "SERVER/r/SLUG  Essays, to Homework/, 0 of 30 files, password, until DATE TIME\nSERVER/r/SLUG  Homework, to Homework/, 0 files\n"
    );
    assert_eq!(computer.run(&["request", "--close", first.trim()]).await.done(), "closed\n");
    let page: FileRequestPage = sam.get("/api/requests").await.json(200);
    assert_eq!(page.items.len(), 1);
    computer.run(&["request", "--close", first.trim()]).await.failed(5);
}

#[tokio::test]
async fn files_are_asked_for_into_a_folder_that_is_there() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.run(&["request"]).await.failed(2);
    computer.run(&["request", "/"]).await.failed(2);
    computer.run(&["request", "Homework"]).await.failed(5);
    sam.folder("Homework", None).await;
    let said = computer.run(&["request", "Homework", "--max-file-size", "big"]).await.failed(2);
    assert!(said.contains("`big` is no size"), "{said}");
    computer.run(&["request", "Homework", "--type", "nonsense"]).await.failed(4);
}
