//! `sharesync upload`: stores files in the library.

use std::path::PathBuf;

use clap::Args;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use sharesync_protocol::FileId;
use sharesync_protocol::api::{CreateShare, OwnedShare, UploadedFile};

use super::several::Several;
use super::share::tell;
use crate::api::Api;
use crate::failure::{Failure, Result};
use crate::output::shown;
use crate::upload::{Memory, Source, Wish, collect, send_file, send_stream};
use crate::{Context, duration, library};

/// Files on their way at the same time: one alone would leave gaps between small ones.
const AT_ONCE: usize = 2;
/// Files that one link may name.
const MOST_SHARED: usize = 100;

/// Store files or folders in the library
#[derive(Args)]
#[command(
    after_help = "Files are sent in parts, each checked by its digest. What is interrupted goes \
        on by the same command where it stopped. Prints where each file lies; with --share the \
        link, and nothing else."
)]
pub struct Arguments {
    /// Files and folders; `-` for standard input, with --name
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The folder that they go to; it is made where it is missing
    #[arg(long, value_name = "FOLDER", default_value = "", hide_default_value = true)]
    to: String,
    /// What to call what comes from standard input
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Have them expire after so long: 30m, 12h, 7d, 2w
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    expires: Option<u64>,
    /// Keep them: they do not expire
    #[arg(long, conflicts_with = "expires")]
    keep: bool,
    /// Make a share link to them
    #[arg(long)]
    share: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    path: &'a str,
    #[serde(flatten)]
    file: &'a UploadedFile,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let Arguments { paths, to, name, expires, keep, share } = arguments;
    let to = library::steps(&to)?.join("/");
    let wish = Wish { to, expires_in: expires, keep };
    let is_stream = paths.iter().any(|path| path.as_os_str() == "-");
    if is_stream != name.is_some() || is_stream && paths.len() > 1 {
        return Err(Failure::usage("standard input (`-`) goes by itself, and takes --name"));
    }
    let mut several = Several::default();
    let mut stored = vec![];
    if let Some(name) = name {
        let api = context.api()?;
        let file = send_stream(&api, tokio::io::stdin(), &name, &wish).await;
        let file = file.map_err(|failure| failure.about(&name))?;
        tell_stored(context, &wish.to, &file, share)?;
        stored.push(file.id);
    } else {
        let sources = collect(&paths, &context.output)?;
        if share && sources.len() > MOST_SHARED {
            return Err(Failure::usage(format!(
                "a link names {MOST_SHARED} files at most, and these are {}: upload the folder, then `sharesync share` it",
                sources.len()
            )));
        }
        let api = context.api()?;
        let memory = Memory::open(&context.places)?;
        let (api, wish, memory) = (&api, &wish, &memory);
        let sent = stream::iter(&sources)
            .map(|source| async move { (source, send_file(api, source, wish, memory).await) });
        let mut sent = std::pin::pin!(sent.buffered(AT_ONCE));
        while let Some((source, file)) = sent.next().await {
            let done = file.map_err(|failure| failure.about(&source.path.to_string_lossy()));
            let done = done.and_then(|file| {
                stored.push(file.id);
                tell_stored(context, &folder_of(wish, source), &file, share)
            });
            several.add(context, done);
        }
    }
    several.end()?;
    if share { make_link(context, &context.api()?, stored).await } else { Ok(()) }
}

fn folder_of(wish: &Wish, source: &Source) -> String {
    if source.folder.is_empty() { wish.to.clone() } else { library::join(&wish.to, &source.folder) }
}

/// Tells where a file lies: as the result, or beside it where that is the link.
fn tell_stored(context: &Context, folder: &str, file: &UploadedFile, share: bool) -> Result<()> {
    let path = library::join(folder, &file.name);
    if share {
        context.output.note(shown(&path));
        return Ok(());
    }
    context.output.result(&Told { path: &path, file }, || shown(&path).into_owned())
}

async fn make_link(context: &Context, api: &Api, file_ids: Vec<FileId>) -> Result<()> {
    let wanted = CreateShare {
        file_ids,
        folder_ids: vec![],
        password: None,
        expires_in: None,
        max_downloads: None,
        one_time: false,
        names_shown: false,
        recipients: vec![],
        notify: false,
    };
    let made: OwnedShare = api.post("/api/shares", &wanted).await?;
    tell(context, &made)
}
