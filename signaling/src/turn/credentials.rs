//! Short-lived TURN credentials: `<expiry>:<random>` as the name, and an HMAC over it as the
//! password (draft-uberti-behave-turn-rest-00 §2.2), so that whoever has the secret can check one
//! without ever having seen it. coturn understands the same with its `use-auth-secret`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::random_token;

/// Makes credentials, and knows those it made.
#[derive(Clone)]
pub struct TurnCredentials {
    secret: Arc<[u8]>,
    clock: Clock,
}

impl TurnCredentials {
    /// How long a credential opens allocations. Those that it opened may be kept for longer.
    pub const LIFETIME: Duration = Duration::from_hours(1);

    /// Credentials under a secret.
    pub fn new(secret: &[u8], clock: Clock) -> Self {
        Self { secret: secret.into(), clock }
    }

    /// A new credential: its name and its password.
    pub fn mint(&self) -> (String, String) {
        let expiry = self.clock.now_secs().saturating_add_unsigned(Self::LIFETIME.as_secs());
        let username = format!("{expiry}:{}", random_token::<9>());
        let password = self.password(&username);
        (username, password)
    }

    /// Whether a credential of this name opens allocations still. Its name says so, and its
    /// password cannot be known for a name that was not given out.
    pub(super) fn lasts(&self, username: &str) -> bool {
        let expiry = username.split_once(':').and_then(|(expiry, _)| expiry.parse().ok());
        expiry.is_some_and(|expiry: i64| self.clock.now_secs() < expiry)
    }

    /// The password of a name: base64 of HMAC-SHA-1 (RFC 2104).
    pub(super) fn password(&self, username: &str) -> String {
        let mac = Hmac::<Sha1>::new_from_slice(&self.secret);
        let mut mac = mac.expect("HMAC takes a key of any length (RFC 2104 §2)");
        mac.update(username.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl fmt::Debug for TurnCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TurnCredentials(…)")
    }
}

#[cfg(test)]
mod tests {
    use sharesync_service_kit::clock::ManualClock;

    use super::*;

    #[test]
    fn a_credential_lasts_an_hour() {
        let hands = ManualClock::starting_now();
        let credentials = TurnCredentials::new(b"secret", Clock::Manual(hands.clone()));
        let (username, password) = credentials.mint();
        assert!(credentials.lasts(&username));
        assert_eq!(credentials.password(&username), password);
        hands.advance(TurnCredentials::LIFETIME);
        assert!(!credentials.lasts(&username));
        assert!(!credentials.lasts("whoever"));
        assert!(!credentials.lasts("x:y"));
    }

    #[test]
    fn passwords_are_those_that_coturn_expects() {
        // printf 1700000000:x | openssl dgst -sha1 -hmac topsecret -binary | base64
        let credentials = TurnCredentials::new(b"topsecret", Clock::System);
        assert_eq!(credentials.password("1700000000:x"), "ftiYw1L7Co7igB+tlW9dF9soX24=");
    }

    #[test]
    fn credentials_differ() {
        let credentials = TurnCredentials::new(b"secret", Clock::System);
        assert_ne!(credentials.mint(), credentials.mint());
    }
}
