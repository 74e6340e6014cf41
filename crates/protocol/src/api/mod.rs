//! Bodies of the HTTP API under `/api`, one module a noun.
//!
//! Times are milliseconds since the Unix epoch, in fields
//! named `…_at`; durations are seconds, in fields named `…_in`. Sizes are bytes. Every failure is a [`Problem`].

mod account;
mod file;
mod problem;
mod server;
mod share;
mod stats;

pub use account::{Login, Me, Register, Role, Session, SessionPage, TokenGrant};
pub use file::{
    Download, DownloadPage, FileDetails, FilePage, FileSummary, RenameFile, UploadedFile,
};
pub use problem::{Problem, ProblemCode};
pub use server::{Health, ServerInfo, SignalingAccess};
pub use share::{
    CreateShare, DownloadLink, OwnedShare, RequestDownload, ShareList, SharePublic, SharedFile,
    UnlockShare,
};
pub use stats::{BytesByPath, TransferHour, TransferStats, TransferSum};
