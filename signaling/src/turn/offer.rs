//! What members of a room are told of TURN: where it is, and a credential of their own. Asked by
//! the hub for whoever enters a room.

use std::net::IpAddr;

use axum::http::uri::Authority;
use sharesync_protocol::signaling::IceServer;

use super::credentials::TurnCredentials;

/// Where TURN is to be found.
#[derive(Clone, Debug)]
enum Place {
    /// At these `turn:` and `turns:` URLs (RFC 7065).
    Urls(Vec<String>),
    /// At an address and port.
    Address(IpAddr, u16),
    /// At this port of the host that a request came to.
    RequestedHost(u16),
}

/// A TURN server that members are told of.
#[derive(Clone, Debug)]
pub struct TurnOffer {
    place: Place,
    /// Another port of that place, where Binding is answered.
    second_port: Option<u16>,
    credentials: TurnCredentials,
}

impl TurnOffer {
    /// One that somebody else runs and that knows the secret of the credentials.
    pub fn elsewhere(urls: Vec<String>, credentials: TurnCredentials) -> Self {
        Self { place: Place::Urls(urls), second_port: None, credentials }
    }

    /// Our own: at `address`, or else at the host that a request came to.
    pub fn here(address: Option<IpAddr>, port: u16, credentials: TurnCredentials) -> Self {
        let place = match address {
            Some(address) => Place::Address(address, port),
            None => Place::RequestedHost(port),
        };
        Self { place, second_port: None, credentials }
    }

    /// The same, with a second port where it answers Binding.
    #[must_use]
    pub fn with_second_port(mut self, port: Option<u16>) -> Self {
        self.second_port = port;
        self
    }

    /// STUN servers at two ports of one place, for whoever wants to know whether the network
    /// between shows them alike to both; none where there is one port only.
    pub fn stun_probes(&self, host: Option<&str>) -> Vec<String> {
        let (Some(second), Some((place, first))) = (self.second_port, self.located(host)) else {
            return Vec::new();
        };
        [first, second].map(|port| format!("stun:{place}:{port}")).into()
    }

    /// The server with a new credential, for a client whose request had this `Host` header; none
    /// where its place is not known.
    pub fn ice_server(&self, host: Option<&str>) -> Option<IceServer> {
        let urls = if let Place::Urls(urls) = &self.place {
            urls.clone()
        } else {
            let (place, port) = self.located(host)?;
            vec![format!("turn:{place}:{port}?transport=udp")]
        };
        let (username, credential) = self.credentials.mint();
        Some(IceServer { urls, username: Some(username), credential: Some(credential) })
    }

    /// Host, as a URL writes it, and port of our own server.
    fn located(&self, host: Option<&str>) -> Option<(String, u16)> {
        match &self.place {
            Place::Urls(_) => None,
            Place::Address(IpAddr::V4(address), port) => Some((address.to_string(), *port)),
            Place::Address(IpAddr::V6(address), port) => Some((format!("[{address}]"), *port)),
            Place::RequestedHost(port) => {
                let authority: Authority = host?.parse().ok()?;
                Some((authority.host().to_owned(), *port))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sharesync_service_kit::clock::Clock;

    use super::*;

    fn urls(address: Option<&str>, host: Option<&str>) -> Option<Vec<String>> {
        let address = address.map(|address| address.parse().unwrap());
        let credentials = TurnCredentials::new(b"secret", Clock::System);
        Some(TurnOffer::here(address, 3478, credentials).ice_server(host)?.urls)
    }

    #[test]
    fn it_is_at_the_host_that_was_asked() {
        for (host, url) in [
            ("files.example.com", "turn:files.example.com:3478?transport=udp"),
            ("localhost:5001", "turn:localhost:3478?transport=udp"),
            ("[2001:db8::1]:5001", "turn:[2001:db8::1]:3478?transport=udp"),
        ] {
            assert_eq!(urls(None, Some(host)), Some(vec![url.to_owned()]));
        }
        assert_eq!(urls(None, Some("no host")), None);
        assert_eq!(urls(None, None), None);
    }

    #[test]
    fn or_at_the_address_that_is_configured() {
        let found = urls(Some("198.51.100.7"), Some("files.example.com"));
        assert_eq!(found, Some(vec!["turn:198.51.100.7:3478?transport=udp".to_owned()]));
        let found = urls(Some("2001:db8::1"), None);
        assert_eq!(found, Some(vec!["turn:[2001:db8::1]:3478?transport=udp".to_owned()]));
    }

    #[test]
    fn probes_are_two_ports_of_one_place() {
        let credentials = TurnCredentials::new(b"secret", Clock::System);
        let one = TurnOffer::here(None, 3478, credentials.clone());
        assert_eq!(one.stun_probes(Some("localhost:5001")), Vec::<String>::new());
        let two = one.with_second_port(Some(3479));
        let found = two.stun_probes(Some("[2001:db8::1]:5001"));
        assert_eq!(found, ["stun:[2001:db8::1]:3478", "stun:[2001:db8::1]:3479"]);
        assert_eq!(two.stun_probes(None), Vec::<String>::new());
        let elsewhere = TurnOffer::elsewhere(vec!["turn:a".to_owned()], credentials);
        assert_eq!(elsewhere.stun_probes(Some("localhost:5001")), Vec::<String>::new());
    }

    #[test]
    fn everybody_gets_a_credential_of_their_own() {
        let credentials = TurnCredentials::new(b"secret", Clock::System);
        let urls = vec!["turns:turn.example.com".to_owned()];
        let offer = TurnOffer::elsewhere(urls.clone(), credentials);
        let (one, other) = (offer.ice_server(None).unwrap(), offer.ice_server(None).unwrap());
        assert_eq!(one.urls, urls);
        assert!(one.credential.is_some());
        assert_ne!(one.username, other.username);
    }
}
