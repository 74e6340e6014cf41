//! Sessions: an access token to call with, and a refresh token that is exchanged for its successor
//! every time it is used (RFC 9700 §4.14.2).

use sharesync_protocol::api::{Role, TokenGrant};
use sharesync_protocol::{SessionId, UserId};
use sharesync_service_kit::secret::random_token;

use super::hash;
use super::token::ACCESS_TOKEN_SECS;
use crate::app::AppState;
use crate::db::account;
use crate::db::session::{self, Rotated};
use crate::error::{Error, Result};

/// Seconds a session lasts after it was last refreshed: 30 days.
pub const SESSION_SECS: u64 = 30 * 24 * 3600;

/// What a sign-in or a refresh hands out.
pub struct Signed {
    /// For the body.
    pub grant: TokenGrant,
    /// For the cookie.
    pub refresh_token: String,
}

/// Starts a session for a program that calls itself so.
pub async fn start(app: &AppState, user: UserId, user_agent: &str) -> Result<Signed> {
    let refresh_token = random_token::<32>();
    let (now, hash) = (app.clock.now_ms(), hash(&refresh_token));
    let session = session::start(&app.db, user, user_agent, &hash, now, session_end(now)).await?;
    let access_token = app.access_tokens.issue(user, session)?;
    note_active(app, user).await;
    Ok(Signed { grant: grant(access_token), refresh_token })
}

/// Goes on with a session. [`Error::Unauthenticated`] where the token is not its current one.
pub async fn refresh(app: &AppState, refresh_token: &str) -> Result<Signed> {
    let next = random_token::<32>();
    let now = app.clock.now_ms();
    let rotated =
        session::rotate(&app.db, &hash(refresh_token), &hash(&next), now, session_end(now)).await?;
    let (session, user) = match rotated {
        Rotated::Exchanged(session, user) => (session, user),
        Rotated::Ended(session) => {
            app.events.session_ended(session);
            return Err(Error::Unauthenticated);
        }
        Rotated::Unknown => return Err(Error::Unauthenticated),
    };
    let access_token = app.access_tokens.issue(user, session)?;
    note_active(app, user).await;
    Ok(Signed { grant: grant(access_token), refresh_token: next })
}

/// Notes that somebody is here. By itself, for whoever holds an account ends its sessions, and not the other way about; and
/// where that fails nobody is refused what they came for.
pub async fn note_active(app: &AppState, user: UserId) {
    if let Err(cause) = account::note_active(&app.db, user, app.clock.now_ms()).await {
        tracing::warn!(%cause, "it is not counted that somebody is here");
    }
}

/// Who holds a refresh token, and what they are now. It is not used up.
pub async fn holder(app: &AppState, refresh_token: &str) -> Result<Option<(UserId, Role)>> {
    session::holder(&app.db, &hash(refresh_token), app.clock.now_ms()).await
}

/// Ends the session that a refresh token belongs to, and its access tokens with it.
pub async fn end(app: &AppState, refresh_token: &str) -> Result<()> {
    if let Some(session) = session::end(&app.db, &hash(refresh_token)).await? {
        app.events.session_ended(session);
    }
    Ok(())
}

/// Ends one of a user's sessions. [`Error::NotFound`] where it is none of theirs, or over.
pub async fn end_one(app: &AppState, user: UserId, session: SessionId) -> Result<()> {
    session::end_one(&app.db, user, session, app.clock.now_ms()).await?;
    app.events.session_ended(session);
    Ok(())
}

/// Ends all of a user's sessions.
pub async fn end_all(app: &AppState, user: UserId) -> Result<()> {
    let mut tx = app.db.begin().await?;
    session::end_all(&mut tx, user).await?;
    tx.commit().await?;
    app.events.sessions_ended(user);
    Ok(())
}

fn grant(access_token: String) -> TokenGrant {
    TokenGrant { access_token, token_type: "Bearer".into(), expires_in: ACCESS_TOKEN_SECS }
}

fn session_end(now_ms: i64) -> i64 {
    now_ms + SESSION_SECS.cast_signed() * 1000
}
