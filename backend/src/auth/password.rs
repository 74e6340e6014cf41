//! Passwords as Argon2id hashes (RFC 9106), with the parameters that OWASP's password storage
//! guidance gives as its first choice: 19 MiB, two passes, one lane.

use std::sync::Arc;

use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A password that is found within so many guesses is refused.
const TOO_FEW_GUESSES: f64 = 1e5;
/// Hashes under way at once; more wait, so that sign-ins take neither all memory nor all cores.
const AT_ONCE: usize = 2;

/// What is done about a password that is easily guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guessable {
    /// It is hashed like any other: whoever runs the server chose it.
    Accepted,
    /// It is not hashed.
    Refused,
}

/// Hashes and checks passwords, away from the threads that serve requests.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// A hash of nothing anybody has: checked where there is no account, so that both take as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// Ready to hash.
    pub fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(AT_ONCE)),
            // The hash of a password that is random and forgotten; its cost is that of any other.
            decoy: "$argon2id$v=19$m=19456,t=2,p=1$c2hhcmVzeW5jZGVjb3k$\
                    3mBpiyMZN9wo9Ngd8YSqvIWk9Q1m4t9nmOXqGmZd3aM"
                .into(),
        }
    }

    /// The hash to keep, in PHC string form, with a salt of its own. [`Error::WeakPassword`] where anybody who knows
    /// `about` its owner would soon guess it.
    pub async fn hash(
        &self,
        password: String,
        about: &[&str],
        guessable: Guessable,
    ) -> Result<String> {
        let about: Vec<String> = about.iter().map(|&word| word.to_owned()).collect();
        let hashed = self.off_thread(move || {
            if guessable == Guessable::Refused && is_guessable(&password, &about) {
                return Err(Error::WeakPassword);
            }
            let hash = argon2().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|e| Error::internal(e.to_string()))
        });
        hashed.await?
    }

    /// The hash of one that is asked of others, for a link or a file request: whoever chooses it answers for it.
    pub async fn hash_for_others(&self, password: String) -> Result<String> {
        self.hash(password, &[], Guessable::Accepted).await
    }

    /// Whether the password is the hash's. Without a hash the answer is no, and takes as long.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.to_string());
        let verified = self
            .off_thread(move || {
                let hash = PasswordHash::new(&hash)?;
                argon2().verify_password(password.as_bytes(), &hash)
            })
            .await?;
        match verified {
            Ok(()) => Ok(known),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(e) => Err(Error::internal(e.to_string())),
        }
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let permit =
            Arc::clone(&self.permits).acquire_owned().await.expect("the semaphore is never closed");
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        done.await.map_err(Error::internal)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether guesses in the order of likelihood (zxcvbn, USENIX Security 2016) come to it soon.
fn is_guessable(password: &str, about: &[String]) -> bool {
    let parts = about.iter().flat_map(|words| words.split(['@', '.', ' ']));
    let about: Vec<&str> =
        about.iter().map(String::as_str).chain(parts).chain(["sharesync"]).collect();
    10f64.powf(zxcvbn::zxcvbn(password, &about).guesses_log10()) < TOO_FEW_GUESSES
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .expect("these are parameters that Argon2 takes");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn hash(passwords: &Passwords, password: &str) -> Result<String> {
        let about = ["jo.smith@example.com", "josmith77"];
        passwords.hash(password.into(), &about, Guessable::Refused).await
    }

    #[tokio::test]
    async fn what_everybody_tries_first_is_refused_and_what_is_long_is_taken_whole() {
        let passwords = Passwords::new();
        for common in ["password", "12345678", "qwertyuiop", "Password1", "sharesync", "josmith77"]
        {
            let refused = hash(&passwords, common).await;
            assert!(matches!(refused, Err(Error::WeakPassword)), "{common}");
        }
        let long = "Unsteady walnut ".repeat(8);
        let kept = hash(&passwords, &long).await.unwrap();
        assert!(passwords.verify(long.clone(), Some(kept.clone())).await.unwrap());
        assert!(!passwords.verify(long[..long.len() - 1].into(), Some(kept)).await.unwrap());
    }

    #[tokio::test]
    async fn a_password_is_its_own_hash_only() {
        let passwords = Passwords::new();
        let hash = hash(&passwords, "open sesame").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("open sesame".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("open barley".into(), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn the_decoy_is_a_hash_of_the_same_cost_and_nobody_has_it() {
        let passwords = Passwords::new();
        assert!(!passwords.verify(String::new(), None).await.unwrap());
        let (decoy, real) =
            (passwords.decoy.to_string(), hash(&passwords, "open sesame").await.unwrap());
        assert_eq!(decoy.rsplitn(3, '$').nth(2), real.rsplitn(3, '$').nth(2));
        assert_eq!(decoy.rsplit('$').next().unwrap().len(), real.rsplit('$').next().unwrap().len());
    }
}
