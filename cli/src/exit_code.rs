//! What `sharesync` exits with. The same table is in `docs/CLI.md`.

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// All that was asked for is done.
    Done,
    /// It failed for a reason that is none of the others.
    Failed,
    /// The arguments, or the configuration, are not as they must be.
    Usage,
    /// Nobody is signed in, or not any more.
    NotSignedIn,
    /// The server does not allow it: permission, password, limits, quota, quarantine.
    Refused,
    /// It is not there, or not any more.
    NotFound,
    /// The server cannot be reached, or takes no more for now. The same may succeed later.
    Unreachable,
    /// Content is not what its digest says.
    Damaged,
    /// A file here cannot be read or written, or is there already.
    LocalFile,
    /// Somebody ended it.
    Interrupted,
}

impl ExitCode {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::NotSignedIn,
        Self::Refused,
        Self::NotFound,
        Self::Unreachable,
        Self::Damaged,
        Self::LocalFile,
        Self::Interrupted,
    ];

    /// The number.
    pub fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotSignedIn => 3,
            Self::Refused => 4,
            Self::NotFound => 5,
            Self::Unreachable => 6,
            Self::Damaged => 7,
            Self::LocalFile => 8,
            Self::Interrupted => 130,
        }
    }

    /// What it means, for the table.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed, for a reason that is none of the others",
            Self::Usage => "wrong arguments or configuration",
            Self::NotSignedIn => "nobody is signed in, or not any more",
            Self::Refused => "the server does not allow it",
            Self::NotFound => "not there, or not any more",
            Self::Unreachable => "the server cannot be reached, or takes no more for now",
            Self::Damaged => "content is not what its digest says",
            Self::LocalFile => "a file here cannot be read or written, or is there already",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_this_table() {
        let rows = ExitCode::ALL.map(|code| format!("| {} | {} |", code.number(), code.meaning()));
        let table = rows.join("\n");
        let documentation = include_str!("../../docs/CLI.md");
        assert!(documentation.contains(&table), "docs/CLI.md must hold\n{table}");
    }
}
