//! `sharesync mkdir`: makes folders.

use clap::Args;
use sharesync_protocol::FolderId;
use sharesync_protocol::api::{CreateFolder, FolderDetails};

use crate::Context;
use crate::api::Api;
use crate::failure::{Failure, Result};
use crate::library;
use crate::output::shown;

/// Make folders
#[derive(Args)]
pub struct Arguments {
    /// The folders to make
    #[arg(value_name = "FOLDER", required = true)]
    paths: Vec<String>,
    /// Make those that they lie in, too, and be content with what is there
    #[arg(short, long)]
    parents: bool,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let api = context.api()?;
    for path in &arguments.paths {
        let steps = library::steps(path)?;
        let Some((last, before)) = steps.split_last() else {
            return Err(Failure::usage("a folder has a name"));
        };
        let mut parent = None;
        for step in before {
            parent = Some(match library::folder_in(&api, parent, step).await? {
                Some(folder) => folder.id,
                None if arguments.parents => make(&api, parent, step).await?.folder.id,
                None => {
                    let message =
                        "the folder that it is to lie in is not there: --parents makes that, too";
                    return Err(Failure::not_found(message).about(path));
                }
            });
        }
        if arguments.parents && library::folder_in(&api, parent, last).await?.is_some() {
            continue;
        }
        let made = make(&api, parent, last).await.map_err(|failure| failure.about(path))?;
        context.output.result(&made, || shown(&steps.join("/")).into_owned())?;
    }
    Ok(())
}

async fn make(api: &Api, parent_id: Option<FolderId>, name: &str) -> Result<FolderDetails> {
    api.post("/api/folders", &CreateFolder { name: name.to_owned(), parent_id }).await
}
