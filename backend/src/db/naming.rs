//! Names that are free in a folder. Asked by whatever puts something there, while it holds the account: all that do hold
//! it, so that what is free stays so.

use uuid::Uuid;

use super::Tx;
use super::statement::query;
use crate::error::{Error, Result};
use crate::names::Candidates;

/// What is to be named: files and folders do not stand in each other's way.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// The wanted name or the first free `name (1)`, `name (2)` … in a folder.
pub(super) async fn free(tx: &mut Tx, what: Named, folder: Uuid, wanted: &str) -> Result<String> {
    let candidates = Candidates::of(wanted);
    let (from, to) = candidates.numbered_range();
    let taken = match what {
        Named::File => {
            "select name from file
             where folder_id = $1 and trash_id is null and (name = $2 or (name >= $3 and name < $4))"
        }
        Named::Folder => {
            "select name from folder
             where parent_id = $1 and trash_id is null and (name = $2 or (name >= $3 and name < $4))"
        }
    };
    let taken: Vec<String> =
        query(taken).bind(folder).bind(wanted).bind(from).bind(to).fetch_values(&mut *tx).await?;
    candidates.not_among(taken).next().ok_or(Error::NameTaken)
}
