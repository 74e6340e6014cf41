//! Invitations: made by administrators, used by whoever registers with one.

use sharesync_protocol::api::{CreateInvitation, EmailAddress, IssuedInvitation};
use sharesync_service_kit::secret::random_token;

use super::accounts::comparable;
use super::hash;
use crate::app::AppState;
use crate::db::invitation::{self, NewInvitation};
use crate::db::mail;
use crate::error::Result;
use crate::mail::Message;

/// Seconds an invitation lasts where nobody says: a week.
const LASTS_SECS: u64 = 7 * 24 * 3600;

/// Makes an invitation, and mails it where it is for somebody's address.
pub async fn create(app: &AppState, wanted: CreateInvitation) -> Result<IssuedInvitation> {
    let now = app.clock.now_ms();
    let email = wanted.email.map(|EmailAddress(email)| email);
    let email_key = email.as_deref().map(comparable);
    let token = email.is_none().then(random_token::<32>);
    let hash = token.as_deref().map(hash);
    let lasts_secs = wanted.expires_in.unwrap_or(LASTS_SECS);
    let new = NewInvitation {
        hash: hash.as_ref(),
        email: email.as_deref().zip(email_key.as_deref()),
        role: wanted.role,
        expires_at: now + lasts_secs.cast_signed() * 1000,
    };
    let mut tx = app.db.begin().await?;
    let details = invitation::insert(&mut tx, &new, now).await?;
    if let Some(address) = &email {
        let message = Message::Invitation { invitation: details.id };
        mail::queue(&mut tx, address, &message, now).await?;
    }
    tx.commit().await?;
    app.mail_waits.notify_one();
    let url = token.map(|token| address(&app.mail.base_url(), &token));
    Ok(IssuedInvitation { url, details })
}

/// The page that a token is used at.
pub fn address(base_url: &str, token: &str) -> String {
    format!("{base_url}/register#invitation={token}")
}
