//! The program as a process of the test's own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use sharesync_testkit::Person;
use tempfile::TempDir;

/// A running `sharesync-server`; killed when dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) url: String,
}

impl Program {
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_logging_to(folder, Stdio::from(log_file(folder)))
    }

    pub(crate) fn start_logging_to(folder: &Path, log: Stdio) -> Self {
        let (child, said) = launch(folder, log);
        let url = said.strip_prefix("Listening on ").expect("it says where").to_owned();
        Self { child, url }
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Kills it, and waits until it is gone, and with it its hold on the data folder.
    pub(crate) fn kill(&mut self) {
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
pub(crate) fn launch(folder: &Path, log: Stdio) -> (Child, String) {
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

pub(crate) fn log_file(folder: &Path) -> std::fs::File {
    std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap()
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) async fn signed_in(program: &Program, name: &str) -> Person {
    let mut person = Person::at(&program.url);
    person.register(name).await;
    person.sign_in(name).await;
    person
}
