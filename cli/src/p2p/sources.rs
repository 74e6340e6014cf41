//! What is sent, as it is offered. Used by `send`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sharesync_peer::transfer::{Source, SourceError, read_tree};

use crate::Context;
use crate::failure::{Failure, Result};

/// Every file of these files and folders. Standard input, which is `-` and called `name`, is copied aside first.
pub async fn find_sources(
    paths: &[PathBuf],
    name: &str,
    context: &Context,
) -> Result<Arc<[Arc<Source>]>> {
    let (paths, name) = (paths.to_vec(), name.to_owned());
    let found = tokio::task::spawn_blocking(move || {
        let (mut files, mut skipped) = (vec![], vec![]);
        for path in paths {
            if path.as_os_str() == "-" {
                let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
                let now = i64::try_from(now).unwrap_or_default();
                files.push(Source::set_aside(&name, io::stdin().lock(), now)?);
            } else if path.is_dir() {
                let mut tree = read_tree(&path)?;
                files.append(&mut tree.files);
                skipped.append(&mut tree.skipped);
            } else {
                files.push(Source::file(&path)?);
            }
        }
        Ok((files, skipped))
    });
    let found: std::result::Result<_, SourceError> =
        found.await.map_err(|error| Failure::local("read the files", error))?;
    let (files, skipped) = found.map_err(|error| Failure::local("send it", error))?;
    for path in skipped {
        context.output.warn(format_args!(
            "{} is neither a file nor a folder, and is not sent",
            crate::output::shown(&path.to_string_lossy())
        ));
    }
    if files.is_empty() {
        return Err(Failure::usage("there is no file in what is to be sent"));
    }
    Ok(files.into_iter().map(Arc::new).collect())
}

/// What a path is from everywhere; standard input is never what it was before.
pub fn full(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
