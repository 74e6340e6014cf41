//! Which peers may be reached through the relay. A TURN server stands inside networks that its
//! clients do not: without a filter it is a way into them, and to the machine it runs on
//! (RFC 8656 §21.4; CVE-2020-26262 was the same in coturn). Asked by `requests` for every
//! permission and by `server` for every datagram to a new place.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which peers may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerPolicy {
    /// Those of the public internet.
    Public,
    /// Those of private networks too, for a server whose users share one (`TURN_ALLOW_PRIVATE`).
    Private,
    /// The machine itself too; for tests.
    Loopback,
}

/// A service of a cloud's host that has a public address: Azure's, which hands out certificates.
const AZURE_WIRE_SERVER: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
/// Where clouds keep a machine's secrets over IPv6, within what is private otherwise: AWS and
/// those that imitate it, Google.
const METADATA_V6: [Ipv6Addr; 2] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];
/// The same over IPv4 where it is not link-local: Alibaba Cloud, within the carriers' own.
const METADATA_V4: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);

impl PeerPolicy {
    /// Whether a peer at this address may be reached.
    pub(super) fn allows(self, address: IpAddr) -> bool {
        // An IPv4 address in IPv6's clothes (RFC 4291 §2.5.5.2) is what it is.
        match address.to_canonical() {
            IpAddr::V4(address) => match address {
                _ if is_public_v4(address) => true,
                _ if is_private_v4(address) => self != Self::Public,
                _ => address.is_loopback() && self == Self::Loopback,
            },
            IpAddr::V6(address) => match address {
                _ if is_public_v6(address) => true,
                _ if is_private_v6(address) => self != Self::Public,
                _ => address.is_loopback() && self == Self::Loopback,
            },
        }
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let carriers_own = in_v4(address, [100, 64, 0, 0], 10);
    (address.is_private() || carriers_own) && address != METADATA_V4
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    address.is_unique_local() && !METADATA_V6.contains(&address)
}

/// Globally reachable according to IANA's registry of special addresses (RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    const SPECIAL: [([u8; 4], u32); 15] = [
        ([0, 0, 0, 0], 8),       // this network
        ([10, 0, 0, 0], 8),      // private
        ([100, 64, 0, 0], 10),   // carriers' own
        ([127, 0, 0, 0], 8),     // loopback
        ([169, 254, 0, 0], 16),  // link-local, and where clouds keep a machine's secrets
        ([172, 16, 0, 0], 12),   // private
        ([192, 0, 0, 0], 24),    // protocol assignments
        ([192, 0, 2, 0], 24),    // documentation
        ([192, 88, 99, 0], 24),  // 6to4 relays
        ([192, 168, 0, 0], 16),  // private
        ([198, 18, 0, 0], 15),   // benchmarks
        ([198, 51, 100, 0], 24), // documentation
        ([203, 0, 113, 0], 24),  // documentation
        ([224, 0, 0, 0], 4),     // multicast
        ([240, 0, 0, 0], 4),     // reserved, and broadcast
    ];
    address != AZURE_WIRE_SERVER
        && !SPECIAL.iter().any(|(network, bits)| in_v4(address, *network, *bits))
}

/// Within what is handed out for the internet (`2000::/3`), less what is special there. What wraps
/// an IPv4 address, and would be delivered to it, is all outside or listed.
fn is_public_v6(address: Ipv6Addr) -> bool {
    const SPECIAL: [(u128, u32); 4] = [
        (0x2001_0000 << 96, 23), // protocol assignments, Teredo (RFC 4380)
        (0x2001_0db8 << 96, 32), // documentation
        (0x2002_0000 << 96, 16), // 6to4 (RFC 3056)
        (0x3fff_0000 << 96, 20), // documentation
    ];
    in_v6(address, 0x2000_0000 << 96, 3)
        && !SPECIAL.iter().any(|(network, bits)| in_v6(address, *network, *bits))
}

fn in_v4(address: Ipv4Addr, network: [u8; 4], bits: u32) -> bool {
    let difference = address.to_bits() ^ Ipv4Addr::from(network).to_bits();
    difference.leading_zeros() >= bits
}

fn in_v6(address: Ipv6Addr, network: u128, bits: u32) -> bool {
    (address.to_bits() ^ network).leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(policy: PeerPolicy, addresses: &[&str]) -> Vec<bool> {
        addresses.iter().map(|address| policy.allows(address.parse().unwrap())).collect()
    }

    fn all(policy: PeerPolicy, addresses: &[&str], expected: bool) {
        for (address, allowed) in addresses.iter().zip(allowed(policy, addresses)) {
            assert_eq!(allowed, expected, "{address} under {policy:?}");
        }
    }

    const PUBLIC: &[&str] = &[
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.255.255",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2606:4700::1111",
        "2a00:1450::1",
        "3ffe::1",
    ];
    const PRIVATE: &[&str] = &[
        "10.0.0.1",
        "100.64.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "::ffff:192.168.1.1",
        "fc00::1",
        "fd12:3456::1",
    ];
    const LOOPBACK: &[&str] = &["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"];
    const NEVER: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::127.0.0.1",
        "::7f00:2",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    #[test]
    fn the_internet_may_be_reached() {
        all(PeerPolicy::Public, PUBLIC, true);
        all(PeerPolicy::Private, PUBLIC, true);
    }

    #[test]
    fn private_networks_only_where_allowed() {
        all(PeerPolicy::Public, PRIVATE, false);
        all(PeerPolicy::Private, PRIVATE, true);
    }

    #[test]
    fn the_machine_itself_only_in_tests() {
        all(PeerPolicy::Public, LOOPBACK, false);
        all(PeerPolicy::Private, LOOPBACK, false);
        all(PeerPolicy::Loopback, LOOPBACK, true);
    }

    #[test]
    fn what_is_nobodys_or_everybodys_never() {
        for policy in [PeerPolicy::Public, PeerPolicy::Private, PeerPolicy::Loopback] {
            all(policy, NEVER, false);
        }
    }
}
