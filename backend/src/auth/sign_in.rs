//! The last step of every way in: a session, or first a second factor where the account has one. There is no way to
//! a session around this but a refresh of one.

use sharesync_protocol::UserId;
use sharesync_service_kit::secret::random_token;

use super::hash;
use super::session::{self, Signed};
use crate::app::AppState;
use crate::db::second_factor;
use crate::error::{Error, Result};
use crate::limits::Limit;

/// Seconds that a sign-in waits for its second factor.
pub const HALF_SIGN_IN_SECS: u64 = 5 * 60;
/// Codes that may be tried for one sign-in.
const MOST_ATTEMPTS: u32 = 5;

/// What a sign-in comes to.
pub enum Outcome {
    /// They are in.
    Signed(Signed),
    /// They have to give a code, with this token.
    Half(String),
}

/// Lets somebody in who has shown one factor.
pub async fn admit(app: &AppState, user: UserId, user_agent: &str) -> Result<Outcome> {
    let factor = second_factor::get(&app.db, user).await?;
    if factor.is_none_or(|factor| !factor.is_confirmed) {
        return session::start(app, user, user_agent).await.map(Outcome::Signed);
    }
    let token = random_token::<32>();
    let expires_at = app.clock.now_ms() + HALF_SIGN_IN_SECS.cast_signed() * 1000;
    second_factor::half_sign_in(&app.db, &hash(&token), user, expires_at).await?;
    Ok(Outcome::Half(token))
}

/// Lets somebody in who gives a code for a sign-in that waits for one. [`Error::InvalidCode`] where that is not it;
/// [`Error::Expired`] where the sign-in does not wait (any more).
pub async fn complete(app: &AppState, token: &str, code: &str, user_agent: &str) -> Result<Signed> {
    let (token, now) = (hash(token), app.clock.now_ms());
    let user = second_factor::attempt(&app.db, &token, MOST_ATTEMPTS, now).await?;
    let user = user.ok_or(Error::Expired)?;
    check_code(app, user, code).await?;
    let mut tx = app.db.begin().await?;
    let waited = second_factor::end_half_sign_in(&mut tx, &token).await?;
    tx.commit().await?;
    if waited { session::start(app, user, user_agent).await } else { Err(Error::Expired) }
}

/// Makes sure of a code of somebody's second factor, and uses it up. Guessing is limited by account, from wherever it
/// is done.
pub async fn check_code(app: &AppState, user: UserId, code: &str) -> Result<()> {
    if let Some(counted) = app.limits.count(Limit::SecondFactor, &user.to_string()).await {
        counted.outcome?;
    }
    if super::second_factor::accept(app, user, code).await? {
        Ok(())
    } else {
        Err(Error::InvalidCode)
    }
}
