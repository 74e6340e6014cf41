//! What can go wrong with a bucket: three cases, because a caller does three things. It waits, it does without, or it
//! tells somebody.

use std::io;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// The cause of an error. Says nothing secret: no key, no presigned URL.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a bucket's methods return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation failed. The message names the operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service was not reached, did not answer in time, or said that it cannot now. Worth another try.
    #[error("the bucket is out of reach to {operation}")]
    Unavailable {
        /// What was asked.
        operation: &'static str,
        /// The connection's error, or the service's answer.
        source: Cause,
    },
    /// There is no such object, upload or, to [`Bucket::check`](crate::Bucket::check), bucket.
    #[error("the bucket has nothing to {operation}")]
    NotFound {
        /// What was asked.
        operation: &'static str,
    },
    /// Any other answer: a wrong key, a digest that does not match, a bucket that is not there, a mistake of ours.
    #[error("the bucket refused to {operation}")]
    Refused {
        /// What was asked.
        operation: &'static str,
        /// The service's answer, or what was wrong before it was asked.
        source: Cause,
    },
}

/// An error that the service answered with.
#[derive(Debug, thiserror::Error)]
#[error("{code} ({status}): {message}")]
struct Answer {
    code: String,
    status: u16,
    message: String,
}

/// Codes of answers after which the same request may well succeed, whatever their status.
const PASSING: [&str; 6] = [
    "InternalError",
    "OperationAborted",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "TooManyRequests",
];

impl Error {
    /// What the SDK's error means.
    pub(crate) fn sdk<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        if let SdkError::ServiceError(answered) = &error {
            let metadata = answered.err().meta();
            let answer = Answer {
                code: metadata.code().unwrap_or("no code").to_owned(),
                status: answered.raw().status().as_u16(),
                message: metadata.message().unwrap_or_default().to_owned(),
            };
            return Self::answer(operation, answer);
        }
        let reached = match &error {
            SdkError::TimeoutError(_) | SdkError::ResponseError(_) => false,
            SdkError::DispatchFailure(failure) => failure.is_user(),
            _ => true,
        };
        let source = error.into_source().unwrap_or_else(Into::into);
        if reached {
            Self::refused(operation, source)
        } else {
            Self::unavailable(operation, source)
        }
    }

    pub(crate) fn refused(operation: &'static str, source: impl Into<Cause>) -> Self {
        Self::Refused { operation, source: source.into() }
    }

    pub(crate) fn unavailable(operation: &'static str, source: impl Into<Cause>) -> Self {
        Self::Unavailable { operation, source: source.into() }
    }

    fn answer(operation: &'static str, answer: Answer) -> Self {
        let code = answer.code.as_str();
        match answer.status {
            // A bucket that is missing is a wrong setting; what it held may be safe.
            404 if code == "NoSuchBucket" => Self::refused(operation, answer),
            404 => Self::NotFound { operation },
            _ if ["NoSuchKey", "NoSuchUpload"].contains(&code) => Self::NotFound { operation },
            501 => Self::refused(operation, answer),
            429 | 500.. => Self::unavailable(operation, answer),
            _ if PASSING.contains(&code) => Self::unavailable(operation, answer),
            _ => Self::refused(operation, answer),
        }
    }
}

/// Where a bucket stands in for a file. Whatever was not reached is [`HostUnreachable`](io::ErrorKind::HostUnreachable),
/// which no local disk says; the error itself is the `io::Error`'s inner one.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Unavailable { .. } => io::ErrorKind::HostUnreachable,
            Error::NotFound { .. } => io::ErrorKind::NotFound,
            Error::Refused { .. } => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_what_a_caller_does_about_them() {
        let kinds = [
            (
                io::ErrorKind::HostUnreachable,
                vec![(503, "SlowDown"), (500, "InternalError"), (502, ""), (429, "")],
            ),
            // An upload is completed under a status that was sent before it failed.
            (io::ErrorKind::HostUnreachable, vec![(200, "InternalError"), (400, "RequestTimeout")]),
            (io::ErrorKind::NotFound, vec![(404, ""), (404, "NoSuchKey"), (200, "NoSuchUpload")]),
            (
                io::ErrorKind::Other,
                vec![(404, "NoSuchBucket"), (403, "AccessDenied"), (400, "BadDigest"), (501, "")],
            ),
        ];
        for (kind, answers) in kinds {
            for (status, code) in answers {
                let answer = Answer { code: code.to_owned(), status, message: String::new() };
                let error = io::Error::from(Error::answer("look", answer));
                assert_eq!(error.kind(), kind, "{code} ({status})");
                assert!(error.downcast::<Error>().is_ok());
            }
        }
    }
}
