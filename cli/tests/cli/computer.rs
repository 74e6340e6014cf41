//! Somebody's computer: a home folder, a folder to work in, and nothing of the environment that tests run in.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sharesync_protocol::api::IssuedApiToken;
use sharesync_testkit::{Person, Stack};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// What a library's owner may do with a token.
pub const SCOPES: &[&str] = &["files:read", "files:write", "shares:read", "shares:write"];

/// A computer.
pub struct Computer {
    home: TempDir,
    server: String,
}

/// What a command came to.
pub struct Ran {
    /// What it exited with.
    pub code: i32,
    /// What it said on standard output.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let code = output.status.code().expect("nobody killed it");
        let text = |bytes| String::from_utf8(bytes).expect("it speaks UTF-8");
        Self { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// What it said on standard output, after making sure that it did what it was asked for.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Its JSON, one value a line.
    #[track_caller]
    pub fn json(self) -> Vec<Value> {
        let lines = self.done();
        lines.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
    }

    /// What it said on standard error, after making sure that it exited with this.
    #[track_caller]
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        self.stderr
    }
}

impl Computer {
    /// One that knows a server's address.
    pub fn at(server: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("work")).unwrap();
        Self { home, server: server.into() }
    }

    /// One whose owner has a library and is signed in, by way of `server`.
    pub async fn signed_in_at(server: &str, person: &Person) -> Self {
        let computer = Self::at(server);
        let token = token_of(person, SCOPES).await;
        computer.run_with(&["login", "--token-file", "-"], token.as_bytes()).await.done();
        computer
    }

    /// One whose owner is signed in.
    pub async fn signed_in(stack: &Stack, person: &Person) -> Self {
        Self::signed_in_at(stack.url(), person).await
    }

    /// A file in the folder that commands are run in.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join("work").join(name)
    }

    /// Where the command keeps what it keeps.
    pub fn config(&self, name: &str) -> PathBuf {
        self.home.path().join(".config/sharesync").join(name)
    }

    /// Where it remembers what is not over.
    pub fn state(&self, name: &str) -> PathBuf {
        self.home.path().join(".local/state/sharesync").join(name)
    }

    /// Writes a file to work with.
    pub fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Reads a file back.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// What lies in the folder that commands are run in.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path("")).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.unwrap().file_name().into_string().unwrap()
        };
        let mut names: Vec<_> = entries.map(name).collect();
        names.sort();
        names
    }

    /// A command that is not run yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sharesync"));
        command.args(arguments).env_clear().current_dir(self.path(""));
        command.env("HOME", self.home.path()).env("SHARESYNC_SERVER", &self.server);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command
    }

    /// Runs a command.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        Self::ran(self.command(arguments)).await
    }

    /// Runs a command that is given something on standard input.
    pub async fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Whoever has heard enough closes it.
        let _ = stdin.write_all(input).await;
        drop(stdin);
        Ran::of(in_time(child.wait_with_output()).await.unwrap())
    }

    /// What a command came to that was made by [`Computer::command`].
    pub async fn ran(mut command: Command) -> Ran {
        Ran::of(in_time(command.output()).await.unwrap())
    }
}

/// What is awaited; fails where it never comes.
pub async fn in_time<T>(awaited: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(1), awaited).await.expect("it ends")
}

/// An API token of somebody's.
pub async fn token_of(person: &Person, scopes: &[&str]) -> String {
    let body = json!({ "name": "a computer", "scopes": scopes });
    person.post("/api/me/tokens", body).await.json::<IssuedApiToken>(201).token
}
