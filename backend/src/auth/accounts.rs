//! Making accounts and checking who somebody is.

use secrecy::{ExposeSecret, SecretString};
use sharesync_protocol::UserId;
use sharesync_protocol::api::{
    ChangeUser, CreateUser, EmailAddress, Login, NewPassword, Register, Role, User, Username,
};
use unicode_normalization::UnicodeNormalization;

use super::hash;
use super::password::Guessable;
use crate::app::AppState;
use crate::db::account::{self, Claim, NewAccount};
use crate::db::{api_token, invitation, mail, second_factor, session};
use crate::error::{Error, Result};
use crate::mail::Message;

/// Makes an account for somebody who asks for one, and mails them a link that shows the address is theirs. Where
/// addresses have to be proven, nothing tells whether this one has an account already: the answer is the same, and
/// only what is mailed differs.
pub async fn register(app: &AppState, wanted: Register) -> Result<User> {
    let Register { email, username, password, invitation } = wanted;
    let rules = &app.registration;
    if invitation.is_none() {
        rules.admit(&email.0)?;
    }
    let claim = if rules.verified { Claim::Wanted } else { Claim::Taken };
    let made = Made { claim, role: rules.role, invitation, guessable: Guessable::Refused };
    create(app, Person { email, username, password }, made).await
}

/// Makes an account for somebody else, whose address an administrator vouches for.
pub async fn create_for(app: &AppState, wanted: CreateUser) -> Result<User> {
    let CreateUser { email, username, password, role } = wanted;
    let made = Made { claim: Claim::Proven, role, invitation: None, guessable: Guessable::Refused };
    create(app, Person { email, username, password }, made).await
}

/// Changes somebody's account. Whatever it may not do any more ends with it.
pub async fn change(app: &AppState, id: UserId, wanted: &ChangeUser) -> Result<User> {
    let mut tx = app.db.begin().await?;
    let user = account::change(&mut tx, id, wanted, app.clock.now_ms()).await?;
    if wanted.role.is_some() || user.disabled_at.is_some() {
        api_token::delete_all(&mut tx, id).await?;
    }
    if user.disabled_at.is_some() {
        second_factor::end_half_sign_ins(&mut tx, id).await?;
        session::end_all(&mut tx, id).await?;
    }
    tx.commit().await?;
    if user.disabled_at.is_some() {
        app.events.sessions_ended(id);
    }
    Ok(user)
}

/// Whose address and password these are; nothing tells an unknown address from a wrong password.
/// [`Error::AccountDisabled`] and [`Error::EmailUnverified`] are told to those only who know the password.
pub async fn authenticate(app: &AppState, login: Login) -> Result<UserId> {
    let mut known = account::credentials(&app.db, &comparable(&login.email)).await?;
    let hash = known.as_mut().and_then(|known| known.password_hash.take());
    let is_theirs = app.passwords.verify(login.password, hash).await?;
    let known = known.filter(|_| is_theirs).ok_or(Error::InvalidCredentials)?;
    if known.disabled {
        Err(Error::AccountDisabled)
    } else if app.registration.verified && !known.email_verified {
        Err(Error::EmailUnverified)
    } else {
        Ok(known.user)
    }
}

/// Makes the first administrator, unless the address has an account already.
pub async fn ensure_admin(app: &AppState, email: &str, password: &SecretString) -> Result<()> {
    if account::owner(&app.db, &comparable(email)).await?.is_some() {
        return Ok(());
    }
    let name = email.split('@').next().unwrap_or("admin");
    let wanted = |username: String| Person {
        email: EmailAddress(email.to_owned()),
        username: Username(username),
        password: NewPassword(password.expose_secret().to_owned()),
    };
    let created = match create(app, wanted(name.to_owned()), Made::FIRST_ADMIN).await {
        Err(Error::UsernameTaken) => {
            let unique = format!(
                "{name}-{}",
                &crate::db::new_id(app.clock.now_ms()).simple().to_string()[20..]
            );
            create(app, wanted(unique), Made::FIRST_ADMIN).await
        }
        other => other,
    };
    created?;
    tracing::info!("made the first administrator");
    Ok(())
}

/// Whose account is made.
struct Person {
    email: EmailAddress,
    username: Username,
    password: NewPassword,
}

/// How an account is made.
struct Made {
    claim: Claim,
    role: Role,
    /// What is used up by it, and decides of the role and the claim.
    invitation: Option<String>,
    guessable: Guessable,
}

impl Made {
    /// By whoever runs the server, for themselves.
    const FIRST_ADMIN: Self = Self {
        claim: Claim::Proven,
        role: Role::Admin,
        invitation: None,
        guessable: Guessable::Accepted,
    };
}

async fn create(app: &AppState, wanted: Person, mut made: Made) -> Result<User> {
    let Person { email: EmailAddress(email), username: Username(username), password } = wanted;
    let password_hash =
        app.passwords.hash(password.0, &[&email, &username], made.guessable).await?;
    let (email_key, now) = (comparable(&email), app.clock.now_ms());
    let owner = account::owner(&app.db, &email_key).await?;
    let mut tx = app.db.begin().await?;
    if let Some(token) = &made.invitation {
        let admitted = invitation::take(&mut tx, &hash(token), now).await?;
        let admitted = admitted.ok_or(Error::Expired)?;
        made.role = admitted.role;
        match admitted.email_key {
            // Whoever has it got it by mail.
            Some(invited) if invited == email_key => made.claim = Claim::Proven,
            Some(_) => return Err(Error::invalid("email", "must be the address that was invited")),
            None => {}
        }
    }
    let new = NewAccount {
        email: &email,
        email_key: &email_key,
        claim: made.claim,
        username: &username,
        username_key: &comparable(&username),
        password_hash: Some(&password_hash),
        role: made.role,
        quota: app.user_quota,
    };
    let user = account::insert(&mut tx, &new, now).await?;
    if made.claim != Claim::Proven {
        let message = match owner {
            Some(owner) if owner.email_verified => Message::AddressTaken,
            _ => Message::Verify { user: user.id },
        };
        mail::queue(&mut tx, &email, &message, now).await?;
    }
    tx.commit().await?;
    app.mail_waits.notify_one();
    Ok(user)
}

/// An address or a name as it is compared: compatibility-composed, so that look-alike forms of one
/// character are one, and without case.
pub fn comparable(text: &str) -> String {
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
