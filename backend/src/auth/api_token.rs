//! API tokens: made, replaced and ended by their owner, in a session.

use sharesync_protocol::ApiTokenId;
use sharesync_protocol::api::{CreateApiToken, IssuedApiToken};
use sharesync_service_kit::secret::random_token;

use super::caller::AuthUser;
use super::hash;
use super::permission::serves;
use crate::app::AppState;
use crate::db::api_token::{self, NewApiToken};
use crate::error::{Error, Result};

/// What every API token begins with, so that whoever looks for secrets in the wrong places finds them.
pub const PREFIX: &str = "sharesync_pat_";

/// Tokens that one account may have.
pub(super) const MOST: u32 = 100;
/// Characters of the end by which its owner tells a token from others.
const SHOWN: usize = 4;

/// Makes a token. [`Error::Invalid`] where a scope is worth nothing to the owner's role.
pub async fn create(
    app: &AppState,
    owner: &AuthUser,
    wanted: CreateApiToken,
) -> Result<IssuedApiToken> {
    let mut scopes = wanted.scopes;
    scopes.sort_unstable();
    scopes.dedup();
    if let Some(scope) = scopes.iter().find(|scope| !serves(**scope, owner.role)) {
        let message = format!("your role has no use for {}", scope.name());
        return Err(Error::invalid("scopes", message));
    }
    let now = app.clock.now_ms();
    let token = fresh();
    let expires_at = wanted.expires_in.map(|seconds| now + seconds.cast_signed() * 1000);
    let new = NewApiToken {
        user: owner.id,
        hash: &hash(&token),
        ends_with: end_of(&token),
        name: wanted.name.trim(),
        scopes: &scopes,
        expires_at,
    };
    let details = api_token::insert(&app.db, &new, MOST, now).await?;
    Ok(IssuedApiToken { token, details })
}

/// Gives a token a successor, and ends it.
pub async fn rotate(app: &AppState, owner: &AuthUser, id: ApiTokenId) -> Result<IssuedApiToken> {
    let (token, now) = (fresh(), app.clock.now_ms());
    let details =
        api_token::rotate(&app.db, owner.id, id, &hash(&token), end_of(&token), now).await?;
    Ok(IssuedApiToken { token, details })
}

pub(super) fn fresh() -> String {
    format!("{PREFIX}{}", random_token::<32>())
}

pub(super) fn end_of(token: &str) -> &str {
    &token[token.len() - SHOWN..]
}
