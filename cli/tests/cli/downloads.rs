//! Downloads: of one's own and through links, on from where they were interrupted, checked, and never over anything.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use sharesync_protocol::FolderId;
use sharesync_testkit::{Person, Stack};

use crate::computer::Computer;
use crate::line::{Line, MARK};

const MIB: u64 = 1024 * 1024;
/// Bytes of requests and answers besides content.
const TALK: u64 = 64 * 1024;

/// Content that is full of marks, and different everywhere.
fn marked(size: usize) -> Vec<u8> {
    let line = |i: usize| [MARK, format!(" {i:08}\n").as_bytes()].concat();
    (0..).flat_map(line).take(size).collect()
}

async fn link(person: &Person, name: &str, content: &[u8], rules: serde_json::Value) -> String {
    let file = person.upload(name, content).await.id;
    person.share(&[file], rules).await.url.unwrap()
}

/// Waits until a file here has so many bytes; answers how many.
pub async fn has_arrived(path: &Path, bytes: u64) -> u64 {
    let awaited = async {
        loop {
            let length = path.metadata().map_or(0, |metadata| metadata.len());
            if length >= bytes {
                return length;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), awaited).await.expect("it arrives")
}

/// The link's address by way of a line.
fn by(line: &Line, stack: &Stack, url: &str) -> String {
    url.replace(stack.url(), line.url())
}

#[tokio::test]
async fn files_are_fetched_by_path_by_id_and_in_folders() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let folder: FolderId = sam.folder("Photos", None).await;
    sam.upload_into(folder, "a.txt").await;
    sam.upload_into(sam.folder("2024", Some(folder)).await, "b.txt").await;
    let notes = sam.upload("notes.txt", b"some notes").await.id;
    let computer = Computer::signed_in(&stack, &sam).await;
    assert_eq!(computer.run(&["download", "notes.txt"]).await.done(), "notes.txt\n");
    assert_eq!(computer.read("notes.txt"), b"some notes");
    let told =
        computer.run(&["download", &notes.to_string(), "-o", "by/id", "--json"]).await.json();
    assert_eq!(told, [json!({ "path": "by/id/notes.txt", "size": 10, "verified": true })]);
    let said = computer.run(&["download", "Photos", "Photos/2024/b.txt"]).await.done();
    assert_eq!(said, "Photos/a.txt\nPhotos/2024/b.txt\nb.txt\n");
    assert_eq!(computer.run(&["download", "notes.txt", "-o", "-"]).await.done(), "some notes");
    let said = computer.run(&["download", "/", "-o", "all"]).await.done();
    assert_eq!(said, "all/notes.txt\nall/Photos/a.txt\nall/Photos/2024/b.txt\n");
    // Nothing is left or remembered of what is over.
    assert_eq!(computer.names(), ["Photos", "all", "b.txt", "by", "notes.txt"]);
    assert_eq!(std::fs::read_dir(computer.state("downloads")).unwrap().count(), 0);
    let downloads =
        sam.downloads(&format!("/api/files/{notes}"), |page| page.items.len() == 4).await;
    assert!(downloads.items.iter().all(|download| download.completed));
}

#[tokio::test]
async fn what_is_not_there_is_said_so_before_anything_is_fetched() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.upload("notes.txt", b"some notes").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.run(&["download", "notes.txt", "missing.txt"]).await.failed(5);
    computer.run(&["download", "0197c3a0-0000-7000-8000-000000000000"]).await.failed(5);
    computer.run(&["download"]).await.failed(2);
    sam.upload("more.txt", b"more").await;
    let said = computer.run(&["download", "/", "-o", "-"]).await.failed(2);
    assert_eq!(said, "sharesync: only one file goes to standard output\n");
    assert!(computer.names().is_empty());
    computer.write("file", b"no folder");
    let said = computer.run(&["download", "notes.txt", "-o", "file"]).await.failed(2);
    assert_eq!(said, "sharesync: file is no folder\n");
}

#[tokio::test]
async fn a_link_needs_no_account_and_shows_its_folders() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let folder = sam.folder("Photos", None).await;
    sam.upload_into(folder, "a.txt").await;
    sam.upload_into(sam.folder("2024", Some(folder)).await, "b.txt").await;
    let one = sam.upload("notes.txt", b"some notes").await.id;
    let body = json!({ "file_ids": [one], "folder_ids": [folder] });
    let share: sharesync_protocol::api::OwnedShare = sam.post("/api/shares", body).await.json(201);
    // Somebody who knows no server, and is signed in nowhere.
    let computer = Computer::at("");
    let told = computer.run(&["download", &share.url.unwrap(), "--json"]).await.json();
    let mut paths: Vec<_> = told.iter().map(|file| file["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["Photos/2024/b.txt", "Photos/a.txt", "notes.txt"]);
    assert!(told.iter().all(|file| file["verified"] == true), "{told:?}");
    assert_eq!(computer.read("notes.txt"), b"some notes");
}

#[tokio::test]
async fn a_links_password_is_read_from_a_file_or_the_terminal() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = link(&sam, "notes.txt", b"some notes", json!({ "password": "open sesame" })).await;
    let computer = Computer::at("");
    let said = computer.run(&["download", &url]).await.failed(2);
    assert!(said.contains("give --password-file"), "{said}");
    let arguments = ["download", &url, "--password-file", "-"];
    let said = computer.run_with(&arguments, b"wrong\n").await.failed(4);
    assert!(said.starts_with("sharesync: the link: ") && computer.names().is_empty(), "{said}");
    computer.run_with(&arguments, b"open sesame\n").await.done();
    assert_eq!(computer.read("notes.txt"), b"some notes");

    let mut terminal =
        crate::terminal::Terminal::run(computer.command(&["download", &url, "-o", "again"]));
    terminal.answer_hidden("Password of the link: ", "open sesame").await;
    assert_eq!(terminal.end().await, (0, "again/notes.txt\n".into()));
}

#[tokio::test]
async fn links_that_lead_nowhere_are_told_apart() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = link(&sam, "notes.txt", b"some notes", json!({ "one_time": true })).await;
    let computer = Computer::at("");
    computer.run(&["download", &url]).await.done();
    let said = computer.run(&["download", &url, "-o", "again"]).await.failed(5);
    assert!(
        said.starts_with("sharesync: the link: ") || said.starts_with("sharesync: notes.txt: "),
        "{said}"
    );
    let unknown = format!("{}/s/AAAAAAAAAAAAAAAAAAAAAA", stack.url());
    computer.run(&["download", &unknown]).await.failed(5);
    for bad in [format!("{}/files", stack.url()), format!("{}/s/", stack.url()), "https://".into()]
    {
        let said = computer.run(&["download", &bad]).await.failed(2);
        assert!(said.contains("that is no link"), "{said}");
    }
}

#[tokio::test]
async fn nothing_is_overwritten_and_the_rest_still_comes() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.upload("a.txt", b"theirs").await;
    sam.upload("b.txt", b"theirs").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.write("a.txt", b"mine");
    let ran = computer.run(&["download", "a.txt", "b.txt"]).await;
    assert_eq!((&*ran.stdout, ran.code), ("b.txt\n", 8));
    assert_eq!(ran.stderr, "sharesync: a.txt is there already, and is left as it is\n");
    assert_eq!(
        (computer.read("a.txt"), computer.read("b.txt")),
        (b"mine".into(), b"theirs".into())
    );
    // Nor is a link that leads nowhere, or what looks like a download that is not over.
    std::fs::remove_file(computer.path("a.txt")).unwrap();
    std::os::unix::fs::symlink("/nowhere", computer.path("a.txt")).unwrap();
    computer.run(&["download", "a.txt"]).await.failed(8);
    std::fs::remove_file(computer.path("a.txt")).unwrap();
    computer.write("a.txt.part", b"mine");
    let said = computer.run(&["download", "a.txt"]).await.failed(8);
    assert!(said.contains("a.txt.part is there already"), "{said}");
    assert_eq!(computer.read("a.txt.part"), b"mine");
}

#[tokio::test]
async fn two_files_of_one_name_get_two_places() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let first = sam.upload("a.txt", b"first").await.id;
    let folder = sam.folder("Photos", None).await;
    let second = sam.upload_into(folder, "A.txt").await.id;
    let url = sam.share(&[first, second], json!({})).await.url.unwrap();
    let computer = Computer::at("");
    computer.run(&["download", &url]).await.done();
    let names = computer.names();
    assert_eq!(names.len(), 2);
    assert!(names.iter().any(|name| name.ends_with(" (1).txt")), "{names:?}");
}

#[tokio::test]
async fn what_appears_meanwhile_is_not_overwritten() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let url = link(&sam, "film.bin", &marked(3 << 20), json!({})).await;
    let computer = Computer::at("");
    line.hold_down_after(2 * MIB);
    let child = computer.command(&["download", &by(&line, &stack, &url)]).spawn().unwrap();
    line.held_down().await;
    has_arrived(&computer.path("film.bin.part"), 1).await;
    computer.write("film.bin", b"mine");
    line.release();
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(8));
    assert_eq!(computer.read("film.bin"), b"mine");
}

#[tokio::test]
async fn a_killed_download_goes_on_where_it_stopped() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let content = marked(8 << 20);
    let url = by(&line, &stack, &link(&sam, "film.bin", &content, json!({})).await);
    let computer = Computer::at("");
    line.hold_down_after(5 * MIB);
    let mut child = computer.command(&["download", &url]).spawn().unwrap();
    line.held_down().await;
    has_arrived(&computer.path("film.bin.part"), 4 * MIB).await;
    child.kill().await.unwrap();
    let there = computer.path("film.bin.part").metadata().unwrap().len();
    line.mend();
    assert_eq!(computer.names(), ["film.bin.part"]);

    computer.run(&["download", &url]).await.done();
    let missing = content.len() as u64 - there;
    assert!(line.down() <= missing + TALK, "{} bytes came for {missing}", line.down());
    assert!(computer.read("film.bin") == content && computer.names() == ["film.bin"]);
    assert_eq!(std::fs::read_dir(computer.state("downloads")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_was_fetched_of_another_file_is_not_gone_on_with() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let url = by(&line, &stack, &link(&sam, "film.bin", &marked(8 << 20), json!({})).await);
    let computer = Computer::at("");
    line.hold_down_after(5 * MIB);
    let mut child = computer.command(&["download", &url]).spawn().unwrap();
    line.held_down().await;
    has_arrived(&computer.path("film.bin.part"), 4 * MIB).await;
    child.kill().await.unwrap();
    line.mend();
    let mut other = marked(8 << 20);
    other.reverse();
    let folder = sam.folder("Other", None).await;
    let file = sam.upload("film (2).bin", &other).await.id;
    let body = json!({ "name": "film.bin" });
    sam.post("/api/files/move", json!({ "file_ids": [file], "to": folder })).await;
    sam.patch(&format!("/api/files/{file}"), body).await.json::<serde_json::Value>(200);
    let url = sam.share(&[file], json!({})).await.url.unwrap();
    computer.run(&["download", &url]).await.done();
    assert!(computer.read("film.bin") == other);
}

#[tokio::test]
async fn a_line_that_is_lost_is_made_anew_and_nothing_comes_twice() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let content = marked(8 << 20);
    let url = by(&line, &stack, &link(&sam, "film.bin", &content, json!({})).await);
    line.break_after(3 * MIB);
    line.break_after(2 * MIB);
    let computer = Computer::at("");
    computer.run(&["download", &url]).await.done();
    assert!(computer.read("film.bin") == content);
    // What was in the line when it broke came for nothing.
    assert!(line.down() <= content.len() as u64 + 2 * MIB, "{}", line.down());
}

#[tokio::test]
async fn what_arrives_changed_is_not_kept() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let content = marked(1 << 20);
    let url = by(&line, &stack, &link(&sam, "film.bin", &content, json!({})).await);
    let own = Computer::signed_in_at(line.url(), &sam).await;
    let computer = Computer::at("");
    line.spoil();
    for (computer, what) in [(&computer, &*url), (&own, "film.bin")] {
        let said = computer.run(&["download", what]).await.failed(7);
        assert_eq!(
            said,
            "sharesync: film.bin: what arrived is not what its digest says: nothing is kept of it\n"
        );
        assert!(computer.names().is_empty(), "{:?}", computer.names());
    }
    let ran = own.run(&["download", "film.bin", "-o", "-"]).await;
    assert_eq!((ran.code, ran.stdout.len()), (7, content.len()));
}

#[tokio::test]
async fn names_that_others_chose_lead_nowhere() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let url = link(&sam, ".profile.txt", b"evil", json!({})).await;
    let computer = Computer::at("");
    assert_eq!(computer.run(&["download", &url]).await.done(), "_profile.txt\n");
    // One's own are called as they are.
    let own = Computer::signed_in(&stack, &sam).await;
    assert_eq!(own.run(&["download", ".profile.txt"]).await.done(), ".profile.txt\n");
}
