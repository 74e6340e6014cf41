//! A service's process: started once it can be asked, signalled, and killed when dropped. Used by the services here.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A process that runs.
pub(crate) struct Process(Child);

impl Process {
    /// Starts it, and returns once a line of what it says has these words in it. None where it ends before: it cannot have its
    /// port.
    pub(crate) fn start(command: &mut Command, words: &str) -> Option<Self> {
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it is installed: make test-rust does it");
        let mut process = Self(child);
        let stdout = process.0.stdout.take().expect("its output is ours");
        let mut lines = BufReader::new(stdout).lines();
        lines.any(|line| line.is_ok_and(|line| line.contains(words))).then(|| {
            // It must find somebody who reads what it says.
            std::thread::spawn(move || lines.for_each(drop));
            process
        })
    }

    /// Sends it a signal, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Kills it, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
