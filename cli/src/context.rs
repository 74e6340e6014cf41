//! What every command is run with: the settings, the output, and a way to the server.

use std::cell::Cell;

use secrecy::SecretString;

use crate::api::Api;
use crate::arguments::GlobalArguments;
use crate::config::{Config, Places, Server};
use crate::credentials::{Credential, Credentials};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::output::Output;

/// An API token for scripts, in place of what `login` keeps.
pub const TOKEN_VARIABLE: &str = "SHARESYNC_TOKEN";

/// What every command is run with.
pub struct Context {
    /// Where to say things.
    pub output: Output,
    /// Where things are kept.
    pub places: Places,
    server: Option<String>,
    warned: Cell<bool>,
}

impl Context {
    /// As the arguments have it.
    pub fn new(arguments: &GlobalArguments, output: Output) -> Result<Self> {
        let server = arguments.server.clone().filter(|server| !server.is_empty());
        Ok(Self { output, places: Places::find()?, server, warned: Cell::new(false) })
    }

    /// The server that is meant: by the arguments or the environment, by the configuration, or the only one that somebody is
    /// signed in to.
    pub fn server(&self) -> Result<Server> {
        let server = match &self.server {
            Some(server) => Server::parse(server, "what --server or SHARESYNC_SERVER says")?,
            None => match Config::read(&self.places)?.server {
                Some(server) => {
                    let file = self.places.config_file();
                    Server::parse(&server, &format!("`server` in {}", file.display()))?
                }
                None => match Credentials::read(&self.places)?.only_server() {
                    Some(server) => Server::parse(server, "what the credentials name")?,
                    None => {
                        return Err(Failure::usage(
                            "no server is known: name one with --server URL or SHARESYNC_SERVER, or once for all with `sharesync login --server URL`",
                        ));
                    }
                },
            },
        };
        self.check_exposed(&server);
        Ok(server)
    }

    /// Says so, once, where a server is one that others can listen in on.
    pub fn check_exposed(&self, server: &Server) {
        if server.is_exposed() && !self.warned.replace(true) {
            self.output.warn(format_args!(
                "{} is reached without encryption: others on the way can read what you send, and the token",
                server.name()
            ));
        }
    }

    /// What lets somebody in: the environment's token, or what `login` keeps.
    pub fn token(&self, server: &Server) -> Result<Option<SecretString>> {
        if let Some(token) = variable_token() {
            return Ok(Some(token));
        }
        Ok(Credentials::read(&self.places)?.of(server).map(Credential::token))
    }

    /// The server's API, as somebody who is signed in.
    pub fn api(&self) -> Result<Api> {
        let server = self.server()?;
        let token = self.token(&server)?.ok_or_else(|| {
            let message =
                format!("nobody is signed in at {}: `sharesync login` does that", server.name());
            Failure::new(ExitCode::NotSignedIn, "unauthenticated", message)
        })?;
        Api::new(server, Some(token), self.output.clone())
    }

    /// The API of a server, as anybody.
    pub fn api_for_anybody(&self, server: Server) -> Result<Api> {
        self.check_exposed(&server);
        Api::new(server, None, self.output.clone())
    }
}

/// The token that the environment has.
pub fn variable_token() -> Option<SecretString> {
    let token = std::env::var(TOKEN_VARIABLE).ok()?;
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned().into())
}
