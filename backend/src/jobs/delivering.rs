//! Sends the mail that waits: when something is queued, and again while something could not be sent. Started by the
//! server.

use std::sync::Arc;
use std::time::Duration;

use sharesync_protocol::UserId;
use sharesync_protocol::api::HandedIn;
use sharesync_service_kit::secret::random_token;
use tokio_util::sync::CancellationToken;

use crate::app::AppState;
use crate::auth;
use crate::db::expiry_warning::{self, Expiring};
use crate::db::mail::{self, Due, Purpose};
use crate::db::scan::{self, Quarantined};
use crate::db::{account, file, file_request, hand_in, invitation, share_address};
use crate::error::Result;
use crate::mail::{Letter, Message, NotSent};

/// How often it is looked for mail that was put off.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Mails taken from the queue at once.
const BATCH: u32 = 50;
/// How long the first failure puts a mail off, in milliseconds; each further one twice as long.
const FIRST_DELAY_MS: i64 = 15_000;
/// Longest that a failure puts a mail off.
const MAX_DELAY_MS: i64 = 3_600_000;
/// A mail that could not be sent for so long is given up: 24 hours.
const GIVEN_UP_AFTER_MS: i64 = 24 * 3_600_000;
/// How long a link that proves an address works: 24 hours.
const VERIFY_MS: i64 = 24 * 3_600_000;
/// How long a link to choose another password works: one hour.
const RESET_MS: i64 = 3_600_000;
/// Files that a mail names which came to a request.
const MOST_NAMED: u32 = 20;
/// Accounts that one request for another link is answered for.
const MOST_WANTED: u32 = 3;
/// Files that a warning of expiry names.
const MOST_NAMES: u32 = 20;

/// Sends until told to stop.
pub fn start(app: AppState, stop: CancellationToken) {
    let tasks = app.tasks.clone();
    tasks.spawn(async move {
        let waits = Arc::clone(&app.mail_waits);
        loop {
            if let Err(cause) = run(&app, &stop).await {
                tracing::error!(%cause, "mail could not be looked for");
            }
            tokio::select! {
                () = waits.notified() => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
                () = stop.cancelled() => return,
            }
        }
    });
}

/// Sends what is due now, up to the mail in hand when told to stop. Answers how many mails are off the queue.
pub async fn run(app: &AppState, stop: &CancellationToken) -> Result<u64> {
    // One after the other: a mail that two had taken would be sent twice.
    let _turn = app.mail_turn.lock().await;
    let mut sent = 0;
    loop {
        let due = mail::due(&app.db, app.clock.now_ms(), BATCH).await?;
        if due.is_empty() {
            return Ok(sent);
        }
        for mail in due {
            if stop.is_cancelled() {
                return Ok(sent);
            }
            sent += u64::from(deliver(app, mail).await?);
        }
    }
}

/// Whether the mail is off the queue.
async fn deliver(app: &AppState, due: Due) -> Result<bool> {
    for letter in compose(app, &due).await? {
        match app.mail.send(&due.recipient, &letter).await {
            Ok(()) => {}
            Err(NotSent::ForNow(cause)) if !is_given_up(app, &due) => {
                tracing::warn!(%cause, attempts = due.attempts + 1, "a mail is put off");
                let delay = FIRST_DELAY_MS << due.attempts.min(10);
                let again = app.clock.now_ms() + delay.min(MAX_DELAY_MS);
                mail::put_off(&app.db, due.id, again).await?;
                return Ok(false);
            }
            Err(cause) => tracing::error!(%cause, "a mail is given up"),
        }
    }
    mail::done(&app.db, due.id).await?;
    Ok(true)
}

fn is_given_up(app: &AppState, due: &Due) -> bool {
    app.clock.now_ms() - due.queued_at >= GIVEN_UP_AFTER_MS
}

/// Puts a message into words; none where there is nothing to say any more, or nobody to say it to.
async fn compose(app: &AppState, due: &Due) -> Result<Vec<Letter>> {
    let base = &app.mail.base_url();
    let address = auth::accounts::comparable(&due.recipient);
    let Some(message) = &due.message else {
        tracing::error!("a mail is given up: this version does not know what it is to say");
        return Ok(vec![]);
    };
    let letter = match *message {
        Message::Verify { user } => match account::get(&app.db, user).await? {
            Some(user) if !user.email_verified => {
                let token = token(app, user.id, Purpose::Verify, VERIFY_MS).await?;
                Some(Letter::verify(base, &user.username, &token))
            }
            _ => None,
        },
        Message::VerifyAgain => {
            let mut letters = vec![];
            for user in account::unproven(&app.db, &address, MOST_WANTED).await? {
                let token = token(app, user.id, Purpose::Verify, VERIFY_MS).await?;
                letters.push(Letter::verify(base, &user.username, &token));
            }
            return Ok(letters);
        }
        Message::AddressTaken => account::owner(&app.db, &address)
            .await?
            .map(|owner| Letter::address_taken(base, &owner.username)),
        Message::Reset => match account::by_address(&app.db, &address).await? {
            Some(user) if user.disabled_at.is_none() => {
                let token = token(app, user.id, Purpose::Reset, RESET_MS).await?;
                Some(Letter::reset(base, &user.username, &token))
            }
            _ => None,
        },
        Message::Invitation { invitation } => {
            let token = random_token::<32>();
            let (hash, now) = (auth::hash(&token), app.clock.now_ms());
            let is_good = invitation::set_token(&app.db, invitation, &hash, now).await?;
            is_good.then(|| Letter::invitation(auth::invitation::address(base, &token)))
        }
        Message::Fetched { file } => file::owner_and_name(&app.db, file)
            .await?
            .map(|(owner, name)| Letter::fetched(base, &owner, &name)),
        Message::Shared { address } => {
            let mailed = share_address::mailed(&app.db, address, app.clock.now_ms()).await?;
            mailed.map(|mailed| {
                Letter::shared(base, &mailed.owner, mailed.slug(), mailed.has_password)
            })
        }
        Message::Received { request, told } => {
            let now = app.clock.now_ms();
            file_request::notice(&app.db, request, told, MOST_NAMED, now)
                .await?
                .map(|notice| Letter::received(base, &notice))
        }
        Message::HandedIn { file } => {
            let handed_in = hand_in::get(&app.db, file, app.clock.now_ms()).await?;
            handed_in.map(|HandedIn { file, from, .. }| {
                Letter::handed_in(base, &from, &file.name, file.size, file.id)
            })
        }
        Message::Quarantined { file } => {
            scan::quarantined(&app.db, file).await?.map(|Quarantined { owner, name, found }| {
                Letter::quarantined(base, &owner, &name, &found)
            })
        }
        Message::QuarantinedOfSomebody { file } => {
            scan::quarantined(&app.db, file).await?.map(|Quarantined { owner, name, found }| {
                Letter::quarantined_of_somebody(base, &owner, &name, &found)
            })
        }
        Message::Expiring { user, warned_at } => expiring(app, user, warned_at, base).await?,
        Message::SecondFactorOn { user } => account::get(&app.db, user)
            .await?
            .map(|user| Letter::second_factor_on(base, &user.username)),
        Message::SecondFactorOff { user } => account::get(&app.db, user)
            .await?
            .map(|user| Letter::second_factor_off(base, &user.username)),
        Message::PasswordChanged { user } => account::get(&app.db, user)
            .await?
            .map(|user| Letter::password_changed(base, &user.username)),
    };
    Ok(letter.into_iter().collect())
}

/// What expires still of what somebody is to be warned of; none where nothing does.
async fn expiring(
    app: &AppState,
    user: UserId,
    warned_at: i64,
    base: &str,
) -> Result<Option<Letter>> {
    let now = app.clock.now_ms();
    let Expiring { first, count } =
        expiry_warning::expiring(&app.db, user, warned_at, MOST_NAMES, now).await?;
    if count == 0 {
        return Ok(None);
    }
    let owner = account::get(&app.db, user).await?;
    Ok(owner.map(|owner| {
        let may_keep = app.retention.may_keep(owner.role);
        Letter::expiring(base, &owner.username, &first, count, may_keep)
    }))
}

async fn token(app: &AppState, user: UserId, purpose: Purpose, lasts_ms: i64) -> Result<String> {
    let token = random_token::<32>();
    let expires_at = app.clock.now_ms() + lasts_ms;
    mail::keep_token(&app.db, &auth::hash(&token), user, purpose, expires_at).await?;
    Ok(token)
}
