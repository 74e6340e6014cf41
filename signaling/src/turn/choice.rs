//! TURN as the environment wants it: served here, somewhere else, or not at all. Read and started by
//! [`crate::service`].

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, bail};
use axum::http::Uri;
use secrecy::{ExposeSecret, SecretString};
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::RootSecret;

use super::{PeerPolicy, TurnConfig, TurnCredentials, TurnOffer, TurnServer};

/// Who carries what browsers say to each other where no direct path connects them.
#[derive(Debug)]
pub enum Turn {
    /// Nobody but the relay over WebSocket (`TURN=off`).
    Off,
    /// This server.
    Here {
        /// The UDP port (`TURN_PORT`).
        port: u16,
        /// Another UDP port, for STUN alone (`STUN_SECOND_PORT`).
        second_port: Option<u16>,
        /// The address that it is reached under from outside (`TURN_PUBLIC_IP`, or the host of
        /// `PUBLIC_URL` where that is an address).
        announced: Option<IpAddr>,
        /// Whom it reaches (`TURN_ALLOW_PRIVATE`).
        peers: PeerPolicy,
    },
    /// A server that somebody runs (`TURN_URLS`), and the secret that it shares with this one
    /// (`TURN_SECRET`).
    Elsewhere {
        /// Its `turn:` and `turns:` URLs.
        urls: Vec<String>,
        /// What its credentials are made with.
        secret: SecretString,
    },
}

impl Turn {
    /// The port where `TURN_PORT` does not say (RFC 8656 §4).
    const PORT: u16 = 3478;

    /// Reads the variables. Errors name the one at fault.
    pub fn read(
        var: &dyn Fn(&str) -> Option<String>,
        public_url: Option<&str>,
    ) -> anyhow::Result<Self> {
        let parts = ["TURN_PORT", "STUN_SECOND_PORT", "TURN_PUBLIC_IP", "TURN_ALLOW_PRIVATE"];
        let here = parts.into_iter().find(|name| var(name).is_some());
        match (var("TURN").as_deref(), var("TURN_URLS"), var("TURN_SECRET")) {
            (Some("off"), Some(_), _) => bail!("TURN_URLS is set, and TURN is off: unset one"),
            (Some("off"), None, _) => Ok(Self::Off),
            (Some(other), ..) if other != "on" => bail!("TURN: {other:?} is neither on nor off"),
            (_, Some(urls), Some(secret)) => match here {
                Some(name) => bail!("{name} is set, and TURN_URLS names another server: unset one"),
                None => Ok(Self::Elsewhere { urls: turn_urls(&urls)?, secret: secret.into() }),
            },
            (_, Some(_), None) => bail!("TURN_URLS is set without TURN_SECRET"),
            (_, None, Some(_)) => bail!("TURN_SECRET is set without TURN_URLS"),
            (_, None, None) => Ok(Self::Here {
                port: port("TURN_PORT", var("TURN_PORT").as_deref())?.unwrap_or(Self::PORT),
                second_port: second_port(var)?,
                announced: match var("TURN_PUBLIC_IP") {
                    Some(ip) => Some(
                        ip.parse()
                            .with_context(|| format!("TURN_PUBLIC_IP: {ip:?} is no address"))?,
                    ),
                    None => public_url.and_then(address_of),
                },
                peers: peers(var("TURN_ALLOW_PRIVATE").as_deref())?,
            }),
        }
    }

    /// Starts what is to be started: what members of rooms are told, and the server where it is
    /// this one. A port that is taken is no reason not to start: direct paths and the relay over
    /// WebSocket work without it.
    pub fn start(
        self,
        host: IpAddr,
        secret: &RootSecret,
        clock: &Clock,
    ) -> (Option<TurnOffer>, Option<TurnServer>) {
        let credentials = |secret: &[u8]| TurnCredentials::new(secret, clock.clone());
        match self {
            Self::Off => (None, None),
            Self::Elsewhere { urls, secret } => {
                let credentials = credentials(secret.expose_secret().as_bytes());
                (Some(TurnOffer::elsewhere(urls, credentials)), None)
            }
            Self::Here { port, second_port, announced, peers } => {
                let credentials = credentials(secret.key_for("turn credential").as_bytes());
                let nonce_key = secret.key_for("turn nonce");
                let listen = SocketAddr::new(host, port);
                let config = TurnConfig {
                    second_port,
                    announced,
                    peers,
                    clock: clock.clone(),
                    ..TurnConfig::new(listen, credentials.clone(), nonce_key)
                };
                let bound = TurnServer::bind(config).and_then(|server| {
                    let port = server.local_addr()?.port();
                    let second = server.second_addr().map(|address| address.port());
                    let offer = TurnOffer::here(announced, port, credentials);
                    Ok((offer.with_second_port(second), server))
                });
                match bound {
                    Ok((offer, server)) => (Some(offer), Some(server)),
                    Err(cause) => {
                        tracing::warn!(port, %cause, "TURN_PORT: cannot listen; going on without TURN");
                        (None, None)
                    }
                }
            }
        }
    }
}

fn port(name: &str, text: Option<&str>) -> anyhow::Result<Option<u16>> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).with_context(|| format!("{name}: {text:?} is no port"))
}

/// The port above the first unless told otherwise; beside a free port any other that is free.
fn second_port(var: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Option<u16>> {
    let given = var("STUN_SECOND_PORT");
    if given.as_deref() == Some("off") {
        return Ok(None);
    }
    let first = port("TURN_PORT", var("TURN_PORT").as_deref())?.unwrap_or(Turn::PORT);
    let beside = if first == 0 { Some(0) } else { first.checked_add(1) };
    Ok(port("STUN_SECOND_PORT", given.as_deref())?.or(beside))
}

fn peers(text: Option<&str>) -> anyhow::Result<PeerPolicy> {
    match text {
        None | Some("false") => Ok(PeerPolicy::Public),
        Some("true") => Ok(PeerPolicy::Private),
        Some(other) => bail!("TURN_ALLOW_PRIVATE: {other:?} is neither true nor false"),
    }
}

fn turn_urls(urls: &str) -> anyhow::Result<Vec<String>> {
    let urls: Vec<String> = urls.split(',').map(|url| url.trim().to_owned()).collect();
    let is_turn = |url: &&String| !url.starts_with("turn:") && !url.starts_with("turns:");
    match urls.iter().find(is_turn) {
        Some(url) => bail!("TURN_URLS: {url:?} must begin with turn: or turns:"),
        None => Ok(urls),
    }
}

fn address_of(url: &str) -> Option<IpAddr> {
    let uri: Uri = url.parse().ok()?;
    let host = uri.host()?;
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], public_url: Option<&str>) -> anyhow::Result<Turn> {
        let var = |name: &str| {
            let given = variables.iter().find(|(variable, _)| *variable == name);
            given.map(|(_, value)| (*value).to_owned())
        };
        Turn::read(&var, public_url)
    }

    fn announced(variables: &[(&str, &str)], public_url: Option<&str>) -> Option<String> {
        match read(variables, public_url).unwrap() {
            Turn::Here { announced, .. } => announced.map(|address| address.to_string()),
            _ => panic!("TURN is not here"),
        }
    }

    #[test]
    fn it_is_here_unless_told_otherwise() {
        let Turn::Here {
            port: 3478,
            second_port: Some(3479),
            announced: None,
            peers: PeerPolicy::Public,
        } = read(&[], Some("https://files.example.com")).unwrap()
        else {
            panic!("TURN is not as it should be")
        };
        assert!(matches!(read(&[("TURN", "off")], None).unwrap(), Turn::Off));
        let private = read(&[("TURN_ALLOW_PRIVATE", "true"), ("TURN_PORT", "0")], None).unwrap();
        assert!(matches!(private, Turn::Here { port: 0, peers: PeerPolicy::Private, .. }));
    }

    #[test]
    fn the_second_port_is_beside_the_first_unless_told_otherwise() {
        let second = |variables: &[(&str, &str)]| match read(variables, None).unwrap() {
            Turn::Here { second_port, .. } => second_port,
            _ => panic!("TURN is not here"),
        };
        assert_eq!(second(&[("TURN_PORT", "5000")]), Some(5001));
        assert_eq!(second(&[("TURN_PORT", "0")]), Some(0));
        assert_eq!(second(&[("TURN_PORT", "65535")]), None);
        assert_eq!(second(&[("STUN_SECOND_PORT", "5000")]), Some(5000));
        assert_eq!(second(&[("STUN_SECOND_PORT", "off")]), None);
    }

    #[test]
    fn it_announces_what_is_known() {
        let url = Some("http://192.0.2.7:5001");
        assert_eq!(announced(&[], url).as_deref(), Some("192.0.2.7"));
        assert_eq!(announced(&[], Some("https://[2001:db8::7]")).as_deref(), Some("2001:db8::7"));
        let given = [("TURN_PUBLIC_IP", "198.51.100.7")];
        assert_eq!(announced(&given, url).as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn it_is_elsewhere_where_it_is() {
        let elsewhere = [("TURN_URLS", "turn:a, turns:b"), ("TURN_SECRET", "s")];
        let Turn::Elsewhere { urls, .. } = read(&elsewhere, None).unwrap() else {
            panic!("TURN is not elsewhere")
        };
        assert_eq!(urls, ["turn:a", "turns:b"]);
    }

    #[test]
    fn errors_name_the_variable() {
        let urls = ("TURN_URLS", "turn:a");
        let secret = ("TURN_SECRET", "s");
        for (name, variables) in [
            ("TURN", &[("TURN", "perhaps")][..]),
            ("TURN_PORT", &[("TURN_PORT", "99999")]),
            ("STUN_SECOND_PORT", &[("STUN_SECOND_PORT", "99999")]),
            ("TURN_PUBLIC_IP", &[("TURN_PUBLIC_IP", "example.com")]),
            ("TURN_ALLOW_PRIVATE", &[("TURN_ALLOW_PRIVATE", "perhaps")]),
            ("TURN_URLS", &[("TURN_URLS", "http://a"), secret]),
            ("TURN_URLS", &[urls]),
            ("TURN_SECRET", &[secret]),
            ("TURN_URLS", &[urls, secret, ("TURN", "off")]),
            ("TURN_PORT", &[urls, secret, ("TURN_PORT", "1")]),
        ] {
            let error = read(variables, None).expect_err(name).to_string();
            assert!(error.contains(name), "{name}: {error}");
        }
    }
}
