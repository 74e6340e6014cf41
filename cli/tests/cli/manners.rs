//! How the command behaves, whichever is given: where it finds its server, what it exits with, what it says to programs and
//! what it keeps to itself.

use serde_json::{Value, json};
use sharesync_testkit::Stack;

use crate::computer::{Computer, SCOPES, token_of};
use crate::golden::settled;
use crate::served::Served;

#[tokio::test]
async fn the_server_is_found_by_argument_environment_and_configuration_in_this_order() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let without = |arguments: &[&str]| {
        let mut command = computer.command(arguments);
        command.env_remove("SHARESYNC_SERVER");
        command
    };
    assert!(Computer::ran(without(&["whoami"])).await.done().starts_with("sam "));
    let config = std::fs::read_to_string(computer.config("config.json")).unwrap();
    assert_eq!(config, format!("{{\n  \"server\": \"{}\"\n}}\n", stack.url()));
    let mut command = without(&["whoami"]);
    command.env("SHARESYNC_SERVER", "http://127.0.0.1:1");
    assert!(Computer::ran(command).await.failed(3).contains("http://127.0.0.1:1"));
    let mut command = without(&["whoami", "--server", stack.url()]);
    command.env("SHARESYNC_SERVER", "http://127.0.0.1:1");
    Computer::ran(command).await.done();

    std::fs::remove_file(computer.config("config.json")).unwrap();
    // The only one that somebody is signed in to.
    Computer::ran(without(&["whoami"])).await.done();
    std::fs::remove_file(computer.config("credentials.json")).unwrap();
    let said = Computer::ran(without(&["whoami"])).await.failed(2);
    assert!(
        said.starts_with("sharesync: no server is known: name one with --server URL"),
        "{said}"
    );
}

#[tokio::test]
async fn a_bad_server_or_configuration_is_refused_with_what_is_wrong() {
    let computer = Computer::at("files.example.com");
    let said = computer.run(&["ls"]).await.failed(2);
    assert_eq!(
        said,
        "sharesync: what --server or SHARESYNC_SERVER says is no server: it has to be an address such as https://files.example.com\n"
    );
    let said = computer.run(&["ls", "--server", "https://sam:secret@example.com"]).await.failed(2);
    assert!(said.contains("has no place in it") && !said.contains("secret"), "{said}");
    let folder = computer.config("");
    std::fs::create_dir_all(&folder).unwrap();
    for (config, wrong) in [
        (r#"{"server": "ftp://files.example.com"}"#, "has to begin with https://"),
        (r#"{"sever": "https://files.example.com"}"#, "unknown field `sever`"),
        ("server = 1", "is not good"),
    ] {
        std::fs::write(computer.config("config.json"), config).unwrap();
        let mut command = computer.command(&["ls"]);
        command.env_remove("SHARESYNC_SERVER");
        let said = Computer::ran(command).await.failed(2);
        assert!(said.contains("config.json") && said.contains(wrong), "{said}");
    }
}

#[tokio::test]
async fn a_server_that_others_can_listen_in_on_is_warned_of() {
    let computer = Computer::at("http://files.example.invalid");
    let said = computer.run(&["ls"]).await.failed(3);
    let warning = "warning: http://files.example.invalid is reached without encryption: others on the way can read what you send, and the token\n";
    assert!(said.starts_with(warning), "{said}");
    let computer = Computer::at("http://127.0.0.1:1");
    assert!(!computer.run(&["ls"]).await.failed(3).contains("warning"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so() {
    let computer = Computer::at("http://127.0.0.1:1");
    let mut command = computer.command(&["ls"]);
    command.env("SHARESYNC_TOKEN", "sharesync_pat_x");
    let said = Computer::ran(command).await.failed(6);
    assert!(said.starts_with("sharesync: the server cannot be reached: "), "{said}");
}

#[tokio::test]
async fn the_environments_proxy_is_used() {
    let page = json!({ "items": [], "next_cursor": null });
    let proxy = Served::by(&Served::json(&page)).await;
    let computer = Computer::at("http://files.example.invalid");
    let mut command = computer.command(&["ls"]);
    command.env("SHARESYNC_TOKEN", "sharesync_pat_x").env("HTTP_PROXY", &proxy.url);
    Computer::ran(command).await.done();
}

#[tokio::test]
async fn what_is_no_sharesync_is_said_so() {
    let page = Served::by("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>").await;
    let computer = Computer::at(&page.url);
    let mut command = computer.command(&["ls"]);
    command.env("SHARESYNC_TOKEN", "sharesync_pat_x");
    let said = Computer::ran(command).await.failed(1);
    assert!(said.contains("is the address right?"), "{said}");
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it() {
    let busy = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
    let empty = json!({ "items": [], "next_cursor": null });
    let then = Served::json(&empty);
    let served = Served::in_turn(vec![busy.into(), then.clone(), then]).await;
    let computer = Computer::at(&served.url);
    let mut command = computer.command(&["ls", "-v"]);
    command.env("SHARESYNC_TOKEN", "sharesync_pat_x");
    let ran = Computer::ran(command).await;
    assert!(
        ran.stderr.contains("429") && ran.stderr.contains("trying again in 1s"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.done(), "");

    let later = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 3600\r\ncontent-length: 0\r\n\r\n";
    let served = Served::by(later).await;
    let computer = Computer::at(&served.url);
    let mut command = computer.command(&["ls"]);
    command.env("SHARESYNC_TOKEN", "sharesync_pat_x");
    Computer::ran(command).await.failed(6);
}

#[tokio::test]
async fn errors_are_json_where_that_is_asked_for() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let error = |said: &str| serde_json::from_str::<Value>(said).expect("it is one JSON document");
    let said = error(&computer.run(&["ls", "missing", "--json"]).await.failed(5));
    let message = "missing: nothing of that name is in the library";
    assert_eq!(said, json!({ "error": { "code": "not_found", "message": message } }));
    let said = error(&computer.run(&["ls", "--json", "--nonsense"]).await.failed(2));
    assert_eq!(said["error"]["code"], "usage");
    let said = error(&Computer::at("http://127.0.0.1:1").run(&["ls", "--json"]).await.failed(3));
    assert_eq!(said["error"]["code"], "unauthenticated");
    sam.upload("a.txt", b"x").await;
    let said = error(&computer.run(&["mv", "a.txt", "a.txt", "--json"]).await.failed(4));
    assert_eq!(said["error"]["code"], "name_taken");
}

#[tokio::test]
async fn what_lets_somebody_in_is_told_nowhere() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"some content").await.id;
    let share = sam.share(&[file], json!({ "password": "open sesame" })).await;
    let token = token_of(&sam, SCOPES).await;
    let computer = Computer::at(stack.url());
    computer.write("token", token.as_bytes());
    computer.write("password", b"open sesame");
    let url = share.url.unwrap();
    let runs: [&[&str]; 6] = [
        &["login", "--token-file", "token", "-v"],
        &["ls", "-v"],
        &["upload", "token", "-v"],
        &["download", "a.txt", "-v"],
        &["download", &url, "--password-file", "password", "-o", "other", "-v"],
        &["logout", "-v"],
    ];
    for arguments in runs {
        let ran = computer.run(arguments).await;
        let said = format!("{}{}", ran.stdout, ran.stderr);
        ran.done();
        assert!(arguments[0] == "logout" || said.contains("→ 200"), "{said}");
        let secrets =
            [token.as_str(), "sharesync_pat_", "open sesame", share.slug.as_str(), "signature"];
        for secret in secrets {
            assert!(!said.contains(secret), "{arguments:?}: {said}");
        }
    }
    // Nor is it taken where everybody on the computer can read it.
    for arguments in
        [["login", "--token", "x"], ["login", "--password", "x"], ["ls", "--token", "x"]]
    {
        computer.run(&arguments).await.failed(2);
    }
}

#[tokio::test]
async fn quiet_says_results_and_errors_only() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.write("a.txt", b"content");
    let ran = computer.run(&["upload", "a.txt", "--share", "--quiet"]).await;
    assert_eq!(ran.stderr, "");
    assert_eq!(settled(&ran.done(), stack.url()), "SERVER/s/SLUG\n");
    computer.run(&["ls", "--quiet", "--verbose"]).await.failed(2);
}

#[tokio::test]
async fn colours_and_progress_are_for_terminals() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let terminal = crate::terminal::Terminal::run(computer.command(&["ls", "missing"]));
    terminal.wait_for(|terminal| terminal.shown().contains("\u{1b}[31m")).await;
    assert_eq!(terminal.end().await.0, 5);
    // Whatever forces them; set to nothing, it wants nothing (no-color.org).
    for (no_color, coloured) in [("1", false), ("", true)] {
        let mut command = computer.command(&["ls", "missing"]);
        command.env("NO_COLOR", no_color).env("CLICOLOR_FORCE", "1");
        let terminal = crate::terminal::Terminal::run(command);
        terminal.wait_for(|terminal| terminal.shown().contains("missing: nothing")).await;
        assert_eq!(terminal.shown().contains('\u{1b}'), coloured, "{:?}", terminal.shown());
    }

    computer.write("film.bin", &crate::uploads::content(20 << 20));
    let terminal = crate::terminal::Terminal::run(computer.command(&["upload", "film.bin"]));
    terminal.wait_for(|terminal| terminal.shown().contains("of 20.00 MiB")).await;
    assert_eq!(terminal.end().await, (0, "film.bin\n".into()));
    assert_eq!(computer.run(&["download", "film.bin", "-o", "back"]).await.stderr, "");
}

#[tokio::test]
async fn whoever_has_read_enough_ends_it_quietly() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    sam.upload("a.txt", b"content").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let mut child = computer.command(&["ls"]).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
}

#[tokio::test]
async fn an_interruption_is_said_and_exits_as_such() {
    // What goes on by the same command says so, and nothing else does.
    for (words, said) in [
        (["ls", "--quiet"], "sharesync: interrupted\n"),
        (
            ["download", "a.txt"],
            "sharesync: interrupted; what is half done goes on where it stopped, by the same command\n",
        ),
    ] {
        let served = Served::in_turn(vec![]).await;
        let computer = Computer::at(&served.url);
        let mut command = computer.command(&words);
        command.env("SHARESYNC_TOKEN", "sharesync_pat_x");
        let child = command.spawn().unwrap();
        served.asked().await;
        let pid = rustix::process::Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let output = child.wait_with_output().await.unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), said);
        assert_eq!(output.status.code(), Some(130));
    }
}
