//! Who somebody is and what they may do: passwords, sessions, API tokens, and the policy of roles. Called by the
//! handlers under `/api/auth` and `/api/me`, and before every handler by `http::policy`.

pub mod accounts;
pub mod api_token;
pub mod caller;
pub mod device_login;
pub mod federation;
pub mod invitation;
pub mod password;
pub mod permission;
pub mod registration;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod token;
pub mod verification;

use sha2::{Digest, Sha256};

use crate::db::TokenHash;

/// What is kept of a token that somebody holds. Tokens are random and long: a plain hash will do.
pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}
