//! `sharesync login`: has an API token made for this computer, or takes one that there is, and keeps it.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use sharesync_protocol::api::{CreateApiToken, IssuedApiToken, Me, Role, Scope};

use super::sign_in::{Identity, Session};
use crate::api::Api;
use crate::config::Config;
use crate::context::TOKEN_VARIABLE;
use crate::credentials::{Credential, Credentials};
use crate::failure::Result;
use crate::{Context, prompt};

/// Characters that a token's name may have.
const MOST_NAME: usize = 64;

/// Sign in, and keep a token for this computer
#[derive(Args)]
#[command(
    after_help = "Asks for your e-mail address, your password and, if you have one, a code of \
        your second factor. Then it has the server make an API token that is named after this \
        computer, keeps that, and forgets the password. The server becomes the one that is meant \
        where no other is named."
)]
pub struct Arguments {
    #[command(flatten)]
    identity: Identity,
    /// Keep the API token in a file instead, `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["email", "password_file"])]
    token_file: Option<PathBuf>,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let server = context.server()?;
    let mut credentials = Credentials::read(&context.places)?;
    let before = credentials.of(&server).cloned();
    let (me, credential) = if let Some(file) = arguments.token_file {
        let token = prompt::secret_file(&file)?;
        let api = Api::new(server.clone(), Some(token.clone()), context.output.clone())?;
        let me: Me = api.get("/api/me").await?;
        let credential = Credential::new(&token, None, &me.email);
        (me, credential)
    } else {
        let session = Session::begin(arguments.identity, context).await?;
        let made = make_token(&session).await;
        session.end(made).await?
    };
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

async fn make_token(session: &Session) -> Result<(Me, Credential)> {
    let me: Me = session.api.get("/api/me").await?;
    let host = gethostname::gethostname();
    let name: String =
        format!("sharesync on {}", host.to_string_lossy()).chars().take(MOST_NAME).collect();
    let body = CreateApiToken { name, scopes: scopes(me.role), expires_in: None };
    let issued: IssuedApiToken = session.api.post("/api/me/tokens", &body).await?;
    let credential = Credential::new(&issued.token.into(), Some(issued.details.id), &session.email);
    Ok((me, credential))
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
