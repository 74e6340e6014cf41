//! Access tokens: short-lived JWTs (RFC 7519, RFC 9068's claims) that name a user and a session. Their header names
//! the key (`kid`, RFC 7515 §4.1.4), so that a secret can be replaced while tokens under the old one live on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
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
    header: Header,
    sign: EncodingKey,
    /// By the name that a token's header has for it.
    verify: Vec<(String, DecodingKey)>,
    rules: Validation,
}

impl AccessTokens {
    /// Tokens under a key of their own; those under `previous` are still believed.
    pub fn new(key: &SigningKey, previous: Option<&SigningKey>, clock: Clock) -> Self {
        // One algorithm, whatever a token's header says (RFC 8725 §3.1).
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Compared with our own clock below.
        rules.validate_exp = false;
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(name_of(key));
        let known = [Some(key), previous].into_iter().flatten();
        let verify = known.map(|key| (name_of(key), DecodingKey::from_secret(key.as_bytes())));
        Self {
            clock,
            header,
            sign: EncodingKey::from_secret(key.as_bytes()),
            verify: verify.collect(),
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
        encode(&self.header, &claims, &self.sign).map_err(Error::internal)
    }

    /// Whom a token names, if it is ours and of now.
    pub fn verify(&self, token: &str) -> Option<(UserId, SessionId)> {
        self.verify_until(token).map(|(user, session, _)| (user, session))
    }

    /// The same, and when it is over, in seconds since the Unix epoch.
    pub fn verify_until(&self, token: &str) -> Option<(UserId, SessionId, i64)> {
        let name = decode_header(token).ok()?.kid?;
        let (_, key) = self.verify.iter().find(|(known, _)| *known == name)?;
        let claims = decode::<Claims>(token, key, &self.rules).ok()?.claims;
        let now = self.clock.now_secs();
        (claims.iat <= now && now < claims.exp).then_some((claims.sub, claims.sid, claims.exp))
    }
}

/// What tokens call a key: it tells nothing of it.
fn name_of(key: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(&key.sign(&["kid"])[..8])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sharesync_service_kit::clock::ManualClock;
    use sharesync_service_kit::secret::RootSecret;
    use uuid::Uuid;

    use super::*;

    fn key(secret: u8) -> SigningKey {
        RootSecret::new(vec![secret; 32]).unwrap().key_for("access token")
    }

    fn tokens(secret: u8) -> (AccessTokens, ManualClock) {
        let hands = ManualClock::starting_now();
        (AccessTokens::new(&key(secret), None, Clock::Manual(hands.clone())), hands)
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
    fn after_a_change_of_keys_tokens_under_the_one_before_are_still_believed() {
        let (old, hands) = tokens(1);
        let token = old.issue(someone().0, someone().1).unwrap();
        let changed = AccessTokens::new(&key(2), Some(&key(1)), Clock::Manual(hands.clone()));
        assert_eq!(changed.verify(&token), Some(someone()));
        let fresh = changed.issue(someone().0, someone().1).unwrap();
        assert_eq!(old.verify(&fresh), None);
        let changed_again = AccessTokens::new(&key(3), Some(&key(2)), Clock::Manual(hands));
        assert_eq!(changed_again.verify(&token), None);
        assert_eq!(changed_again.verify(&fresh), Some(someone()));
    }

    #[test]
    fn a_key_that_a_token_brings_or_points_to_is_not_used() {
        let (tokens, _) = tokens(1);
        let ours = tokens.issue(someone().0, someone().1).unwrap();
        let claims = decode::<Claims>(&ours, &tokens.verify[0].1, &tokens.rules).unwrap().claims;
        for kid in [Some("../../dev/null"), Some("' or 1=1 --"), Some(""), None] {
            let mut header = tokens.header.clone();
            header.kid = kid.map(str::to_owned);
            header.jku = Some("https://evil.example/keys".into());
            let thieves = EncodingKey::from_secret(b"");
            assert_eq!(tokens.verify(&encode(&header, &claims, &thieves).unwrap()), None);
            // Not even under our own key: the header must name it.
            assert_eq!(tokens.verify(&encode(&header, &claims, &tokens.sign).unwrap()), None);
        }
    }

    #[test]
    fn a_token_for_others_by_others_or_of_later_is_refused() {
        let (tokens, hands) = tokens(1);
        let (sub, sid) = someone();
        let ours = tokens.issue(sub, sid).unwrap();
        let claims = decode::<Claims>(&ours, &tokens.verify[0].1, &tokens.rules).unwrap().claims;
        let signed = |change: fn(&mut Claims)| {
            let mut claims = Claims {
                iss: claims.iss.clone(),
                aud: claims.aud.clone(),
                jti: claims.jti.clone(),
                ..claims
            };
            change(&mut claims);
            encode(&tokens.header, &claims, &tokens.sign).unwrap()
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
        let kid = &tokens.verify[0].0;
        for header in ["none", "HS512", "RS256"] {
            let header = format!(r#"{{"alg":"{header}","kid":"{kid}"}}"#);
            let header = URL_SAFE_NO_PAD.encode(header);
            assert_eq!(tokens.verify(&format!("{header}.{claims}.")), None);
        }
        let mut header = Header::new(Algorithm::HS512);
        header.kid = Some(kid.clone());
        let claims = decode::<Claims>(&token, &tokens.verify[0].1, &tokens.rules).unwrap().claims;
        assert_eq!(tokens.verify(&encode(&header, &claims, &tokens.sign).unwrap()), None);
    }
}
