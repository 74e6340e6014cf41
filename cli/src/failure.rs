//! Why something was not done: what to tell a person, what to tell a program, and what to exit with.

use std::borrow::Cow;
use std::fmt::Display;
use std::io;
use std::path::Path;
use std::time::Duration;

use reqwest::StatusCode;
use sharesync_protocol::api::{Problem, ProblemCode};

use crate::exit_code::ExitCode;
use crate::output::shown;

/// What fails with a [`Failure`].
pub type Result<T> = std::result::Result<T, Failure>;

/// Why something was not done.
#[derive(Debug)]
pub struct Failure {
    /// What to exit with.
    pub exit: ExitCode,
    /// Stable, for programs: the server's own, or one of this program's.
    pub code: Cow<'static, str>,
    /// What happened, in a sentence for a person.
    pub message: String,
    /// What the server answered, where it did.
    pub answer: Option<Answered>,
    /// Whether the same may succeed later.
    pub passing: Passing,
}

/// What the server answered in place of what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: StatusCode,
    /// Its problem; none where it was not the server that answered, but a bucket or a proxy.
    pub problem: Option<ProblemCode>,
}

/// Whether the same may succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// It may not.
    No,
    /// No connection was made: whatever was asked for was not done.
    NotConnected,
    /// The connection was lost: it may have been done.
    Lost,
    /// The server asks for patience, for so long where it says so.
    Later(Option<Duration>),
}

impl Failure {
    /// One of this program's own.
    pub fn new(exit: ExitCode, code: &'static str, message: impl Into<String>) -> Self {
        let (code, message) = (Cow::Borrowed(code), message.into());
        Self { exit, code, message, answer: None, passing: Passing::No }
    }

    /// Arguments that are not as they must be.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, "usage", message)
    }

    /// Somebody ended it.
    pub fn interrupted() -> Self {
        Self::new(ExitCode::Interrupted, "interrupted", "interrupted")
    }

    /// Somebody ended it, and may have it go on, if it does.
    pub fn broken_off(goes_on: bool) -> Self {
        let message = if goes_on {
            "interrupted; what is half done goes on where it stopped, by the same command"
        } else {
            "interrupted"
        };
        Self::new(ExitCode::Interrupted, "interrupted", message)
    }

    /// What could not be done here.
    pub fn local(action: &str, error: impl Display) -> Self {
        Self::new(ExitCode::LocalFile, "local_file", format!("cannot {action}: {error}"))
    }

    /// What could not be done with a file here.
    pub fn file(action: &str, path: &Path, error: &io::Error) -> Self {
        Self::local(&format!("{action} {}", shown(&path.to_string_lossy())), error)
    }

    /// Nothing of that name is there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ExitCode::NotFound, "not_found", message)
    }

    /// Content that is not what its digest says.
    pub fn damaged(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Damaged, "damaged", message)
    }

    /// A request that was not answered.
    pub fn unanswered(error: &reqwest::Error) -> Self {
        let passing = if error.is_connect() { Passing::NotConnected } else { Passing::Lost };
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        // The error's own words would hold the address, which may carry a permission.
        let message = if error.is_timeout() {
            "the server does not answer".to_owned()
        } else {
            format!("the server cannot be reached: {cause}")
        };
        Self { passing, ..Self::new(ExitCode::Unreachable, "unreachable", message) }
    }

    /// An answer that is no success.
    pub fn answered(
        status: StatusCode,
        problem: Option<Problem>,
        retry_after: Option<Duration>,
    ) -> Self {
        let answer = Answered { status, problem: problem.as_ref().map(|problem| problem.code) };
        let passing = match status.as_u16() {
            429 | 502..=504 => Passing::Later(retry_after),
            _ => Passing::No,
        };
        let Some(problem) = problem else {
            let message = format!("the server answered {status}");
            let code = Cow::Borrowed("unexpected_answer");
            return Self { exit: exit_of(answer), code, message, answer: Some(answer), passing };
        };
        let message = match (problem.code, &problem.field) {
            (ProblemCode::Unauthenticated, _) => {
                "the server does not know this token any more: `sharesync login` makes another"
                    .to_owned()
            }
            (_, Some(field)) => format!("{} ({field})", shown(&problem.detail)),
            (_, None) => shown(&problem.detail).into_owned(),
        };
        let code = serde_json::to_value(problem.code).ok();
        let code = code.and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
        Self { exit: exit_of(answer), code: code.into(), message, answer: Some(answer), passing }
    }

    /// Whether the server answered this problem.
    pub fn is(&self, code: ProblemCode) -> bool {
        self.answer.is_some_and(|answer| answer.problem == Some(code))
    }

    /// The status that was answered.
    pub fn status(&self) -> Option<u16> {
        self.answer.map(|answer| answer.status.as_u16())
    }

    /// The same, with what it is about said first.
    #[must_use]
    pub fn about(mut self, subject: &str) -> Self {
        self.message = format!("{}: {}", shown(subject), self.message);
        self
    }
}

fn exit_of(Answered { status, problem }: Answered) -> ExitCode {
    use ProblemCode::{ChecksumMismatch, Damaged, PasswordRequired, WrongPassword};
    // A link's password is no sign-in.
    let is_of_link = matches!(problem, Some(PasswordRequired | WrongPassword));
    match (problem, status.as_u16()) {
        (Some(ChecksumMismatch | Damaged), _) => ExitCode::Damaged,
        (_, 401) if !is_of_link => ExitCode::NotSignedIn,
        (_, 404 | 410) => ExitCode::NotFound,
        (_, 401 | 403 | 409 | 412 | 413 | 415 | 422 | 507) => ExitCode::Refused,
        (_, 429 | 502..=504) => ExitCode::Unreachable,
        _ => ExitCode::Failed,
    }
}
