//! A Redis of a test's own: started, stopped in the middle, and gone with the test.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A running `redis-server` (Debian's `redis-server`), which keeps everything on the disk at once.
pub(crate) struct Redis {
    folder: TempDir,
    port: u16,
    process: Process,
}

struct Process(Child);

impl Redis {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        loop {
            // Somebody else may take the port in between.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if let Some(process) = Process::start(&folder, port) {
                return Self { folder, port, process };
            }
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again with what it had, after it was killed.
    pub(crate) fn restart(&mut self) {
        self.process = Process::start(&self.folder, self.port).expect("its port is free again");
    }

    /// Starts it again with nothing, after it was killed.
    pub(crate) fn restart_empty(&mut self) {
        self.folder = tempfile::tempdir().unwrap();
        self.restart();
    }

    /// Lets it hang, with every connection open.
    pub(crate) fn pause(&self) {
        self.process.signal("STOP");
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        self.process.signal("CONT");
    }
}

impl Process {
    /// None where it cannot have its port.
    fn start(folder: &TempDir, port: u16) -> Option<Self> {
        let child = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--daemonize", "no"])
            .args(["--appendonly", "yes", "--appendfsync", "always"])
            .args(["--port", &port.to_string()])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is installed: make test-rust does it");
        let mut process = Self(child);
        let stdout = process.0.stdout.take().expect("its output is ours");
        let mut lines = BufReader::new(stdout).lines();
        lines.any(|line| line.is_ok_and(|line| line.contains("Ready to accept connections"))).then(
            || {
                // It must find somebody who reads what it says.
                std::thread::spawn(move || lines.for_each(drop));
                process
            },
        )
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
