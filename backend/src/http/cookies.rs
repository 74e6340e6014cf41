//! The cookies that are set: each holds one secret, which no script can read, and over TLS is held to this host by its
//! very name (RFC 6265bis §4.1.3).

use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use cookie::time::Duration;

use crate::app::AppState;
use crate::auth::federation::ATTEMPT_SECS;
use crate::auth::session::SESSION_SECS;
use crate::auth::sign_in::HALF_SIGN_IN_SECS;

/// How long a browser is known again that has taken a link for one person: a day.
const TAKER_SECS: u64 = 24 * 3600;

/// What a cookie keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A session's refresh token.
    Refresh,
    /// A sign-in that waits for its second factor.
    HalfSignIn,
    /// That sign-ins at providers are begun and ended by one browser.
    Browser,
    /// What tells a browser from others that has taken what works for one person only.
    Taker,
}

impl Kept {
    /// What is kept.
    pub fn read(self, app: &AppState, cookies: &CookieJar) -> Option<String> {
        cookies.get(&self.name(app)).map(|cookie| cookie.value().to_owned())
    }

    /// Keeps it.
    pub fn write(self, app: &AppState, cookies: CookieJar, value: String) -> CookieJar {
        let seconds = match self {
            Self::Refresh => SESSION_SECS,
            Self::HalfSignIn => HALF_SIGN_IN_SECS,
            Self::Browser => ATTEMPT_SECS,
            Self::Taker => TAKER_SECS,
        };
        let mut cookie = self.cookie(app, value);
        cookie.set_max_age(Duration::seconds(seconds.cast_signed()));
        cookies.add(cookie)
    }

    /// Keeps it no more.
    pub fn remove(self, app: &AppState, cookies: CookieJar) -> CookieJar {
        cookies.remove(self.cookie(app, String::new()))
    }

    fn cookie(self, app: &AppState, value: String) -> Cookie<'static> {
        let same_site = match self {
            Self::Refresh | Self::HalfSignIn | Self::Taker => SameSite::Strict,
            // They come back from the provider's site.
            Self::Browser => SameSite::Lax,
        };
        Cookie::build((self.name(app), value))
            .path("/")
            .http_only(true)
            .secure(app.is_over_tls())
            .same_site(same_site)
            .build()
    }

    fn name(self, app: &AppState) -> String {
        let name = match self {
            Self::Refresh => "sharesync_refresh",
            Self::HalfSignIn => "sharesync_half_sign_in",
            Self::Browser => "sharesync_browser",
            Self::Taker => "sharesync_taker",
        };
        if app.is_over_tls() { format!("__Host-{name}") } else { name.to_owned() }
    }
}
