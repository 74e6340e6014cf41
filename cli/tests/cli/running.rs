//! A command that runs: what it says can be waited for, line by line, and it can be told to end.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::computer::{Ran, in_time};

/// A command that runs.
pub struct Running {
    child: Child,
    stdout: Said,
    stderr: Said,
}

impl Running {
    /// Runs a command.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = Said::over(child.stdout.take().unwrap());
        let stderr = Said::over(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    /// What stands behind this in the next line of standard error that begins with it.
    pub async fn told(&mut self, beginning: &'static str) -> String {
        let rest = |line: &str| line.strip_prefix(beginning).map(str::to_owned);
        self.stderr.next(beginning, rest).await
    }

    /// The next event of this name: a line of JSON on standard output.
    pub async fn event(&mut self, name: &'static str) -> Value {
        let read = |line: &str| {
            let event: Value = serde_json::from_str(line).expect("each line is JSON");
            (event["event"] == name).then_some(event)
        };
        self.stdout.next(name, read).await
    }

    /// Its id among the processes.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().unwrap().cast_signed()).unwrap()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Returns once it stands still (`proc_pid_stat(5)`).
    pub async fn stands_still(&self) {
        let path = format!("/proc/{}/stat", self.pid());
        let stands = || std::fs::read_to_string(&path).unwrap().contains(") T ");
        let waiting = async {
            while !stands() {
                tokio::task::yield_now().await;
            }
        };
        in_time(waiting).await;
    }

    /// Kills it, so that it can say nothing more to anybody.
    pub async fn kill(mut self) {
        self.signal(Signal::KILL);
        let status: ExitStatus = in_time(self.child.wait()).await.unwrap();
        assert_eq!(status.signal(), Some(Signal::KILL.as_raw()), "it ran until then");
    }

    /// What it came to.
    pub async fn end(self) -> Ran {
        self.end_with_writes().await.0
    }

    /// What it came to, and how many bytes it has written to files in all (`proc_pid_io(5)`).
    pub async fn end_with_writes(mut self) -> (Ran, u64) {
        let (stdout, stderr) = (self.stdout.all().await, self.stderr.all().await);
        // It is over, and is not forgotten before somebody asks what it exited with.
        let io = std::fs::read_to_string(format!("/proc/{}/io", self.pid())).unwrap();
        let written = io.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap();
        let written = written.parse().unwrap();
        let status = in_time(self.child.wait()).await.unwrap();
        let code = status.code().expect("nobody killed it");
        (Ran { code, stdout, stderr }, written)
    }
}

/// What was said over one stream.
struct Said {
    text: watch::Receiver<String>,
    /// Whose lines were taken already.
    taken: Vec<&'static str>,
}

impl Said {
    fn over(stream: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let (tell, text) = watch::channel(String::new());
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Some(line) = lines.next_line().await.expect("it speaks UTF-8") {
                tell.send_modify(|text| text.extend([&line, "\n"]));
            }
        });
        Self { text, taken: vec![] }
    }

    /// The next of those lines that `pick` takes, which go by a name.
    async fn next<T>(&mut self, name: &'static str, pick: impl Fn(&str) -> Option<T>) -> T {
        let before = self.taken.iter().filter(|taken| **taken == name).count();
        let find = |text: &str| text.lines().filter_map(&pick).nth(before);
        let found = in_time(self.text.wait_for(|text| find(text).is_some())).await.is_ok();
        let text = self.text.borrow();
        let next = find(&text);
        assert!(found, "it ended without saying {name}: {}", *text);
        self.taken.push(name);
        next.unwrap()
    }

    /// All of it, once there is no more.
    async fn all(&mut self) -> String {
        let ended = async { while self.text.changed().await.is_ok() {} };
        in_time(ended).await;
        self.text.borrow().clone()
    }
}
