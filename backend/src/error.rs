//! Everything that can go wrong with a request, each with the status it answers. Database, store
//! and handlers return it; the response is an RFC 9457 problem.

use std::io;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sharesync_protocol::api::{Problem, ProblemCode, Scope};
use sharesync_service_kit::limiter::TooOften;

/// The media type of a problem (RFC 9457 §3).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// When to ask again for what is not there yet, or for now, in seconds.
const RETRY_AFTER_SECS: u64 = 2;

/// The version of tus that is spoken.
pub const TUS_VERSION: &str = "1.0.0";

/// What a fallible part of the server returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: the request could not be read as what it says it is.
    #[error("The request could not be read: {0}")]
    BadRequest(String),
    /// 400: nobody has let the computer in yet.
    #[error("Nobody has let this computer in yet.")]
    AuthorizationPending,
    /// 400: nobody has, and it asks too often.
    #[error("Nobody has let this computer in yet. Ask less often.")]
    SlowDown,
    /// 400: somebody has refused to let the computer in.
    #[error("This computer was refused.")]
    AccessDenied,
    /// 400: nobody has let the computer in in time.
    #[error("Nobody has let this computer in in time. Begin anew.")]
    ExpiredToken,
    /// 401: no access token, or not a good one.
    #[error("Sign in to do this.")]
    Unauthenticated,
    /// 401: the address or the password is wrong; which one is not said.
    #[error("The e-mail address or the password is wrong.")]
    InvalidCredentials,
    /// 401: a code of the second factor is missing.
    #[error("Give the code of your authenticator, too.")]
    SecondFactorRequired,
    /// 401: the share link asks for a password.
    #[error("This link asks for a password.")]
    PasswordRequired,
    /// 401: the share link asks for another password.
    #[error("The password is wrong.")]
    WrongPassword,
    /// 403: nobody has yet shown that they read what is sent to the account's address.
    #[error("Open the link in the mail that was sent to this address first.")]
    EmailUnverified,
    /// 403: an administrator has disabled the account.
    #[error("This account is disabled. Ask whoever runs this server.")]
    AccountDisabled,
    /// 403: nobody may register.
    #[error("One has to be invited to have an account here. Ask whoever runs this server.")]
    RegistrationClosed,
    /// 403: signed in, and not allowed.
    #[error("Your account is not for this.")]
    Forbidden,
    /// 403: the account may not keep a file, or not for so long.
    #[error("Your account may have a file for {} after it is stored, and not keep it.", in_days(*limit))]
    KeptTooLong {
        /// How long it may, in seconds.
        limit: u64,
    },
    /// 403: the API token is for other things.
    #[error("This API token is not for this{}.", scope.map(|scope| format!(": it lacks {}", scope.name())).unwrap_or_default())]
    InsufficientScope {
        /// What it would have to be made for; none where no API token will do.
        scope: Option<Scope>,
    },
    /// 403: a download address that was made up or tampered with.
    #[error("This address was not made by this server, or was changed.")]
    BadSignature,
    /// 403: a preview would go past the limit of the share link's downloads.
    #[error("The downloads of this link are counted, so its files are not shown before.")]
    DownloadsLimited,
    /// 403: something was found in the file.
    #[error("Something harmful was found in this file: it is in quarantine, and not handed out.")]
    Quarantined,
    /// 404: not there, or not the asker's.
    #[error("There is nothing here, or it is not yours.")]
    NotFound,
    /// 405: the path does not take this method.
    #[error("This path does not take this method.")]
    MethodNotAllowed,
    /// 409: the address has an account already.
    #[error("This e-mail address has an account already.")]
    EmailTaken,
    /// 409: the username is somebody's.
    #[error("This username is taken.")]
    UsernameTaken,
    /// 409: the owner has a file of that name.
    #[error("You have a file of that name already.")]
    NameTaken,
    /// 409: without this administrator there would be none.
    #[error("Without this administrator there would be none.")]
    LastAdmin,
    /// 409: there is a second factor already, or none.
    #[error("{0}")]
    SecondFactorState(&'static str),
    /// 409: nobody has looked for viruses in the file yet.
    #[error("This file is still being checked for viruses. Try again in a moment.")]
    ScanPending,
    /// 409: there are as many as there may be.
    #[error("There are {limit} already, which is the most.")]
    TooMany {
        /// The most.
        limit: u32,
    },
    /// 409: parts of the upload are missing, this many bytes.
    #[error("{missing} bytes of this upload are missing.")]
    UploadIncomplete {
        /// Bytes that have not come.
        missing: u64,
    },
    /// 409: somebody else sends the same part, or the upload is over.
    #[error("Another request sends this part, or the upload is over.")]
    Superseded,
    /// 409: the bytes do not go on where the upload ends.
    #[error("The upload goes on at byte {offset}.")]
    OffsetMismatch {
        /// Where it does.
        offset: u64,
    },
    /// 410: the link or the download address has expired.
    #[error("This link has expired.")]
    Expired,
    /// 410: the link's downloads are used up.
    #[error("This link's downloads are used up.")]
    UsedUp,
    /// 410: the request has all the files that it takes.
    #[error("All the files that were asked for have come.")]
    Full,
    /// 412: it is not what its asker believes it to be.
    #[error("This is not the version that was asked for.")]
    PreconditionFailed,
    /// 412: a version of tus that is not spoken here.
    #[error("This server speaks tus 1.0.0: say so in Tus-Resumable.")]
    TusVersion,
    /// 413: the body, or the file in it, is larger than so many bytes.
    #[error("This is larger than the limit of {limit} bytes.")]
    TooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// 415: a file's content is not what its name claims.
    #[error("This file is called {name}, but its content is {content}.")]
    TypeMismatch {
        /// The file's name.
        name: String,
        /// What it was recognised as, such as "a program".
        content: &'static str,
    },
    /// 415: files of this media type are not taken.
    #[error("Files of the type {0} are not taken here.")]
    TypeRefused(String),
    /// 415: the body is of a type this path does not take.
    #[error("{0}")]
    UnsupportedType(String),
    /// 415: files of this kind are not shown.
    #[error("Files of this kind have no preview. Download it to see what is in it.")]
    NoPreview,
    /// 416: no such range in a file of so many bytes.
    #[error("There is no such range in a file of {size} bytes.")]
    RangeNotSatisfiable {
        /// Bytes of the file, for `Content-Range` (RFC 9110 §14.4).
        size: u64,
    },
    /// 422: a field is not as it must be.
    #[error("{field}: {message}")]
    Invalid {
        /// The field.
        field: String,
        /// What it must be.
        message: String,
    },
    /// 422: that is not the code of the second factor, or it was used.
    #[error("That is not the code, or it was used already.")]
    InvalidCode,
    /// 422: a password among the first that anybody would try.
    #[error(
        "This password is among the first that anybody would try. Choose another one: a few words in a row will do."
    )]
    WeakPassword,
    /// 422: a file name that is refused.
    #[error("{0}")]
    InvalidName(&'static str),
    /// 422: a picture says that it has more pixels than this.
    #[error("This picture says that it has more than {limit} pixels, or hides how many.")]
    TooManyPixels {
        /// Pixels allowed.
        limit: u64,
    },
    /// 422: an archive would unpack to too much.
    #[error(
        "This archive would unpack to more than {limit} bytes, to more than a thousand times its size, or to too many files."
    )]
    ArchiveBomb {
        /// Bytes allowed.
        limit: u64,
    },
    /// 422: an archive would harm whoever unpacks it.
    #[error("This archive is not safe to unpack: {0}.")]
    UnsafeArchive(&'static str),
    /// 422: an upload without a file in it, or with an empty one.
    #[error("The upload holds no file, or an empty one.")]
    EmptyFile,
    /// 422: what came is not what its digest says.
    #[error("What came is not what its SHA-256 says.")]
    ChecksumMismatch,
    /// 460: the bytes of a tus request are not what their checksum says.
    #[error("What came is not what its checksum says.")]
    ChunkMismatch,
    /// 507: the account's quota would be exceeded.
    #[error("This would exceed your quota of {quota} bytes.")]
    QuotaExceeded {
        /// Bytes the account may store.
        quota: u64,
    },
    /// 507: there is no room where it would go, with somebody else.
    #[error("There is no room for this with whoever asked for it. Tell them.")]
    NoRoom,
    /// 507: the server's disk is full.
    #[error("The server's disk is full.")]
    OutOfSpace,
    /// 429: too often.
    #[error("This was asked too often. Try again in {} s.", whole_seconds(*retry_after))]
    RateLimited {
        /// How long until it is allowed again.
        retry_after: Duration,
    },
    /// 503: what this depends on cannot be reached for now.
    #[error("The server cannot reach what it needs for this. Try again in a moment.")]
    Unavailable,
    /// 503: the server is not ready for anything, for it cannot reach this.
    #[error("The server cannot reach its {0}. Try again in a moment.")]
    NotReady(&'static str),
    /// 500: a file's bytes are not what was stored any more.
    #[error(
        "This file's bytes were damaged where they are stored. Whoever sent it may send it again."
    )]
    Damaged,
    /// 500: ours. The cause is logged and not told.
    #[error("Something went wrong on the server.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps a failure that is nobody's but ours.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// A field that is not as it must be.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }

    /// What tells it apart, for programs.
    pub fn code(&self) -> ProblemCode {
        self.status_and_code().1
    }

    /// Whether it is what a file is refused for, however often it is sent.
    pub fn refuses_content(&self) -> bool {
        matches!(
            self,
            Self::TypeMismatch { .. }
                | Self::TypeRefused(_)
                | Self::TooManyPixels { .. }
                | Self::ArchiveBomb { .. }
                | Self::UnsafeArchive(_)
        )
    }

    fn status_and_code(&self) -> (StatusCode, ProblemCode) {
        match self {
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, ProblemCode::BadRequest),
            Self::AuthorizationPending => {
                (StatusCode::BAD_REQUEST, ProblemCode::AuthorizationPending)
            }
            Self::SlowDown => (StatusCode::BAD_REQUEST, ProblemCode::SlowDown),
            Self::AccessDenied => (StatusCode::BAD_REQUEST, ProblemCode::AccessDenied),
            Self::ExpiredToken => (StatusCode::BAD_REQUEST, ProblemCode::ExpiredToken),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, ProblemCode::Unauthenticated),
            Self::InvalidCredentials => (StatusCode::UNAUTHORIZED, ProblemCode::InvalidCredentials),
            Self::SecondFactorRequired => {
                (StatusCode::UNAUTHORIZED, ProblemCode::SecondFactorRequired)
            }
            Self::PasswordRequired => (StatusCode::UNAUTHORIZED, ProblemCode::PasswordRequired),
            Self::WrongPassword => (StatusCode::UNAUTHORIZED, ProblemCode::WrongPassword),
            Self::EmailUnverified => (StatusCode::FORBIDDEN, ProblemCode::EmailUnverified),
            Self::AccountDisabled => (StatusCode::FORBIDDEN, ProblemCode::AccountDisabled),
            Self::RegistrationClosed => (StatusCode::FORBIDDEN, ProblemCode::RegistrationClosed),
            Self::InsufficientScope { .. } => {
                (StatusCode::FORBIDDEN, ProblemCode::InsufficientScope)
            }
            Self::Forbidden | Self::BadSignature => (StatusCode::FORBIDDEN, ProblemCode::Forbidden),
            Self::KeptTooLong { .. } => (StatusCode::FORBIDDEN, ProblemCode::KeptTooLong),
            Self::DownloadsLimited => (StatusCode::FORBIDDEN, ProblemCode::DownloadsLimited),
            Self::Quarantined => (StatusCode::FORBIDDEN, ProblemCode::Quarantined),
            Self::NotFound => (StatusCode::NOT_FOUND, ProblemCode::NotFound),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, ProblemCode::MethodNotAllowed)
            }
            Self::EmailTaken => (StatusCode::CONFLICT, ProblemCode::EmailTaken),
            Self::UsernameTaken => (StatusCode::CONFLICT, ProblemCode::UsernameTaken),
            Self::NameTaken => (StatusCode::CONFLICT, ProblemCode::NameTaken),
            Self::LastAdmin => (StatusCode::CONFLICT, ProblemCode::LastAdmin),
            Self::SecondFactorState(_) => (StatusCode::CONFLICT, ProblemCode::SecondFactorState),
            Self::ScanPending => (StatusCode::CONFLICT, ProblemCode::ScanPending),
            Self::TooMany { .. } => (StatusCode::CONFLICT, ProblemCode::TooMany),
            Self::OffsetMismatch { .. } => (StatusCode::CONFLICT, ProblemCode::OffsetMismatch),
            Self::PreconditionFailed => {
                (StatusCode::PRECONDITION_FAILED, ProblemCode::PreconditionFailed)
            }
            Self::TusVersion => (StatusCode::PRECONDITION_FAILED, ProblemCode::UnsupportedVersion),
            Self::ChunkMismatch => (tus_mismatch(), ProblemCode::ChecksumMismatch),
            Self::Superseded => (StatusCode::CONFLICT, ProblemCode::Superseded),
            Self::UploadIncomplete { .. } => (StatusCode::CONFLICT, ProblemCode::UploadIncomplete),
            Self::Expired => (StatusCode::GONE, ProblemCode::Expired),
            Self::UsedUp | Self::Full => (StatusCode::GONE, ProblemCode::UsedUp),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, ProblemCode::TooLarge),
            Self::UnsupportedType(_) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, ProblemCode::UnsupportedType)
            }
            Self::NoPreview => (StatusCode::UNSUPPORTED_MEDIA_TYPE, ProblemCode::NoPreview),
            Self::TypeMismatch { .. } => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, ProblemCode::TypeMismatch)
            }
            Self::TypeRefused(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, ProblemCode::TypeRefused),
            Self::RangeNotSatisfiable { .. } => {
                (StatusCode::RANGE_NOT_SATISFIABLE, ProblemCode::RangeNotSatisfiable)
            }
            Self::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::Invalid),
            Self::InvalidCode => (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::InvalidCode),
            Self::WeakPassword => (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::WeakPassword),
            Self::InvalidName(_) => (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::InvalidName),
            Self::TooManyPixels { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::TooManyPixels)
            }
            Self::ArchiveBomb { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::ArchiveBomb)
            }
            Self::UnsafeArchive(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::UnsafeArchive)
            }
            Self::EmptyFile => (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::EmptyFile),
            Self::ChecksumMismatch => {
                (StatusCode::UNPROCESSABLE_ENTITY, ProblemCode::ChecksumMismatch)
            }
            Self::QuotaExceeded { .. } | Self::NoRoom => {
                (StatusCode::INSUFFICIENT_STORAGE, ProblemCode::QuotaExceeded)
            }
            Self::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, ProblemCode::RateLimited),
            Self::OutOfSpace => (StatusCode::INSUFFICIENT_STORAGE, ProblemCode::OutOfSpace),
            Self::Unavailable | Self::NotReady(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, ProblemCode::Unavailable)
            }
            Self::Damaged => (StatusCode::INTERNAL_SERVER_ERROR, ProblemCode::Damaged),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, ProblemCode::Internal),
        }
    }

    fn field(&self) -> Option<String> {
        match self {
            Self::Invalid { field, .. } => Some(field.clone()),
            Self::EmailTaken => Some("email".into()),
            Self::UsernameTaken => Some("username".into()),
            Self::WeakPassword => Some("password".into()),
            Self::InvalidCode => Some("code".into()),
            Self::InvalidName(_) | Self::NameTaken => Some("name".into()),
            _ => None,
        }
    }

    fn limit(&self) -> Option<u64> {
        match self {
            Self::TooLarge { limit }
            | Self::KeptTooLong { limit }
            | Self::TooManyPixels { limit }
            | Self::ArchiveBomb { limit } => Some(*limit),
            Self::QuotaExceeded { quota } => Some(*quota),
            Self::TooMany { limit } => Some(u64::from(*limit)),
            _ => None,
        }
    }

    fn problem(&self) -> Problem {
        let (status, code) = self.status_and_code();
        Problem {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or_default().into(),
            status: status.as_u16(),
            detail: self.to_string(),
            code,
            field: self.field(),
            limit: self.limit(),
        }
    }
}

/// Seconds that are whole days, in words.
fn in_days(seconds: u64) -> String {
    match seconds / (24 * 3600) {
        1 => "1 day".into(),
        days => format!("{days} days"),
    }
}

/// Rounded up: whoever waits so long has waited long enough.
pub fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) = &self {
            tracing::error!(%cause, "request failed");
        }
        let (status, _) = self.status_and_code();
        let problem = self.problem();
        let code = problem.code;
        let mut response = (status, Json(problem)).into_response();
        // Whoever counts why requests are refused finds it there.
        response.extensions_mut().insert(code);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        match self {
            Self::RangeNotSatisfiable { size } => {
                let range = HeaderValue::try_from(format!("bytes */{size}"));
                headers.insert(header::CONTENT_RANGE, range.expect("digits make a header"));
            }
            Self::RateLimited { retry_after } => {
                let seconds = whole_seconds(retry_after);
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Unavailable | Self::NotReady(_) | Self::ScanPending => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECS));
            }
            Self::TusVersion => {
                headers.insert("tus-version", HeaderValue::from_static(TUS_VERSION));
            }
            Self::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

/// Tus 1.0, "Checksum": a status of its own.
fn tus_mismatch() -> StatusCode {
    StatusCode::from_u16(460).expect("three digits make a status")
}

impl From<TooOften> for Error {
    fn from(refused: TooOften) -> Self {
        Self::RateLimited { retry_after: refused.retry_after }
    }
}

impl From<sqlx::Error> for Error {
    fn from(cause: sqlx::Error) -> Self {
        if is_out_of_space(&cause) {
            return Self::OutOfSpace;
        }
        if is_out_of_reach(&cause) {
            tracing::warn!(%cause, "the database is out of reach");
            return Self::Unavailable;
        }
        Self::internal(cause)
    }
}

/// Whether the database's disk is full: `SQLITE_FULL`, and PostgreSQL's `disk_full`.
fn is_out_of_space(cause: &sqlx::Error) -> bool {
    let code = cause.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(&*code, "13" | "53100"))
}

/// Whether the database is gone for now, rather than in disagreement. PostgreSQL's classes 08 (connection exception),
/// 53 (insufficient resources) and 57P (operator intervention), by appendix A of its manual.
fn is_out_of_reach(cause: &sqlx::Error) -> bool {
    match cause {
        sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.len() == 5 && ["08", "53", "57P"].iter().any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}

impl From<io::Error> for Error {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::OutOfSpace,
            // No disk says so: the bucket.
            io::ErrorKind::HostUnreachable => {
                tracing::warn!(%cause, "the bucket is out of reach");
                Self::Unavailable
            }
            _ => Self::internal(cause),
        }
    }
}
