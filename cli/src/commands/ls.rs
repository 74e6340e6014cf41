//! `sharesync ls`: what lies in the library.

use std::collections::VecDeque;

use clap::Args;
use serde::Serialize;
use sharesync_protocol::FolderId;
use sharesync_protocol::api::{FileSummary, Folder, ScanState};

use super::words;
use crate::failure::Result;
use crate::library::{self, Found};
use crate::output::shown;
use crate::{Context, size};

/// List files and folders
#[derive(Args)]
#[command(
    after_help = "Shows sizes, when files were added (in UTC), and names; those of folders end \
        with `/`."
)]
pub struct Arguments {
    /// A folder of the library, or a file
    #[arg(value_name = "FOLDER", default_value = "/", hide_default_value = true)]
    path: String,
    /// List what lies in folders, too
    #[arg(short, long)]
    recursive: bool,
}

/// A row, as JSON tells it.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Row<'a> {
    File {
        path: &'a str,
        #[serde(flatten)]
        file: &'a FileSummary,
    },
    Folder {
        path: &'a str,
        #[serde(flatten)]
        folder: &'a Folder,
    },
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let api = context.api()?;
    let (at, path): (Option<FolderId>, _) = match library::find(&api, &arguments.path).await? {
        Found::File(file) => return tell_file(context, arguments.path.trim_matches('/'), &file),
        Found::Folder(folder) => (Some(folder.id), arguments.path.trim_matches('/').to_owned()),
        Found::Root => (None, String::new()),
    };
    // Names are told from the folder on that was asked for, as paths are where there are several folders.
    let mut waiting = VecDeque::from([(at, path)]);
    while let Some((at, path)) = waiting.pop_front() {
        let mut inner = vec![];
        for folder in library::folders(&api, at).await? {
            let path = library::join(&path, &folder.name);
            let told = if arguments.recursive { &path } else { &folder.name };
            context.output.result(&Row::Folder { path: &path, folder: &folder }, || {
                line("-", folder.created_at, &format!("{told}/"), "")
            })?;
            inner.push((Some(folder.id), path));
        }
        for file in library::files(&api, at).await? {
            let path = library::join(&path, &file.file.name);
            let told = if arguments.recursive { &path } else { &file.file.name };
            context
                .output
                .result(&Row::File { path: &path, file: &file }, || file_line(&file, told))?;
        }
        if arguments.recursive {
            inner.into_iter().rev().for_each(|folder| waiting.push_front(folder));
        }
    }
    Ok(())
}

fn tell_file(context: &Context, path: &str, file: &FileSummary) -> Result<()> {
    context.output.result(&Row::File { path, file }, || file_line(file, path))
}

fn file_line(row: &FileSummary, name: &str) -> String {
    let remark = match row.file.scan.scan {
        ScanState::Infected => "  [in quarantine]",
        ScanState::Pending => "  [not scanned yet]",
        ScanState::Clean | ScanState::Unscanned if row.damaged => "  [damaged]",
        ScanState::Clean | ScanState::Unscanned => "",
    };
    line(&size::words(row.file.size), row.file.created_at, name, remark)
}

fn line(size: &str, at: i64, name: &str, remark: &str) -> String {
    format!("{size:>10}  {}  {}{remark}", words::time(at), shown(name))
}
