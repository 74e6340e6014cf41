//! `sharesync token`: API tokens, for scripts. They are made and ended by whoever signs in, for no token may do that itself.

use clap::{Args, Subcommand};
use serde_json::json;
use sharesync_protocol::ApiTokenId;
use sharesync_protocol::api::{ApiToken, ApiTokenPage, CreateApiToken, IssuedApiToken, Scope};

use super::sign_in::{Identity, Session};
use super::words;
use crate::credentials::{Credential, Credentials};
use crate::failure::{Failure, Result};
use crate::output::shown;
use crate::{Context, duration};

/// Make, list, replace and revoke API tokens
#[derive(Args)]
#[command(after_help = "Each asks for your password, since no token may do this.")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a token, and print it this once
    Create {
        /// What you know it by
        #[arg(value_name = "NAME")]
        name: String,
        /// What it may do; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope,
            help = "What it may do: files:read, files:write, shares:read, shares:write, admin:read, admin:write; may be given several times")]
        scopes: Vec<Scope>,
        /// Have it expire after so long: 30m, 12h, 7d, 2w
        #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
        expires: Option<u64>,
        #[command(flatten)]
        identity: Identity,
    },
    /// List your tokens
    Ls {
        #[command(flatten)]
        identity: Identity,
    },
    /// End tokens
    Revoke {
        /// Ids, as `ls` lists them
        #[arg(value_name = "ID", required = true)]
        ids: Vec<ApiTokenId>,
        #[command(flatten)]
        identity: Identity,
    },
    /// Replace a token by another, and print that this once
    Rotate {
        /// The id, as `ls` lists it; without one, what `login` keeps is replaced, and nothing printed
        #[arg(value_name = "ID")]
        id: Option<ApiTokenId>,
        #[command(flatten)]
        identity: Identity,
    },
}

fn scope(name: &str) -> std::result::Result<Scope, String> {
    let names = Scope::ALL.map(Scope::name).join(", ");
    Scope::named(name).ok_or_else(|| format!("there are {names}"))
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    match arguments.action {
        Action::Create { name, scopes, expires, identity } => {
            let wanted = CreateApiToken { name, scopes, expires_in: expires };
            let session = Session::begin(identity, context).await?;
            let issued = session.api.post("/api/me/tokens", &wanted).await;
            let issued: IssuedApiToken = session.end(issued).await?;
            context.output.result(&issued, || issued.token.clone())
        }
        Action::Ls { identity } => {
            let session = Session::begin(identity, context).await?;
            let items = |page: ApiTokenPage| (page.items, page.next_cursor);
            let tokens = session.api.all("/api/me/tokens", items).await;
            for token in session.end(tokens).await? {
                context.output.result(&token, || line(&token))?;
            }
            Ok(())
        }
        Action::Revoke { ids, identity } => {
            let session = Session::begin(identity, context).await?;
            let revoked = revoke(&session, &ids).await;
            session.end(revoked).await?;
            for id in ids {
                context.output.result(&json!({ "revoked": id }), || format!("revoked {id}"))?;
            }
            Ok(())
        }
        Action::Rotate { id, identity } => rotate(id, identity, context).await,
    }
}

async fn revoke(session: &Session, ids: &[ApiTokenId]) -> Result<()> {
    for id in ids {
        let ended = session.api.delete(&format!("/api/me/tokens/{id}")).await;
        ended.map_err(|failure| failure.about(&id.to_string()))?;
    }
    Ok(())
}

async fn rotate(id: Option<ApiTokenId>, identity: Identity, context: &Context) -> Result<()> {
    let server = context.server()?;
    let mut credentials = Credentials::read(&context.places)?;
    let kept = credentials.of(&server).and_then(|credential| credential.id);
    let wanted = id.or(kept).ok_or_else(|| {
        Failure::usage("no token that `login` made is kept here: name the id of one")
    })?;
    let session = Session::begin(identity, context).await?;
    let email = session.email.clone();
    let path = format!("/api/me/tokens/{wanted}/rotate");
    let issued = session.api.post(&path, &json!({})).await;
    let issued: IssuedApiToken = session.end(issued).await?;
    if kept == Some(wanted) {
        let token = issued.token.clone().into();
        credentials.keep(&server, Credential::new(&token, Some(issued.details.id), &email))?;
    }
    if id.is_none() {
        return context.output.result(&issued.details, || "replaced".into());
    }
    context.output.result(&issued, || issued.token.clone())
}

fn line(token: &ApiToken) -> String {
    let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.name()).collect();
    let used =
        token.last_used_at.map_or("never used".into(), |at| format!("used {}", words::time(at)));
    let until = token.expires_at.map(|at| format!(", until {}", words::time(at)));
    let (name, scopes, until) = (shown(&token.name), scopes.join(" "), until.unwrap_or_default());
    format!("{}  …{}  {name}  [{scopes}]  {used}{until}", token.id, token.ends_with)
}
