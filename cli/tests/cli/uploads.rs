//! Uploads: whole, in folders, from standard input, and on from where they were interrupted.

use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use sharesync_protocol::api::{ContentDigest, FilePage, Sha256Digest, UploadPage};
use sharesync_testkit::{Person, Stack};

use crate::computer::Computer;
use crate::golden::settled;
use crate::line::Line;

/// Bytes of a part, on the server as it is.
const PART: usize = 8 * 1024 * 1024;
/// Bytes of requests and answers besides content.
const TALK: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_mins(1);

/// Content of which no part is like another.
pub fn content(size: usize) -> Vec<u8> {
    (0..size.div_ceil(4)).flat_map(|i| u32::try_from(i).unwrap().to_le_bytes()).take(size).collect()
}

pub fn sha256(content: &[u8]) -> Sha256Digest {
    Sha256Digest(Sha256::digest(content).into())
}

async fn uploads(person: &Person) -> UploadPage {
    person.get("/api/uploads").await.json(200)
}

async fn stored(person: &Person, name: &str) -> Vec<u8> {
    let files: FilePage = person.files().await;
    let file = files.items.iter().find(|row| row.file.name == name).expect("it is there");
    let url = person.file(file.file.id).await.download_url;
    person.get(&url).await.body
}

/// Waits until the server has so many bytes of the one upload that is under way; answers how many.
pub async fn has_received(person: &Person, bytes: u64) -> u64 {
    let awaited = async {
        loop {
            let page = uploads(person).await;
            let received = page.items.first().map_or(0, |upload| upload.received);
            if received >= bytes {
                return received;
            }
        }
    };
    tokio::time::timeout(PATIENCE, awaited).await.expect("the server receives it")
}

#[tokio::test]
async fn files_are_stored_where_they_are_wanted_and_for_as_long() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.write("a.txt", b"content of a");
    computer.write("b.txt", b"content of b");
    assert_eq!(computer.run(&["upload", "a.txt"]).await.done(), "a.txt\n");
    // A name that is taken gets a number.
    assert_eq!(computer.run(&["upload", "a.txt"]).await.done(), "a (1).txt\n");
    let said = computer
        .run(&["upload", "a.txt", "b.txt", "--to", "Photos/2024/", "--expires", "1h"])
        .await;
    assert_eq!(said.done(), "Photos/2024/a.txt\nPhotos/2024/b.txt\n");
    let told = computer.run(&["upload", "b.txt", "--keep", "--json"]).await.json();
    assert_eq!((&told[0]["path"], &told[0]["expires_at"]), (&"b.txt".into(), &Value::Null));
    assert_eq!(told[0]["sha256"], sha256(b"content of b").to_string());
    let files = sam.files().await;
    let hour = files.items.iter().find(|row| row.file.folder_id.is_some()).unwrap();
    assert_eq!(hour.file.expires_at.unwrap() - hour.file.created_at, 3_600_000);
    assert_eq!(stored(&sam, "a.txt").await, b"content of a");
    // Nothing is remembered of what is over.
    assert_eq!(std::fs::read_dir(computer.state("uploads")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_folder_is_stored_with_what_lies_in_it() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    for name in ["trip/a.txt", "trip/day 1/b.txt", "trip/day 1/late/c.txt"] {
        computer.write(name, name.as_bytes());
    }
    std::os::unix::fs::symlink("..", computer.path("trip/up")).unwrap();
    std::os::unix::fs::symlink("a.txt", computer.path("trip/z.txt")).unwrap();
    let ran = computer.run(&["upload", "trip", "--to", "Photos"]).await;
    assert_eq!(ran.stderr, "warning: trip/up is left out: it is no file\n");
    assert_eq!(
        ran.done(),
        "Photos/trip/a.txt\nPhotos/trip/day 1/b.txt\nPhotos/trip/day 1/late/c.txt\nPhotos/trip/z.txt\n"
    );
    assert_eq!(stored(&sam, "c.txt").await, b"trip/day 1/late/c.txt");
    // The folder that one is in has a name, too.
    let said = computer.run(&["upload", "."]).await.done();
    assert!(said.lines().all(|line| line.starts_with("work/trip/")), "{said}");
}

#[tokio::test]
async fn what_cannot_be_stored_does_not_keep_the_rest_back() {
    let stack = Stack::builder().env("MAX_CONTENT_LENGTH", 100).start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.write("empty.txt", b"");
    computer.write("large.txt", &[b'x'; 101]);
    computer.write("right.txt", b"right");
    let ran = computer.run(&["upload", "empty.txt", "large.txt", "right.txt"]).await;
    assert_eq!((ran.code, &*ran.stdout), (4, "right.txt\n"));
    let said: Vec<_> = ran.stderr.lines().collect();
    assert!(
        said[0].starts_with("sharesync: empty.txt: ")
            && said[1].starts_with("sharesync: large.txt: ")
    );
    assert_eq!(said.len(), 2);
    let said = computer.run(&["upload", "right.txt", "missing.txt"]).await.failed(8);
    assert_eq!(
        said,
        "sharesync: cannot read missing.txt: No such file or directory (os error 2)\n"
    );
    assert_eq!(sam.files().await.items.len(), 1);
    computer.run(&["upload"]).await.failed(2);
    computer.run(&["upload", "right.txt", "--keep", "--expires", "1d"]).await.failed(2);
    computer.run(&["upload", "right.txt", "--to", "../up"]).await.failed(2);
}

#[tokio::test]
async fn a_link_to_what_was_stored_is_all_that_is_printed() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.write("a.txt", b"content");
    computer.write("b.txt", b"content");
    let ran = computer.run(&["upload", "a.txt", "b.txt", "--share"]).await;
    assert_eq!(ran.stderr, "a.txt\nb.txt\n");
    assert_eq!(settled(&ran.done(), stack.url()), "SERVER/s/SLUG\n");
    let told = computer.run(&["upload", "a.txt", "--share", "--json"]).await.json();
    assert_eq!((told.len(), told[0]["files"].as_array().unwrap().len()), (1, 1));
    for number in 0..101 {
        computer.write(&format!("many/{number}.txt"), b"x");
    }
    let said = computer.run(&["upload", "many", "--share"]).await.failed(2);
    assert!(said.contains("these are 101"), "{said}");
    assert_eq!(sam.files().await.items.len(), 3);
}

#[tokio::test]
async fn standard_input_is_stored_under_a_name() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let content = content(300_000);
    let arguments = ["upload", "-", "--name", "numbers.bin", "--to", "Dumps & co", "--keep"];
    assert_eq!(computer.run_with(&arguments, &content).await.done(), "Dumps & co/numbers.bin\n");
    let file = &sam.files().await.items[0].file;
    assert_eq!((file.digest, file.expires_at), (ContentDigest::Whole(sha256(&content)), None));
    computer.run_with(&["upload", "-"], b"x").await.failed(2);
    computer.run_with(&["upload", "-", "a.txt", "--name", "b"], b"x").await.failed(2);
    computer.write("a.txt", b"content");
    computer.run(&["upload", "a.txt", "--name", "b.txt"]).await.failed(2);
    let said = computer.run_with(&["upload", "-", "--name", "none.txt"], b"").await.failed(4);
    assert!(said.starts_with("sharesync: none.txt: "), "{said}");
}

#[tokio::test]
async fn a_killed_upload_goes_on_and_sends_nothing_twice() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let computer = Computer::signed_in_at(line.url(), &sam).await;
    let content = content(5 * PART);
    computer.write("film.mp4.bin", &content);

    // So many that one part at least is whole, three being on their way.
    line.hold_up_after(3 * PART as u64 + PART as u64 / 2);
    let mut command = computer.command(&["upload", "film.mp4.bin", "--to", "Films"]);
    let mut child = command.spawn().unwrap();
    line.held_up().await;
    has_received(&sam, PART as u64).await;
    child.kill().await.unwrap();
    line.mend();
    let there = has_received(&sam, PART as u64).await;

    let said = computer.run(&["upload", "film.mp4.bin", "--to", "Films"]).await.done();
    assert_eq!(said, "Films/film.mp4.bin\n");
    let missing = content.len() as u64 - there;
    assert!(line.up() <= missing + TALK, "{} bytes went up for {missing}", line.up());
    assert!(stored(&sam, "film.mp4.bin").await == content);
    assert!(uploads(&sam).await.items.is_empty() && sam.files().await.items.len() == 1);
    assert_eq!(std::fs::read_dir(computer.state("uploads")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_that_was_changed_since_is_sent_anew() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let computer = Computer::signed_in_at(line.url(), &sam).await;
    computer.write("film.bin", &content(5 * PART));
    line.hold_up_after(3 * PART as u64 + PART as u64 / 2);
    let mut child = computer.command(&["upload", "film.bin"]).spawn().unwrap();
    line.held_up().await;
    has_received(&sam, PART as u64).await;
    child.kill().await.unwrap();
    line.mend();
    computer.write("film.bin", b"another film");
    computer.run(&["upload", "film.bin"]).await.done();
    assert_eq!(stored(&sam, "film.bin").await, b"another film");
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_is_not_stored() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let computer = Computer::signed_in_at(line.url(), &sam).await;
    let path = computer.write("film.bin", &content(5 * PART));
    line.hold_up_after(2 * PART as u64);
    let child = computer.command(&["upload", "film.bin"]).spawn().unwrap();
    line.held_up().await;
    std::fs::File::options().append(true).open(path).unwrap().set_len(4 * PART as u64).unwrap();
    line.release();
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), &*said),
        (Some(8), "sharesync: film.bin: it was changed while it was sent: send it again\n")
    );
    assert!(sam.files().await.items.is_empty() && uploads(&sam).await.items.is_empty());
}

#[tokio::test]
async fn an_upload_survives_a_lost_line() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let computer = Computer::signed_in_at(line.url(), &sam).await;
    let content = content(2 * PART + 5);
    computer.write("film.bin", &content);
    line.hold_up_after(PART as u64);
    let child = computer.command(&["upload", "film.bin"]).spawn().unwrap();
    line.held_up().await;
    line.mend();
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stored(&sam, "film.bin").await == content);
}

#[tokio::test]
async fn one_file_is_sent_by_one_at_a_time() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let line = Line::to(stack.url()).await;
    let computer = Computer::signed_in_at(line.url(), &sam).await;
    computer.write("film.bin", &content(2 * PART));
    line.hold_up_after(PART as u64);
    let child = computer.command(&["upload", "film.bin"]).spawn().unwrap();
    line.held_up().await;
    let said = computer.run(&["upload", "film.bin"]).await.failed(4);
    assert_eq!(said, "sharesync: film.bin: another `sharesync` sends it already\n");
    line.release();
    assert!(child.wait_with_output().await.unwrap().status.success());
    assert_eq!(sam.files().await.items.len(), 1);
}
