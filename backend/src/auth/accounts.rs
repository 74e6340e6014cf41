//! Making accounts and checking who somebody is.

use secrecy::{ExposeSecret, SecretString};
use sharesync_protocol::UserId;
use sharesync_protocol::api::{Login, Me, Register, Role};
use unicode_normalization::UnicodeNormalization;

use crate::app::AppState;
use crate::db::account::{self, NewAccount};
use crate::error::{Error, Result};

/// Makes an account for somebody who asks for one.
pub async fn register(app: &AppState, wanted: Register) -> Result<Me> {
    create(app, wanted, Role::Standard).await
}

/// Whose address and password these are; nothing tells an unknown address from a wrong password.
pub async fn authenticate(app: &AppState, login: Login) -> Result<UserId> {
    let known = account::credentials(&app.db, &comparable(&login.email)).await?;
    let (user, hash) = known.unzip();
    let verified = app.passwords.verify(login.password, hash).await?;
    user.filter(|_| verified).ok_or(Error::InvalidCredentials)
}

/// Makes the first administrator, unless the address has an account already.
pub async fn ensure_admin(app: &AppState, email: &str, password: &SecretString) -> Result<()> {
    if account::exists(&app.db, &comparable(email)).await? {
        return Ok(());
    }
    let name = email.split('@').next().unwrap_or("admin");
    let wanted = |username: String| Register {
        email: email.to_owned(),
        username,
        password: password.expose_secret().to_owned(),
    };
    let created = match create(app, wanted(name.to_owned()), Role::Admin).await {
        Err(Error::UsernameTaken) => {
            let unique = format!(
                "{name}-{}",
                &crate::db::new_id(app.clock.now_ms()).simple().to_string()[20..]
            );
            create(app, wanted(unique), Role::Admin).await
        }
        other => other,
    };
    created?;
    tracing::info!("made the first administrator");
    Ok(())
}

async fn create(app: &AppState, wanted: Register, role: Role) -> Result<Me> {
    let password_hash = app.passwords.hash(wanted.password).await?;
    let new = NewAccount {
        email: &wanted.email,
        email_key: &comparable(&wanted.email),
        username: &wanted.username,
        username_key: &comparable(&wanted.username),
        password_hash: &password_hash,
        role,
        quota: app.user_quota,
    };
    account::insert(&app.db, &new, app.clock.now_ms()).await
}

/// An address or a name as it is compared: compatibility-composed, so that look-alike forms of one
/// character are one, and without case.
fn comparable(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn case_and_form_make_no_difference() {
        assert_eq!(comparable("Sam@Example.COM"), comparable("sam@example.com"));
        assert_eq!(comparable("\u{FB01}n"), comparable("fin"));
        assert_ne!(comparable("sam"), comparable("sams"));
    }
}
