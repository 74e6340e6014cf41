//! A ClamAV of a test's own: on a socket in a folder of its own, with one signature that is written on the spot, started
//! and stopped in the middle, and gone with the test. Its limits are small, so that a test may exceed them.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::process::Process;

/// What a file with the [test signature](eicar) is found to have in it.
pub const FOUND: &str = "Eicar-Test-Signature.UNOFFICIAL";

/// The file by which virus scanners are tested, put together so that this one is not taken for it.
pub fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$", "EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"]
        .concat()
        .into_bytes()
}

/// A `clamd` (Debian's `clamav-daemon`), running or not.
pub struct Clamd {
    folder: TempDir,
    /// Where it listens besides, if it does.
    port: Option<u16>,
    process: Option<Process>,
}

impl Clamd {
    /// More bytes than it takes.
    pub const TOO_LONG: usize = 13 * MIB;
    /// More bytes than it looks at of those that it takes.
    pub const TOO_LARGE: usize = 11 * MIB;

    /// One that runs.
    pub fn start() -> Self {
        let mut clamd = Self::stopped();
        clamd.run();
        clamd
    }

    /// One that does not run yet.
    pub fn stopped() -> Self {
        Self::listening(None)
    }

    /// One that runs, and listens on a port of loopback, too.
    pub fn start_on_tcp() -> Self {
        loop {
            // Somebody else may take the port in between.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut clamd = Self::listening(Some(port));
            clamd.process = clamd.started();
            if clamd.process.is_some() {
                return clamd;
            }
        }
    }

    fn listening(port: Option<u16>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clamd = Self { folder, port, process: None };
        let signatures = clamd.folder.path().join("signatures");
        fs::create_dir(&signatures).unwrap();
        // Of any kind of file, at its start (ClamAV's documentation, "Body-based Signature Content Format").
        let hex = eicar().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        fs::write(signatures.join("test.ndb"), format!("Eicar-Test-Signature:0:0:{hex}\n"))
            .unwrap();
        let mut lines = vec![
            format!("LocalSocket {}", clamd.address()),
            format!("DatabaseDirectory {}", signatures.display()),
            "Foreground yes".into(),
            "StreamMaxLength 12M".into(),
            "MaxFileSize 10M".into(),
            "MaxScanSize 40M".into(),
            "AlertExceedsMax yes".into(),
        ];
        if let Some(port) = port {
            lines.extend([format!("TCPSocket {port}"), "TCPAddr 127.0.0.1".into()]);
        }
        fs::write(clamd.config(), lines.join("\n") + "\n").unwrap();
        clamd
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("clamd.conf")
    }

    /// Where its socket is, or is going to be.
    pub fn address(&self) -> String {
        self.folder.path().join("socket").to_str().unwrap().to_owned()
    }

    /// Where it listens on loopback.
    pub fn tcp_address(&self) -> String {
        format!("127.0.0.1:{}", self.port.expect("it listens on a port"))
    }

    /// Starts it.
    pub fn run(&mut self) {
        self.process = self.started();
        assert!(self.process.is_some(), "clamd does not start");
    }

    /// Kills it.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Lets it hang, with every connection open.
    pub fn pause(&self) {
        self.process().signal("STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.process().signal("CONT");
    }

    fn process(&self) -> &Process {
        self.process.as_ref().expect("it runs")
    }

    /// None where it cannot have its port.
    fn started(&self) -> Option<Process> {
        Process::start(
            Command::new("clamd").arg("--config-file").arg(self.config()),
            "Self checking",
        )
    }
}

const MIB: usize = 1024 * 1024;
