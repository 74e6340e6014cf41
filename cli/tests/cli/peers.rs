//! From one computer to another: by a link and by a code, on after a kill, and what is said where that is not to be.

use std::fs::File;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use rustix::process::Signal;
use serde_json::{Value, json};
use sharesync_secrecy::Code;
use sharesync_testkit::Stack;

use crate::computer::{Computer, Ran, in_time};
use crate::running::Running;
use crate::terminal::Terminal;
use crate::uploads::content;

const MIB: u64 = 1024 * 1024;
/// Bytes of a file whose transfer takes long enough to be interrupted.
pub const LARGE: u64 = 256 * MIB;
/// Bytes that have arrived when it is.
const SOME: u64 = 8 * MIB;
/// Bytes that are written besides content.
pub const NOTES: u64 = 2 * MIB;
const ROOM: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEA";

/// Two computers and the server that they find each other by.
struct Two {
    stack: Stack,
    here: Computer,
    there: Computer,
}

impl Two {
    async fn start() -> Self {
        let stack = Stack::start().await;
        let (here, there) = (Computer::at(stack.url()), Computer::at(stack.url()));
        Self { stack, here, there }
    }

    fn send(&self, arguments: &[&str]) -> Running {
        Running::start(self.here.command(&[&["send"], arguments].concat()))
    }

    fn receive(&self, arguments: &[&str]) -> Running {
        Running::start(self.there.command(&[&["receive", "--yes"], arguments].concat()))
    }
}

/// Makes a large file that is quickly made: mostly a hole, and no two MiB alike.
pub fn write_large(computer: &Computer, name: &str) {
    let file = File::create(computer.path(name)).unwrap();
    file.set_len(LARGE).unwrap();
    for at in (0..LARGE).step_by(usize::try_from(MIB).unwrap()) {
        file.write_all_at(&at.to_le_bytes(), at + 12345).unwrap();
    }
}

/// Waits until a receiver that speaks JSON has some of a large file, and not all; answers how much.
pub async fn has_some(receiver: &mut Running) -> u64 {
    loop {
        let written = receiver.event("progress").await["written"].as_u64().unwrap();
        assert!(written < LARGE, "it was not interrupted");
        if written >= SOME {
            return written;
        }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// The files in which a computer remembers rooms.
pub fn remembered(computer: &Computer) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(computer.state("rooms")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The code with the same number and other words.
fn with_other_words(code: &str) -> String {
    let mut code = Code::parse(code).unwrap();
    code.words = if code.words == "orbit-canyon" { "olive-opera" } else { "orbit-canyon" }.into();
    code.text()
}

#[tokio::test]
async fn files_and_folders_arrive_by_the_link() {
    let two = Two::start().await;
    let film = content(3 * 1024 * 1024 + 5);
    two.here.write("film.bin", &film);
    for name in ["trip/a.txt", "trip/day 1/b.txt", "trip/day 1/late/c.txt", "trip/empty.txt"] {
        two.here.write(name, if name.contains("empty") { b"" } else { name.as_bytes() });
    }
    std::os::unix::fs::symlink("a.txt", two.here.path("trip/link")).unwrap();
    let mut sender = two.send(&["film.bin", "trip"]);
    let link = sender.told("Link: ").await;
    assert!(link.starts_with(&format!("{}/p2p/", two.stack.url())), "{link}");
    Code::parse(&sender.told("Code: ").await).unwrap();

    let ran = two.receive(&["--output", "from/here", &link]).end().await;
    assert_eq!((ran.code, &*ran.stdout), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("Offered: 5 files, 3.0 MiB\n"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("received and verified: 5 files, 3.0 MiB\n"), "{}", ran.stderr);
    assert!(two.there.read("from/here/film.bin") == film);
    for name in ["trip/a.txt", "trip/day 1/b.txt", "trip/day 1/late/c.txt"] {
        assert_eq!(two.there.read(&format!("from/here/{name}")), name.as_bytes());
    }
    assert_eq!(two.there.read("from/here/trip/empty.txt"), b"");
    assert!(!two.there.path("from/here/trip/link").exists());
    assert_eq!(std::fs::read_dir(two.there.path("from/here")).unwrap().count(), 2);

    let ran = sender.end().await;
    assert_eq!((ran.code, &*ran.stdout), (0, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: trip/link is neither a file nor a folder"));
    assert!(ran.stderr.ends_with("delivered and verified: 5 files, 3.0 MiB\n"), "{}", ran.stderr);
}

#[tokio::test]
async fn a_code_is_good_for_one_attempt() {
    let two = Two::start().await;
    two.here.write("a.txt", b"content of a");
    let mut sender = two.send(&["--stay", "a.txt"]);
    let first = sender.told("Code: ").await;
    let said = two.receive(&[&with_other_words(&first)]).end().await.failed(4);
    assert!(said.starts_with("sharesync: these are not the words of the code"), "{said}");
    assert!(sender.told("warning: ").await.starts_with("somebody tried the code"));
    let second = sender.told("Code: ").await;
    assert_ne!(first, second);
    // Also with the words that were right.
    let said = two.receive(&[&first]).end().await.failed(5);
    assert!(said.contains("or it has been used"), "{said}");

    two.receive(&[&second]).end().await.done();
    assert_eq!(two.there.read("a.txt"), b"content of a");
    let third = sender.told("Code: ").await;
    two.receive(&[&second]).end().await.failed(5);
    // As it is said to somebody.
    let words: Vec<_> = third.split('-').collect();
    two.receive(&words).end().await.done();
    assert_eq!(two.there.names(), ["a (1).txt", "a.txt"]);
    // Whoever stays does so until they have enough.
    sender.signal(Signal::INT);
    sender.end().await.done();
}

#[tokio::test]
async fn standard_input_goes_to_standard_output() {
    let two = Two::start().await;
    let notes = content(700_001);
    two.here.write("notes", &notes);
    let mut command = two.here.command(&["send", "-", "--name", "notes.txt"]);
    command.stdin(File::open(two.here.path("notes")).unwrap());
    let mut sender = Running::start(command);
    let link = sender.told("Link: ").await;
    let mut command = two.there.command(&["receive", "--yes", "--output", "-", &link]);
    let output = in_time(command.output()).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && output.stdout == notes, "{said}");
    assert!(said.starts_with("  notes.txt  "), "{said}");
    assert_eq!(two.there.names(), [""; 0]);
    sender.end().await.done();

    two.here.write("a.txt", b"a");
    let mut sender = two.send(&["a.txt", "notes"]);
    let link = sender.told("Link: ").await;
    let ran = two.receive(&["--output", "-", &link]).end().await;
    assert_eq!(ran.stdout, "");
    assert!(ran.failed(8).contains("one file at a time can be taken"));
    let said = sender.end().await.failed(8);
    assert!(said.contains("the other side says: "), "{said}");
}

#[tokio::test]
async fn programs_are_told_in_json() {
    let two = Two::start().await;
    two.here.write("trip/\u{1b}[2Ja.txt", b"12345");
    let mut sender = two.send(&["--json", "trip"]);
    let link = sender.event("link").await["link"].as_str().unwrap().to_owned();
    let code = sender.event("code").await;
    Code::parse(code["code"].as_str().unwrap()).unwrap();
    let ran = two.receive(&["--json", &link]).end().await;
    assert_eq!(ran.stderr, "");
    let name = "trip/_[2Ja.txt";
    let expected = [
        json!({ "event": "offered", "files": [{ "name": name, "size": 5 }], "bytes": 5 }),
        json!({ "event": "received", "files": 1, "bytes": 5 }),
    ];
    // How far it is, is told once a second: on a slow machine there is more than one.
    let but_progress = |ran: Ran| -> Vec<Value> {
        ran.json().into_iter().filter(|event| event["event"] != "progress").collect()
    };
    assert_eq!(but_progress(ran), expected);
    let ran = sender.end().await;
    assert_eq!(ran.stderr, "");
    let events = but_progress(ran);
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    // Whoever has used up a code makes room for another.
    assert_eq!(names, ["link", "code", "delivered"]);
    assert_eq!(events[2], json!({ "event": "delivered", "files": 1, "bytes": 5 }));

    let failed = two.receive(&["--json", &link]).end().await.failed(5);
    let failed: Value = serde_json::from_str(&failed).unwrap();
    assert_eq!(failed["error"]["code"], "unknown_room");
}

#[tokio::test]
async fn nothing_is_overwritten_and_nothing_is_hidden_unasked() {
    let two = Two::start().await;
    two.here.write("a.tar.gz", b"from there");
    two.here.write(".profile", b"echo owned");
    two.there.write("a.tar.gz", b"was here");
    let mut sender = two.send(&["--stay", "a.tar.gz", ".profile"]);
    let link = sender.told("Link: ").await;
    two.receive(&[&link]).end().await.done();
    assert_eq!(two.there.names(), ["_profile", "a (1).tar.gz", "a.tar.gz"]);
    assert_eq!(two.there.read("a.tar.gz"), b"was here");
    assert_eq!(two.there.read("a (1).tar.gz"), b"from there");
    two.receive(&["--hidden", "--output", "home", &link]).end().await.done();
    assert_eq!(two.there.read("home/.profile"), b"echo owned");
    sender.signal(Signal::INT);
    sender.end().await.done();
}

#[tokio::test]
async fn a_killed_receiver_goes_on_by_the_same_command() {
    let two = Two::start().await;
    write_large(&two.here, "film.bin");
    let mut sender = two.send(&["film.bin"]);
    let code = sender.told("Code: ").await;
    // By a code, which lets nobody in twice.
    // And into a folder that only the first makes.
    let arguments = ["--json", "--output", "here", &code];
    let mut receiver = two.receive(&arguments);
    let there = has_some(&mut receiver).await;
    receiver.kill().await;
    assert!(!two.there.path("here/film.bin").exists());
    let (ran, written) = two.receive(&arguments).end_with_writes().await;
    assert_eq!(ran.json().last().unwrap()["bytes"], LARGE);
    assert!(two.there.read("here/film.bin") == two.here.read("film.bin"));
    assert_eq!(two.there.names(), ["here"]);
    assert!(written < LARGE - there + NOTES, "{written} bytes after {there}");
    sender.end().await.done();
}

#[tokio::test]
async fn a_killed_sender_goes_on_by_the_same_command() {
    let two = Two::start().await;
    write_large(&two.here, "film.bin");
    let mut sender = two.send(&["film.bin"]);
    let link = sender.told("Link: ").await;
    let mut receiver = two.receive(&["--json", &link]);
    has_some(&mut receiver).await;
    sender.kill().await;
    let mut sender = two.send(&["film.bin"]);
    assert_eq!(sender.told("Link: ").await, link);
    let (ran, written) = receiver.end_with_writes().await;
    ran.done();
    assert!(two.there.read("film.bin") == two.here.read("film.bin"));
    assert!(written < LARGE + NOTES, "{written} bytes");
    sender.end().await.done();
}

#[tokio::test]
async fn whoever_is_interrupted_tells_the_other_side() {
    for ends_here in [true, false] {
        let two = Two::start().await;
        write_large(&two.here, "film.bin");
        let mut sender = two.send(&["film.bin"]);
        let link = sender.told("Link: ").await;
        let mut receiver = two.receive(&["--json", "--output", "here", &link]);
        has_some(&mut receiver).await;
        (if ends_here { &sender } else { &receiver }).signal(Signal::INT);
        let (interrupted, other) = if ends_here { (130, 4) } else { (4, 130) };
        let said = sender.end().await.failed(interrupted);
        let told = receiver.end().await.failed(other);
        let (said, told) = if ends_here { (said, told) } else { (told, said) };
        assert!(said.contains("interrupted"), "{said}");
        assert!(told.contains("the other side stopped it"), "{told}");
        // Nothing half done, whether it has a name or not.
        assert_eq!(std::fs::read_dir(two.there.path("here")).unwrap().count(), 0);
        assert!(remembered(&two.here).is_empty() && remembered(&two.there).is_empty());
    }
}

#[tokio::test]
async fn whoever_waits_for_somebody_is_interrupted_at_once() {
    let two = Two::start().await;
    two.here.write("a.txt", b"a");
    let mut sender = two.send(&["a.txt"]);
    sender.told("Code: ").await;
    sender.signal(Signal::INT);
    sender.end().await.failed(130);
    assert!(remembered(&two.here).is_empty());
}

#[tokio::test]
async fn whoever_sits_there_is_asked_first() {
    let two = Two::start().await;
    two.here.write("a.txt", b"content of a");
    let mut sender = two.send(&["a.txt"]);
    let link = sender.told("Link: ").await;
    let mut terminal = Terminal::run(two.there.command(&["receive", &link]));
    terminal.answer("Take them? [Y/n]", "").await;
    assert!(terminal.shown().contains("a.txt  12 B"), "{}", terminal.shown());
    assert_eq!(terminal.end().await, (0, String::new()));
    assert_eq!(two.there.read("a.txt"), b"content of a");
    sender.end().await.done();

    let mut sender = two.send(&["a.txt"]);
    let link = sender.told("Link: ").await;
    let mut terminal = Terminal::run(two.there.command(&["receive", "--output", "no", &link]));
    terminal.answer("Take them? [Y/n]", "n").await;
    assert_eq!(terminal.end().await, (4, String::new()));
    assert_eq!(std::fs::read_dir(two.there.path("no")).unwrap().count(), 0);
    let said = sender.end().await.failed(4);
    assert!(said.ends_with("sharesync: the files were declined\n"), "{said}");
}

#[tokio::test]
async fn a_link_is_drawn_on_a_terminal_for_whoever_has_a_camera() {
    let two = Two::start().await;
    two.here.write("a.txt", b"a");
    for (arguments, drawn) in
        [(&["send", "a.txt"][..], true), (&["send", "a.txt", "--no-qr"], false)]
    {
        let terminal = Terminal::run(two.here.command(arguments));
        terminal.wait_for(|terminal| terminal.shown().contains("Code: ")).await;
        assert_eq!(terminal.shown().contains('█'), drawn, "{}", terminal.shown());
        rustix::process::kill_process(terminal.pid(), Signal::INT).unwrap();
        assert_eq!(terminal.end().await.0, 130);
    }
}

#[tokio::test]
async fn where_nobody_can_be_asked_nothing_is_asked_of_a_server() {
    // Whoever asked it would be told that it is not there.
    let computer = Computer::at("http://127.0.0.1:1");
    let link = format!("http://127.0.0.1:1/p2p/{ROOM}#{KEY}");
    for way_in in [&*link, "4821-orbit-canyon"] {
        let said = computer.run(&["receive", way_in]).await.failed(2);
        assert!(said.contains("--yes"), "{said}");
    }
    let said = computer.run(&["receive", "--yes", "--json", "-o", "-", &link]).await.failed(2);
    assert!(said.contains("both want standard output"), "{said}");
}

#[tokio::test]
async fn a_link_or_a_code_that_leads_nowhere_is_said_so() {
    let two = Two::start().await;
    let link = format!("{}/p2p/{ROOM}#{KEY}", two.stack.url());
    let said = two.receive(&[&link]).end().await.failed(5);
    assert!(said.contains("there is no such room"), "{said}");
    let said = two.receive(&["9999-orbit-canyon"]).end().await.failed(5);
    assert!(said.contains("nobody has a code with this number open"), "{said}");
    assert!(remembered(&two.there).is_empty());
}

#[tokio::test]
async fn what_is_no_link_and_no_code_is_refused_with_what_is_wrong() {
    let computer = Computer::at("http://127.0.0.1:1");
    let room = format!("http://127.0.0.1:1/p2p/{ROOM}");
    for (way_in, wrong) in [
        (format!("{room}#{KEY}x"), "the link's key is damaged"),
        (room.clone(), "the link's key is missing"),
        (format!("http://127.0.0.1:1/s/{ROOM}#{KEY}"), "no link to a room"),
        (format!("ftp://127.0.0.1/p2p/{ROOM}#{KEY}"), "a link begins with https://"),
        ("12-orbit-canyon".into(), "a number of four digits"),
        ("4821-orbit".into(), "a number and two words"),
        ("4821-orbit-kanyon".into(), "no such second word"),
    ] {
        for arguments in
            [&["receive", "--yes", &way_in][..], &["receive", "--yes", "-v", "--json", &way_in]]
        {
            let ran = computer.run(arguments).await;
            assert_eq!(ran.stdout, "");
            let said = ran.failed(2);
            assert!(said.contains(wrong) && !said.contains(KEY), "{way_in}: {said}");
            assert!(!said.contains("kanyon"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so_to_both() {
    let computer = Computer::at("http://127.0.0.1:1");
    computer.write("a.txt", b"a");
    let link = format!("http://127.0.0.1:1/p2p/{ROOM}#{KEY}");
    let by_link = ["receive", "--yes", &link];
    let (sent, by_link, by_code) = tokio::join!(
        computer.run(&["send", "a.txt"]),
        computer.run(&by_link),
        computer.run(&["receive", "--yes", "4821-orbit-canyon"]),
    );
    for ran in [sent, by_link, by_code] {
        let said = ran.failed(6);
        assert!(said.contains("the server does not answer") && !said.contains(KEY), "{said}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_before_anybody_is_invited() {
    let computer = Computer::at("http://127.0.0.1:1");
    std::fs::create_dir(computer.path("empty")).unwrap();
    let said = computer.run(&["send", "missing.txt"]).await.failed(8);
    assert!(said.contains("missing.txt"), "{said}");
    computer.run(&["send", "empty"]).await.failed(2);
    computer.run(&["send"]).await.failed(2);
}

#[tokio::test]
async fn a_folder_that_is_none_any_more_takes_nothing_and_both_are_told() {
    let two = Two::start().await;
    two.here.write("a.txt", b"content of a");
    let mut sender = two.send(&["a.txt"]);
    let link = sender.told("Link: ").await;
    // It offers nothing while it stands still.
    sender.signal(Signal::STOP);
    let mut receiver = two.receive(&["-v", "--output", "here", &link]);
    receiver.told("in the room").await;
    std::fs::remove_dir(two.there.path("here")).unwrap();
    two.there.write("here", b"no folder");
    sender.signal(Signal::CONT);
    let said = receiver.end().await.failed(8);
    assert!(said.contains("sharesync: a file could not be written"), "{said}");
    let said = sender.end().await.failed(8);
    assert!(said.contains("the other side says: a file could not be written"), "{said}");
    assert_eq!(two.there.names(), ["here"]);
    assert_eq!(two.there.read("here"), b"no folder");
}

#[tokio::test]
async fn what_lets_somebody_into_a_room_is_kept_for_nobody_else() {
    let two = Two::start().await;
    two.here.write("a.txt", b"a");
    let mut sender = two.send(&["-v", "a.txt"]);
    let link = sender.told("Link: ").await;
    let (_, key) = link.split_once('#').unwrap();
    let files = remembered(&two.here);
    assert_eq!((files.len(), mode(&files[0])), (1, 0o600));
    assert_eq!(mode(&two.here.state("rooms")), 0o700);
    // No name tells anything, and no list of processes: whoever sends says it, and starts nothing that is told.
    let process = format!("/proc/{}", sender.pid());
    let told = std::fs::read_to_string(format!("{process}/cmdline")).unwrap();
    let environment = std::fs::read_to_string(format!("{process}/environ")).unwrap();
    assert!(!format!("{told}{environment}{}", files[0].display()).contains(key));
    for task in std::fs::read_dir(format!("{process}/task")).unwrap() {
        let children = task.unwrap().path().join("children");
        assert_eq!(std::fs::read_to_string(children).unwrap(), "");
    }
    let ran = two.receive(&["-v", &link]).end().await;
    assert!(!ran.stderr.contains(key), "{}", ran.stderr);
    ran.done();
    let ran = sender.end().await;
    assert_eq!(ran.stderr.matches(key).count(), 1, "{}", ran.stderr);
    ran.done();
    assert!(remembered(&two.here).is_empty() && remembered(&two.there).is_empty());
}
