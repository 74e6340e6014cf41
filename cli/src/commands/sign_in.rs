//! Signing in with a password, for as long as a command takes. API tokens are made, listed and ended so, for no token may do
//! that itself. The password is read from the terminal or a file, and kept nowhere.

use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sharesync_protocol::api::{ProblemCode, TokenGrant};

use crate::api::Api;
use crate::credentials::Credentials;
use crate::failure::Result;
use crate::{Context, prompt};

/// Who signs in.
#[derive(Args)]
pub struct Identity {
    /// The account's address; asked for where it is not given
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Read the password from a file, `-` for standard input; asked for where it is not given
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl Identity {
    /// Whether anything was said about who signs in.
    pub fn is_given(&self) -> bool {
        self.email.is_some() || self.password_file.is_some()
    }
}

/// Somebody who is signed in.
pub struct Session {
    /// The API, as they use it.
    pub api: Api,
    /// The account's address.
    pub email: String,
}

impl Session {
    /// Signs in.
    pub async fn begin(identity: Identity, context: &Context) -> Result<Self> {
        let server = context.server()?;
        let known = Credentials::read(&context.places)?;
        let known = known.of(&server).map(|credential| credential.email.clone());
        let api = context.api_for_anybody(server)?;
        let email = match identity.email.or(known) {
            Some(email) => email,
            None => prompt::line("E-mail: ", "give --email").await?,
        };
        let password = match identity.password_file {
            Some(file) => prompt::secret_file(&file)?,
            None => {
                prompt::secret("Password: ", "give --password-file, or use an API token").await?
            }
        };
        let body = json!({ "email": email, "password": password.expose_secret() });
        let granted: Result<TokenGrant> = api.post("/api/auth/login", &body).await;
        let granted = match granted {
            Err(failure) if failure.is(ProblemCode::SecondFactorRequired) => {
                second_factor(&api).await?
            }
            granted => granted?,
        };
        let api = api.with_token(granted.access_token.into());
        Ok(Self { api, email })
    }

    /// Signs out, whatever came of what was done.
    pub async fn end<T>(self, done: Result<T>) -> Result<T> {
        let ended = self.api.post_only("/api/auth/logout", &json!({})).await;
        let done = done?;
        ended.map(|()| done)
    }
}

async fn second_factor(api: &Api) -> Result<TokenGrant> {
    let otherwise = "use an API token, with `sharesync login --token-file`";
    loop {
        let code = prompt::line("Code of the second factor: ", otherwise).await?;
        let body: Value = json!({ "code": code });
        match api.post("/api/auth/second-factor", &body).await {
            Err(failure) if failure.is(ProblemCode::InvalidCode) => {
                api.output().warn(failure.message);
            }
            granted => return granted,
        }
    }
}
