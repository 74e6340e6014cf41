//! `sharesync request`: addresses by which others send files.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sharesync_protocol::api::{CreateFileRequest, FileRequestPage, OwnedFileRequest};

use super::share::{password, slug_in};
use super::words;
use crate::failure::{Failure, Result};
use crate::output::shown;
use crate::{Context, duration, library, size};

/// What a request is made of, and has no place beside what is done with those that there are.
const MAKING: [&str; 10] = [
    "folder",
    "title",
    "message",
    "password",
    "password_file",
    "expires",
    "max_files",
    "max_file_size",
    "types",
    "no_notify",
];

/// Ask others for files; list and close such requests
#[derive(Args)]
#[command(
    after_help = "Prints the address to send them. Whoever has it can upload into the folder, \
        without an account and without seeing what lies there."
)]
pub struct Arguments {
    /// The folder that their files go to
    #[arg(value_name = "FOLDER", required_unless_present_any = ["list", "close"])]
    folder: Option<String>,
    /// What is asked for; the folder's name where it is not given
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// What is said to them besides
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// Ask for a password that they are to be asked for
    #[arg(long, conflicts_with = "password_file")]
    password: bool,
    /// Read that password from a file, `-` for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Have it end after so long: 30m, 12h, 7d, 2w
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    expires: Option<u64>,
    /// How many files it takes
    #[arg(long, value_name = "NUMBER")]
    max_files: Option<u32>,
    /// How large a file may be: 500KiB, 10MiB, 2GiB
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_file_size: Option<u64>,
    /// A media type that it takes, such as image/*; may be given several times
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Do not have the server mail you when files have come
    #[arg(long)]
    no_notify: bool,
    /// List your requests
    #[arg(long, conflicts_with_all = MAKING)]
    list: bool,
    /// Close a request; may be given several times
    #[arg(long, value_name = "LINK", conflicts_with_all = MAKING, conflicts_with = "list")]
    close: Vec<String>,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    if arguments.list {
        return list(context).await;
    }
    if !arguments.close.is_empty() {
        return close(&arguments.close, context).await;
    }
    let folder = arguments.folder.unwrap_or_default();
    let steps = library::steps(&folder)?;
    let Some(name) = steps.last() else {
        return Err(Failure::usage(
            "files that are asked for go to a folder, not to the library itself",
        ));
    };
    let api = context.api()?;
    let folder_id = library::folder(&api, &folder).await?;
    let wanted = CreateFileRequest {
        title: arguments.title.unwrap_or_else(|| (*name).to_owned()),
        message: arguments.message,
        folder_id,
        password: password(arguments.password, arguments.password_file).await?,
        expires_in: arguments.expires,
        max_files: arguments.max_files,
        max_file_size: arguments.max_file_size,
        types: arguments.types,
        notify: !arguments.no_notify,
    };
    let made: OwnedFileRequest = api.post("/api/requests", &wanted).await?;
    context.output.result(&made, || made.url.clone())
}

async fn list(context: &Context) -> Result<()> {
    let api = context.api()?;
    let items = |page: FileRequestPage| (page.items, page.next_cursor);
    for request in api.all("/api/requests", items).await? {
        context.output.result(&request, || line(&request))?;
    }
    Ok(())
}

fn line(request: &OwnedFileRequest) -> String {
    let mut facts = vec![shown(&request.title).into_owned()];
    if let Some(folder) = &request.folder {
        facts.push(format!("to {}/", shown(&folder.name)));
    }
    facts.push(match request.max_files {
        Some(most) => format!("{} of {most} files", request.received),
        None => words::count(request.received as usize, "file"),
    });
    if request.password_required {
        facts.push("password".into());
    }
    if let Some(at) = request.expires_at {
        facts.push(format!("until {}", words::time(at)));
    }
    format!("{}  {}", request.url, facts.join(", "))
}

async fn close(links: &[String], context: &Context) -> Result<()> {
    let api = context.api()?;
    for link in links {
        let slug = slug_in(link, "r")?;
        api.delete(&format!("/api/requests/{slug}")).await?;
        context.output.result(&json!({ "closed": slug }), || "closed".into())?;
    }
    Ok(())
}
