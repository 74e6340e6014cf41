//! A computer that takes what people upload to a file request: as it is, once, within limits, and on after whatever is killed.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};
use sharesync_protocol::FolderId;
use sharesync_protocol::api::{BegunRequestedUpload, OwnedFileRequest};
use sharesync_testkit::{Person, Stack};

use crate::computer::{Computer, in_time, token_of};
use crate::downloads::has_arrived;
use crate::line::{Line, MARK};
use crate::running::Running;
use crate::uploads::content;

const MIB: usize = 1024 * 1024;
/// Bytes of requests and answers besides content.
const TALK: u64 = 64 * 1024;

/// Somebody who asks for files, and the computer that is to have them.
struct Asking {
    stack: Stack,
    sam: Person,
    folder: FolderId,
    request: OwnedFileRequest,
    computer: Computer,
}

impl Asking {
    async fn start() -> Self {
        Self::of(Stack::start().await, json!({})).await
    }

    async fn of(stack: Stack, rules: Value) -> Self {
        let sam = stack.user("sam").await;
        let computer = Computer::signed_in(&stack, &sam).await;
        let folder = sam.folder("Homework", None).await;
        let mut body = rules;
        (body["title"], body["folder_id"]) = (json!("Essays"), json!(folder));
        let request = sam.post("/api/requests", body).await.json(201);
        Self { stack, sam, folder, request, computer }
    }

    /// The same by way of a line.
    async fn by_a_line() -> (Self, Line) {
        let mut all = Self::start().await;
        let line = Line::to(all.stack.url()).await;
        all.computer = Computer::signed_in_at(line.url(), &all.sam).await;
        (all, line)
    }

    async fn send(&self, name: &str, content: &[u8]) {
        self.send_as(None, name, content).await;
    }

    async fn send_as(&self, sender: Option<&str>, name: &str, content: &[u8]) {
        let somebody = self.stack.anonymous();
        let path = format!("/api/requests/{}/uploads", self.request.slug.as_str());
        let body = json!({ "name": name, "size": content.len(), "sender": sender });
        let begun: BegunRequestedUpload = somebody.post(&path, body).await.json(201);
        let part = &begun.begun.parts[0].url;
        assert_eq!(somebody.put_part(part, content.to_vec()).await.status, 200);
        let complete = format!("{path}/{}/complete", begun.begun.session.id);
        let holder = somebody.with_token(&begun.key);
        assert!(holder.post(&complete, json!({})).await.status.is_success());
        // What came within one millisecond is in no order that anybody knows.
        self.stack.advance(Duration::from_secs(1));
    }

    async fn close(&self) {
        let path = format!("/api/requests/{}", self.request.slug.as_str());
        assert_eq!(self.sam.delete(&path).await.status, 204);
    }

    /// Takes what comes, into `in`, and says in JSON what happens.
    fn listen(&self, arguments: &[&str]) -> Running {
        let listen = ["listen", "--json", "--into", "in", "--request", &self.request.url];
        Running::start(self.computer.command(&[&listen, arguments].concat()))
    }

    /// Takes what is there; answers what happened, in order, without what it was about in all.
    async fn take(&self, arguments: &[&str]) -> Vec<Value> {
        let ran = self.listen(&[&["--once"], arguments].concat()).end().await;
        let mut events = ran.json();
        assert_eq!(events.remove(0)["event"], "request");
        events
    }

    /// What lies where files are taken to.
    fn here(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.computer.path("in")).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// What lies in the library, in any folder.
    async fn there(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.sam.files().await.items.into_iter().map(|file| file.file.name).collect();
        names.sort();
        names
    }

    /// Where it is remembered what was taken.
    fn ledgers(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.computer.state("requests")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// Has the last of what is remembered not be remembered, as if the process had been killed before.
    fn forget_last_line(&self) {
        let [ledger] = &self.ledgers()[..] else { panic!("there is one") };
        let text = std::fs::read_to_string(ledger).unwrap();
        let lines: Vec<_> = text.split_inclusive('\n').collect();
        std::fs::write(ledger, lines[..lines.len() - 1].concat()).unwrap();
    }
}

/// The names that events are about, and what became of these, by name.
fn told(events: &[Value]) -> Vec<(&str, &str)> {
    let mut told: Vec<_> = events
        .iter()
        .map(|event| match event["event"].as_str().unwrap() {
            "taken" => (event["name"].as_str().unwrap(), "taken"),
            "over" => ("", event["reason"].as_str().unwrap()),
            _ => (event["file"].as_str().unwrap(), event["reason"].as_str().unwrap()),
        })
        .collect();
    told.sort_unstable();
    told
}

#[tokio::test]
async fn what_people_send_is_taken_as_it_is_and_once() {
    let all = Asking::start().await;
    let film = content(3 * MIB + 5);
    all.send_as(Some("Ada"), "film.bin", &film).await;
    all.send("b.txt", b"content of b").await;
    // Her own.
    all.sam.upload_into(all.folder, "own.txt").await;

    let events = all.take(&[]).await;
    assert_eq!(told(&events), [("b.txt", "taken"), ("film.bin", "taken")]);
    let first = events.iter().find(|event| event["name"] == "film.bin").unwrap();
    assert_eq!((&first["size"], &first["from"]), (&json!(film.len()), &json!("Ada")));
    assert!(first["path"].as_str().unwrap().ends_with("/work/in/film.bin"), "{first}");
    assert_eq!(events.iter().find(|event| event["name"] == "b.txt").unwrap().get("from"), None);
    assert_eq!(all.here(), ["b.txt", "film.bin"]);
    assert!(all.computer.read("in/film.bin") == film);
    assert_eq!(all.computer.read("in/b.txt"), b"content of b");
    assert_eq!(all.there().await, ["b.txt", "film.bin", "own.txt"]);

    // Whatever has become of it here: it was taken.
    std::fs::remove_file(all.computer.path("in/b.txt")).unwrap();
    all.send("c.txt", b"content of c").await;
    assert_eq!(told(&all.take(&[]).await), [("c.txt", "taken")]);
    assert_eq!(all.take(&[]).await, [Value::Null; 0]);
    assert_eq!(all.here(), ["c.txt", "film.bin"]);

    let [ledger] = &all.ledgers()[..] else { panic!("there is one") };
    assert_eq!(ledger.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!std::fs::read_to_string(ledger).unwrap().contains(all.request.slug.as_str()));
    assert_eq!(std::fs::read_dir(all.computer.state("downloads")).unwrap().count(), 0);
}

#[tokio::test]
async fn what_came_to_another_request_of_the_same_folder_is_left() {
    let mut all = Asking::start().await;
    all.send("essay.txt", b"an essay").await;
    let other = json!({ "title": "Pictures", "folder_id": all.folder });
    let essays =
        std::mem::replace(&mut all.request, all.sam.post("/api/requests", other).await.json(201));
    all.send("picture.txt", b"a picture").await;
    assert_eq!(told(&all.take(&[]).await), [("picture.txt", "taken")]);
    // Also where it is called otherwise than when it came.
    all.request = essays;
    assert_eq!(told(&all.take(&["--max-file-size", "1"]).await), [("essay.txt", "file_too_large")]);
    let path = format!("/api/requests/{}", all.request.slug.as_str());
    assert_eq!(all.sam.patch(&path, json!({ "title": "Letters" })).await.status, 200);
    all.send("letter.txt", b"a letter").await;
    assert_eq!(told(&all.take(&[]).await), [("essay.txt", "taken"), ("letter.txt", "taken")]);
}

#[tokio::test]
async fn nothing_here_is_overwritten_and_names_are_made_harmless() {
    let all = Asking::start().await;
    all.computer.write("in/a.txt", b"mine");
    all.computer.write("in/b.txt.part", b"mine, too");
    for (name, content) in [("a.txt", "1"), ("b.txt", "2"), (".profile", "3"), ("a (1).txt", "4")] {
        all.send(name, content.as_bytes()).await;
    }
    // The same to file systems that do not tell capitals apart.
    all.send("A.TXT", b"5").await;
    all.take(&[]).await;
    assert_eq!(all.computer.names(), ["in"]);
    let names = all.here();
    assert_eq!(
        names,
        ["A.TXT", "_profile", "a (1) (1).txt", "a (1).txt", "a.txt", "b (1).txt", "b.txt.part",]
    );
    assert_eq!(all.computer.read("in/a.txt"), b"mine");
    assert_eq!(all.computer.read("in/b.txt.part"), b"mine, too");
    for (name, content) in [("a (1).txt", "1"), ("b (1).txt", "2"), ("_profile", "3")] {
        assert_eq!(all.computer.read(&format!("in/{name}")), content.as_bytes(), "{name}");
    }
}

#[tokio::test]
async fn what_the_policy_does_not_allow_is_said_once_and_left() {
    let all = Asking::start().await;
    all.send("a.pdf", b"12345").await;
    all.send("run.sh.txt", b"12345").await;
    all.send("b.PDF", b"123456").await;
    all.send("c.pdf", b"12345").await;
    let limits = ["--allow", "*.pdf", "--max-file-size", "5", "--max-files", "1"];
    let declined = [
        ("a.pdf", "taken"),
        ("b.PDF", "file_too_large"),
        ("c.pdf", "too_many_files"),
        ("run.sh.txt", "name_not_allowed"),
    ];
    assert_eq!(told(&all.take(&limits).await), declined);
    assert_eq!(all.here(), ["a.pdf"]);
    assert_eq!(all.take(&limits).await, [Value::Null; 0]);
    // In all, those of the command before counted.
    let events = all.take(&["--allow", "*.pdf", "--max-size", "10"]).await;
    assert_eq!(told(&events), [("b.PDF", "too_large"), ("c.pdf", "taken")]);
    assert_eq!(all.there().await.len(), 4);
    assert_eq!(told(&all.take(&[]).await), [("b.PDF", "taken"), ("run.sh.txt", "taken")]);
}

#[tokio::test]
async fn the_servers_copy_goes_to_the_trash_only_once_the_one_here_is_right() {
    let (all, line) = Asking::by_a_line().await;
    let marked: Vec<_> = MARK.iter().copied().cycle().take(MIB).collect();
    all.send("film.bin", &marked).await;
    line.spoil();
    let events = all.take(&["--remove"]).await;
    assert_eq!(told(&events), [("film.bin", "damaged")]);
    assert_eq!((all.here(), all.there().await), (vec![], vec!["film.bin".to_owned()]));

    let (all, line) = Asking::by_a_line().await;
    let film = content(4 * MIB);
    all.send("film.bin", &film).await;
    line.hold_down_after(2 * MIB as u64);
    let listener = all.listen(&["--once", "--remove"]);
    let there = has_arrived(&all.computer.path("in/film.bin.part"), MIB as u64).await;
    assert_eq!(all.there().await, ["film.bin"]);
    listener.kill().await;
    line.mend();
    assert_eq!(all.here(), ["film.bin.part"]);
    assert_eq!(told(&all.take(&["--remove"]).await), [("film.bin", "taken")]);
    assert!(all.computer.read("in/film.bin") == film);
    let most = 4 * MIB as u64 - there + TALK;
    assert!(line.down() < most, "{} bytes after {there}", line.down());
    assert_eq!(all.there().await, [""; 0]);
    let trash: Value = all.sam.get("/api/trash").await.json(200);
    assert_eq!(trash["items"][0]["name"], "film.bin");
}

#[tokio::test]
async fn what_was_taken_without_removing_stays_on_the_server() {
    let all = Asking::start().await;
    all.send("a.txt", b"content of a").await;
    all.take(&[]).await;
    all.send("b.txt", b"content of b").await;
    all.take(&["--remove"]).await;
    assert_eq!(all.there().await, ["a.txt"]);
}

#[tokio::test]
async fn a_kill_before_it_is_noted_that_a_file_has_its_name_has_nothing_taken_twice() {
    let all = Asking::start().await;
    all.send("a.txt", b"content of a").await;
    all.take(&[]).await;
    all.forget_last_line();
    assert_eq!(told(&all.take(&["--remove"]).await), [("a.txt", "taken")]);
    assert_eq!(all.here(), ["a.txt"]);
    assert_eq!(all.there().await, [""; 0]);
}

#[tokio::test]
async fn a_servers_copy_that_could_not_go_to_the_trash_goes_there_later() {
    let all = Asking::start().await;
    all.send("a.txt", b"content of a").await;
    // A token that may read files, and not change them.
    let token = token_of(&all.sam, &["files:read", "shares:read"]).await;
    let listen = ["listen", "--request", &all.request.url, "--into", "in", "--once", "--remove"];
    let mut command = all.computer.command(&listen);
    command.env("SHARESYNC_TOKEN", token);
    Computer::ran(command).await.failed(4);
    assert_eq!((all.here(), all.there().await), (vec!["a.txt".into()], vec!["a.txt".into()]));
    // Whatever has become of it here.
    std::fs::remove_file(all.computer.path("in/a.txt")).unwrap();
    assert_eq!(all.take(&["--remove"]).await, [Value::Null; 0]);
    assert_eq!((all.here(), all.there().await), (vec![], vec![]));
}

#[tokio::test]
async fn it_goes_on_until_the_request_is_closed_and_takes_what_is_there_then() {
    let all = Asking::start().await;
    all.send("a.txt", b"content of a").await;
    let mut listener = all.listen(&[]);
    assert_eq!(listener.event("request").await["title"], "Essays");
    assert_eq!(listener.event("taken").await["name"], "a.txt");
    let busy = all.listen(&[]).end().await.failed(4);
    assert!(busy.contains("already"), "{busy}");
    all.send("b.txt", b"content of b").await;
    assert_eq!(listener.event("taken").await["name"], "b.txt");
    all.send("c.txt", b"content of c").await;
    all.close().await;
    assert_eq!(listener.event("taken").await["name"], "c.txt");
    assert_eq!(listener.event("over").await["reason"], "closed");
    listener.end().await.done();
    assert_eq!(all.here(), ["a.txt", "b.txt", "c.txt"]);
    assert!(all.ledgers().is_empty());
    let said = all.listen(&[]).end().await.failed(5);
    assert!(said.contains("closed"), "{said}");
    assert!(all.ledgers().is_empty());
}

#[tokio::test]
async fn a_request_that_was_closed_while_nobody_listened_is_brought_to_its_end() {
    let all = Asking::start().await;
    all.take(&[]).await;
    all.send("a.txt", b"content of a").await;
    all.close().await;
    assert_eq!(told(&all.take(&[]).await), [("", "closed"), ("a.txt", "taken")]);
    all.listen(&["--once"]).end().await.failed(5);
}

#[tokio::test]
async fn a_request_that_takes_nothing_more_is_brought_to_its_end() {
    let stack = Stack::start().await;
    let all = Asking::of(stack, json!({ "max_files": 1 })).await;
    all.send("a.txt", b"content of a").await;
    let events = all.listen(&[]).end().await.json();
    assert_eq!(told(&events[1..]), [("", "used_up"), ("a.txt", "taken")]);

    let all = Asking::of(Stack::start().await, json!({ "expires_in": 3600 })).await;
    all.send("a.txt", b"content of a").await;
    all.stack.advance(Duration::from_hours(1));
    let events = all.listen(&[]).end().await.json();
    assert_eq!(told(&events[1..]), [("", "expired"), ("a.txt", "taken")]);
}

#[tokio::test]
async fn what_waits_for_its_scan_is_waited_for_and_what_is_infected_is_left() {
    let all = Asking::start().await;
    // In two pieces, so that nobody finds it here.
    let eicar = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-", "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];
    all.send("virus.txt", eicar.concat().as_bytes()).await;
    let infected = async {
        while all.sam.files().await.items[0].file.scan.scan_found.is_none() {
            tokio::task::yield_now().await;
        }
    };
    in_time(infected).await;
    assert_eq!(told(&all.take(&["--remove"]).await), [("virus.txt", "infected")]);
    assert_eq!(all.take(&["--remove"]).await, [Value::Null; 0]);
    assert_eq!((all.here(), all.there().await), (vec![], vec!["virus.txt".to_owned()]));

    // A scanner that does not answer.
    let stack = Stack::builder().env("CLAMD_ADDRESS", "127.0.0.1:1").start().await;
    let all = Asking::of(stack, json!({})).await;
    all.send("a.txt", b"content of a").await;
    assert_eq!(told(&all.take(&["--remove"]).await), [("a.txt", "scan_pending")]);
    assert_eq!((all.here(), all.there().await), (vec![], vec!["a.txt".to_owned()]));
    let mut listener = all.listen(&[]);
    listener.event("waiting").await;
    all.close().await;
    listener.signal(Signal::TERM);
    assert_eq!(listener.end().await.code, 130);
}

#[tokio::test]
async fn it_outlives_an_outage_of_the_server() {
    let (all, line) = Asking::by_a_line().await;
    let mut listener = all.listen(&[]);
    listener.event("request").await;
    line.lead_to("http://127.0.0.1:1");
    line.mend();
    let said = listener.told("warning: ").await;
    assert!(said.contains("trying again"), "{said}");
    all.send("a.txt", b"content of a").await;
    line.lead_to(all.stack.url());
    assert_eq!(listener.event("taken").await["name"], "a.txt");
    listener.signal(Signal::INT);
    assert_eq!(listener.end().await.code, 130);
    // Whoever looks once does not wait.
    line.lead_to("http://127.0.0.1:1");
    line.mend();
    all.listen(&["--once"]).end().await.failed(6);
}

#[tokio::test]
async fn only_ones_own_request_is_listened_to() {
    let all = Asking::start().await;
    all.send("a.txt", b"content of a").await;
    let slug = all.request.slug.as_str();
    let eve = Computer::signed_in(&all.stack, &all.stack.user("eve").await).await;
    let said = eve.run(&["listen", "--request", &all.request.url]).await.failed(5);
    assert!(said.contains("somebody else's"), "{said}");
    eve.run(&["listen", "--request", slug, "--once"]).await.failed(5);
    assert_eq!(eve.names(), [""; 0]);
    let nobody = Computer::at(all.stack.url());
    nobody.run(&["listen", "--request", slug]).await.failed(3);
    for arguments in [
        &["listen", "--request", slug, "--ask"][..],
        &["listen", "--request", slug, "--no-qr"],
        &["listen", "--request", "https://files.example.com/s/x"],
        &["listen", "--remove"],
    ] {
        all.computer.run(arguments).await.failed(2);
    }
    all.computer.write("file", b"");
    all.computer.run(&["listen", "--request", slug, "--into", "file"]).await.failed(8);
    all.sam.trash(&[], &[all.folder]).await;
    let said = all.computer.run(&["listen", "--request", slug]).await.failed(5);
    assert!(said.contains("in the trash"), "{said}");
}
