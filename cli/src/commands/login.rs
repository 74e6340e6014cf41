//! `sharesync login`: has an API token made for this computer, by the browser or by a password, or takes one that there is,
//! and keeps it.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;
use serde_json::json;
use sharesync_protocol::api::{CreateApiToken, IssuedApiToken, Me, Role, Scope};

use super::device_login;
use super::sign_in::{Identity, Session};
use crate::api::Api;
use crate::config::{Config, Server};
use crate::context::TOKEN_VARIABLE;
use crate::credentials::{Credential, Credentials};
use crate::failure::Result;
use crate::{Context, prompt};

/// Characters that a token's name may have; bytes that a computer's may.
pub(super) const MOST_NAME: usize = 64;

/// Sign in, and keep a token for this computer
#[derive(Args)]
#[command(
    after_help = "Says an address and a code: open the address in a browser, on this computer or \
        any other device, sign in there as you are used to, and allow this computer if the page \
        shows the same code. Nothing is typed here.\n\nWith --password it asks for your e-mail \
        address, your password and, if you have one, a code of your second factor instead, and \
        forgets the password.\n\nEither way the server makes an API token that is named after \
        this computer, which is kept. The server becomes the one that is meant where no other is \
        named."
)]
pub struct Arguments {
    /// Open the address in the browser of this computer, too
    #[arg(long, conflicts_with_all = ["password", "email", "password_file", "token_file"])]
    browser: bool,
    /// Ask for the password here instead; --email and --password-file do, too
    #[arg(long)]
    password: bool,
    #[command(flatten)]
    identity: Identity,
    /// Keep the API token in a file instead, `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password", "email", "password_file"])]
    token_file: Option<PathBuf>,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let server = context.server()?;
    // What could not be kept is not made.
    Credentials::read(&context.places)?;
    let (me, credential) = if let Some(file) = arguments.token_file {
        let token = prompt::secret_file(&file)?;
        let api = Api::new(server.clone(), Some(token.clone()), context.output.clone())?;
        let me: Me = api.get("/api/me").await?;
        let credential = Credential::new(&token, None, &me.email);
        (me, credential)
    } else if arguments.password || arguments.identity.is_given() {
        let session = Session::begin(arguments.identity, context).await?;
        let made = make_token(&session).await;
        session.end(made).await?
    } else {
        by_browser(&server, arguments.browser, context).await?
    };
    // Another one may have been kept while somebody was waited for.
    let mut credentials = Credentials::read(&context.places)?;
    let before = credentials.of(&server).cloned();
    credentials.keep(&server, credential)?;
    // One that was made here before is nobody's any more.
    if let Some(before) = before.filter(|before| before.id.is_some()) {
        let api = Api::new(server.clone(), Some(before.token()), context.output.clone())?;
        let _ = api.delete("/api/me/token").await;
    }
    let mut config = Config::read(&context.places)?;
    config.server = Some(server.name());
    config.write(&context.places)?;
    if std::env::var_os(TOKEN_VARIABLE).is_some_and(|token| !token.is_empty()) {
        context
            .output
            .warn(format_args!("{TOKEN_VARIABLE} is set, and used before what is kept now"));
    }
    let told = json!({ "server": server.name(), "email": me.email, "username": me.username });
    context.output.result(&told, || format!("Signed in at {} as {}", server.name(), me.email))
}

async fn by_browser(server: &Server, opens: bool, context: &Context) -> Result<(Me, Credential)> {
    let issued = device_login::token(context, &host(), opens).await?;
    let (token, id) = (SecretString::from(issued.token), issued.details.id);
    let api = Api::new(server.clone(), Some(token.clone()), context.output.clone())?;
    let me: Me = api.get("/api/me").await?;
    let credential = Credential::new(&token, Some(id), &me.email);
    Ok((me, credential))
}

async fn make_token(session: &Session) -> Result<(Me, Credential)> {
    let me: Me = session.api.get("/api/me").await?;
    let name = format!("sharesync on {}", host()).chars().take(MOST_NAME).collect();
    let body = CreateApiToken { name, scopes: scopes(me.role), expires_in: None };
    let issued: IssuedApiToken = session.api.post("/api/me/tokens", &body).await?;
    let credential = Credential::new(&issued.token.into(), Some(issued.details.id), &session.email);
    Ok((me, credential))
}

/// What this computer is called.
fn host() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// What this command calls: nothing of administrators', and of clients' no library.
fn scopes(role: Role) -> Vec<Scope> {
    match role {
        Role::Client => vec![Scope::FilesRead, Scope::FilesWrite],
        Role::Admin | Role::Standard | Role::Ops => {
            vec![Scope::FilesRead, Scope::FilesWrite, Scope::SharesRead, Scope::SharesWrite]
        }
    }
}
