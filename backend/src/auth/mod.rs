//! Who somebody is: passwords, access tokens and sessions. Called by the handlers under
//! `/api/auth` and by the extractors that ask for a signed-in user.

pub mod accounts;
pub mod password;
pub mod session;
pub mod token;
