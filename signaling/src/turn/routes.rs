//! Whom one allocation may speak with, and under which numbers: permissions (RFC 8656 §9) and
//! channels (§12). Pure state; the time is passed in.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// How long a permission lasts (RFC 8656 §9.1), in milliseconds.
const PERMISSION_MS: i64 = 300_000;
/// How long a channel lasts (RFC 8656 §12), in milliseconds.
const CHANNEL_MS: i64 = 600_000;
/// Permissions, and channels, of one allocation: a browser asks for one for each candidate of the
/// other side.
const MAX_ROUTES: usize = 64;

/// Why a route was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RouteError {
    /// The number stands for another peer, or the peer has another number.
    Conflict,
    /// There are as many as there may be.
    TooMany,
}

/// The permissions and channels of one allocation.
#[derive(Debug, Default)]
pub(super) struct Routes {
    permissions: HashMap<IpAddr, i64>,
    channels: HashMap<u16, (SocketAddr, i64)>,
    numbers: HashMap<SocketAddr, u16>,
}

impl Routes {
    /// Lets the client and whoever is at `peer` speak with each other from now on.
    pub(super) fn permit(&mut self, peer: IpAddr, now_ms: i64) -> Result<(), RouteError> {
        if !self.permissions.contains_key(&peer) && self.permissions.len() >= MAX_ROUTES {
            self.permissions.retain(|_, expires_ms| *expires_ms > now_ms);
            if self.permissions.len() >= MAX_ROUTES {
                return Err(RouteError::TooMany);
            }
        }
        self.permissions.insert(peer, now_ms + PERMISSION_MS);
        Ok(())
    }

    /// Whether they may.
    pub(super) fn permits(&self, peer: IpAddr, now_ms: i64) -> bool {
        self.permissions.get(&peer).is_some_and(|expires_ms| *expires_ms > now_ms)
    }

    /// Makes `number` stand for `peer`, or go on doing so, and permits it.
    pub(super) fn bind(
        &mut self,
        number: u16,
        peer: SocketAddr,
        now_ms: i64,
    ) -> Result<(), RouteError> {
        self.forget_channels(now_ms);
        let free = !self.channels.contains_key(&number) && !self.numbers.contains_key(&peer);
        let same = self.numbers.get(&peer) == Some(&number);
        if !free && !same {
            return Err(RouteError::Conflict);
        }
        if free && self.channels.len() >= MAX_ROUTES {
            return Err(RouteError::TooMany);
        }
        self.permit(peer.ip(), now_ms)?;
        self.channels.insert(number, (peer, now_ms + CHANNEL_MS));
        self.numbers.insert(peer, number);
        Ok(())
    }

    /// The peer that a number stands for.
    pub(super) fn peer(&self, number: u16, now_ms: i64) -> Option<SocketAddr> {
        let (peer, expires_ms) = self.channels.get(&number)?;
        (*expires_ms > now_ms).then_some(*peer)
    }

    /// The number that stands for a peer.
    pub(super) fn number(&self, peer: SocketAddr, now_ms: i64) -> Option<u16> {
        let number = *self.numbers.get(&peer)?;
        self.peer(number, now_ms).map(|_| number)
    }

    fn forget_channels(&mut self, now_ms: i64) {
        self.channels.retain(|_, (_, expires_ms)| *expires_ms > now_ms);
        self.numbers.retain(|_, number| self.channels.contains_key(number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], number))
    }

    fn address(number: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, number])
    }

    #[test]
    fn a_permission_lasts_five_minutes_and_can_be_renewed() {
        let mut routes = Routes::default();
        assert!(!routes.permits(address(1), 0));
        routes.permit(address(1), 0).unwrap();
        assert!(routes.permits(address(1), 299_999));
        assert!(!routes.permits(address(1), 300_000));
        assert!(!routes.permits(address(2), 0));
        routes.permit(address(1), 200_000).unwrap();
        assert!(routes.permits(address(1), 499_999));
    }

    #[test]
    fn a_channel_lasts_ten_minutes_and_permits() {
        let mut routes = Routes::default();
        routes.bind(0x4000, peer(1), 0).unwrap();
        assert!(routes.permits(peer(1).ip(), 0));
        assert_eq!(routes.peer(0x4000, 599_999), Some(peer(1)));
        assert_eq!(routes.number(peer(1), 599_999), Some(0x4000));
        assert_eq!(routes.peer(0x4000, 600_000), None);
        assert_eq!(routes.number(peer(1), 600_000), None);
        assert!(!routes.permits(peer(1).ip(), 300_000));
    }

    #[test]
    fn a_number_and_a_peer_belong_together() {
        let mut routes = Routes::default();
        routes.bind(0x4000, peer(1), 0).unwrap();
        assert_eq!(routes.bind(0x4000, peer(2), 1), Err(RouteError::Conflict));
        assert_eq!(routes.bind(0x4001, peer(1), 1), Err(RouteError::Conflict));
        routes.bind(0x4000, peer(1), 1).unwrap();
        routes.bind(0x4000, peer(2), 600_001).unwrap();
        routes.bind(0x4001, peer(1), 600_001).unwrap();
    }

    #[test]
    fn routes_are_bounded_and_expired_ones_make_room() {
        let mut routes = Routes::default();
        for number in 0..64 {
            routes.permit(address(number), 0).unwrap();
        }
        assert_eq!(routes.permit(address(64), 1), Err(RouteError::TooMany));
        routes.permit(address(63), 1).unwrap();
        routes.permit(address(64), 300_000).unwrap();

        let mut routes = Routes::default();
        for number in 0..64 {
            routes.bind(0x4000 + number, peer(number), 0).unwrap();
        }
        assert_eq!(routes.bind(0x4040, peer(64), 1), Err(RouteError::TooMany));
        routes.bind(0x4040, peer(64), 600_000).unwrap();
    }
}
