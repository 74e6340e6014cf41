//! The program itself: started, killed, stopped, and what it writes down.
#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sharesync_protocol::api::{FilePage, IssuedApiToken, SecondFactorSetup};
use sharesync_testkit::{Member, Person};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

/// A running `sharesync-server`; killed when dropped.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(folder: &Path) -> Self {
        Self::start_logging_to(folder, Stdio::from(log_file(folder)))
    }

    fn start_logging_to(folder: &Path, log: Stdio) -> Self {
        let (child, said) = launch(folder, log);
        let url = said.strip_prefix("Listening on ").expect("it says where").to_owned();
        Self { child, url }
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Kills it, and waits until it is gone, and with it its hold on the data folder.
    fn kill(&mut self) {
        self.signal("-KILL");
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the program; answers what it says first, which is nothing where it ends at once.
fn launch(folder: &Path, log: Stdio) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sharesync-server"))
        .env_clear()
        .env("HOST", "127.0.0.1")
        .env("PORT", "0")
        .env("TURN_PORT", "0")
        .env("SHARESYNC_DATA_DIR", folder)
        .env("RUST_LOG", "debug,sqlx=info")
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let stdout = child.stdout.take().expect("its output is ours");
    BufReader::new(stdout).read_line(&mut line).expect("its output can be read");
    (child, line.trim().to_owned())
}

fn log_file(folder: &Path) -> std::fs::File {
    std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

async fn signed_in(program: &Program, name: &str) -> Person {
    let mut person = Person::at(&program.url);
    person.register(name).await;
    person.sign_in(name).await;
    person
}

fn count_files(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_keeps_what_it_acknowledged_and_nothing_else() {
    const ROUNDS: u8 = 12;
    const UPLOADERS: usize = 4;
    let folder = folder();
    let mut program = Program::start(folder.path());
    let token = signed_in(&program, "sam").await.token().to_owned();
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let sam = Person::at(&program.url).with_token(&token);
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
        program = Program::start(folder.path());
    }
    let sam = Person::at(&program.url).with_token(&token);
    let files = every_file(&sam).await;
    // One that was stored may have been killed before its answer left.
    assert!(files.len() >= acknowledged, "{} of {acknowledged}", files.len());
    for file in &files {
        let details = sam.file(file.parse().unwrap()).await;
        let content = sam.get(&details.download_url).await.body;
        assert_eq!(content.len(), 700_000);
        assert!(content.iter().all(|byte| *byte == content[0]));
    }
    // What was cut off is removed at start, in the background.
    let stored = || ["objects", "incoming"].map(|part| count_files(&folder.path().join(part)));
    let swept = async {
        while stored() != [files.len(), 0] {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let swept = tokio::time::timeout(Duration::from_secs(20), swept).await;
    assert!(swept.is_ok(), "{:?} lie in the store, {} are in the library", stored(), files.len());
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
    let mut program = Program::start(folder.path());
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
        while Person::at(&program.url).is_answered().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), refused).await.expect("it stops accepting");
    go_on.send(()).unwrap();
    assert_eq!(upload.await.unwrap(), 201);
    assert!(program.child.wait().unwrap().success());
    let program = Program::start(folder.path());
    let sam = Person::at(&program.url).with_token(sam.token());
    assert_eq!(sam.files().await.items[0].file.size, 11);
}

#[tokio::test]
async fn told_to_stop_it_does_so_although_nobody_reads_its_log() {
    let folder = folder();
    let mut program = Program::start_logging_to(folder.path(), Stdio::piped());
    drop(program.child.stderr.take());
    assert!(Person::at(&program.url).is_answered().await);
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
    let program = Program::start(folder.path());
    let server = program.url.strip_prefix("http://").unwrap();
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
        assert!(Person::at(&program.url).is_answered().await);
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
    let _program = Program::start(folder.path());
    let (mut second, said) = launch(folder.path(), Stdio::from(log_file(folder.path())));
    // Where it serves after all, it must not outlive the test.
    let _ = second.kill();
    assert!(!second.wait().unwrap().success());
    assert_eq!(said, "");
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("another server is running"), "{log}");
}

#[tokio::test]
async fn the_log_holds_no_secret_however_much_is_logged() {
    let folder = folder();
    let program = Program::start(folder.path());
    let sam = signed_in(&program, "sam").await;
    let file = sam.upload("private-name.txt", b"private content").await;
    let share = sam.share(&[file.id], json!({ "password": "open sesame" })).await;
    let body = json!({ "password": "open sesame" });
    let link: Value = sam.ask_download(&share.slug, body).await.json(200);
    let url = link["download_url"].as_str().unwrap();
    sam.get(url).await;
    sam.get(&format!("{url}x")).await;
    drop(program);
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    let signature = url.rsplit('=').next().unwrap();
    let key = std::fs::read_to_string(folder.path().join("secret_key")).unwrap();
    for secret in [
        sam.token(),
        share.slug.as_str(),
        signature,
        &key,
        "open sesame",
        "correct horse",
        "sam@example.com",
        "private-name",
        "private content",
    ] {
        assert!(!log.contains(secret), "the log holds {secret}:\n{log}");
    }
    assert!(log.lines().count() > 3, "the log was empty: {log}");
}

#[tokio::test]
async fn neither_the_log_nor_the_database_holds_what_lets_somebody_in() {
    let folder = folder();
    let program = Program::start(folder.path());
    let sam = signed_in(&program, "sam").await;
    let body = json!({ "name": "script", "scopes": ["files:read"] });
    let issued: IssuedApiToken = sam.post("/api/me/tokens", body).await.json(201);
    sam.with_token(&issued.token).get("/api/files").await.json::<FilePage>(200);
    sam.post("/api/auth/forgot-password", json!({ "email": "sam@example.com" })).await;
    let mailed = mailed_tokens(folder.path(), 2).await;
    let login = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let cookie = sam.post("/api/auth/login", login).await.header("set-cookie").to_owned();
    let refresh_token = cookie.split(['=', ';']).nth(1).unwrap();
    let body = json!({ "password": "correct horse battery" });
    let setup: SecondFactorSetup = sam.post("/api/me/second-factor", body).await.json(200);
    let wrong = sam.post("/api/me/second-factor/confirm", json!({ "code": "135790" })).await;
    assert_eq!(wrong.status, 422);
    let token = sam.token().to_owned();
    drop(program);

    let secrets = [&*token, &*issued.token, refresh_token, &*setup.secret, "correct horse"];
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
    let kept = [read("log"), read("sharesync.db"), read("sharesync.db-wal")].concat();
    let holds = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("sam@example.com"), "the database is there");
    for secret in secrets.into_iter().chain(mailed.iter().map(String::as_str)) {
        assert!(!secret.is_empty() && !holds(secret), "{secret} is kept");
    }
}

/// The tokens in mails that lie in the data folder, once there are so many.
async fn mailed_tokens(folder: &Path, enough: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let mails = std::fs::read_dir(folder.join("mail")).unwrap();
        let texts = mails.filter_map(|mail| std::fs::read_to_string(mail.unwrap().path()).ok());
        let tokens: Vec<_> = texts
            .filter_map(|text| {
                let (_, rest) = text.split_once("#token=")?;
                Some(rest.split_whitespace().next()?.to_owned())
            })
            .collect();
        if tokens.len() >= enough {
            return tokens;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "the mails do not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn of_a_transfer_between_browsers_only_counts_stay() {
    let folder = folder();
    let mut program = Program::start(folder.path());
    let mut host = Member::host(&program.url).await;
    let mut guest = Member::join(&program.url, &host).await;
    let report = |about: &Member| {
        let bytes = json!({ "direct": 123_456, "turn": 0, "relay": 0 });
        json!({ "peer": about.id(), "outcome": "verified", "files": 1, "bytes": bytes })
    };
    host.ask("report", report(&guest)).await;
    guest.ask("report", report(&host)).await;
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success());

    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
    let kept = [read("log"), read("sharesync.db"), read("sharesync.db-wal")].concat();
    let holds = |text: &[u8]| kept.windows(text.len()).any(|bytes| bytes == text);
    assert!(holds(b"room opened"), "the log is there");
    assert!(holds(&123_456_u32.to_be_bytes()[1..]), "the transfer is counted");
    for secret in [
        host.entered["room"].as_str().unwrap(),
        host.entered["resume"].as_str().unwrap(),
        guest.entered["resume"].as_str().unwrap(),
        host.id(),
        guest.id(),
        "127.0.0.1",
    ] {
        assert!(
            !holds(secret.as_bytes()),
            "{secret} stays:\n{}",
            String::from_utf8_lossy(&read("log"))
        );
    }
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
