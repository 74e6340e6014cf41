//! Access tokens: short-lived JWTs (RFC 7519, RFC 9068's claims) that name a user and a session.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sharesync_protocol::{SessionId, UserId};
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::{SigningKey, random_token};

use crate::error::{Error, Result};

/// Seconds an access token lasts.
pub const ACCESS_TOKEN_SECS: u64 = 15 * 60;

const ISSUER: &str = "sharesync";
const AUDIENCE: &str = "sharesync-api";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    /// The session it belongs to; once that is over the token is worth nothing.
    sid: SessionId,
    jti: String,
    iat: i64,
    exp: i64,
}

/// Issues and checks access tokens.
#[derive(Clone)]
pub struct AccessTokens {
    clock: Clock,
    sign: EncodingKey,
    verify: DecodingKey,
    rules: Validation,
}

impl AccessTokens {
    /// Tokens under a key of their own.
    pub fn new(key: &SigningKey, clock: Clock) -> Self {
        // One algorithm, whatever a token's header says (RFC 8725 §3.1).
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Compared with our own clock below.
        rules.validate_exp = false;
        Self {
            clock,
            sign: EncodingKey::from_secret(key.as_bytes()),
            verify: DecodingKey::from_secret(key.as_bytes()),
            rules,
        }
    }

    /// A token for a user in a session.
    pub fn issue(&self, sub: UserId, sid: SessionId) -> Result<String> {
        let iat = self.clock.now_secs();
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub,
            sid,
            jti: random_token::<16>(),
            iat,
            exp: iat + ACCESS_TOKEN_SECS.cast_signed(),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.sign).map_err(Error::internal)
    }

    /// Whom a token names, if it is ours and of now.
    pub fn verify(&self, token: &str) -> Option<(UserId, SessionId)> {
        let claims = decode::<Claims>(token, &self.verify, &self.rules).ok()?.claims;
        let now = self.clock.now_secs();
        (claims.iat <= now && now < claims.exp).then_some((claims.sub, claims.sid))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sharesync_service_kit::clock::ManualClock;
    use sharesync_service_kit::secret::RootSecret;
    use uuid::Uuid;

    use super::*;

    fn tokens(secret: u8) -> (AccessTokens, ManualClock) {
        let hands = ManualClock::starting_now();
        let key = RootSecret::new(vec![secret; 32]).unwrap().key_for("access token");
        (AccessTokens::new(&key, Clock::Manual(hands.clone())), hands)
    }

    fn someone() -> (UserId, SessionId) {
        (UserId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)))
    }

    #[test]
    fn a_token_lasts_fifteen_minutes() {
        let (tokens, hands) = tokens(1);
        let token = tokens.issue(someone().0, someone().1).unwrap();
        assert_eq!(tokens.verify(&token), Some(someone()));
        hands.advance(Duration::from_secs(899));
        assert_eq!(tokens.verify(&token), Some(someone()));
        hands.advance(Duration::from_secs(1));
        assert_eq!(tokens.verify(&token), None);
    }

    #[test]
    fn a_token_under_another_key_is_refused() {
        let token = tokens(1).0.issue(someone().0, someone().1).unwrap();
        assert_eq!(tokens(2).0.verify(&token), None);
    }

    #[test]
    fn a_token_for_others_by_others_or_of_later_is_refused() {
        let (tokens, hands) = tokens(1);
        let (sub, sid) = someone();
        let ours = tokens.issue(sub, sid).unwrap();
        let claims = decode::<Claims>(&ours, &tokens.verify, &tokens.rules).unwrap().claims;
        let signed = |change: fn(&mut Claims)| {
            let mut claims = Claims {
                iss: claims.iss.clone(),
                aud: claims.aud.clone(),
                jti: claims.jti.clone(),
                ..claims
            };
            change(&mut claims);
            encode(&Header::new(Algorithm::HS256), &claims, &tokens.sign).unwrap()
        };
        assert_eq!(tokens.verify(&signed(|_| ())), Some(someone()));
        assert_eq!(tokens.verify(&signed(|claims| claims.iss = "another".into())), None);
        assert_eq!(tokens.verify(&signed(|claims| claims.aud = "another".into())), None);
        let later = signed(|claims| claims.iat += 1);
        assert_eq!(tokens.verify(&later), None);
        hands.advance(Duration::from_secs(1));
        assert_eq!(tokens.verify(&later), Some(someone()));
    }

    #[test]
    fn a_token_without_a_signature_or_of_another_algorithm_is_refused() {
        let (tokens, _) = tokens(1);
        let token = tokens.issue(someone().0, someone().1).unwrap();
        let claims = token.split('.').nth(1).unwrap();
        // {"alg":"none"} and {"alg":"HS512"}
        for header in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzUxMiJ9"] {
            assert_eq!(tokens.verify(&format!("{header}.{claims}.")), None);
        }
    }
}
