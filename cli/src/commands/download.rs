//! `sharesync download`: fetches files of the library, or what a share link leads to.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use futures_util::{StreamExt, stream};
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::json;
use sharesync_protocol::api::{FileDetails, FileSummary, SharePublic, UnlockShare};
use sharesync_protocol::{FileId, ShareSlug};

use super::several::Several;
use super::share::slug_in;
use crate::api::Api;
use crate::config::Server;
use crate::download::{AT_ONCE, Claims, Source, Wanted, fetch, fetch_to};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::library::{self, Found};
use crate::local_name::{Origin, safe, safe_path};
use crate::output::shown;
use crate::{Context, prompt};

/// Fetch files, folders, or what a share link leads to
#[derive(Args)]
#[command(
    after_help = "Share links need no account. What is interrupted goes on by the same command \
        where it stopped, digests are checked, and nothing is overwritten. Prints where each \
        file lies."
)]
pub struct Arguments {
    /// Paths in the library, ids of files, or share links
    #[arg(value_name = "PATH|ID|SHARE_LINK", required = true)]
    targets: Vec<String>,
    /// The folder to put them in, made where it is missing; `-` for standard output, of one file
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Read the link's password from a file, `-` for standard input; asked for where it is not given
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// A file that is to be fetched, and in which folder it is to lie.
struct Goal {
    api: Api,
    wanted: Wanted,
    folder: PathBuf,
    name: String,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let Arguments { targets, output, password_file } = arguments;
    // Where the command is run.
    let output = output.unwrap_or_default();
    let is_stdout = output.as_os_str() == "-";
    if !is_stdout && output.exists() && !output.is_dir() {
        return Err(Failure::usage(format!("{} is no folder", output.display())));
    }
    let mut goals = vec![];
    for target in &targets {
        if is_address(target) {
            let goal = link_goals(target, password_file.as_deref(), context).await;
            goals.extend(goal.map_err(|failure| failure.about("the link"))?);
        } else {
            goals.extend(library_goals(target, context).await?);
        }
    }
    if is_stdout {
        let [Goal { api, wanted, .. }] = &*goals else {
            return Err(Failure::usage("only one file goes to standard output"));
        };
        fetch_to(api, wanted, &mut io::stdout().lock()).await?;
        return Ok(());
    }
    let mut several = Several::default();
    let mut claims = Claims::default();
    let mut placed = vec![];
    for goal in goals {
        let folder = output.join(&goal.folder);
        let made =
            fs::create_dir_all(&folder).map_err(|error| Failure::file("make", &folder, &error));
        match made.and_then(|()| claims.claim(&folder, &goal.name)) {
            Ok(place) => placed.push((goal, place)),
            Err(failure) => several.add(context, Err(failure)),
        }
    }
    let fetched = stream::iter(placed).map(|(goal, place)| async move {
        let fetched = fetch(&goal.api, &goal.wanted, &place, &context.places).await;
        (goal, place, fetched)
    });
    let mut fetched = std::pin::pin!(fetched.buffered(AT_ONCE));
    while let Some((goal, place, fetched)) = fetched.next().await {
        let done = fetched.map_err(|failure| failure.about(&goal.name)).and_then(|fetched| {
            let place = place.to_string_lossy();
            let (size, verified) = (goal.wanted.size, fetched.verified);
            let told = json!({ "path": place, "size": size, "verified": verified });
            context.output.result(&told, || shown(&place).into_owned())
        });
        several.add(context, done);
    }
    several.end()
}

fn is_address(target: &str) -> bool {
    target.starts_with("https://") || target.starts_with("http://")
}

/// What a share link leads to.
async fn link_goals(
    link: &str,
    password_file: Option<&Path>,
    context: &Context,
) -> Result<Vec<Goal>> {
    let slug = slug_in(link, "s").or_else(|_| slug_in(link, "download"))?;
    let server = Url::parse(link).ok().and_then(|url| Server::of(&url));
    let server = server.ok_or_else(|| Failure::usage("it leads to no server"))?;
    let api = context.api_for_anybody(server)?;
    let mut share: SharePublic = api.get(&format!("/api/shares/{slug}")).await?;
    let mut password = None;
    if share.password_required {
        let given = match password_file {
            Some(file) => prompt::secret_file(file)?,
            None => prompt::secret("Password of the link: ", "give --password-file").await?,
        };
        let body = UnlockShare { password: given.expose_secret().to_owned() };
        share = api.post(&format!("/api/shares/{slug}/unlock"), &body).await?;
        password = Some(given);
    }
    if (share.files.len() as u64) < u64::from(share.file_count) {
        let (told, all) = (share.files.len(), share.file_count);
        let message =
            format!("it leads to {all} files and tells of {told}: fetch them in a browser");
        return Err(Failure::new(ExitCode::Refused, "too_many", message));
    }
    let goals = share.files.into_iter().map(|file| {
        let folder = safe_path(file.path.as_deref().unwrap_or_default(), Origin::Others);
        let name = safe(&file.name, Origin::Others);
        let slug = ShareSlug(slug.clone());
        let source = Source::Link { slug, file: file.id, password: password.clone() };
        let wanted = Wanted { source, name: file.name, size: file.size, digest: None };
        Goal { api: api.clone(), wanted, folder, name }
    });
    Ok(goals.collect())
}

/// What lies at a path of the library, or has an id.
async fn library_goals(target: &str, context: &Context) -> Result<Vec<Goal>> {
    let api = context.api()?;
    if let Ok(id) = target.parse::<FileId>() {
        let file: FileDetails =
            api.get(&format!("/api/files/{id}")).await.map_err(|failure| failure.about(target))?;
        return Ok(vec![goal(&api, file.summary, PathBuf::new())]);
    }
    let (at, folder) = match library::find(&api, target).await? {
        Found::File(file) => return Ok(vec![goal(&api, *file, PathBuf::new())]),
        Found::Folder(folder) => (Some(folder.id), PathBuf::from(safe(&folder.name, Origin::Own))),
        Found::Root => (None, PathBuf::new()),
    };
    let mut goals = vec![];
    let mut waiting = VecDeque::from([(at, folder)]);
    while let Some((at, path)) = waiting.pop_front() {
        for file in library::files(&api, at).await? {
            goals.push(goal(&api, file, path.clone()));
        }
        for folder in library::folders(&api, at).await? {
            waiting.push_back((Some(folder.id), path.join(safe(&folder.name, Origin::Own))));
        }
    }
    Ok(goals)
}

fn goal(api: &Api, row: FileSummary, folder: PathBuf) -> Goal {
    let file = row.file;
    let name = safe(&file.name, Origin::Own);
    let source = Source::Library(file.id);
    let wanted = Wanted { source, name: file.name, size: file.size, digest: Some(file.digest) };
    Goal { api: api.clone(), wanted, folder, name }
}
