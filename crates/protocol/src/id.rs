//! Identifiers, each a type of its own so that one cannot be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::redacted::redacted_debug;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

uuid_id! {
    /// A user's account. UUID version 7 (RFC 9562 §5.7).
    UserId
}
uuid_id! {
    /// A file in somebody's library. UUID version 7 (RFC 9562 §5.7), so ids sort by age; it is a
    /// name and not a capability: every use of it is checked against its owner.
    FileId
}
uuid_id! {
    /// A folder in somebody's library. It is a name and not a capability.
    FolderId
}
uuid_id! {
    /// An address of a share link. It is a name and not a capability: that is its slug.
    AddressId
}
uuid_id! {
    /// Something in somebody's trash: a file, or a folder with all that lies in it.
    TrashId
}
uuid_id! {
    /// A file on its way into somebody's library. It is a name and not a capability.
    UploadId
}
uuid_id! {
    /// Several files that are fetched as one archive. It is a name and not a capability.
    ArchiveId
}
uuid_id! {
    /// A signed-in session: everything descended from one sign-in.
    SessionId
}
uuid_id! {
    /// A token that a script calls with.
    ApiTokenId
}
uuid_id! {
    /// Leave to register, once.
    InvitationId
}

uuid_id! {
    /// A file request. It is a name and not a capability: that is its slug.
    RequestId
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        pub struct $name(pub String);

        impl $name {
            /// The slug as it stands in a URL.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        redacted_debug!($name);
    };
}

slug! {
    /// The name of a share link: 128 random bits as 22 characters of base64url.
    ///
    /// Whoever has it may open the link, so it is never logged.
    ShareSlug
}
slug! {
    /// The name of a file request: 128 random bits as 22 characters of base64url.
    ///
    /// Whoever has it may upload, so it is never logged.
    RequestSlug
}
