//! Signing in with a provider of identities: whose account an identity is.

use sharesync_protocol::UserId;
use sharesync_service_kit::secret::random_token;

use super::accounts::comparable;
use super::hash;
use crate::app::AppState;
use crate::db::account::{self, Claim, NewAccount};
use crate::db::federation::{self, Attempt};
use crate::db::{Tx, api_token, session};
use crate::error::{Error, Result};
use crate::oidc::{Identity, Provider, ProviderError};

/// Seconds that a sign-in may take at a provider.
pub const ATTEMPT_SECS: u64 = 10 * 60;
/// Where to go where nothing else is said.
const HOME: &str = "/files";
/// Most characters that a username takes from what a provider says.
const MAX_NAME: usize = 24;
/// How often a username is tried with something random behind it.
const NAME_ATTEMPTS: usize = 5;

/// Sends somebody to a provider, in a browser that holds that secret. Answers where they go.
pub async fn begin(
    app: &AppState,
    provider: &Provider,
    redirect_uri: String,
    next: Option<&str>,
    browser: &str,
) -> Result<String> {
    let errand = provider.send(&redirect_uri).await.map_err(|cause| unavailable(&cause))?;
    let attempt = Attempt {
        provider: provider.name().to_owned(),
        nonce: errand.nonce,
        pkce: errand.pkce,
        redirect_uri,
        next: next.filter(|next| is_page_of_this_site(next)).unwrap_or(HOME).to_owned(),
    };
    let expires_at = app.clock.now_ms() + ATTEMPT_SECS.cast_signed() * 1000;
    let (state, browser) = (hash(&errand.state), hash(browser));
    federation::begin(&app.db, &state, &browser, &attempt, expires_at).await?;
    Ok(errand.url)
}

/// The sign-in that somebody comes back from, which cannot be come back from again. [`Error::Expired`] where there is
/// none for them.
pub async fn take(
    app: &AppState,
    provider: &Provider,
    state: &str,
    browser: &str,
) -> Result<Attempt> {
    let (state, browser) = (hash(state), hash(browser));
    let now = app.clock.now_ms();
    let attempt = federation::take(&app.db, provider.name(), &state, &browser, now).await?;
    attempt.ok_or(Error::Expired)
}

/// Who comes back with a code.
pub async fn finish(
    app: &AppState,
    provider: &Provider,
    attempt: Attempt,
    code: String,
) -> Result<UserId> {
    let Attempt { redirect_uri, nonce, pkce, .. } = attempt;
    let identity = provider.receive(code, &redirect_uri, &nonce, pkce).await;
    let identity = identity.map_err(|cause| unavailable(&cause))?;
    let mut tx = app.db.begin().await?;
    let Found { user, is_taken_over } = account_of(app, &mut tx, &identity).await?;
    tx.commit().await?;
    if is_taken_over {
        app.events.sessions_ended(user);
    }
    let user = account::of(&app.db, user).await?;
    if user.disabled_at.is_some() { Err(Error::AccountDisabled) } else { Ok(user.id) }
}

fn unavailable(cause: &ProviderError) -> Error {
    tracing::warn!(%cause, "a sign-in with a provider failed");
    match cause {
        ProviderError::Unreachable(_) => Error::Unavailable,
        ProviderError::Refused(_) | ProviderError::Unbelievable(_) => Error::Unauthenticated,
    }
}

/// Whose account an identity is.
struct Found {
    user: UserId,
    /// Whether those who were in it are out.
    is_taken_over: bool,
}

/// The account that an identity was linked to before; else that of its address, which the provider vouches for; else
/// a new one. [`Error::EmailUnverified`] where the provider vouches for none.
async fn account_of(app: &AppState, tx: &mut Tx, identity: &Identity) -> Result<Found> {
    let Identity { issuer, subject, verified_email, .. } = identity;
    if let Some(user) = federation::account_of(tx, issuer, subject).await? {
        return Ok(Found { user, is_taken_over: false });
    }
    let now = app.clock.now_ms();
    let email = verified_email.as_deref().ok_or(Error::EmailUnverified)?;
    let (user, is_taken_over) = match account::owner_in(tx, &comparable(email)).await? {
        Some(owner) if owner.email_verified => (owner.id, false),
        Some(squatter) => {
            // Whoever registered the address never showed that it is theirs, and this one has: nobody gets in by
            // what was set before.
            account::clear_password(tx, squatter.id).await?;
            account::verify(tx, squatter.id, now).await?;
            session::end_all(tx, squatter.id).await?;
            api_token::delete_all(tx, squatter.id).await?;
            (squatter.id, true)
        }
        None => (register(app, tx, email, identity).await?, false),
    };
    federation::link(tx, issuer, subject, user, now).await?;
    Ok(Found { user, is_taken_over })
}

async fn register(app: &AppState, tx: &mut Tx, email: &str, identity: &Identity) -> Result<UserId> {
    app.registration.admit(email)?;
    let local = email.split('@').next().unwrap_or_default();
    let name = username(identity.name.as_deref().unwrap_or(local));
    for attempt in 0..NAME_ATTEMPTS {
        let username = match attempt {
            0 => name.clone(),
            _ => format!("{name}-{}", &random_token::<4>()[..5]),
        };
        let new = NewAccount {
            email,
            email_key: &comparable(email),
            claim: Claim::Proven,
            username: &username,
            username_key: &comparable(&username),
            password_hash: None,
            role: app.registration.role,
            quota: app.user_quota,
        };
        match account::insert(tx, &new, app.clock.now_ms()).await {
            Err(Error::UsernameTaken) => {}
            made => return made.map(|user| user.id),
        }
    }
    Err(Error::UsernameTaken)
}

/// As much of a name as a username takes.
fn username(name: &str) -> String {
    let kept = name.chars().map(|c| if c == ' ' { '.' } else { c });
    let kept = kept.filter(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let kept: String = kept.take(MAX_NAME).collect();
    if kept.chars().count() < 2 {
        format!("user-{kept}").trim_end_matches('-').into()
    } else {
        kept
    }
}

/// Whether `next` leads to a page of this site: `//host`, `/\\host` and `javascript:` lead elsewhere.
fn is_page_of_this_site(next: &str) -> bool {
    let mut characters = next.chars();
    characters.next() == Some('/')
        && characters.next() != Some('/')
        && !next.contains(|c: char| c == '\\' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_site_are_come_back_to() {
        for page in ["/", "/files", "/s/abc?x=//y#z"] {
            assert!(is_page_of_this_site(page), "{page}");
        }
        for elsewhere in [
            "",
            "files",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\tevil",
            "/\n/evil.example",
            " /files",
        ] {
            assert!(!is_page_of_this_site(elsewhere), "{elsewhere:?}");
        }
    }

    #[test]
    fn a_username_is_made_of_whatever_a_provider_says() {
        for (name, expected) in [
            ("Sam Smith", "Sam.Smith"),
            ("sam+tag", "samtag"),
            ("", "user"),
            ("<script>", "script"),
            ("x", "user-x"),
        ] {
            assert_eq!(username(name), expected);
        }
        assert_eq!(username(&"é".repeat(100)).chars().count(), 24);
    }
}
