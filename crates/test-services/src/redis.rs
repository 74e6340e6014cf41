//! A Redis of a test's own: started, stopped in the middle, and gone with the test.

use std::ffi::OsString;
use std::net::TcpListener;
use std::process::Command;

use tempfile::TempDir;

use crate::Authority;
use crate::process::Process;

/// A running `redis-server` (Debian's `redis-server`), which keeps everything on the disk at once.
pub struct Redis {
    folder: TempDir,
    port: u16,
    /// Who signed its certificate, where it speaks TLS and nothing else.
    authority: Option<Authority>,
    process: Process,
}

impl Redis {
    /// One that speaks plainly.
    pub fn start() -> Self {
        Self::start_as(None)
    }

    /// One that speaks TLS, with a certificate by an authority of its own.
    pub fn start_with_tls() -> Self {
        Self::start_as(Some(Authority::new()))
    }

    fn start_as(authority: Option<Authority>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        loop {
            // Somebody else may take the port in between.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if let Some(process) = start(&folder, port, authority.as_ref()) {
                return Self { folder, port, authority, process };
            }
        }
    }

    /// Its address.
    pub fn url(&self) -> String {
        let scheme = if self.authority.is_some() { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// The variables that tell a program of it.
    pub fn variables(&self) -> Vec<(&'static str, OsString)> {
        let authority = self.authority.as_ref().map(|authority| authority.certificate().into());
        let authority = authority.map(|file| ("REDIS_CA_FILE", file));
        [("REDIS_URL", self.url().into())].into_iter().chain(authority).collect()
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again with what it had, after it was killed.
    pub fn restart(&mut self) {
        let process = start(&self.folder, self.port, self.authority.as_ref());
        self.process = process.expect("its port is free again");
    }

    /// Starts it again with nothing, after it was killed.
    pub fn restart_empty(&mut self) {
        self.folder = tempfile::tempdir().unwrap();
        self.restart();
    }

    /// Lets it hang, with every connection open.
    pub fn pause(&self) {
        self.process.signal("STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process.signal("CONT");
    }
}

/// None where it cannot have its port.
fn start(folder: &TempDir, port: u16, authority: Option<&Authority>) -> Option<Process> {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--daemonize", "no"]).args([
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
    ]);
    match authority {
        None => command.args(["--port", &port.to_string()]),
        Some(authority) => command
            .args(["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"])
            .arg("--tls-ca-cert-file")
            .arg(authority.certificate())
            .arg("--tls-cert-file")
            .arg(authority.signed())
            .arg("--tls-key-file")
            .arg(authority.key()),
    };
    Process::start(command.current_dir(folder), "Ready to accept connections")
}
