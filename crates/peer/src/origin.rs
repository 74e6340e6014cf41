//! Where a server is: scheme, host and port, and nothing else that an address may have.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use tokio_tungstenite::tungstenite::http::Uri;

/// A server's origin (RFC 6454 §4), of `https:` or `http:`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    secure: bool,
    /// Host and, where there is one, port; in lower case.
    authority: String,
}

/// What is no [`Origin`].
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("a server's address is https:// or http:// and a host, and a port where it has one")]
pub struct NoOrigin;

impl Origin {
    /// Whether it is reached by TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The address of a WebSocket there; `path` begins with a slash.
    pub(crate) fn web_socket(&self, path: &str) -> String {
        let scheme = if self.secure { "wss" } else { "ws" };
        format!("{scheme}://{}{path}", self.authority)
    }
}

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let uri: Uri = text.parse().map_err(|_| NoOrigin)?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(NoOrigin),
        };
        let authority = uri.authority().map(|authority| authority.as_str().to_ascii_lowercase());
        // A user's name in front of the host is how links lie about where they lead.
        let authority = authority.filter(|authority| !authority.contains('@')).ok_or(NoOrigin)?;
        let bare = uri.path() == "/" && uri.query().is_none() && !text.contains('#');
        let hosted = uri.host().is_some_and(|host| !host.is_empty());
        (bare && hosted).then_some(Self { secure, authority }).ok_or(NoOrigin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}
