//! Who makes a request: somebody in a session, or a script with an API token. Made by `http::policy` before the
//! handler runs.

use sharesync_protocol::api::{Role, Scope};
use sharesync_protocol::{ApiTokenId, SessionId, UserId};

use super::permission::{ByToken, Permission};
use super::{api_token, hash, session};
use crate::app::AppState;
use crate::db;
use crate::error::{Error, Result};

/// Somebody who may do what they ask for, as far as their role decides that.
#[derive(Clone, Debug)]
pub struct AuthUser {
    /// Who.
    pub id: UserId,
    /// What they are at this moment.
    pub role: Role,
    /// How they are known.
    pub by: By,
}

/// How somebody is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// They signed in.
    Session(SessionId),
    /// A script has a token of theirs, made for this.
    ApiToken {
        /// Which.
        id: ApiTokenId,
        /// What for.
        scopes: Vec<Scope>,
    },
}

/// Whose a bearer token is. [`Error::Unauthenticated`] where it is nobody's, or not any more.
pub async fn identify(app: &AppState, bearer: &str) -> Result<AuthUser> {
    let now = app.clock.now_ms();
    if bearer.starts_with(api_token::PREFIX) {
        let known = db::api_token::bearer(&app.db, &hash(bearer), now).await?;
        let db::api_token::Bearer { id, user, role, scopes, unnoted } =
            known.ok_or(Error::Unauthenticated)?;
        if unnoted {
            db::api_token::note_use(&app.db, id, now).await?;
            session::note_active(app, user).await;
        }
        return Ok(AuthUser { id: user, role, by: By::ApiToken { id, scopes } });
    }
    let (id, session) = app.access_tokens.verify(bearer).ok_or(Error::Unauthenticated)?;
    let role = db::session::role_in(&app.db, session, id, now).await?;
    let role = role.ok_or(Error::Unauthenticated)?;
    Ok(AuthUser { id, role, by: By::Session(session) })
}

impl AuthUser {
    /// Whether what they upload is handed in to the operators: where they ask for it, and where they keep no files and
    /// have no other place for one.
    pub fn hands_in(&self, asked: bool) -> bool {
        asked || self.role == Role::Client
    }

    /// Whether they may. [`Error::Forbidden`] where their role does not allow it; [`Error::InsufficientScope`] where
    /// it would, and the token was not made for that.
    pub fn check(&self, permission: Permission) -> Result<()> {
        if !permission.roles().contains(&self.role) {
            return Err(Error::Forbidden);
        }
        match (&self.by, permission.by_token()) {
            (By::Session(_), _) | (By::ApiToken { .. }, ByToken::Any) => Ok(()),
            (By::ApiToken { scopes, .. }, ByToken::With(scope)) if scopes.contains(&scope) => {
                Ok(())
            }
            (By::ApiToken { .. }, needed) => Err(Error::InsufficientScope {
                scope: match needed {
                    ByToken::With(scope) => Some(scope),
                    ByToken::Never | ByToken::Any => None,
                },
            }),
        }
    }
}
