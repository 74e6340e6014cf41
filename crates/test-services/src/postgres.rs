//! A PostgreSQL for tests: one that all tests of a program share, each in a database of its own, or one that a test
//! stops in the middle. Gone with the program, however that ends.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Who runs it where the tests are root's: it refuses to be.
const USER: &str = "postgres";

/// Waits until nobody holds the other end of its input any more, which is when the program has ended; then ends the
/// server, which a test that failed may have left paused, and takes its folder away.
const GUARD: &str = "trap '' INT TERM; folder=$1; shift; cat; server=$(head -n 1 \"$folder/data/postmaster.pid\"); \
                     kill -CONT $server; pkill -CONT --parent $server; \"$@\"; rm -rf \"$folder\"";

/// A server (Debian's `postgresql`), on a port of loopback. What it keeps need not outlive a power cut.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    databases: AtomicUsize,
    _guard: Guard,
}

struct Guard {
    process: Child,
    held: Option<ChildStdin>,
}

impl Postgres {
    /// The one of this program, where it is PostgreSQL that is to be tested on: `SHARESYNC_TEST_DATABASE` says.
    pub fn if_tested() -> Option<&'static Self> {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        match std::env::var("SHARESYNC_TEST_DATABASE").as_deref() {
            Err(_) => None,
            Ok("postgres") => Some(SHARED.get_or_init(Self::start)),
            Ok(other) => panic!("SHARESYNC_TEST_DATABASE: {other:?} is not postgres"),
        }
    }

    /// One of a test's own.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        if is_root() {
            succeeds(Command::new("chown").arg(USER).arg(&folder));
        }
        let options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"];
        succeeds(as_its_user("initdb").args(options).arg("-D").arg(folder.join("data")));
        let guard = Guard::watch(&folder);
        loop {
            // Somebody else may take the port in between.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if begin(&folder, port).status.success() {
                return Self { folder, port, databases: AtomicUsize::new(0), _guard: guard };
            }
        }
    }

    /// The address of a new database.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let (name, port) = (format!("test{number}"), self.port.to_string());
        let server = ["--host=127.0.0.1", "--port", &port, "--username=postgres"];
        succeeds(Command::new(program("createdb")).args(server).arg(&name));
        format!("postgres://postgres@127.0.0.1:{port}/{name}")
    }

    /// Ends it without a word to anybody, as a crash does.
    pub fn stop(&self) {
        succeeds(&mut stopping(&self.folder));
    }

    /// Lets it hang, with every connection open.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap();
        let pid = pid.lines().next().expect("it says which it is");
        succeeds(Command::new("kill").args([signal, pid]));
        // Those that serve connections are children of it.
        succeeds(Command::new("pkill").args([signal, "--parent", pid]));
    }

    /// Starts it again with what it had, after it was stopped.
    pub fn restart(&self) {
        let begun = begin(&self.folder, self.port);
        assert!(begun.status.success(), "{}", String::from_utf8_lossy(&begun.stderr));
    }
}

impl Guard {
    fn watch(folder: &Path) -> Self {
        let stop = stopping(folder);
        let mut process = Command::new("sh")
            .args(["-c", GUARD, "sh"])
            .arg(folder)
            .arg(stop.get_program())
            .args(stop.get_args())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let held = process.stdin.take();
        Self { process, held }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.held = None;
        let _ = self.process.wait();
    }
}

/// Starts a server, and waits until it answers.
fn begin(folder: &Path, port: u16) -> Output {
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port={port} \
         -c max_connections=500 -c fsync=off"
    );
    output(
        as_its_user("pg_ctl")
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-l")
            .arg(folder.join("log"))
            .args(["-o", &options, "-w", "start"]),
    )
}

fn stopping(folder: &Path) -> Command {
    let mut stopping = as_its_user("pg_ctl");
    stopping.arg("-D").arg(folder.join("data")).args(["-m", "immediate", "-w", "stop"]);
    stopping
}

/// Where Debian keeps a program of the newest version's.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    let versions = versions.expect("postgresql is installed: make test-rust does it");
    let newest = versions.map(|version| version.unwrap().path()).max();
    newest.expect("there is a version").join("bin").join(name)
}

fn as_its_user(name: &str) -> Command {
    if !is_root() {
        return Command::new(program(name));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(program(name));
    command
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).stdout == b"0\n"
}

fn succeeds(command: &mut Command) {
    let ran = output(command);
    assert!(ran.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

fn output(command: &mut Command) -> Output {
    // Of a folder that it may not look into, the server's user would complain.
    command.current_dir("/").stdin(Stdio::null()).output().unwrap()
}
