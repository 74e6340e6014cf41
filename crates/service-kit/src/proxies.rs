//! Proxies in front of a service, and for whom they ask. Asked by whoever accepts connections,
//! before a [`ClientAddr`] is put into a request.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::HeaderMap;
use ipnet::IpNet;

use crate::client_addr::ClientAddr;

/// The header that proxies of every kind add to: addresses separated by commas, each proxy
/// appending the one that its own connection comes from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// With what proxies say for whom they ask: RFC 7239, RFC 9110 §7.6.3, and what was there before.
const PROXY_HEADERS: [&str; 4] = ["forwarded", "via", FORWARDED_FOR, "x-real-ip"];

/// The proxies that are believed; by default none.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// This is neither an address nor a network.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is neither an address nor a network")]
pub struct NoProxy(String);

impl FromStr for TrustedProxies {
    type Err = NoProxy;

    /// Reads addresses and networks separated by commas, such as `127.0.0.1, fd00::/8`.
    fn from_str(list: &str) -> Result<Self, NoProxy> {
        let one = |text: &str| {
            let net = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            net.map_err(|_| NoProxy(text.to_owned()))
        };
        list.split(',').map(str::trim).map(one).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whom a request comes from: the last of the addresses in `X-Forwarded-For` that is no trusted
    /// proxy's, as long as trusted proxies name each other; whatever stands before it, anybody may
    /// have written. What was believed is taken out of the headers, so that a request that still
    /// [came by a proxy](came_by_proxy) came by one that is not known.
    pub fn client(&self, from: IpAddr, headers: &mut HeaderMap) -> ClientAddr {
        let mut client = from.to_canonical();
        let mut named = forwarded_for(headers).into_iter().rev();
        while self.trusts(client) {
            match named.next() {
                Some(Some(address)) => client = address,
                // The proxy speaks for itself, or says what cannot be understood.
                None | Some(None) => return ClientAddr(client),
            }
        }
        if client != from.to_canonical() {
            for name in PROXY_HEADERS {
                headers.remove(name);
            }
        }
        ClientAddr(client)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }
}

/// Whether a proxy that is not known brought a request: then its address is the proxy's, and
/// strangers from anywhere would seem to be one client. Whoever writes such a header without a proxy
/// harms only itself.
pub fn came_by_proxy(headers: &HeaderMap) -> bool {
    PROXY_HEADERS.iter().any(|&name| headers.contains_key(name))
}

/// In the order in which they were appended; none for what is no address.
fn forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or("?"));
    lines.flat_map(|line| line.split(',')).map(|text| address(text.trim())).collect()
}

/// Some proxies write the port as well.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|address| address.ip());
    text.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    /// As a service sees it that trusts its own machine and `10.0.0.0/8`.
    fn client(from: &str, lines: &[&str]) -> (String, bool) {
        let proxies = "127.0.0.1, ::1,10.0.0.0/8".parse::<TrustedProxies>().unwrap();
        let mut headers = headers(lines);
        let client = proxies.client(from.parse().unwrap(), &mut headers);
        (client.0.to_string(), came_by_proxy(&headers))
    }

    fn believed(address: &str) -> (String, bool) {
        (address.to_owned(), false)
    }

    #[test]
    fn nobody_is_believed_unless_told() {
        let mut headers = headers(&["192.0.2.1"]);
        let from = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(TrustedProxies::default().client(from, &mut headers).0, from);
        assert!(came_by_proxy(&headers));
    }

    #[test]
    fn a_trusted_proxy_says_who_asks() {
        assert_eq!(client("127.0.0.1", &["192.0.2.1"]), believed("192.0.2.1"));
        assert_eq!(client("::ffff:127.0.0.1", &["192.0.2.1"]), believed("192.0.2.1"));
        assert_eq!(client("10.1.2.3", &["2001:db8::7"]), believed("2001:db8::7"));
        assert_eq!(client("::1", &["[2001:db8::7]:4711"]), believed("2001:db8::7"));
        assert_eq!(client("::1", &["192.0.2.1:4711"]), believed("192.0.2.1"));
        assert_eq!(client("::1", &["::ffff:192.0.2.1"]), believed("192.0.2.1"));
    }

    #[test]
    fn what_the_client_wrote_itself_is_passed_over() {
        assert_eq!(client("127.0.0.1", &["203.0.113.9, 192.0.2.1"]), believed("192.0.2.1"));
        assert_eq!(client("127.0.0.1", &["203.0.113.9", "192.0.2.1"]), believed("192.0.2.1"));
        assert_eq!(client("127.0.0.1", &["10.0.0.9, 192.0.2.1"]), believed("192.0.2.1"));
    }

    #[test]
    fn proxies_behind_each_other_are_passed() {
        assert_eq!(
            client("127.0.0.1", &["192.0.2.1, 10.0.0.2", "10.0.0.3"]),
            believed("192.0.2.1")
        );
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let (address, by_proxy) = client("203.0.113.9", &["192.0.2.1"]);
        assert_eq!((address.as_str(), by_proxy), ("203.0.113.9", true));
    }

    #[test]
    fn a_proxy_that_names_nobody_is_the_client() {
        assert_eq!(client("127.0.0.1", &[]), believed("127.0.0.1"));
        let (address, by_proxy) = client("127.0.0.1", &["unknown"]);
        assert_eq!((address.as_str(), by_proxy), ("127.0.0.1", true));
        // The outer one cannot be made out: better all clients count as one than as whoever they like.
        assert_eq!(client("127.0.0.1", &["192.0.2.1, ?, 10.0.0.2"]), ("10.0.0.2".to_owned(), true));
    }

    #[test]
    fn what_is_no_address_is_named() {
        for (list, wrong) in [
            ("127.0.0.1,proxy.example", "proxy.example"),
            ("10.0.0.0/33", "10.0.0.0/33"),
            ("127.0.0.1,", "\"\""),
        ] {
            let error = list.parse::<TrustedProxies>().unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
