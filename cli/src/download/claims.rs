//! Places that this command has given to files: two files of one name get two places.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::local_name::numbered;
use crate::output::shown;

/// The places that are given away.
#[derive(Default)]
pub struct Claims {
    taken: HashSet<String>,
}

impl Claims {
    /// A place for a file of this name in a folder: with a number behind the name, where another of this command's has it.
    /// Fails where something lies there already.
    pub fn claim(&mut self, folder: &Path, name: &str) -> Result<PathBuf> {
        let mut place = folder.join(name);
        let mut number = 0;
        // Some file systems tell names that differ in case only not apart.
        while !self.taken.insert(place.to_string_lossy().to_lowercase()) {
            number += 1;
            place = folder.join(numbered(name, number));
        }
        // Where it is put until it is whole.
        self.taken.insert(format!("{}.part", place.to_string_lossy().to_lowercase()));
        if place.symlink_metadata().is_ok() {
            return Err(there_already(&place));
        }
        Ok(place)
    }
}

/// Something lies where a file was to be put.
pub(super) fn there_already(place: &Path) -> Failure {
    let place = place.to_string_lossy();
    let message = format!("{} is there already, and is left as it is", shown(&place));
    Failure::new(ExitCode::LocalFile, "file_exists", message)
}
