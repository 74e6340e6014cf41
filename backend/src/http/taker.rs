//! Who comes to a share link, as far as one browser can be told from another: what works for one person only is theirs who
//! asked first. Used by the handlers of shares and of archives.

use axum::Json;
use axum_extra::extract::CookieJar;
use sharesync_protocol::{ShareSlug, UserId};
use sharesync_service_kit::secret::random_token;

use super::cookies::Kept;
use crate::app::AppState;
use crate::auth;
use crate::sharing::{Door, Given};

/// Somebody's browser.
pub struct Taker {
    token: Option<String>,
}

impl Taker {
    /// As what it is known, if it is.
    pub fn known(app: &AppState, cookies: &CookieJar) -> Self {
        Self { token: Kept::Taker.read(app, cookies) }
    }

    /// As what it is known, or will be.
    pub fn known_or_new(app: &AppState, cookies: &CookieJar) -> Self {
        let known = Kept::Taker.read(app, cookies);
        Self { token: Some(known.unwrap_or_else(random_token::<16>)) }
    }

    /// How it comes to a link.
    pub fn door<'a>(&self, address: &'a ShareSlug, by: Option<UserId>) -> Door<'a> {
        Door { address, by, taker: self.token.as_deref().map(auth::hash) }
    }

    /// The answer; where the link works for one person, the browser is to remember as what it is known.
    pub fn given<T>(
        self,
        app: &AppState,
        cookies: CookieJar,
        given: Given<T>,
    ) -> (CookieJar, Json<T>) {
        let token = self.token.filter(|_| given.to_one);
        let cookies = match token {
            Some(token) => Kept::Taker.write(app, cookies, token),
            None => cookies,
        };
        (cookies, Json(given.what))
    }
}
