//! `sharesync mv`: moves and renames.

use clap::Args;
use serde_json::json;
use sharesync_protocol::FolderId;
use sharesync_protocol::api::{ChangeFile, Move, RenameFolder, Selection};

use crate::Context;
use crate::api::Api;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::library::{self, Found};
use crate::output::shown;

/// Move or rename files and folders
#[derive(Args)]
#[command(
    after_help = "Into DESTINATION where that is a folder, otherwise to that name. In a folder, \
        a name that is taken gets a number behind it; nothing is overwritten."
)]
pub struct Arguments {
    /// Files and folders of the library
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<String>,
    /// A folder (`/` for the library itself), or the new name
    #[arg(value_name = "DESTINATION")]
    destination: String,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let Arguments { sources, destination } = arguments;
    let api = context.api()?;
    let into = match library::find(&api, &destination).await {
        Ok(Found::Root) => Some(None),
        Ok(Found::Folder(folder)) => Some(Some(folder.id)),
        Ok(Found::File(_)) => {
            let message = "a file of that name is there already";
            return Err(Failure::new(ExitCode::Refused, "name_taken", message).about(&destination));
        }
        Err(failure) if failure.exit == ExitCode::NotFound && !destination.ends_with('/') => None,
        Err(failure) => return Err(failure),
    };
    match (into, &*sources) {
        (Some(to), _) => {
            let chosen = library::choose(&api, &sources).await?;
            let what = Selection { file_ids: chosen.files, folder_ids: chosen.folders };
            api.post_only("/api/files/move", &Move { what, to }).await?;
        }
        (None, [source]) => rename(&api, source, &destination).await?,
        (None, _) => {
            let message = "there is no such folder to move several into";
            return Err(Failure::not_found(message).about(&destination));
        }
    }
    let told = json!({ "moved": sources.len(), "to": destination });
    context.output.result(&told, || format!("moved to {}", shown(&destination)))
}

/// Moves one thing to a path where nothing is.
async fn rename(api: &Api, source: &str, destination: &str) -> Result<()> {
    let steps = library::steps(destination)?;
    let (name, before) = steps.split_last().expect("it is not the library itself");
    let parent = library::folder(api, &before.join("/")).await?;
    match library::find(api, source).await? {
        Found::Root => Err(Failure::usage("the library itself stays where it is")),
        Found::File(file) => {
            let what = Selection { file_ids: vec![file.file.id], folder_ids: vec![] };
            let change = ChangeFile { name: Some((*name).to_owned()), expires_in: None };
            let path = format!("/api/files/{}", file.file.id);
            let rename = api.patch(&path, &change);
            move_and(api, what, (file.file.folder_id, parent), rename).await
        }
        Found::Folder(folder) => {
            let what = Selection { file_ids: vec![], folder_ids: vec![folder.id] };
            let change = RenameFolder { name: (*name).to_owned() };
            let path = format!("/api/folders/{}", folder.id);
            let rename = api.patch(&path, &change);
            move_and(api, what, (folder.parent_id, parent), rename).await
        }
    }
}

/// Moves something from one folder to another, and goes on there; where that fails, it is moved back.
async fn move_and(
    api: &Api,
    what: Selection,
    (from, to): (Option<FolderId>, Option<FolderId>),
    rename: impl Future<Output = Result<()>>,
) -> Result<()> {
    if from == to {
        return rename.await;
    }
    api.post_only("/api/files/move", &Move { what: what.clone(), to }).await?;
    let renamed = rename.await;
    if renamed.is_err() {
        api.post_only("/api/files/move", &Move { what, to: from }).await?;
    }
    renamed
}
