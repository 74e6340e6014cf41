//! A computer that takes files from whoever comes: by a link and by a code, from several at once, within limits, and on
//! after whatever is killed.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use sharesync_testkit::Stack;

use crate::computer::Computer;
use crate::line::Line;
use crate::peers::{LARGE, NOTES, has_some, remembered, write_large};
use crate::running::Running;
use crate::terminal::Terminal;
use crate::uploads::content;

/// A computer that takes files, somebody who has some, and the server that they find each other by.
struct Meeting {
    stack: Stack,
    house: Computer,
    guest: Computer,
}

impl Meeting {
    async fn start() -> Self {
        let stack = Stack::start().await;
        let (house, guest) = (Computer::at(stack.url()), Computer::at(stack.url()));
        Self { stack, house, guest }
    }

    /// Takes files, into `in`, and says in JSON what happens.
    fn listen(&self, arguments: &[&str]) -> Running {
        listen(&self.house, arguments)
    }

    fn send(&self, to: &str, arguments: &[&str]) -> Running {
        Running::start(self.guest.command(&[&["send", "--to", to], arguments].concat()))
    }

    /// What lies where files are taken to.
    fn taken(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.house.path("in")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn listen(computer: &Computer, arguments: &[&str]) -> Running {
    Running::start(computer.command(&[&["listen", "--json", "--into", "in"], arguments].concat()))
}

/// The link that is said next.
async fn link(listener: &mut Running) -> String {
    listener.event("link").await["link"].as_str().unwrap().to_owned()
}

/// The code that is said next.
async fn code(listener: &mut Running) -> String {
    listener.event("code").await["code"].as_str().unwrap().to_owned()
}

/// Ends it as whoever sits there would.
async fn interrupt(listener: Running) {
    listener.signal(Signal::INT);
    assert_eq!(listener.end().await.code, 130);
}

#[tokio::test]
async fn files_come_by_the_link_and_by_one_code_after_the_other() {
    let all = Meeting::start().await;
    let film = content(3 * 1024 * 1024 + 5);
    all.guest.write("film.bin", &film);
    all.guest.write("trip/day 1/a.txt", b"content of a");
    let mut listener = all.listen(&[]);
    let (link, first) = (link(&mut listener).await, code(&mut listener).await);
    assert!(link.starts_with(&format!("{}/p2p/", all.stack.url())), "{link}");

    let ran = all.send(&link, &["film.bin", "trip"]).end().await;
    assert_eq!((ran.code, &*ran.stdout), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("delivered and verified: 2 files, 3.0 MiB\n"), "{}", ran.stderr);
    let offered = listener.event("offered").await;
    let names: Vec<_> = offered["files"].as_array().unwrap().iter().map(|f| &f["name"]).collect();
    assert_eq!(names, ["film.bin", "trip/day 1/a.txt"]);
    let received = listener.event("received").await;
    assert_eq!((&received["files"], &received["member"]), (&json!(2), &offered["member"]));

    // What is there is not overwritten, whoever brings it.
    all.send(&first, &["film.bin"]).end().await.done();
    listener.event("received").await;
    let second = code(&mut listener).await;
    assert_ne!(first, second);
    all.send(&first, &["film.bin"]).end().await.failed(5);
    all.send(&second, &["film.bin"]).end().await.done();
    listener.event("received").await;
    assert_eq!(all.taken(), ["film (1).bin", "film (2).bin", "film.bin", "trip"]);
    for name in ["in/film.bin", "in/film (1).bin", "in/film (2).bin"] {
        assert!(all.house.read(name) == film);
    }
    assert_eq!(all.house.read("in/trip/day 1/a.txt"), b"content of a");

    assert_eq!(remembered(&all.house).len(), 1);
    interrupt(listener).await;
    assert!(remembered(&all.house).is_empty() && remembered(&all.guest).is_empty());
    let said = all.send(&link, &["film.bin"]).end().await.failed(5);
    assert!(said.contains("there is no such room"), "{said}");
}

#[tokio::test]
async fn several_bring_files_at_once_and_do_not_disturb_each_other() {
    let all = Meeting::start().await;
    write_large(&all.guest, "film.bin");
    let other = Computer::at(all.stack.url());
    let theirs = content(700_001);
    other.write("film.bin", &theirs);
    let mut listener = all.listen(&[]);
    let link = link(&mut listener).await;
    let slow = all.send(&link, &["film.bin"]);
    has_some(&mut listener).await;
    // It stands still until the other has brought all of its own.
    slow.signal(Signal::TSTP);
    slow.stands_still().await;
    other.run(&["send", "--to", &link, "film.bin"]).await.done();
    let received = listener.event("received").await;
    assert_eq!(received["bytes"], 700_001);
    slow.signal(Signal::CONT);
    slow.end().await.done();
    let other_member = listener.event("received").await;
    assert_ne!(other_member["member"], received["member"]);
    assert_eq!(all.taken(), ["film (1).bin", "film.bin"]);
    assert!(all.house.read("in/film.bin") == theirs);
    assert!(all.house.read("in/film (1).bin") == all.guest.read("film.bin"));
    interrupt(listener).await;
}

#[tokio::test]
async fn what_the_limits_do_not_allow_is_declined_and_nothing_of_it_is_written() {
    let all = Meeting::start().await;
    all.guest.write("a.pdf", b"12345");
    all.guest.write("b.PDF", b"12345");
    all.guest.write("run.sh", b"12345");
    for (limits, files, reason, file) in [
        (&["--max-size", "9"][..], &["a.pdf", "b.PDF"][..], "too_large", None),
        (&["--max-file-size", "4"], &["a.pdf"], "file_too_large", Some("a.pdf")),
        (&["--max-files", "1"], &["a.pdf", "b.PDF"], "too_many_files", None),
        (&["--allow", "*.pdf"], &["a.pdf", "run.sh"], "name_not_allowed", Some("run.sh")),
    ] {
        let mut listener = all.listen(limits);
        let link = link(&mut listener).await;
        let said = all.send(&link, files).end().await.failed(4);
        assert!(said.ends_with("sharesync: the files were declined\n"), "{said}");
        let declined = listener.event("declined").await;
        assert_eq!(declined["reason"], reason);
        assert_eq!(declined.get("file").and_then(Value::as_str), file);
        assert_eq!(all.taken(), [""; 0]);
        interrupt(listener).await;
    }
    let limits = ["--max-size", "10", "--max-file-size", "5", "--max-files", "2"];
    let mut listener = all.listen(&[&limits[..], &["--allow", "*.PDF", "--allow", "x"]].concat());
    let link = link(&mut listener).await;
    all.send(&link, &["a.pdf", "b.PDF"]).end().await.done();
    listener.event("received").await;
    assert_eq!(all.taken(), ["a.pdf", "b.PDF"]);
    interrupt(listener).await;
}

#[tokio::test]
async fn what_the_disk_has_no_room_for_is_declined_before_a_byte() {
    let all = Meeting::start().await;
    // More than any disk has, and nothing of it is there.
    let huge = std::fs::File::create(all.guest.path("huge.bin")).unwrap();
    huge.set_len(1 << 43).unwrap();
    let mut listener = all.listen(&["--max-size", "16TiB"]);
    let link = link(&mut listener).await;
    all.send(&link, &["huge.bin"]).end().await.failed(4);
    assert_eq!(listener.event("declined").await["reason"], "no_space");
    assert_eq!(all.taken(), [""; 0]);
    interrupt(listener).await;
}

#[tokio::test]
async fn a_killed_sender_goes_on_by_the_same_command_also_after_a_code() {
    let all = Meeting::start().await;
    write_large(&all.guest, "film.bin");
    let mut listener = all.listen(&["--once"]);
    let code = code(&mut listener).await;
    let sender = all.send(&code, &["film.bin"]);
    has_some(&mut listener).await;
    sender.kill().await;
    all.send(&code, &["film.bin"]).end().await.done();
    let (ran, written) = listener.end_with_writes().await;
    ran.done();
    assert!(all.house.read("in/film.bin") == all.guest.read("film.bin"));
    assert_eq!(all.taken(), ["film.bin"]);
    assert!(written < LARGE + NOTES, "{written} bytes");
    assert!(remembered(&all.guest).is_empty());
}

#[tokio::test]
async fn a_sender_that_does_not_come_back_leaves_nothing_behind() {
    let all = Meeting::start().await;
    write_large(&all.guest, "film.bin");
    let mut listener = all.listen(&["-v"]);
    let link = link(&mut listener).await;
    let sender = all.send(&link, &["film.bin"]);
    has_some(&mut listener).await;
    sender.kill().await;
    listener.told("a sender's line to the server is lost").await;
    all.stack.advance(Duration::from_mins(3));
    assert_eq!(listener.event("left").await["reason"], "left");
    assert_eq!(all.taken(), [""; 0]);
    interrupt(listener).await;
}

#[tokio::test]
async fn a_killed_listener_comes_back_with_the_same_link_and_goes_on() {
    let all = Meeting::start().await;
    write_large(&all.guest, "film.bin");
    let mut listener = all.listen(&[]);
    let before = link(&mut listener).await;
    let sender = all.send(&before, &["film.bin"]);
    let there = has_some(&mut listener).await;
    listener.kill().await;
    let mut listener = all.listen(&["--once"]);
    assert_eq!(link(&mut listener).await, before);
    let (ran, written) = listener.end_with_writes().await;
    ran.done();
    sender.end().await.done();
    assert!(all.house.read("in/film.bin") == all.guest.read("film.bin"));
    assert!(written < LARGE - there + NOTES, "{written} bytes after {there}");
}

#[tokio::test]
async fn a_killed_listener_that_comes_back_too_late_keeps_nothing_of_what_nobody_goes_on_with() {
    let all = Meeting::start().await;
    write_large(&all.guest, "film.bin");
    let mut listener = all.listen(&["-v"]);
    let before = link(&mut listener).await;
    let sender = all.send(&before, &["film.bin"]);
    has_some(&mut listener).await;
    sender.kill().await;
    listener.told("a sender's line to the server is lost").await;
    listener.kill().await;
    assert_eq!(all.taken().len(), 1);
    all.stack.advance(Duration::from_mins(3));
    let mut listener = all.listen(&[]);
    // Within the grace that its socket's end has begun only now it is the same, and there is nobody in it.
    link(&mut listener).await;
    interrupt(listener).await;
    let mut listener = all.listen(&[]);
    assert_ne!(link(&mut listener).await, before);
    assert_eq!(all.taken(), [""; 0]);
    interrupt(listener).await;
}

#[tokio::test]
async fn a_listener_outlives_the_server_and_says_another_link() {
    let Meeting { stack, guest, .. } = Meeting::start().await;
    guest.write("a.txt", b"content of a");
    let line = Line::to(stack.url()).await;
    let house = Computer::at(line.url());
    let mut listener = listen(&house, &[]);
    let before = link(&mut listener).await;
    let stack = stack.restart().await;
    line.lead_to(stack.url());
    line.mend();
    let after = link(&mut listener).await;
    assert_ne!(before, after);
    guest.run(&["send", "--to", &after, "a.txt"]).await.done();
    assert_eq!(house.read("in/a.txt"), b"content of a");
    interrupt(listener).await;
}

#[tokio::test]
async fn a_listener_waits_for_a_server_that_is_not_there_yet() {
    let line = Line::to("http://127.0.0.1:1").await;
    let house = Computer::at(line.url());
    let mut listener = listen(&house, &[]);
    let said = listener.told("warning: ").await;
    assert!(said.contains("trying again"), "{said}");
    let stack = Stack::start().await;
    line.lead_to(stack.url());
    link(&mut listener).await;
    interrupt(listener).await;
}

#[tokio::test]
async fn names_lead_nowhere_and_hide_nothing_unasked() {
    let all = Meeting::start().await;
    all.guest.write(".ssh/authorized_keys", b"key");
    all.guest.write("..\\..\\up.txt", b"up");
    all.guest.write("\u{1b}[2Ja.txt", b"a");
    let mut listener = all.listen(&[]);
    let link = link(&mut listener).await;
    let files = [".ssh", "..\\..\\up.txt", "\u{1b}[2Ja.txt"];
    all.send(&link, &files).end().await.done();
    listener.event("received").await;
    assert_eq!(all.house.names(), ["in"]);
    assert_eq!(all.taken(), ["_[2Ja.txt", "__.._up.txt", "_ssh"]);
    assert_eq!(all.house.read("in/_ssh/authorized_keys"), b"key");
    interrupt(listener).await;
}

#[tokio::test]
async fn the_other_way_round_it_is_said_what_to_use() {
    let all = Meeting::start().await;
    all.guest.write("a.txt", b"a");
    let mut listener = all.listen(&[]);
    let taking = link(&mut listener).await;
    let said = all.guest.run(&["receive", "--yes", &taking]).await.failed(2);
    assert!(said.contains("`sharesync send --to`"), "{said}");
    interrupt(listener).await;

    all.house.write("a.txt", b"a");
    let mut sender = Running::start(all.house.command(&["send", "--stay", "--json", "a.txt"]));
    let offering = link(&mut sender).await;
    let said = all.send(&offering, &["a.txt"]).end().await.failed(2);
    assert!(said.contains("`sharesync receive`"), "{said}");
    assert!(remembered(&all.guest).is_empty());
    interrupt(sender).await;
}

#[tokio::test]
async fn whoever_sits_there_is_asked_about_each_sender_where_that_is_wished_for() {
    let all = Meeting::start().await;
    all.guest.write("a.txt", b"content of a");
    let mut command = all.house.command(&["listen", "--into", "in", "--ask", "--no-qr"]);
    command.env("COLUMNS", "300");
    let mut terminal = Terminal::run(command);
    terminal.wait_for(|terminal| terminal.shown().contains("Code: ")).await;
    let shown = terminal.shown();
    let link = shown.lines().find_map(|line| line.strip_prefix("Link: ")).unwrap().trim();
    let sender = all.send(link, &["a.txt"]);
    terminal.answer("Take them? [Y/n]", "n").await;
    sender.end().await.failed(4);
    assert_eq!(all.taken(), [""; 0]);
    let sender = all.send(link, &["a.txt"]);
    let asked = |terminal: &Terminal| terminal.shown().matches("Take them?").count() == 2;
    terminal.wait_for(asked).await;
    terminal.answer("Take them? [Y/n]", "").await;
    sender.end().await.done();
    terminal.wait_for(|terminal| terminal.shown().contains("received and verified")).await;
    assert_eq!(all.taken(), ["a.txt"]);
    rustix::process::kill_process(terminal.pid(), Signal::TERM).unwrap();
    assert_eq!(terminal.end().await.0, 130);

    let said = all.house.run(&["listen", "--ask"]).await.failed(2);
    assert!(said.contains("nobody can be asked"), "{said}");
}

#[tokio::test]
async fn what_makes_no_sense_is_said_before_anybody_is_invited() {
    let computer = Computer::at("http://127.0.0.1:1");
    computer.write("a.txt", b"a");
    for arguments in [
        &["listen", "--allow", "[a-z]*"][..],
        &["listen", "--max-size", "much"],
        &["send", "--to", "4821-orbit", "a.txt"],
        &["send", "--to", "4821-orbit-canyon", "--stay", "a.txt"],
    ] {
        computer.run(arguments).await.failed(2);
    }
    computer.run(&["listen", "--into", "a.txt"]).await.failed(8);
}
