//! What somebody may do because they read a mail: prove an address, and choose another password. And changing it
//! with the old one at hand.

use sharesync_protocol::api::{ChangePassword, ResetPassword, User};

use super::hash;
use super::password::Guessable;
use crate::app::AppState;
use crate::db::account;
use crate::db::mail::{self, Purpose};
use crate::db::{Tx, api_token, second_factor, session};
use crate::error::{Error, Result};
use crate::mail::Message;

/// Proves the address to which the token was mailed. [`Error::Expired`] where the token is not good (any more).
pub async fn verify_email(app: &AppState, token: &str) -> Result<()> {
    let now = app.clock.now_ms();
    let mut tx = app.db.begin().await?;
    let user = mail::use_token(&mut tx, &hash(token), Purpose::Verify, now).await?;
    let user = user.ok_or(Error::Expired)?;
    if !account::verify(&mut tx, user, now).await? {
        return Err(Error::Expired);
    }
    mail::revoke_tokens(&mut tx, user, Purpose::Verify).await?;
    tx.commit().await?;
    Ok(())
}

/// Has something mailed to an address, if that is any account's affair: whoever asks is not told.
pub async fn mail(app: &AppState, address: &str, message: &Message) -> Result<()> {
    let mut tx = app.db.begin().await?;
    mail::queue(&mut tx, address, message, app.clock.now_ms()).await?;
    tx.commit().await?;
    app.mail_waits.notify_one();
    Ok(())
}

/// Gives the account that a token was mailed for another password. [`Error::Expired`] where the token is not good
/// (any more).
pub async fn reset_password(app: &AppState, wanted: ResetPassword) -> Result<()> {
    let now = app.clock.now_ms();
    let password = app.passwords.hash(wanted.password.0, &[], Guessable::Refused).await?;
    let mut tx = app.db.begin().await?;
    let user = mail::use_token(&mut tx, &hash(&wanted.token), Purpose::Reset, now).await?;
    let user = user.ok_or(Error::Expired)?;
    // Whoever has the token reads what is sent to the address.
    if !account::verify(&mut tx, user, now).await? {
        return Err(Error::Expired);
    }
    let user = account::get(&app.db, user).await?.ok_or(Error::Expired)?;
    replace_password(&mut tx, &user, &password, now).await?;
    tx.commit().await?;
    app.events.sessions_ended(user.id);
    app.mail_waits.notify_one();
    Ok(())
}

/// Gives somebody who knows their password another one. [`Error::Invalid`] where they do not.
pub async fn change_password(app: &AppState, user: &User, wanted: ChangePassword) -> Result<()> {
    let hash = account::password_of(&app.db, user.id).await?;
    if !app.passwords.verify(wanted.current_password, hash).await? {
        return Err(Error::invalid("current_password", "is not your password"));
    }
    let about = [&*user.email, &*user.username];
    let password = app.passwords.hash(wanted.password.0, &about, Guessable::Refused).await?;
    let mut tx = app.db.begin().await?;
    replace_password(&mut tx, user, &password, app.clock.now_ms()).await?;
    tx.commit().await?;
    app.events.sessions_ended(user.id);
    app.mail_waits.notify_one();
    Ok(())
}

/// Whatever was let in by the old password is out, and the owner is told.
async fn replace_password(tx: &mut Tx, user: &User, password_hash: &str, now: i64) -> Result<()> {
    account::set_password(tx, user.id, password_hash).await?;
    session::end_all(tx, user.id).await?;
    api_token::delete_all(tx, user.id).await?;
    second_factor::end_half_sign_ins(tx, user.id).await?;
    mail::revoke_tokens(tx, user.id, Purpose::Reset).await?;
    mail::queue(tx, &user.email, &Message::PasswordChanged { user: user.id }, now).await
}
