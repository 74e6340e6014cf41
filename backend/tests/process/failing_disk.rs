//! A disk that fails when it is told to: `failing_disk.c`, built once and loaded into servers. It takes no rights and no
//! particular kernel, so that there is no machine on which the tests that need it would be left out.

use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use sharesync_test_services::Program;
use tempfile::TempDir;

use crate::program::{command, folder};

/// What a failing disk answers (errno.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// `EIO`
    InputOutput = 5,
    /// `ENOSPC`
    NoSpace = 28,
}

/// A data folder on such a disk.
pub(crate) struct FailingDisk {
    folder: TempDir,
}

impl FailingDisk {
    /// An empty one, which works.
    pub(crate) fn new() -> Self {
        let disk = Self { folder: folder() };
        std::fs::create_dir(disk.data()).unwrap();
        std::fs::write(disk.page(), [0; 48]).unwrap();
        disk
    }

    /// Another one, which works, with a copy of what is on this one.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self::new();
        let mut cp = Command::new("cp");
        cp.arg("--recursive").arg(self.data().join(".")).arg(copy.data());
        assert!(cp.status().unwrap().success());
        copy
    }

    /// A server on it, with its log elsewhere.
    pub(crate) fn start(&self) -> Program {
        let log = std::fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        Program::start(
            command(&self.data())
                .env("LD_PRELOAD", library())
                .env("FAILING_DISK_PAGE", self.page())
                .env("FAILING_DISK_FOLDER", self.data())
                .stderr(Stdio::from(log)),
        )
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What servers on it have logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap()
    }

    /// Counts from now on, and lets the so many-th write fail, and all that follow.
    pub(crate) fn fails_from(&self, first: i64, failure: Failure) {
        self.tell([first, 1, i64::MAX, failure as i64, 0, 0]);
    }

    /// Counts from now on, and lets the so many-th write fail, and each so many-th after it up to the last.
    pub(crate) fn fails_at(&self, first: i64, every: i64, last: i64) {
        self.tell([first, every, last, Failure::InputOutput as i64, 0, 0]);
    }

    /// Counts from now on, and lets nothing fail.
    pub(crate) fn works(&self) {
        self.tell([0; 6]);
    }

    /// Writes that came.
    pub(crate) fn came(&self) -> i64 {
        self.told(4)
    }

    /// Writes that failed.
    pub(crate) fn failed(&self) -> i64 {
        self.told(5)
    }

    /// `struct instructions`, which the server has before it.
    fn tell(&self, fields: [i64; 6]) {
        let page = std::fs::File::options().write(true).open(self.page()).unwrap();
        page.write_all_at(&fields.map(i64::to_ne_bytes).concat(), 0).unwrap();
    }

    fn told(&self, field: usize) -> i64 {
        let page = std::fs::read(self.page()).unwrap();
        i64::from_ne_bytes(page[field * 8..][..8].try_into().unwrap())
    }

    fn page(&self) -> PathBuf {
        self.folder.path().join("page")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

/// The library, built by the C compiler that Rust links with.
fn library() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let name = format!("failing_disk.{}.so", std::process::id());
        let built = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/failing_disk.c");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&built).args([source, "-ldl"]);
        assert!(cc.status().expect("there is a C compiler").success());
        built
    };
    BUILT.get_or_init(build).clone()
}
