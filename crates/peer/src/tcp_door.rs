//! Where a native peer can be reached by TCP: what it listens on, and how that is said in a description (docs/PROTOCOL.md, "TCP
//! between native peers"). Browsers, which do not know the attribute, pass over it. Made by `Ladder`, used by `TcpLink`.

use std::fmt::Write;
use std::io;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::select_all;
use tokio::net::{TcpListener, TcpStream};

use crate::peer_tls::{Fingerprint, Identity};
use crate::udp::own_addresses;

/// The attribute (RFC 8866 §5.13): a fingerprint in base64url, then addresses.
const ATTRIBUTE: &str = "x-sharesync-tcp";
/// Addresses of one peer at most.
const MOST_ADDRESSES: usize = 16;

/// Sockets that wait for the other member, on addresses that ICE tells it, too.
pub(crate) struct TcpDoor {
    pub(crate) identity: Identity,
    pub(crate) listeners: Vec<TcpListener>,
}

impl TcpDoor {
    /// Opens one; none where this machine has no address that it can listen on.
    pub(crate) fn open() -> Option<Self> {
        let addresses = own_addresses().into_iter().take(MOST_ADDRESSES);
        let listeners: Vec<_> = addresses.filter_map(|address| listen(address).ok()).collect();
        let identity = Identity::make().ok()?;
        (!listeners.is_empty()).then_some(Self { identity, listeners })
    }

    /// What is said of it, as a line of a description.
    pub(crate) fn attribute(&self) -> String {
        let fingerprint = URL_SAFE_NO_PAD.encode(self.identity.fingerprint());
        let mut line = format!("a={ATTRIBUTE}:{fingerprint}");
        for address in self.listeners.iter().filter_map(|listener| listener.local_addr().ok()) {
            write!(line, " {address}").expect("a String takes everything");
        }
        line.push_str("\r\n");
        line
    }
}

/// The next who comes. Safe to drop while it waits.
pub(crate) async fn accept(listeners: &[TcpListener]) -> io::Result<TcpStream> {
    let (accepted, ..) = select_all(listeners.iter().map(|door| Box::pin(door.accept()))).await;
    Ok(accepted?.0)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Where the other member can be reached, as it says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TcpAddresses {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl TcpAddresses {
    /// Reads a description; `None` where nothing is said, or what nobody of ours says.
    pub(crate) fn read(sdp: &str) -> Option<Self> {
        let said = sdp
            .lines()
            .find_map(|line| line.strip_prefix("a=")?.strip_prefix(ATTRIBUTE)?.strip_prefix(':'))?;
        let mut words = said.split(' ');
        let fingerprint = URL_SAFE_NO_PAD.decode(words.next()?).ok()?.try_into().ok()?;
        let addresses: Result<Vec<_>, _> =
            words.take(MOST_ADDRESSES).map(str::parse::<SocketAddr>).collect();
        Some(Self { fingerprint, addresses: addresses.ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_said_of_a_door_is_read_alike() {
        let door = TcpDoor::open().unwrap();
        let read = TcpAddresses::read(&format!("v=0\r\n{}a=x\r\n", door.attribute())).unwrap();
        assert_eq!(read.fingerprint, door.identity.fingerprint());
        let listening: Vec<_> =
            door.listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        assert_eq!(read.addresses, listening);
    }

    #[test]
    fn what_nobody_of_ours_says_is_told() {
        let fingerprint = "A".repeat(43);
        for said in [
            String::new(),
            "a=x-sharesync-tcp:".to_owned(),
            format!("a=x-sharesync-tcp:{fingerprint}A 127.0.0.1:1"),
            format!("a=x-sharesync-tcp:{fingerprint} 127.0.0.1"),
            format!("a=x-sharesync-tcp:{fingerprint} share.example:80"),
            format!("a=x-sharesync-tcp:{fingerprint} 127.0.0.1:1  127.0.0.1:2"),
            format!("b=x-sharesync-tcp:{fingerprint} 127.0.0.1:1"),
        ] {
            assert_eq!(TcpAddresses::read(&said), None, "{said}");
        }
        let many = format!("a=x-sharesync-tcp:{fingerprint}{}", " 127.0.0.1:1".repeat(1000));
        assert_eq!(TcpAddresses::read(&many).unwrap().addresses.len(), MOST_ADDRESSES);
    }
}
