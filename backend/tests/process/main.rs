//! The program itself: started, killed, stopped, and what it writes down.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod doctor;
mod encryption;
mod failed_writes;
mod failing_disk;
mod interrupted_uploads;
mod program;
mod stubborn;
mod traces;
mod unsealed;

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sharesync_protocol::api::FilePage;
use sharesync_test_services::Program;
use sharesync_testkit::Person;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::program::{folder, signed_in, start, start_logging_to};

fn count_files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

/// Waits until so many files lie in the store and none is on its way; what was cut off is removed at start, in the
/// background.
async fn assert_only_stored(folder: &Path, files: usize) {
    let stored = || ["objects", "incoming"].map(|part| count_files(&folder.join(part)));
    let swept = async {
        while stored() != [files, 0] {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let swept = tokio::time::timeout(Duration::from_secs(20), swept).await;
    assert!(swept.is_ok(), "{:?} lie in the store, {files} are in the library", stored());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_keeps_what_it_acknowledged_and_nothing_else() {
    const ROUNDS: u8 = 12;
    const UPLOADERS: usize = 4;
    let folder = folder();
    let mut program = start(folder.path());
    let token = signed_in(&program, "sam").await.token().to_owned();
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let sam = Person::at(program.url()).with_token(&token);
        let (stored, mut heard) = mpsc::unbounded_channel();
        for n in 0..UPLOADERS {
            let (sam, stored) = (sam.clone(), stored.clone());
            let content = vec![u8::try_from(n).unwrap(); 700_000];
            tokio::spawn(async move {
                // Until the server is gone.
                while sam.try_upload_whole("a.bin", &content).await == Some(201) {
                    stored.send(()).unwrap();
                }
            });
        }
        drop(stored);
        // However slow the machine, some are stored and others are under way.
        heard.recv().await.expect("an upload is stored");
        tokio::time::sleep(Duration::from_millis(u64::from(round) * 23)).await;
        program.kill();
        acknowledged += 1;
        while heard.recv().await.is_some() {
            acknowledged += 1;
        }
        program = start(folder.path());
    }
    let sam = Person::at(program.url()).with_token(&token);
    let files = every_file(&sam).await;
    // One that was stored may have been killed before its answer left.
    assert!(files.len() >= acknowledged, "{} of {acknowledged}", files.len());
    for file in &files {
        let details = sam.file(file.parse().unwrap()).await;
        let content = sam.get(&details.download_url).await.body;
        assert_eq!(content.len(), 700_000);
        assert!(content.iter().all(|byte| *byte == content[0]));
    }
    assert_only_stored(folder.path(), files.len()).await;
}

async fn every_file(person: &Person) -> Vec<String> {
    let (mut ids, mut cursor) = (vec![], String::new());
    loop {
        let page: FilePage = person.get(&format!("/api/files?limit=200{cursor}")).await.json(200);
        ids.extend(page.items.iter().map(|row| row.file.id.to_string()));
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn told_to_stop_it_lets_requests_under_way_end_and_exits_well() {
    let folder = folder();
    let mut program = start(folder.path());
    let sam = signed_in(&program, "sam").await;
    let (begin, begun) = tokio::sync::oneshot::channel();
    let (go_on, gone_on) = tokio::sync::oneshot::channel();
    let upload = tokio::spawn({
        let sam = sam.clone();
        async move { sam.upload_in_two_halves("slow.bin", b"first", b"second", begin, gone_on).await }
    });
    begun.await.unwrap();
    program.signal("-TERM");
    // It no longer accepts, and waits for the upload.
    let refused = async {
        while Person::at(program.url()).is_answered().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), refused).await.expect("it stops accepting");
    go_on.send(()).unwrap();
    assert_eq!(upload.await.unwrap(), 201);
    assert!(program.child.wait().unwrap().success());
    let program = start(folder.path());
    let sam = Person::at(program.url()).with_token(sam.token());
    assert_eq!(sam.files().await.items[0].file.size, 11);
}

#[tokio::test]
async fn told_to_stop_it_does_so_although_nobody_reads_its_log() {
    let folder = folder();
    let mut program = start_logging_to(folder.path(), Stdio::piped());
    drop(program.child.stderr.take());
    assert!(Person::at(program.url()).is_answered().await);
    program.signal("-TERM");
    let ended = async {
        while program.child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("it ends");
    assert!(program.child.wait().unwrap().success());
}

#[tokio::test]
async fn honest_requests_are_answered_while_five_hundred_heads_do_not_come_to_an_end() {
    let folder = folder();
    let program = start(folder.path());
    let server = program.url().strip_prefix("http://").unwrap();
    // What the server gives a head before it lets go of it, as it may on a slow machine.
    let patience = Duration::from_secs(10);
    let mut slow = Vec::new();
    for _ in 0..500 {
        let opened = Instant::now();
        let mut socket = TcpStream::connect(server).await.unwrap();
        socket.write_all(b"GET /api/health HTTP/1.1\r\nhost: a\r\nx-").await.unwrap();
        slow.push((socket.into_std().unwrap(), opened));
    }
    for _ in 0..50 {
        // Each on a connection of its own.
        assert!(Person::at(program.url()).is_answered().await);
    }
    for (socket, opened) in slow {
        let held = socket.peek(&mut [0]).map_err(|error| error.kind());
        let is_due = opened.elapsed() >= patience;
        assert!(is_due || held == Err(ErrorKind::WouldBlock), "the server let go of one: {held:?}");
    }
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let folder = folder();
    let _program = start(folder.path());
    let mut second = start(folder.path());
    assert_eq!(second.said(), "");
    assert!(!second.child.wait().unwrap().success());
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("another server is running"), "{log}");
}

#[test]
fn what_it_is_told_wrongly_it_refuses_by_name() {
    let folder = folder();
    let output = Command::new(env!("CARGO_BIN_EXE_sharesync-server"))
        .env_clear()
        .env("SHARESYNC_DATA_DIR", folder.path())
        .env("PORT", "many")
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("PORT"));
}

#[test]
fn whether_it_is_ready_the_program_says_by_itself() {
    let asked = |program: &Program| {
        let (_, port) = program.url().rsplit_once(':').unwrap();
        let mut command = program::command(Path::new("/nowhere"));
        command.arg("health").env("PORT", port).output().unwrap()
    };
    let folder = folder();
    let mut program = start(folder.path());
    assert!(asked(&program).status.success());
    program.kill();
    let answer = asked(&program);
    assert_eq!(answer.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&answer.stderr).contains("does not answer"));
}

#[test]
fn a_server_without_its_redis_is_not_ready() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = folder();
    let redis = format!("redis://{nobody}");
    let program = program::start_with(folder.path(), &[("REDIS_URL", &redis)]);
    let (_, port) = program.url().rsplit_once(':').unwrap();
    let mut command = program::command(folder.path());
    let answer = command.arg("health").env("PORT", port).output().unwrap();
    assert_eq!(answer.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&answer.stderr).contains("503"));
}
