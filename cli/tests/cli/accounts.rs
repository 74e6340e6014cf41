//! Signing in and out, who that is, and tokens.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use serde_json::json;
use sharesync_protocol::api::{
    ApiTokenPage, DeviceLogin, RecoveryCodes, Role, Scope, SecondFactorSetup,
};
use sharesync_testkit::{Person, Stack};
use totp_rs::{Builder, Secret};

use crate::computer::{Computer, token_of};
use crate::golden::settled;
use crate::running::Running;
use crate::served::Served;
use crate::terminal::Terminal;

const PASSWORD: &str = "correct horse battery";

async fn tokens(person: &Person) -> ApiTokenPage {
    person.get("/api/me/tokens").await.json(200)
}

async fn log_in(computer: &Computer, email: &str) -> (i32, String, String) {
    let mut terminal = Terminal::run(computer.command(&["login", "--password"]));
    terminal.answer("E-mail: ", email).await;
    terminal.answer_hidden("Password: ", PASSWORD).await;
    let shown = terminal.shown();
    let (code, stdout) = terminal.end().await;
    (code, stdout, shown)
}

#[tokio::test]
async fn somebody_signs_in_by_password_and_keeps_a_token_of_their_own() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::at(stack.url());
    let (code, stdout, shown) = log_in(&computer, "sam@example.com").await;
    assert_eq!(
        (code, &*stdout),
        (0, &*format!("Signed in at {} as sam@example.com\n", stack.url()))
    );
    assert!(!shown.contains(PASSWORD), "{shown}");

    let made = &tokens(&sam).await.items[0];
    assert!(made.name.starts_with("sharesync on "), "{}", made.name);
    let scopes = [Scope::FilesRead, Scope::FilesWrite, Scope::SharesRead, Scope::SharesWrite];
    assert_eq!(made.scopes, scopes);
    // The session that it was made in is over; the one that is left is the test's.
    let sessions: serde_json::Value = sam.get("/api/me/sessions").await.json(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);

    let file = computer.config("credentials.json");
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(file.clone()), mode(file.parent().unwrap().into())), (0o600, 0o700));
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.contains("sharesync_pat_") && !kept.contains(PASSWORD));
    // From now on that server is meant.
    let mut command = computer.command(&["whoami"]);
    command.env_remove("SHARESYNC_SERVER");
    let said = settled(&Computer::ran(command).await.done(), stack.url());
    assert_eq!(said, "sam <sam@example.com>, standard, at SERVER: 0 B of 1.0 GiB used\n");
}

/// The path of what a command said it waits for.
fn waiting(code: &str) -> String {
    format!("/api/device-logins/{code}")
}

#[tokio::test]
async fn somebody_signs_in_by_the_browser_and_types_nothing() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::at(stack.url());
    let mut running = Running::start(computer.command(&["login"]));
    let link = running.told("Link: ").await;
    let code = running.told("Code: ").await;
    assert_eq!(link, format!("{}/device?code={code}", stack.url()));
    let asked: DeviceLogin = sam.get(&waiting(&code)).await.json(200);
    assert!(asked.same_network && !asked.name.is_empty());
    let approved = sam.post(&format!("{}/approve", waiting(&code)), json!({})).await;
    assert_eq!(approved.status, 204);
    let ran = running.end().await;
    assert!(!ran.stderr.contains("sharesync_pat_"), "{}", ran.stderr);
    assert_eq!(ran.done(), format!("Signed in at {} as sam@example.com\n", stack.url()));

    let made = &tokens(&sam).await.items[0];
    assert_eq!(made.name, format!("sharesync on {}", asked.name));
    assert!(computer.run(&["whoami"]).await.done().starts_with("sam <sam@example.com>"));
    // It is as much this computer's own as one that a password made.
    computer.run(&["logout"]).await.done();
    assert_eq!(tokens(&sam).await.items.len(), 0);
}

#[tokio::test]
async fn who_is_refused_in_the_browser_is_told_so_and_programs_hear_of_events() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::at(stack.url());
    let mut running = Running::start(computer.command(&["login", "--json"]));
    let event = running.event("browser").await;
    let code = event["user_code"].as_str().unwrap();
    let link = format!("{}/device", stack.url());
    assert_eq!((&event["verification_uri"], &event["expires_in"]), (&json!(link), &json!(600)));
    assert_eq!(event.get("device_code"), None, "that lets somebody in");
    assert_eq!(sam.post(&format!("{}/deny", waiting(code)), json!({})).await.status, 204);
    let said = running.end().await.failed(4);
    assert!(said.contains("\"access_denied\""), "{said}");
    assert!(!computer.config("credentials.json").exists());
}

#[tokio::test]
async fn waiting_for_the_browser_ends_by_an_interruption_and_where_a_server_has_no_such_thing() {
    let stack = Stack::start().await;
    let computer = Computer::at(stack.url());
    let mut running = Running::start(computer.command(&["login", "--quiet"]));
    running.told("Code: ").await;
    running.signal(Signal::INT);
    running.end().await.failed(130);
    assert!(!computer.config("credentials.json").exists());

    let older = Served::by("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    let said = Computer::at(&older.url).run(&["login"]).await.failed(4);
    assert!(said.contains("sharesync login --password"), "{said}");
    let other = computer.run(&["login", "--browser", "--email", "sam@example.com"]).await;
    other.failed(2);
}

#[tokio::test]
async fn a_wrong_password_signs_nobody_in() {
    let stack = Stack::start().await;
    stack.user("sam").await;
    let computer = Computer::at(stack.url());
    let arguments = ["login", "--email", "sam@example.com", "--password-file", "-"];
    let said = computer.run_with(&arguments, b"wrong\n").await.failed(3);
    assert_eq!(said, "sharesync: The e-mail address or the password is wrong.\n");
    assert!(!computer.config("credentials.json").exists());
    let said = computer.run_with(&arguments, b"").await.failed(2);
    assert_eq!(said, "sharesync: there is nothing in the first line of -\n");
    let said = computer.run(&["login", "--password"]).await.failed(2);
    assert_eq!(said, "sharesync: nobody can be asked for the e-mail here: give --email\n");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_until_it_is_right() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let body = json!({ "password": PASSWORD });
    let setup: SecondFactorSetup = sam.post("/api/me/second-factor", body).await.json(200);
    let code = |stack: &Stack| {
        let secret = Secret::try_from_base32(&setup.secret).unwrap();
        let now = u64::try_from(stack.now_ms() / 1000).unwrap();
        Builder::new().with_secret(secret).build().unwrap().generate(now).to_string()
    };
    let body = json!({ "code": code(&stack) });
    sam.post("/api/me/second-factor/confirm", body).await.json::<RecoveryCodes>(200);
    stack.advance(Duration::from_secs(30));

    let computer = Computer::at(stack.url());
    let mut terminal = Terminal::run(computer.command(&["login", "--email", "sam@example.com"]));
    terminal.answer_hidden("Password: ", PASSWORD).await;
    terminal.answer("Code of the second factor: ", "12345").await;
    terminal.wait_for(|terminal| terminal.shown().matches("second factor: ").count() == 2).await;
    terminal.answer("warning:", &code(&stack)).await;
    assert_eq!(terminal.end().await.0, 0);
    assert!(computer.run(&["whoami"]).await.done().starts_with("sam <sam@example.com>"));
}

#[tokio::test]
async fn whoever_is_interrupted_at_the_password_has_a_terminal_that_shows_what_they_type() {
    let stack = Stack::start().await;
    let computer = Computer::at(stack.url());
    let terminal = Terminal::run(computer.command(&["login", "--email", "sam@example.com"]));
    terminal
        .wait_for(|terminal| terminal.shown().contains("Password: ") && !terminal.echoes())
        .await;
    kill_process(terminal.pid(), Signal::INT).unwrap();
    terminal.wait_for(Terminal::echoes).await;
    assert_eq!(terminal.end().await.0, 130);
}

#[tokio::test]
async fn a_token_is_kept_from_a_file_or_standard_input_if_it_is_one() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let token = token_of(&sam, &["files:read"]).await;
    let computer = Computer::at(stack.url());
    computer.write("token", format!("{token}\n").as_bytes());
    let told = computer.run(&["login", "--token-file", "token", "--json"]).await.json();
    let expected = json!({ "server": stack.url(), "email": "sam@example.com", "username": "sam" });
    assert_eq!(told, [expected]);
    computer.run(&["ls"]).await.done();
    // It is for other things.
    computer.write("a.txt", b"content");
    let said = computer.run(&["upload", "a.txt"]).await.failed(4);
    assert!(said.contains("files:write"), "{said}");

    let other = Computer::at(stack.url());
    let said =
        other.run_with(&["login", "--token-file", "-"], b"sharesync_pat_none").await.failed(3);
    assert!(said.contains("does not know this token"), "{said}");
    assert!(!other.config("credentials.json").exists());
    let said = other.run(&["login", "--token-file", "missing"]).await.failed(8);
    assert!(said.starts_with("sharesync: cannot read missing"), "{said}");
}

#[tokio::test]
async fn signing_out_ends_the_token_that_was_made_and_no_other() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::at(stack.url());
    log_in(&computer, "sam@example.com").await;
    assert_eq!(tokens(&sam).await.items.len(), 1);
    let said = computer.run(&["logout"]).await.done();
    assert_eq!(settled(&said, stack.url()), "Signed out at SERVER\n");
    assert!(tokens(&sam).await.items.is_empty());
    let said = computer.run(&["whoami"]).await.failed(3);
    assert_eq!(
        settled(&said, stack.url()),
        "sharesync: nobody is signed in at SERVER: `sharesync login` does that\n"
    );
    assert_eq!(computer.run(&["logout"]).await.failed(3), "sharesync: nobody is signed in\n");

    // One that came from elsewhere may be used elsewhere.
    let computer = Computer::signed_in(&stack, &sam).await;
    computer.run(&["logout"]).await.done();
    assert_eq!(tokens(&sam).await.items.len(), 1);
    computer.run(&["ls"]).await.failed(3);
}

#[tokio::test]
async fn signing_in_again_leaves_no_token_behind() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::at(stack.url());
    log_in(&computer, "sam@example.com").await;
    let first = tokens(&sam).await.items[0].id;
    // The address is known by now.
    let arguments = ["login", "--password-file", "-"];
    computer.run_with(&arguments, PASSWORD.as_bytes()).await.done();
    let left: Vec<_> = tokens(&sam).await.items.iter().map(|token| token.id).collect();
    assert!(left.len() == 1 && left[0] != first);
    computer.run(&["whoami"]).await.done();
}

#[tokio::test]
async fn the_environments_token_is_used_first() {
    let stack = Stack::start().await;
    let (sam, alex) = (stack.user("sam").await, stack.user("alex").await);
    let computer = Computer::signed_in(&stack, &sam).await;
    let mut command = computer.command(&["whoami"]);
    command.env("SHARESYNC_TOKEN", token_of(&alex, &["files:read"]).await);
    assert!(Computer::ran(command).await.done().starts_with("alex "));
    let mut command = computer.command(&["whoami"]);
    command.env("SHARESYNC_TOKEN", "sharesync_pat_none");
    Computer::ran(command).await.failed(3);
}

#[tokio::test]
async fn a_client_gets_a_token_for_what_clients_do() {
    let stack = Stack::builder().with_admin().start().await;
    let admin = stack.admin().await;
    let client = stack.somebody(&admin, "carol", Role::Client).await;
    let computer = Computer::at(stack.url());
    let arguments = ["login", "--email", "carol@example.com", "--password-file", "-"];
    computer.run_with(&arguments, PASSWORD.as_bytes()).await.done();
    assert_eq!(tokens(&client).await.items[0].scopes, [Scope::FilesRead, Scope::FilesWrite]);
    computer.write("a.txt", b"content");
    computer.run(&["upload", "a.txt"]).await.done();
    // They keep no library.
    computer.run(&["ls"]).await.failed(4);
}

#[tokio::test]
async fn tokens_are_made_listed_replaced_and_revoked_with_the_password() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::at(stack.url());
    computer.write("password", PASSWORD.as_bytes());
    let with = |arguments: &[&str]| {
        let identity = ["--email", "sam@example.com", "--password-file", "password"];
        let all: Vec<String> = arguments.iter().chain(&identity).map(ToString::to_string).collect();
        let computer = &computer;
        async move { computer.run(&all.iter().map(String::as_str).collect::<Vec<_>>()).await }
    };
    let create = ["token", "create", "Nightly", "--scope", "files:read", "--expires", "7d"];
    let token = with(&create).await.done();
    assert!(token.starts_with("sharesync_pat_") && token.ends_with('\n'), "{token}");
    let token = token.trim();
    let script = stack.anonymous().with_token(token);
    script.get("/api/files").await.json::<serde_json::Value>(200);

    let said = with(&["token", "ls"]).await.done();
    let ending = &token[token.len() - 4..];
    let expected =
        format!("ID  …{ending}  Nightly  [files:read]  used DATE TIME, until DATE TIME\n");
    assert_eq!(settled(&said, stack.url()), expected);
    let told = &with(&["token", "ls", "--json"]).await.json()[0];
    let id = told["id"].as_str().unwrap();
    assert!(told.get("token").is_none());

    let next = with(&["token", "rotate", id]).await.done();
    assert!(next.trim() != token && next.starts_with("sharesync_pat_"));
    assert_eq!(script.get("/api/files").await.status, 401);
    let next = stack.anonymous().with_token(next.trim());
    next.get("/api/files").await.json::<serde_json::Value>(200);
    assert_eq!(with(&["token", "revoke", id]).await.done(), format!("revoked {id}\n"));
    assert_eq!(next.get("/api/files").await.status, 401);
    with(&["token", "revoke", id]).await.failed(5);
    assert!(
        with(&["token", "create", "x", "--scope", "files"]).await.failed(2).contains("files:read")
    );
    assert!(with(&["token", "rotate"]).await.failed(2).contains("name the id of one"));
    // Each of these sessions is over.
    let sessions: serde_json::Value = sam.get("/api/me/sessions").await.json(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_token_that_is_kept_here_is_replaced_without_being_shown() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::at(stack.url());
    computer.write("password", PASSWORD.as_bytes());
    let login = ["login", "--email", "sam@example.com", "--password-file", "password"];
    computer.run(&login).await.done();
    let before = std::fs::read_to_string(computer.config("credentials.json")).unwrap();
    let said = computer.run(&["token", "rotate", "--password-file", "password"]).await.done();
    assert_eq!(said, "replaced\n");
    assert_ne!(std::fs::read_to_string(computer.config("credentials.json")).unwrap(), before);
    computer.run(&["whoami"]).await.done();
    assert_eq!(tokens(&sam).await.items.len(), 1);
}

#[tokio::test]
async fn a_token_that_others_could_read_is_not_used() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    let file = computer.config("credentials.json");
    for mode in [0o640, 0o604, 0o622] {
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
        let said = computer.run(&["ls"]).await.failed(8);
        assert!(said.contains(&format!("(mode {mode:04o}): `chmod 600 ")), "{said}");
    }
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    computer.run(&["ls"]).await.done();
    std::fs::write(&file, b"sharesync_pat_no_json").unwrap();
    let said = computer.run(&["ls"]).await.failed(8);
    assert!(said.contains("does not hold credentials") && !said.contains("_pat_"), "{said}");
}
