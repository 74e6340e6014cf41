//! Where a request comes from, as far as it can be believed.
//!
//! Whoever accepts connections decides what to believe (the socket's address, or a configured
//! proxy's header) and puts a [`ClientAddr`] into the request's extensions; limits read it there.

use std::net::{IpAddr, Ipv6Addr};

/// The address a request comes from. Not for logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddr(pub IpAddr);

/// What a limit counts as one client: an IPv4 address, or an IPv6 /64, the least that a provider
/// hands out (RFC 6177), within which a client takes any address it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientNetwork(IpAddr);

impl ClientAddr {
    /// The network that limits count this address under. An IPv4 address in IPv6's clothes
    /// (RFC 4291 §2.5.5.2), as a dual-stack socket shows it, counts as what it is.
    pub fn network(self) -> ClientNetwork {
        ClientNetwork(match self.0.to_canonical() {
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

impl ClientNetwork {
    /// What requests without a [`ClientAddr`] are counted under, all together: a limit that does
    /// not know its client is shared rather than absent.
    pub const UNKNOWN: Self = Self(IpAddr::V6(Ipv6Addr::UNSPECIFIED));

    /// Its first address, in words: what it is known by in Redis. Not for logs.
    pub fn key(self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> ClientNetwork {
        ClientAddr(address.parse().unwrap()).network()
    }

    #[test]
    fn an_ipv6_client_cannot_leave_its_64() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }

    #[test]
    fn an_ipv4_address_counts_by_itself_however_written() {
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.1"));
        assert_ne!(network("::ffff:192.0.2.1"), network("::ffff:192.0.2.2"));
    }
}
