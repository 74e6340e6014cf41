//! What a provider says of somebody, and whether to believe it (OpenID Connect Core 1.0 §3.1.3.7).

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;

/// Algorithms that a provider may sign with: those whose key is public, so that nobody can take it for a shared one.
pub(super) const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::EdDSA,
];

/// How far a provider's clock may differ from ours, in seconds.
const LEEWAY_SECS: i64 = 60;

/// Whom a provider knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Which provider.
    pub issuer: String,
    /// Who, with that provider: never given to anybody else.
    pub subject: String,
    /// Their address, if the provider has made sure that it is theirs.
    pub verified_email: Option<String>,
    /// What they are called.
    pub name: Option<String>,
}

/// What an ID token is held against.
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    /// In seconds since the Unix epoch.
    pub now: i64,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    azp: Option<String>,
    /// One audience or a list of them (RFC 7519 §4.1.3).
    aud: serde_json::Value,
    email: Option<String>,
    email_verified: Option<Said>,
    name: Option<String>,
    preferred_username: Option<String>,
}

/// Some providers put truth into quotes.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Plainly(bool),
    Quoted(String),
}

impl Said {
    fn is_true(&self) -> bool {
        match self {
            Self::Plainly(truth) => *truth,
            Self::Quoted(text) => text == "true",
        }
    }
}

/// The key that a token names, or the only one there is. `None`: the provider may have new ones.
pub(super) fn key_of<'a>(keys: &'a JwkSet, kid: Option<&str>) -> Option<&'a Jwk> {
    let is_for_signing =
        |key: &&Jwk| !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    if let Some(kid) = kid {
        return keys.find(kid).filter(is_for_signing);
    }
    let mut signing = keys.keys.iter().filter(is_for_signing);
    signing.next().filter(|_| signing.next().is_none())
}

/// Whom a token names; what is wrong with it, otherwise.
pub(super) fn verify(
    token: &str,
    algorithm: Algorithm,
    key: &Jwk,
    expected: &Expected<'_>,
) -> Result<Identity, &'static str> {
    if !ALGORITHMS.contains(&algorithm) {
        return Err("it is signed by an algorithm that is not taken");
    }
    let mut rules = Validation::new(algorithm);
    rules.set_issuer(&[expected.issuer]);
    rules.set_audience(&[expected.client_id]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // Compared with our own clock below.
    rules.validate_exp = false;
    let key = DecodingKey::from_jwk(key).map_err(|_| "its key cannot be used")?;
    let claims =
        decode::<Claims>(token, &key, &rules).map_err(|_| "it is not its issuer's for us")?;
    let claims = claims.claims;
    let now = expected.now;
    if now >= claims.exp + LEEWAY_SECS {
        return Err("it has expired");
    }
    if claims.iat > now + LEEWAY_SECS || claims.nbf.is_some_and(|nbf| nbf > now + LEEWAY_SECS) {
        return Err("it is of later");
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err("it is of another sign-in");
    }
    let several = claims.aud.as_array().is_some_and(|all| all.len() > 1);
    let is_ours = claims.azp.as_deref().map_or(!several, |azp| azp == expected.client_id);
    if !is_ours {
        return Err("it was made for somebody else");
    }
    let is_verified = claims.email_verified.as_ref().is_some_and(Said::is_true);
    Ok(Identity {
        issuer: expected.issuer.to_owned(),
        subject: claims.sub,
        verified_email: claims.email.filter(|_| is_verified),
        name: claims.preferred_username.or(claims.name),
    })
}
