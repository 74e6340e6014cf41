//! Bodies of the HTTP API under `/api`, one module a noun.
//!
//! Times are milliseconds since the Unix epoch, in fields
//! named `…_at`; durations are seconds, in fields named `…_in`. Sizes are bytes. Every failure is a [`Problem`].

mod account;
mod archive;
mod credentials;
mod device_login;
mod digest;
mod file;
mod file_kind;
mod file_request;
mod folder;
mod given;
mod hand_in;
mod invitation;
mod preview;
mod problem;
mod purge_record;
mod scan;
mod server;
mod share;
mod sign_in;
mod stats;
mod time_series;
mod token;
mod trash;
mod upload;
mod user;

pub use account::{
    ChangePassword, Login, MailRequest, Me, Register, ResetPassword, Role, Session, SessionPage,
    TokenGrant, VerifyEmail,
};
pub use archive::{ArchiveLink, RequestArchive, RequestShareArchive};
pub use credentials::{EmailAddress, NewPassword, Username};
pub use device_login::{BeginDeviceLogin, BegunDeviceLogin, DeviceLogin, RequestDeviceToken};
pub use digest::{ContentDigest, NoDigest, PartsDigest, Sha256Digest};
pub use file::{
    ChangeFile, Download, DownloadPage, FileDetails, FilePage, FileSummary, Move, Selection,
    UploadedFile,
};
pub use file_kind::FileKind;
pub use file_request::{
    BeginRequestedUpload, BegunRequestedUpload, ChangeFileRequest, CreateFileRequest,
    FileRequestPage, FileRequestPublic, FileRequestTerms, OwnedFileRequest, ReceivedBy,
    RequestedUploadDetails, SentFile, UnlockFileRequest, UnlockedFileRequest,
};
pub use folder::{CreateFolder, Folder, FolderDetails, FolderPage, FolderStep, RenameFolder};
pub use hand_in::{HandInStatus, HandedIn, HandedInPage, OwnHandIn, OwnHandInPage};
pub use invitation::{CreateInvitation, Invitation, InvitationPage, IssuedInvitation};
pub use preview::{PreviewKind, PreviewLink, RequestPreview};
pub use problem::{Problem, ProblemCode};
pub use purge_record::{PurgeReason, PurgeRecord, PurgeRecordPage, Purgeable};
pub use scan::{ScanResult, ScanState};
pub use server::{Health, ReadyHealth, ScannerHealth, ServerInfo, SignalingAccess};
pub use share::{
    ChangeShare, CreateShare, DownloadLink, OwnedShare, RequestDownload, ShareAddress, ShareList,
    SharePublic, SharedFile, UnlockShare,
};
pub use sign_in::{
    BeginSecondFactor, BeginSignIn, RecoveryCodes, SecondFactorCode, SecondFactorSetup,
    SignInAddress, SignInProvider,
};
pub use stats::{
    ActiveUsers, BytesByEveryPath, BytesByPath, PurgeSum, RejectionSum, ScanSum, Stats,
    StoredByUser, StoredKind, TopShare, TransferHour, TransferStats, TransferSum,
};
pub use time_series::{Metric, Point, Series, Step, TimeSeries};
pub use token::{ApiToken, ApiTokenPage, CreateApiToken, IssuedApiToken, Scope};
pub use trash::{PutInTrash, Restore, TrashPage, TrashReason, Trashed};
pub use upload::{
    BeginUpload, BegunUpload, CompleteUpload, PartAddress, PartAddresses, ReceivedPart,
    RequestParts, UploadDetails, UploadPage, UploadSession, WantedPart,
};
pub use user::{ChangeUser, CreateUser, User, UserPage};
