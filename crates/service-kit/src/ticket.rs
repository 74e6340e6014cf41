//! Tickets into a signaling service that runs apart from the server: whoever knows who its visitors
//! are mints them, and the service, which knows nobody, checks them. They share a secret.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::clock::Clock;
use crate::secret::{RootSecret, SigningKey, random_token};

/// How long a ticket lets its holder in; a socket that is in stays in.
pub const TICKET_LIFETIME: Duration = Duration::from_mins(5);

/// Mints tickets, and tells those it minted from others.
#[derive(Clone)]
pub struct TicketKey(SigningKey);

impl fmt::Debug for TicketKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TicketKey(…)")
    }
}

impl TicketKey {
    /// The key that all who have this secret share.
    pub fn of(secret: &RootSecret) -> Self {
        Self(secret.key_for("signaling ticket"))
    }

    /// A ticket that is good from now on for [`TICKET_LIFETIME`]: `expiry.random.signature`, with
    /// the expiry in seconds since the Unix epoch. It names nobody, and no two are alike.
    pub fn mint(&self, clock: &Clock) -> String {
        let expiry =
            clock.now_secs().saturating_add_unsigned(TICKET_LIFETIME.as_secs()).to_string();
        let random = random_token::<16>();
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(&[&expiry, &random]));
        format!("{expiry}.{random}.{signature}")
    }

    /// Whether a ticket was minted with this key and is still good.
    pub fn admits(&self, ticket: &str, clock: &Clock) -> bool {
        let mut parts = ticket.split('.');
        let (Some(expiry), Some(random), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return false;
        };
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
            return false;
        };
        self.0.verify(&[expiry, random], &signature)
            && expiry.parse().is_ok_and(|expiry: i64| clock.now_secs() < expiry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn key(byte: u8) -> TicketKey {
        TicketKey::of(&RootSecret::new(vec![byte; 32]).unwrap())
    }

    fn clock() -> (Clock, ManualClock) {
        let hands = ManualClock::starting_now();
        (Clock::Manual(hands.clone()), hands)
    }

    #[test]
    fn a_ticket_is_good_for_five_minutes() {
        let (clock, hands) = clock();
        let ticket = key(1).mint(&clock);
        assert!(key(1).admits(&ticket, &clock));
        hands.advance(Duration::from_secs(299));
        assert!(key(1).admits(&ticket, &clock));
        hands.advance(Duration::from_secs(1));
        assert!(!key(1).admits(&ticket, &clock));
    }

    #[test]
    fn another_keys_ticket_is_not_good() {
        let (clock, _) = clock();
        assert!(!key(2).admits(&key(1).mint(&clock), &clock));
    }

    #[test]
    fn a_ticket_that_was_changed_is_not_good() {
        let (clock, _) = clock();
        let ticket = key(1).mint(&clock);
        let (expiry, rest) = ticket.split_once('.').unwrap();
        let later = expiry.parse::<i64>().unwrap() + 1;
        let unsigned = ticket.rsplit_once('.').unwrap().0;
        for forged in [
            format!("{later}.{rest}"),
            format!("{expiry}.A{rest}"),
            format!("{unsigned}."),
            format!("{ticket}."),
            format!("{ticket}.x"),
            unsigned.to_owned(),
            "..".to_owned(),
            String::new(),
        ] {
            assert!(!key(1).admits(&forged, &clock), "{forged}");
        }
    }

    #[test]
    fn no_two_tickets_are_alike_and_the_key_is_not_shown() {
        let (clock, _) = clock();
        assert_ne!(key(1).mint(&clock), key(1).mint(&clock));
        assert_eq!(format!("{:?}", key(1)), "TicketKey(…)");
    }
}
