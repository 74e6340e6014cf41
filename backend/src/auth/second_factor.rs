//! Second factors: codes of an authenticator by time (TOTP, RFC 6238), and recovery codes for when it is lost.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sharesync_protocol::UserId;
use sharesync_protocol::api::{RecoveryCodes, SecondFactorSetup, User};
use sharesync_service_kit::secret::{SigningKey, random_bytes};
use totp_rs::{Builder, Secret, Totp};

use super::hash;
use super::sign_in::check_code;
use crate::app::AppState;
use crate::db::{TokenHash, account, mail, second_factor};
use crate::error::{Error, Result};
use crate::mail::Message;

/// Bytes of a secret: as many as the hash it is used with makes (RFC 4226 §4).
const SECRET_BYTES: usize = 20;
/// Bytes of the random nonce that stands before a sealed secret.
const NONCE_BYTES: usize = 24;
/// Recovery codes that one gets.
const RECOVERY_CODES: usize = 10;
/// Random bytes of a recovery code: 16 characters in base32.
const RECOVERY_BYTES: usize = 10;

/// The keys under which secrets are kept.
pub struct SealingKeys {
    key: SigningKey,
    /// That of before: secrets are still opened with it.
    previous: Option<SigningKey>,
}

impl SealingKeys {
    /// Seals under `key`, opens what was sealed under either.
    pub fn new(key: SigningKey, previous: Option<SigningKey>) -> Self {
        Self { key, previous }
    }

    /// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) behind its nonce, bound to its owner.
    fn seal(&self, owner: UserId, secret: &[u8]) -> Vec<u8> {
        let nonce = XNonce::from(random_bytes::<NONCE_BYTES>());
        let payload = Payload { msg: secret, aad: owner.0.as_bytes() };
        let sealed = cipher(&self.key).encrypt(&nonce, payload).expect("XChaCha20 takes 256 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    fn open(&self, owner: UserId, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let keys = [Some(&self.key), self.previous.as_ref()];
        keys.into_iter().flatten().find_map(|key| {
            let payload = Payload { msg: sealed, aad: owner.0.as_bytes() };
            cipher(key).decrypt(&XNonce::from(*nonce), payload).ok()
        })
    }
}

fn cipher(key: &SigningKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&(*key.as_bytes()).into())
}

/// Makes a secret for somebody's authenticator. Nothing asks for it before [`confirm`].
pub async fn begin(
    app: &AppState,
    user: &User,
    password: Option<String>,
) -> Result<SecondFactorSetup> {
    if user.has_password {
        let hash = account::password_of(&app.db, user.id).await?;
        if !app.passwords.verify(password.unwrap_or_default(), hash).await? {
            return Err(Error::invalid("password", "is not your password"));
        }
    }
    let secret = random_bytes::<SECRET_BYTES>();
    second_factor::begin(&app.db, user.id, &app.sealing.seal(user.id, &secret)).await?;
    let totp = totp(&secret, &user.email)?;
    let otpauth_url = totp.to_url().map_err(|e| Error::internal(e.to_string()))?;
    Ok(SecondFactorSetup { secret: totp.secret().to_base32(), otpauth_url })
}

/// From now on signing in takes a code, as somebody shows by one that they can give. [`Error::InvalidCode`];
/// [`Error::SecondFactorState`] where there is nothing to confirm.
pub async fn confirm(app: &AppState, user: &User, code: &str) -> Result<RecoveryCodes> {
    check_code(app, user.id, code).await?;
    let (codes, now) = (RecoveryCode::ten(), app.clock.now_ms());
    let mut tx = app.db.begin().await?;
    if !second_factor::confirm(&mut tx, user.id, now).await? {
        return Err(Error::SecondFactorState("There is no second factor to be confirmed."));
    }
    second_factor::replace_recovery_codes(&mut tx, user.id, &hashes(&codes)).await?;
    mail::queue(&mut tx, &user.email, &Message::SecondFactorOn { user: user.id }, now).await?;
    tx.commit().await?;
    app.mail_waits.notify_one();
    Ok(told(&codes))
}

/// Signing in takes a password alone again. [`Error::InvalidCode`]; [`Error::SecondFactorState`].
pub async fn disable(app: &AppState, user: &User, code: &str) -> Result<()> {
    check_is_on(user)?;
    check_code(app, user.id, code).await?;
    let mut tx = app.db.begin().await?;
    second_factor::remove(&mut tx, user.id).await?;
    second_factor::end_half_sign_ins(&mut tx, user.id).await?;
    let message = Message::SecondFactorOff { user: user.id };
    mail::queue(&mut tx, &user.email, &message, app.clock.now_ms()).await?;
    tx.commit().await?;
    app.mail_waits.notify_one();
    Ok(())
}

/// Gives somebody other recovery codes. [`Error::InvalidCode`]; [`Error::SecondFactorState`].
pub async fn replace_recovery_codes(
    app: &AppState,
    user: &User,
    code: &str,
) -> Result<RecoveryCodes> {
    check_is_on(user)?;
    check_code(app, user.id, code).await?;
    let codes = RecoveryCode::ten();
    let mut tx = app.db.begin().await?;
    second_factor::replace_recovery_codes(&mut tx, user.id, &hashes(&codes)).await?;
    tx.commit().await?;
    Ok(told(&codes))
}

/// Whether a code is one of somebody's; it is used up by that.
pub(super) async fn accept(app: &AppState, user: UserId, code: &str) -> Result<bool> {
    let Some(factor) = second_factor::get(&app.db, user).await? else { return Ok(false) };
    let code = code.trim().replace(' ', "");
    let mut tx = app.db.begin().await?;
    let accepted = if code.len() == 6 {
        let sealed = app.sealing.open(user, &factor.sealed);
        let secret = sealed.ok_or_else(|| Error::internal("a second factor cannot be opened"))?;
        let now = u64::try_from(app.clock.now_secs()).unwrap_or_default();
        match totp(&secret, "")?.check(&code, now) {
            Some(step) => second_factor::use_step(&mut tx, user, step.cast_signed()).await?,
            None => false,
        }
    } else {
        second_factor::use_recovery_code(&mut tx, user, &RecoveryCode::typed(&code).hash()).await?
    };
    tx.commit().await?;
    Ok(accepted)
}

fn check_is_on(user: &User) -> Result<()> {
    if user.second_factor {
        Ok(())
    } else {
        Err(Error::SecondFactorState("You have no second factor."))
    }
}

/// Six digits every 30 seconds by SHA-1, which is all that every authenticator can do; one step early or late will do.
fn totp(secret: &[u8], account: &str) -> Result<Totp> {
    let totp = Builder::new()
        .with_secret(secret)
        .with_issuer(Some("ShareSync"))
        .with_account_name(account.replace(':', "_"));
    totp.build().map_err(|e| Error::internal(e.to_string()))
}

/// A recovery code without its hyphens.
struct RecoveryCode(String);

impl RecoveryCode {
    fn ten() -> Vec<Self> {
        let code = || Secret::from(random_bytes::<RECOVERY_BYTES>()).to_base32();
        (0..RECOVERY_CODES).map(|_| Self(code().to_lowercase())).collect()
    }

    fn typed(text: &str) -> Self {
        Self(text.replace('-', "").to_lowercase())
    }

    fn hash(&self) -> TokenHash {
        hash(&self.0)
    }

    /// In fours, for people.
    fn spelt(&self) -> String {
        let fours = self.0.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four));
        fours.collect::<Vec<_>>().join("-")
    }
}

fn hashes(codes: &[RecoveryCode]) -> Vec<TokenHash> {
    codes.iter().map(RecoveryCode::hash).collect()
}

fn told(codes: &[RecoveryCode]) -> RecoveryCodes {
    RecoveryCodes { recovery_codes: codes.iter().map(RecoveryCode::spelt).collect() }
}

#[cfg(test)]
mod tests {
    use sharesync_service_kit::secret::RootSecret;
    use uuid::Uuid;

    use super::*;

    fn key(secret: u8) -> SigningKey {
        RootSecret::new(vec![secret; 32]).unwrap().key_for("second factor")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six digits of its eight.
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
        {
            let totp = totp(b"12345678901234567890", "").unwrap();
            assert_eq!(totp.check(code, time), Some(time / 30));
        }
    }

    #[test]
    fn a_sealed_secret_opens_for_its_owner_under_its_key_or_with_that_as_the_previous_one() {
        let (sam, ann) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let sealed = SealingKeys::new(key(1), None).seal(sam, b"secret");
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let open = |keys: SealingKeys, owner| keys.open(owner, &sealed);
        assert_eq!(open(SealingKeys::new(key(1), None), sam).as_deref(), Some(&b"secret"[..]));
        assert_eq!(open(SealingKeys::new(key(2), Some(key(1))), sam).unwrap(), b"secret");
        assert_eq!(open(SealingKeys::new(key(2), None), sam), None);
        assert_eq!(open(SealingKeys::new(key(1), None), ann), None);
    }

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_typed() {
        let codes = RecoveryCode::ten();
        assert_eq!(codes.len(), 10);
        let spelt = codes[0].spelt();
        assert_eq!(spelt.len(), 19);
        for typed in [spelt.clone(), spelt.to_uppercase(), spelt.replace('-', "")] {
            assert_eq!(RecoveryCode::typed(&typed).hash(), codes[0].hash());
        }
        assert_ne!(codes[0].hash(), codes[1].hash());
    }
}
