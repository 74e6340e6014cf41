//! Why a file of a request is not taken, or not now: for what the server says of it, the policy, or the disk.

use sharesync_protocol::api::{FileSummary, ScanState};

use super::super::policy::Refusal;
use crate::output::shown;
use crate::size;

/// Why a file is not taken.
pub struct Refused {
    /// Stable, for programs.
    pub code: &'static str,
    /// For people.
    pub words: String,
    /// Whether that may change without anybody's doing.
    pub passes: bool,
}

impl Refused {
    fn new(code: &'static str, words: impl Into<String>, passes: bool) -> Self {
        Self { code, words: words.into(), passes }
    }

    /// For what the server says of a file; `None` where it has nothing against it.
    pub fn by_server(file: &FileSummary) -> Option<Self> {
        match file.file.scan.scan {
            ScanState::Pending => Some(Self::scan_pending()),
            ScanState::Infected => Some(Self::infected(file.file.scan.scan_found.as_deref())),
            ScanState::Clean | ScanState::Unscanned => {
                file.damaged.then(|| Self::damaged("the server's disk has changed it"))
            }
        }
    }

    /// For the policy.
    pub fn by_policy(refusal: &Refusal) -> Self {
        let words = match refusal {
            Refusal::TooManyFiles(_) => "as many files as are allowed were taken",
            Refusal::TooLarge(_) => "with it there would be more than is allowed",
            Refusal::FileTooLarge(_) => "it is too large",
            Refusal::NameNotAllowed(_) => "its name is not allowed",
            Refusal::NoSpace(_) | Refusal::NotWanted => "it is not wanted",
        };
        Self::new(refusal.code(), words, false)
    }

    /// The disk has too little space for so many bytes.
    pub fn no_space(bytes: u64) -> Self {
        let words = format!("the disk has too little space for {}", size::words(bytes));
        Self::new("no_space", words, true)
    }

    /// It is not looked at for viruses yet.
    pub fn scan_pending() -> Self {
        Self::new("scan_pending", "it is still being scanned", true)
    }

    /// This was found in it.
    pub fn infected(found: Option<&str>) -> Self {
        let found = shown(found.unwrap_or("a virus"));
        Self::new("infected", format!("{found} was found in it"), false)
    }

    /// It is not what it was.
    pub fn damaged(words: impl Into<String>) -> Self {
        Self::new("damaged", words, false)
    }
}
