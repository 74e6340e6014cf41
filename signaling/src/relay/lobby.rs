//! Who holds a ticket for which relay, and who of the two is there already: pure state. No
//! sockets, no clock; time and randomness are passed in. Kept by [`super::Relays`].

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::CryptoRng;
use sharesync_protocol::relay::RelayTicket;

/// A ticket was redeemed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Redeemed<W, P> {
    /// By the first side, which may wait so long for the other.
    First(Duration),
    /// By the second: what the first has left for it, and the relay's place.
    Second(W, P),
}

/// A ticket that lets nobody in: never given out, redeemed before, or expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Void;

/// Relays that are opened and not joined yet. `W` is what the first side leaves for the second,
/// `P` what the relay holds from its opening to its end.
pub(super) struct Lobby<W, P> {
    lifetime: Duration,
    pairs: HashMap<u64, Pair<W, P>>,
    /// Which pair a ticket is of.
    tickets: HashMap<RelayTicket, u64>,
    last_pair: u64,
}

struct Pair<W, P> {
    tickets: [RelayTicket; 2],
    expires_ms: i64,
    first: Option<W>,
    place: P,
}

impl<W, P> Lobby<W, P> {
    /// Nobody yet; tickets are good for `lifetime`.
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime, pairs: HashMap::new(), tickets: HashMap::new(), last_pair: 0 }
    }

    /// Opens a relay and gives its two tickets.
    pub(super) fn open(
        &mut self,
        place: P,
        now_ms: i64,
        rng: &mut impl CryptoRng,
    ) -> (RelayTicket, RelayTicket) {
        self.last_pair += 1;
        let tickets = [new_ticket(rng), new_ticket(rng)];
        for ticket in &tickets {
            self.tickets.insert(ticket.clone(), self.last_pair);
        }
        let [one, other] = tickets.clone();
        let lifetime_ms = i64::try_from(self.lifetime.as_millis()).unwrap_or(i64::MAX);
        let expires_ms = now_ms.saturating_add(lifetime_ms);
        self.pairs.insert(self.last_pair, Pair { tickets, expires_ms, first: None, place });
        (one, other)
    }

    /// Redeems a ticket. The first of a pair leaves what `leave` gives for the second.
    pub(super) fn redeem(
        &mut self,
        ticket: &RelayTicket,
        now_ms: i64,
        leave: impl FnOnce() -> W,
    ) -> Result<Redeemed<W, P>, Void> {
        let number = self.tickets.remove(ticket).ok_or(Void)?;
        let pair = self.pairs.get_mut(&number).ok_or(Void)?;
        if pair.expires_ms <= now_ms {
            self.forget(number);
            return Err(Void);
        }
        if pair.first.is_none() {
            pair.first = Some(leave());
            let left_ms = u64::try_from(pair.expires_ms - now_ms).unwrap_or_default();
            return Ok(Redeemed::First(Duration::from_millis(left_ms)));
        }
        let joined = self.forget(number).ok_or(Void)?;
        joined.first.map(|first| Redeemed::Second(first, joined.place)).ok_or(Void)
    }

    /// Lets go of the relays whose tickets have expired.
    pub(super) fn forget_expired(&mut self, now_ms: i64) {
        let expired = self.pairs.iter().filter(|(_, pair)| pair.expires_ms <= now_ms);
        let expired: Vec<u64> = expired.map(|(number, _)| *number).collect();
        for number in expired {
            self.forget(number);
        }
    }

    fn forget(&mut self, number: u64) -> Option<Pair<W, P>> {
        let pair = self.pairs.remove(&number)?;
        for ticket in &pair.tickets {
            self.tickets.remove(ticket);
        }
        Some(pair)
    }
}

fn new_ticket(rng: &mut impl CryptoRng) -> RelayTicket {
    let mut bits = [0; 16];
    rng.fill_bytes(&mut bits);
    RelayTicket(URL_SAFE_NO_PAD.encode(bits))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const LIFETIME: Duration = Duration::from_secs(30);

    fn opened(places: &[&'static str]) -> (Lobby<&'static str, &'static str>, Vec<RelayTicket>) {
        let mut lobby = Lobby::new(LIFETIME);
        let mut rng = StdRng::seed_from_u64(1);
        let pairs = places.iter().map(|place| lobby.open(*place, 0, &mut rng));
        let tickets = pairs.flat_map(|(one, other)| [one, other]).collect();
        (lobby, tickets)
    }

    #[test]
    fn two_tickets_of_a_pair_meet() {
        let (mut lobby, tickets) = opened(&["x"]);
        let first = lobby.redeem(&tickets[1], 10_000, || "a").unwrap();
        assert_eq!(first, Redeemed::First(Duration::from_secs(20)));
        let second = lobby.redeem(&tickets[0], 29_999, || "b").unwrap();
        assert_eq!(second, Redeemed::Second("a", "x"));
        assert!(lobby.pairs.is_empty() && lobby.tickets.is_empty());
    }

    #[test]
    fn tickets_of_two_pairs_do_not() {
        let (mut lobby, tickets) = opened(&["x", "y"]);
        lobby.redeem(&tickets[0], 0, || "a").unwrap();
        assert_eq!(lobby.redeem(&tickets[2], 0, || "b"), Ok(Redeemed::First(LIFETIME)));
        assert_eq!(lobby.redeem(&tickets[1], 0, || "c"), Ok(Redeemed::Second("a", "x")));
    }

    #[test]
    fn a_ticket_is_good_once() {
        let (mut lobby, tickets) = opened(&["x"]);
        lobby.redeem(&tickets[0], 0, || "a").unwrap();
        assert_eq!(lobby.redeem(&tickets[0], 0, || "b"), Err(Void));
        lobby.redeem(&tickets[1], 0, || "c").unwrap();
        assert_eq!(lobby.redeem(&tickets[1], 0, || "d"), Err(Void));
    }

    #[test]
    fn a_ticket_is_good_until_it_expires() {
        let (mut lobby, tickets) = opened(&["x"]);
        assert_eq!(lobby.redeem(&tickets[0], 30_000, || "a"), Err(Void));
        assert_eq!(lobby.redeem(&tickets[1], 0, || "b"), Err(Void));
    }

    #[test]
    fn what_has_expired_is_forgotten_and_nothing_else() {
        let (mut lobby, tickets) = opened(&["x"]);
        lobby.redeem(&tickets[0], 0, || "a").unwrap();
        let (later, _) = lobby.open("y", 1, &mut StdRng::seed_from_u64(2));
        lobby.forget_expired(29_999);
        assert_eq!(lobby.pairs.len(), 2);
        lobby.forget_expired(30_000);
        assert_eq!((lobby.pairs.len(), lobby.tickets.len()), (1, 2));
        assert!(lobby.redeem(&later, 30_000, || "b").is_ok());
    }

    #[test]
    fn tickets_differ_and_do_not_show() {
        let (_, tickets) = opened(&["x", "y"]);
        assert_eq!(tickets[0].0.len(), 22);
        assert!(tickets.iter().skip(1).all(|ticket| *ticket != tickets[0]));
        assert_eq!(format!("{:?}", tickets[0]), "RelayTicket(…)");
    }
}
