//! `sharesync logout`: ends the token that `login` had made, and forgets it.

use clap::Args;
use serde_json::json;

use crate::Context;
use crate::api::Api;
use crate::context::variable_token;
use crate::credentials::Credentials;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};

/// Sign out: end the token and forget it
#[derive(Args)]
#[command(
    after_help = "A token that was given to `login` by a file is forgotten only: others may use \
        it. `sharesync token revoke` ends it."
)]
pub struct Arguments {}

/// Does it.
pub async fn run(Arguments {}: Arguments, context: &Context) -> Result<()> {
    let server = context.server()?;
    let mut credentials = Credentials::read(&context.places)?;
    let Some(credential) = credentials.of(&server).cloned() else {
        let message = match variable_token() {
            Some(_) => "only SHARESYNC_TOKEN lets you in: take it out of the environment",
            None => "nobody is signed in",
        };
        return Err(Failure::new(ExitCode::NotSignedIn, "unauthenticated", message));
    };
    let revoked = credential.id.is_some();
    if revoked {
        let api = Api::new(server.clone(), Some(credential.token()), context.output.clone())?;
        match api.delete("/api/me/token").await {
            Ok(()) => {}
            // It has ended already.
            Err(failure) if failure.status() == Some(401) => {}
            Err(failure) => return Err(failure),
        }
    }
    credentials.forget(&server)?;
    let told = json!({ "server": server.name(), "revoked": revoked });
    context.output.result(&told, || format!("Signed out at {}", server.name()))
}
