//! `sharesync share`: links by which others fetch files.

use std::path::PathBuf;

use clap::Args;
use reqwest::Url;
use secrecy::ExposeSecret;
use serde_json::json;
use sharesync_protocol::api::{CreateShare, EmailAddress, OwnedShare, ShareAddress, ShareList};

use super::words;
use crate::failure::{Failure, Result};
use crate::output::shown;
use crate::{Context, duration, library, prompt};

/// What a link is made of, and has no place beside what is done with those that there are.
const MAKING: [&str; 9] = [
    "paths",
    "password",
    "password_file",
    "expires",
    "max_downloads",
    "one_time",
    "show_names",
    "recipients",
    "notify",
];

/// Make a link that others fetch files by; list and revoke links
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(
    after_help = "Prints the link. For recipients, each of whom is mailed a link of their own, \
        it prints these."
)]
pub struct Arguments {
    /// Files and folders of the library
    #[arg(value_name = "PATH", required_unless_present_any = ["list", "revoke"])]
    paths: Vec<String>,
    /// Ask for a password that the link is to have
    #[arg(long, conflicts_with = "password_file")]
    password: bool,
    /// Read that password from a file, `-` for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Have it end after so long: 30m, 12h, 7d, 2w
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    expires: Option<u64>,
    /// How many times each file may be fetched
    #[arg(long, value_name = "NUMBER")]
    max_downloads: Option<u32>,
    /// For one person, and each file once
    #[arg(long)]
    one_time: bool,
    /// Show names and sizes before the password
    #[arg(long)]
    show_names: bool,
    /// For whom it is; may be given several times
    #[arg(long = "recipient", value_name = "ADDRESS")]
    recipients: Vec<String>,
    /// Have the server mail you when a file is fetched for the first time
    #[arg(long)]
    notify: bool,
    /// List your links
    #[arg(long, conflicts_with_all = MAKING)]
    list: bool,
    /// Revoke a link; may be given several times
    #[arg(long, value_name = "LINK", conflicts_with_all = MAKING, conflicts_with = "list")]
    revoke: Vec<String>,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    if arguments.list {
        return list(context).await;
    }
    if !arguments.revoke.is_empty() {
        return revoke(&arguments.revoke, context).await;
    }
    let api = context.api()?;
    let chosen = library::choose(&api, &arguments.paths).await?;
    let password = password(arguments.password, arguments.password_file).await?;
    let wanted = CreateShare {
        file_ids: chosen.files,
        folder_ids: chosen.folders,
        password,
        expires_in: arguments.expires,
        max_downloads: arguments.max_downloads,
        one_time: arguments.one_time,
        names_shown: arguments.show_names,
        recipients: arguments.recipients.into_iter().map(EmailAddress).collect(),
        notify: arguments.notify,
    };
    let made: OwnedShare = api.post("/api/shares", &wanted).await?;
    tell(context, &made)
}

/// A password that others are to be asked for, from the terminal or a file.
pub async fn password(asked: bool, file: Option<PathBuf>) -> Result<Option<String>> {
    let password = match (asked, file) {
        (_, Some(file)) => prompt::secret_file(&file)?,
        (true, None) => {
            let password = prompt::secret("Password for others: ", "give --password-file").await?;
            let again = prompt::secret("The same again: ", "give --password-file").await?;
            if password.expose_secret() != again.expose_secret() {
                return Err(Failure::usage("these were two passwords"));
            }
            password
        }
        (false, None) => return Ok(None),
    };
    Ok(Some(password.expose_secret().to_owned()))
}

/// Tells a link that was made.
pub fn tell(context: &Context, made: &OwnedShare) -> Result<()> {
    context.output.result(made, || {
        if let Some(url) = &made.url {
            return url.clone();
        }
        let of = |address: &ShareAddress| {
            let recipient = address.recipient.as_deref().unwrap_or_default();
            format!("{}  {}", address.url, shown(recipient))
        };
        made.addresses.iter().map(of).collect::<Vec<_>>().join("\n")
    })
}

async fn list(context: &Context) -> Result<()> {
    let api = context.api()?;
    let items = |page: ShareList| (page.items, page.next_cursor);
    for share in api.all("/api/shares", items).await? {
        context.output.result(&share, || line(&share))?;
    }
    Ok(())
}

fn line(share: &OwnedShare) -> String {
    let url = match &share.url {
        Some(url) => url.clone(),
        None => share.addresses.first().map(|address| address.url.clone()).unwrap_or_default(),
    };
    let mut facts = vec![match (&*share.folders, &*share.files) {
        ([folder], _) => format!("{}/", shown(&folder.name)),
        ([], [file]) => shown(&file.name).into_owned(),
        (_, files) => words::count(files.len(), "file"),
    }];
    if share.url.is_none() {
        facts.push(words::count(share.addresses.len(), "recipient"));
    }
    if share.password_required {
        facts.push("password".into());
    }
    if share.one_time {
        facts.push("one time".into());
    }
    facts.push(match share.max_downloads {
        Some(most) => format!("{} of {most} downloads", share.downloads),
        None => words::count(share.downloads as usize, "download"),
    });
    if let Some(at) = share.expires_at {
        facts.push(format!("until {}", words::time(at)));
    }
    format!("{url}  {}", facts.join(", "))
}

async fn revoke(links: &[String], context: &Context) -> Result<()> {
    let api = context.api()?;
    for link in links {
        let slug = slug_in(link, "s")?;
        api.delete(&format!("/api/shares/{slug}")).await?;
        context.output.result(&json!({ "revoked": slug }), || "revoked".into())?;
    }
    Ok(())
}

/// What names a link or a request: given as it is, or in its address, whose path begins with `kind`.
pub fn slug_in(link: &str, kind: &str) -> Result<String> {
    let slug = match Url::parse(link) {
        Ok(url) => {
            let path = url.path().trim_matches('/').to_owned();
            path.strip_prefix(kind).and_then(|rest| rest.strip_prefix('/')).map(str::to_owned)
        }
        Err(_) => Some(link.to_owned()),
    };
    let is_one = |slug: &String| {
        !slug.is_empty()
            && slug.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    slug.filter(is_one).ok_or_else(|| {
        Failure::usage(format!("that is no link such as https://files.example.com/{kind}/…"))
    })
}
