//! Computers that are let in by the browser: a command asks and shows a code, somebody who is signed in compares it and
//! agrees, and the command fetches an API token (RFC 8628). Called by `http::device_logins`.

use std::iter::repeat_with;

use sharesync_protocol::api::{
    BeginDeviceLogin, BegunDeviceLogin, DeviceLogin, IssuedApiToken, Role, Scope,
};
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::secret::{random_bytes, random_token};

use super::api_token::{MOST, end_of, fresh};
use super::caller::AuthUser;
use super::hash;
use super::permission::serves;
use crate::app::AppState;
use crate::db::api_token::{self, NewApiToken};
use crate::db::device_login::{self, Admitted, Decision, NewDeviceLogin, Waiting};
use crate::db::{TokenHash, after};
use crate::error::{Error, Result};
use crate::limits::Limit;

/// Seconds in which somebody has to agree.
const LASTS_SECS: u64 = 600;
/// Seconds between two questions of a computer's, at least.
const INTERVAL_SECS: u64 = 5;
/// Of what codes consist: no vowels, so that they spell nothing, and nothing that is taken for something else (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters of a code: 34 bits.
const CODE_LETTERS: usize = 8;
/// How often another code is made where somebody has that one.
const MOST_DRAWS: usize = 5;
/// Characters that a token's name may have.
const MOST_NAME: usize = 64;
/// What a computer is let in for, as far as a role has use for it: files and links.
const SCOPES: [Scope; 4] =
    [Scope::FilesRead, Scope::FilesWrite, Scope::SharesRead, Scope::SharesWrite];

/// A code that people compare and type, without its hyphen.
struct UserCode(String);

impl UserCode {
    fn drawn() -> Self {
        // The largest multiple of twenty: every letter is as likely as another.
        let bytes = repeat_with(|| random_bytes::<1>()[0]).filter(|byte| *byte < 240);
        let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        Self(letters.take(CODE_LETTERS).collect())
    }

    /// However it was typed: in lower case, with other spaces and hyphens. `None` where it can be no code.
    fn typed(text: &str) -> Option<Self> {
        let is_filler = |c: &char| *c == '-' || c.is_whitespace();
        let code: String =
            text.chars().filter(|c| !is_filler(c)).map(|c| c.to_ascii_uppercase()).collect();
        let is_code = code.len() == CODE_LETTERS && code.bytes().all(|c| LETTERS.contains(&c));
        is_code.then_some(Self(code))
    }

    fn hash(&self) -> TokenHash {
        hash(&self.0)
    }

    /// In two halves, for people.
    fn spelt(&self) -> String {
        let (first, second) = self.0.split_at(CODE_LETTERS / 2);
        format!("{first}-{second}")
    }
}

/// A computer asks. `base_url` is the server's address as people reach it.
pub async fn begin(
    app: &AppState,
    wanted: BeginDeviceLogin,
    from: ClientNetwork,
    base_url: &str,
) -> Result<BegunDeviceLogin> {
    let (device_code, now) = (random_token::<32>(), app.clock.now_ms());
    for _ in 0..MOST_DRAWS {
        let code = UserCode::drawn();
        let new = NewDeviceLogin {
            device: &hash(&device_code),
            code: &code.hash(),
            name: wanted.name.trim(),
            network: &from.key(),
            expires_at: after(now, LASTS_SECS),
            interval_ms: after(0, INTERVAL_SECS),
        };
        if device_login::begin(&app.db, &new, now).await? {
            let verification_uri = format!("{base_url}/device");
            let user_code = code.spelt();
            return Ok(BegunDeviceLogin {
                device_code,
                verification_uri_complete: format!("{verification_uri}?code={user_code}"),
                user_code,
                verification_uri,
                expires_in: LASTS_SECS,
                interval: INTERVAL_SECS,
            });
        }
    }
    Err(Error::internal("no code is free for another computer"))
}

/// What computer shows a code, for whoever might let it in. [`Error::NotFound`] where none does, or not any more.
pub async fn get(
    app: &AppState,
    user: &AuthUser,
    code: &str,
    from: ClientNetwork,
) -> Result<DeviceLogin> {
    let code = guess(app, code, from).await?;
    let waiting = device_login::waiting(&app.db, &code.hash(), app.clock.now_ms()).await?;
    let Waiting { name, network, created_at, expires_at } = waiting.ok_or(Error::NotFound)?;
    let same_network = from != ClientNetwork::UNKNOWN && network == from.key();
    let (user_code, scopes) = (code.spelt(), scopes(user.role));
    Ok(DeviceLogin { name, user_code, scopes, same_network, created_at, expires_at })
}

/// Lets the computer in that shows a code, or refuses it; once. [`Error::NotFound`] where none waits with it.
pub async fn decide(
    app: &AppState,
    code: &str,
    decision: Decision,
    from: ClientNetwork,
) -> Result<()> {
    let code = guess(app, code, from).await?;
    device_login::decide(&app.db, &code.hash(), decision, app.clock.now_ms()).await?;
    match decision {
        Decision::Approved(user) => {
            tracing::info!(%user, "a computer was let in by the browser");
        }
        Decision::Denied => tracing::info!("a computer was refused by the browser"),
    }
    Ok(())
}

/// The token of a computer that was let in, once. Errors as of [`device_login::admit`], and [`Error::TooMany`].
pub async fn token(app: &AppState, device_code: &str) -> Result<IssuedApiToken> {
    let now = app.clock.now_ms();
    let mut tx = app.db.begin().await?;
    let admitted = device_login::admit(&mut tx, &hash(device_code), now).await;
    let Admitted { user, role, name } = match admitted {
        Ok(admitted) => admitted,
        Err(not_yet @ (Error::AuthorizationPending | Error::SlowDown)) => {
            tx.commit().await?;
            return Err(not_yet);
        }
        Err(refused) => return Err(refused),
    };
    let token = fresh();
    let new = NewApiToken {
        user,
        hash: &hash(&token),
        ends_with: end_of(&token),
        name: &token_name(&name),
        scopes: &scopes(role),
        expires_at: None,
    };
    let details = api_token::insert_in(&mut tx, &new, MOST, now).await?;
    tx.commit().await?;
    Ok(IssuedApiToken { token, details })
}

/// Every try at a code is counted, also from one network by many accounts, before it is looked at (RFC 8628 §5.1).
async fn guess(app: &AppState, code: &str, from: ClientNetwork) -> Result<UserCode> {
    if let Some(counted) = app.limits.count(Limit::DeviceCode, &from.key()).await {
        counted.outcome?;
    }
    UserCode::typed(code).ok_or(Error::NotFound)
}

fn scopes(role: Role) -> Vec<Scope> {
    SCOPES.into_iter().filter(|scope| serves(*scope, role)).collect()
}

/// The name by which the owner knows a computer's token: as the command has always called its own.
fn token_name(computer: &str) -> String {
    format!("sharesync on {computer}").chars().take(MOST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_eight_consonants_however_it_is_typed() {
        let code = UserCode::drawn();
        let spelt = code.spelt();
        assert_eq!((spelt.len(), &spelt[4..5]), (9, "-"));
        assert!(code.0.bytes().all(|letter| LETTERS.contains(&letter)), "{spelt}");
        for typed in [
            spelt.clone(),
            spelt.to_lowercase(),
            format!(" {} ", code.0),
            spelt.replace('-', " - "),
        ] {
            assert_eq!(UserCode::typed(&typed).unwrap().hash(), code.hash());
        }
        for wrong in ["", "BCDF-GHJ", "BCDF-GHJKL", "ABCD-FGHJ", "BCDF_GHJK", "BCDF-GHJ\u{17f}"] {
            assert!(UserCode::typed(wrong).is_none(), "{wrong}");
        }
        assert_ne!(UserCode::drawn().hash(), code.hash());
    }

    #[test]
    fn codes_use_every_letter() {
        let drawn: String = (0..100).map(|_| UserCode::drawn().0).collect();
        assert!(LETTERS.iter().all(|letter| drawn.contains(char::from(*letter))), "{drawn}");
    }

    #[test]
    fn a_long_name_is_cut_where_a_token_s_ends() {
        assert_eq!(token_name("laptop"), "sharesync on laptop");
        assert_eq!(token_name(&"ü".repeat(60)).chars().count(), 64);
    }
}
