//! How a conversation and a transfer end.

use sharesync_protocol::transfer::FailureCode;

/// How a conversation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The connection is gone. Another conversation may go on from here.
    Lost,
    /// The transfer is over.
    Over(Outcome),
}

/// How a transfer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every accepted file is there, and proven to be the same.
    Verified,
    /// The receiver wanted none.
    Declined,
    /// A person stopped it.
    Cancelled {
        /// On this side.
        by_us: bool,
    },
    /// Something went wrong.
    Failed {
        /// What, for a program.
        code: FailureCode,
        /// What, for a person; safe to print, whoever wrote it.
        message: String,
        /// Whether this side found it.
        by_us: bool,
    },
}
