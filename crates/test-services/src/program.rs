//! A program of ours, as a process of the test's own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A program that was started; killed when dropped.
pub struct Program {
    /// Its process.
    pub child: Child,
    said: String,
}

impl Program {
    /// Starts it, and returns once it has said its first line, or has ended without one.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut said = String::new();
        let stdout = child.stdout.take().expect("its output is ours");
        BufReader::new(stdout).read_line(&mut said).expect("its output can be read");
        Self { child, said }
    }

    /// Its first line.
    pub fn said(&self) -> &str {
        self.said.trim()
    }

    /// Where it listens, which is what it says first.
    pub fn url(&self) -> &str {
        self.said().strip_prefix("Listening on ").expect("it says where")
    }

    /// Sends it a signal, such as `-TERM`.
    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Kills it, and waits until it is gone, and with it its hold on whatever it held.
    pub fn kill(&mut self) {
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
