//! The program as a process of the test's own.

use std::path::Path;
use std::process::{Command, Stdio};

use sharesync_test_services::Program;
use sharesync_testkit::Person;
use tempfile::TempDir;

/// Starts the program on a data folder, where its log is, too.
pub(crate) fn start(folder: &Path) -> Program {
    start_with(folder, &[])
}

/// The same, with further variables set.
pub(crate) fn start_with(folder: &Path, variables: &[(&str, &str)]) -> Program {
    let log = Stdio::from(log_file(folder));
    Program::start(command(folder).envs(variables.iter().copied()).stderr(log))
}

pub(crate) fn start_logging_to(folder: &Path, log: Stdio) -> Program {
    Program::start(command(folder).stderr(log))
}

/// What starts the program on a data folder.
pub(crate) fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sharesync-server"));
    command
        .env_clear()
        .env("HOST", "127.0.0.1")
        .env("PORT", "0")
        .env("TURN_PORT", "0")
        .env("SHARESYNC_DATA_DIR", folder)
        .env("USER_QUOTA", "1000000000000")
        .env("RATE_LIMIT_UPLOAD", "off")
        .env("RATE_LIMIT_DOWNLOAD", "off")
        .env("RUST_LOG", "debug,sqlx=info");
    command
}

fn log_file(folder: &Path) -> std::fs::File {
    std::fs::File::options().create(true).append(true).open(folder.join("log")).unwrap()
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) async fn signed_in(program: &Program, name: &str) -> Person {
    let mut person = Person::at(program.url());
    person.register(name).await;
    person.sign_in(name).await;
    person
}
