//! Failures, as `application/problem+json` (RFC 9457).

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Problem {
    /// Always `about:blank` (RFC 9457 §4.2.1): `code` is what tells problems apart.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "server", schema(example = "about:blank"))]
    pub kind: String,
    /// The status' own words.
    #[cfg_attr(feature = "server", schema(example = "Payload Too Large"))]
    pub title: String,
    /// The HTTP status, again.
    #[cfg_attr(feature = "server", schema(example = 413))]
    pub status: u16,
    /// What happened, in a sentence for a person.
    pub detail: String,
    /// Stable, for programs.
    pub code: ProblemCode,
    /// The field at fault, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The limit that was met, in the unit of the thing limited (bytes for sizes).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// Tells problems apart for a program; never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum ProblemCode {
    /// 400: the request could not be read as what it says it is.
    BadRequest,
    /// 400: nobody has let the computer in yet: ask again after a while (RFC 8628 §3.5).
    AuthorizationPending,
    /// 400: nobody has, and it asks too often: from now on five seconds less often (RFC 8628 §3.5).
    SlowDown,
    /// 400: somebody has refused to let the computer in.
    AccessDenied,
    /// 400: nobody has let the computer in in time.
    ExpiredToken,
    /// 401: no sign-in, or one that has expired.
    Unauthenticated,
    /// 401: the address or the password is wrong.
    InvalidCredentials,
    /// 401: a code of the second factor is missing: the sign-in goes on at `/api/auth/second-factor`.
    SecondFactorRequired,
    /// 401: the share link's password is missing.
    PasswordRequired,
    /// 401: the share link's password is wrong.
    WrongPassword,
    /// 403: nobody has yet shown that they read what is sent to the account's address.
    EmailUnverified,
    /// 403: an administrator has disabled the account.
    AccountDisabled,
    /// 403: nobody may register.
    RegistrationClosed,
    /// 403: the API token is for other things.
    InsufficientScope,
    /// 403: the share link's downloads are limited, so that there are no previews.
    DownloadsLimited,
    /// 403: something was found in the file, or in one of several: it is in quarantine.
    Quarantined,
    /// 403: the account may not keep a file, or not have it for so long: `limit` seconds after it is stored at most.
    KeptTooLong,
    /// 403: signed in, and not allowed; or a download address that was tampered with.
    Forbidden,
    /// 404: not there, or not yours.
    NotFound,
    /// 405: the path does not take this method.
    MethodNotAllowed,
    /// 409: the address has an account already.
    EmailTaken,
    /// 409: the username is somebody's already.
    UsernameTaken,
    /// 409: a file of that name is there already.
    NameTaken,
    /// 409: without this administrator there would be none.
    LastAdmin,
    /// 409: there is a second factor already, or none.
    SecondFactorState,
    /// 409: there are `limit` already, which is the most.
    TooMany,
    /// 409: the file, or one of several, has not been scanned for viruses yet.
    ScanPending,
    /// 409: parts of the upload are missing.
    UploadIncomplete,
    /// 409: another request sends the same part, or the upload is over.
    Superseded,
    /// 409: the bytes do not go on where the upload ends.
    OffsetMismatch,
    /// 410: the link or the address has expired.
    Expired,
    /// 410: the link's downloads are used up.
    UsedUp,
    /// 412: it is not what its asker believes it to be.
    PreconditionFailed,
    /// 412: a version of tus that is not spoken here.
    UnsupportedVersion,
    /// 413: larger than `limit` bytes.
    TooLarge,
    /// 415: the body is of a type this path does not take.
    UnsupportedType,
    /// 415: files of this kind have no preview.
    NoPreview,
    /// 415: a file's content is not what its name claims.
    TypeMismatch,
    /// 415: files of this type are not taken.
    TypeRefused,
    /// 416: no such range in the file.
    RangeNotSatisfiable,
    /// 422: `field` is not as it must be.
    Invalid,
    /// 422: that is not the code, or it was used.
    InvalidCode,
    /// 422: the password is among the first that anybody would try.
    WeakPassword,
    /// 422: the file's name is refused.
    InvalidName,
    /// 422: a picture says that it has more than `limit` pixels.
    TooManyPixels,
    /// 422: an archive would unpack to more than `limit` bytes, to too many times its size, or to too many files.
    ArchiveBomb,
    /// 422: an archive would harm whoever unpacks it; `detail` says how.
    UnsafeArchive,
    /// 422: the upload holds no file, or an empty one.
    EmptyFile,
    /// 422, and 460 where it came by tus: what came is not what its digest says.
    ChecksumMismatch,
    /// 429: too often; `Retry-After` says when.
    RateLimited,
    /// 500: ours; the cause is in the server's log.
    Internal,
    /// The disk has changed a file's bytes: they are not served.
    Damaged,
    /// 503: for now; `Retry-After` says when.
    Unavailable,
    /// 507: the account's quota of `limit` bytes would be exceeded.
    QuotaExceeded,
    /// 507: the server's disk is full.
    OutOfSpace,
}
