//! Places in a library, as they stand in addresses: a folder, and where a sorted list goes on. Used by the handlers of
//! files and of folders.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sharesync_protocol::{FolderId, UserId};
use uuid::Uuid;

use super::extract::AuthUser;
use crate::app::AppState;
use crate::db::folder;
use crate::error::Result;
use crate::folders;

/// A folder, or `root` for the one that holds all others.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum InFolder {
    /// The one that holds all others.
    Root(Root),
    /// This one.
    Folder(FolderId),
}

/// The word for it.
#[derive(Clone, Copy, Debug, Deserialize)]
pub enum Root {
    /// The only one.
    #[serde(rename = "root")]
    Root,
}

impl InFolder {
    /// Which one of somebody's.
    pub fn of(self, owner: UserId) -> FolderId {
        match self {
            Self::Root(Root::Root) => folder::home(owner),
            Self::Folder(id) => id,
        }
    }
}

/// Where somebody's upload goes: into a folder of theirs, and along a path from there; what is handed in lies in none.
pub async fn destination(
    app: &AppState,
    user: &AuthUser,
    handed_in: bool,
    folder: Option<FolderId>,
    path: Option<&str>,
) -> Result<FolderId> {
    if handed_in {
        return Ok(folder::home(user.id));
    }
    folders::destination(app, user.id, folder, path).await
}

/// Behind what a page goes on: its id, and what it is sorted by.
#[derive(Debug, PartialEq, Eq)]
pub struct After {
    /// What it is sorted by, as text; empty where that is its id.
    pub key: String,
    /// Its id.
    pub id: Uuid,
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => self.id.fmt(f),
            key => write!(f, "{}.{}", self.id, URL_SAFE_NO_PAD.encode(key)),
        }
    }
}

/// It is not a cursor.
#[derive(Debug)]
pub struct NoCursor;

impl FromStr for After {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (id, key) = text.split_once('.').unwrap_or((text, ""));
        let key = URL_SAFE_NO_PAD.decode(key).map_err(|_| NoCursor)?;
        Ok(Self {
            id: id.parse().map_err(|_| NoCursor)?,
            key: String::from_utf8(key).map_err(|_| NoCursor)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for key in ["", "a. ä/?&=%"] {
            let after = After { key: key.into(), id: Uuid::from_u128(7) };
            assert_eq!(after.to_string().parse::<After>().unwrap(), after);
        }
        for other in ["", "x", ".", "x.x", "00000000-0000-0000-0000-000000000007.!"] {
            assert!(other.parse::<After>().is_err(), "{other}");
        }
    }
}
