//! A terminal with somebody who types (a pseudo-terminal, `pty(7)`).

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal that a command runs in: its standard input and error; its standard output is told apart.
pub struct Terminal {
    master: File,
    child: Child,
    shown: Arc<Mutex<String>>,
}

impl Terminal {
    /// Runs a command in it.
    pub fn run(mut command: Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, vec![]).unwrap();
        let open = || {
            let slave = File::options().read(true).write(true).open(name.to_str().unwrap());
            Stdio::from(slave.unwrap())
        };
        let child = command.env("TERM", "xterm").stdin(open()).stderr(open()).spawn().unwrap();
        // What it was made with holds the other side open.
        drop(command);
        let master = File::from(master);
        let shown = Arc::new(Mutex::new(String::new()));
        let (mut screen, read) = (master.try_clone().unwrap(), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Reading fails once nobody has the other side open.
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                read.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
        });
        Self { master, child, shown }
    }

    /// What it shows.
    pub fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Waits for a question, and types the answer.
    pub async fn answer(&mut self, question: &str, line: &str) {
        self.wait_for(|terminal| terminal.shown().contains(question)).await;
        self.master.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Waits for a question whose answer is not to be shown, and types that.
    pub async fn answer_hidden(&mut self, question: &str, line: &str) {
        self.wait_for(|terminal| terminal.shown().contains(question) && !terminal.echoes()).await;
        self.master.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Whether it shows what is typed.
    pub fn echoes(&self) -> bool {
        tcgetattr(&self.master).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    /// Waits until something is so.
    pub async fn wait_for(&self, is_so: impl Fn(&Self) -> bool) {
        let awaited = async {
            while !is_so(self) {
                tokio::task::yield_now().await;
            }
        };
        let awaited = tokio::time::timeout(PATIENCE, awaited).await;
        assert!(awaited.is_ok(), "it shows: {}", self.shown());
    }

    /// The id of the process.
    pub fn pid(&self) -> rustix::process::Pid {
        let id = self.child.id().unwrap();
        rustix::process::Pid::from_raw(id.cast_signed()).unwrap()
    }

    /// What it exits with, and what it said on standard output.
    pub async fn end(self) -> (i32, String) {
        let output = tokio::time::timeout(PATIENCE, self.child.wait_with_output()).await;
        let output = output.expect("it ends").unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }
}
