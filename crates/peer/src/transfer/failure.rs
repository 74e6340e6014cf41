//! What ends a transfer that did not go well.

use std::fmt;
use std::io;

use sharesync_protocol::transfer::{Control, FailureCode};

use super::ending::Outcome;

/// A failure that this side found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    code: FailureCode,
    /// What the other side is told: nothing of this machine is in it.
    said: &'static str,
    /// What else is known here.
    detail: Option<String>,
}

impl Failure {
    /// A failure, and the sentence that the other side is told.
    pub fn new(code: FailureCode, said: &'static str) -> Self {
        Self { code, said, detail: None }
    }

    /// Something that the protocol does not have, or not at this point.
    pub fn malformed(said: &'static str) -> Self {
        Self::new(FailureCode::Malformed, said)
    }

    /// A file or folder that could not be written: `out_of_space` where that is the reason.
    pub fn unwritable(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::new(FailureCode::OutOfSpace, "there is too little space")
            }
            _ => Self::new(FailureCode::Unwritable, "a file could not be written").because(error),
        }
    }

    /// Adds what is for this side only.
    #[must_use]
    pub fn because(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// What it is, for a program.
    pub fn code(&self) -> FailureCode {
        self.code
    }

    /// How the other side is told.
    pub(super) fn control(&self) -> Control {
        Control::Failed { code: self.code, message: self.said.to_owned() }
    }

    /// How a transfer ends by it.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Failed { code: self.code, message: self.to_string(), by_us: true }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.said)?;
        self.detail.iter().try_for_each(|detail| write!(f, ": {detail}"))
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::unwritable(&error)
    }
}

impl From<rustix::io::Errno> for Failure {
    fn from(error: rustix::io::Errno) -> Self {
        Self::unwritable(&error.into())
    }
}
