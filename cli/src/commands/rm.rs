//! `sharesync rm`: to the trash, or for good.

use clap::Args;
use serde_json::json;
use sharesync_protocol::api::{PutInTrash, Selection};

use super::words;
use crate::Context;
use crate::failure::{Failure, Result};
use crate::library;

/// Move files and folders to the trash
#[derive(Args)]
#[command(
    after_help = "From there they can be taken back in the browser, until the server empties it."
)]
pub struct Arguments {
    /// Files and, with --recursive, folders of the library
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// Also folders, with all that lies in them
    #[arg(short, long)]
    recursive: bool,
    /// Past the trash, for good
    #[arg(long)]
    forever: bool,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let api = context.api()?;
    // All of them are there, or nothing is touched.
    let chosen = library::choose(&api, &arguments.paths).await?;
    if !chosen.folders.is_empty() && !arguments.recursive {
        return Err(Failure::usage(
            "there is a folder among them: --recursive takes it with all that lies in it",
        ));
    }
    let removed = chosen.files.len() + chosen.folders.len();
    let selection = Selection { file_ids: chosen.files, folder_ids: chosen.folders };
    let trashed: PutInTrash = api.post("/api/trash", &selection).await?;
    if arguments.forever {
        for id in &trashed.ids {
            api.delete(&format!("/api/trash/{id}")).await?;
        }
    }
    let told = json!({ "removed": removed, "forever": arguments.forever });
    context.output.result(&told, || {
        let removed = words::count(removed, "item");
        if arguments.forever {
            format!("removed {removed} for good")
        } else {
            format!("moved {removed} to the trash")
        }
    })
}
