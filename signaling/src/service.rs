//! The whole service as programs run it: signaling, and what carries content where there is no
//! direct path, the relay and TURN. The backend mounts it, unless it runs apart; the program
//! `sharesync-signaling` is nothing else.

use std::net::IpAddr;

use anyhow::{Context, bail};
use axum::Router;
use sharesync_protocol::report::TransferCount;
use sharesync_protocol::signaling::IceServer;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::limiter::Rate;
use sharesync_service_kit::origin::AllowedOrigins;
use sharesync_service_kit::redis_client;
use sharesync_service_kit::secret::RootSecret;
use sharesync_service_kit::ticket::TicketKey;
use tokio::sync::mpsc;

use crate::config::DEFAULT_ROOM_JOIN;
use crate::relay::{RelayConfig, RelayOffer, Relays};
use crate::turn::{Turn, TurnServer};
use crate::{ClusterConfig, Signaling, SignalingConfig, Sockets, sockets_per_client, stun_servers};

const ROOM_JOIN: &str = "RATE_LIMIT_ROOM_JOIN";

/// What the environment says to the service, whichever program runs it.
#[derive(Debug)]
pub struct ServiceConfig {
    /// STUN servers told to browsers (`STUN_URLS`, separated by commas).
    pub ice_servers: Vec<IceServer>,
    /// Who carries what has no direct path (`TURN` and its siblings).
    pub turn: Turn,
    /// Signaling sockets that one client address may have open (`SOCKETS_PER_CLIENT`).
    pub sockets_per_client: usize,
    /// How often one client network may make and join rooms (`RATE_LIMIT_ROOM_JOIN`); no limit for none.
    pub room_join: Option<Rate>,
    /// Whether devices behind one address may be told of each other (`NEARBY`).
    pub nearby: bool,
    /// Where rooms are shared with other nodes (`REDIS_URL`, `REDIS_CA_FILE`); without it they are in
    /// memory.
    pub cluster: Option<ClusterConfig>,
    /// Where this node's own relays are reached (`RELAY_URL`).
    pub relay_url: Option<String>,
}

/// What a program knows besides.
pub struct Surroundings<'a> {
    /// Whose pages are let in.
    pub origins: AllowedOrigins,
    /// With what tickets are checked, where there are any.
    pub ticket_key: Option<TicketKey>,
    /// On which address TURN listens.
    pub host: IpAddr,
    /// From which the keys of TURN are derived.
    pub secret: &'a RootSecret,
    /// Where transfers go that both sides reported, if anybody counts them.
    pub counts: Option<mpsc::Sender<TransferCount>>,
    /// The time.
    pub clock: Clock,
}

/// A running service; clones are the same one.
#[derive(Clone)]
pub struct Service {
    signaling: Signaling,
    relays: Relays,
    turn: Option<TurnServer>,
}

impl ServiceConfig {
    /// The variables that it alone is read from.
    pub const VARIABLES: [&str; 12] = [
        "STUN_URLS",
        "TURN",
        "TURN_PORT",
        "STUN_SECOND_PORT",
        "TURN_PUBLIC_IP",
        "TURN_ALLOW_PRIVATE",
        "TURN_URLS",
        "TURN_SECRET",
        "SOCKETS_PER_CLIENT",
        ROOM_JOIN,
        "NEARBY",
        "RELAY_URL",
    ];

    /// Reads the variables. Errors name the one at fault.
    pub fn read(
        var: &dyn Fn(&str) -> Option<String>,
        public_url: Option<&str>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            ice_servers: stun_servers(&var("STUN_URLS").unwrap_or_default())
                .context("STUN_URLS")?,
            turn: Turn::read(var, public_url)?,
            sockets_per_client: sockets_per_client(var)?,
            room_join: Rate::read(var, ROOM_JOIN, DEFAULT_ROOM_JOIN)?,
            nearby: nearby(var("NEARBY").as_deref())?,
            cluster: redis_client::read(var)?.map(ClusterConfig::of),
            relay_url: var("RELAY_URL").map(relay_url).transpose()?,
        })
    }
}

fn nearby(setting: Option<&str>) -> anyhow::Result<bool> {
    match setting {
        None | Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(other) => bail!("NEARBY: {other:?} is neither on nor off"),
    }
}

fn relay_url(url: String) -> anyhow::Result<String> {
    if url.starts_with("wss://") || url.starts_with("ws://") {
        Ok(url)
    } else {
        bail!("RELAY_URL: {url:?} must begin with wss:// or ws://")
    }
}

impl Service {
    /// Starts everything. To be called inside a Tokio runtime.
    pub fn start(config: ServiceConfig, surroundings: Surroundings<'_>) -> Self {
        let Surroundings { origins, ticket_key, host, secret, counts, clock } = surroundings;
        let relays = Relays::new(RelayConfig {
            origins: origins.clone(),
            clock: clock.clone(),
            ..Default::default()
        });
        let (turn_offer, turn) = config.turn.start(host, secret, &clock);
        let defaults = SignalingConfig::default();
        let signaling = Signaling::new(SignalingConfig {
            ice_servers: config.ice_servers,
            ticket_key,
            turn: turn_offer,
            relays: relay_offer(&relays, config.relay_url, config.cluster.as_ref()),
            origins,
            sockets_per_client: config.sockets_per_client,
            entries_per_client: config.room_join,
            devices_per_network: if config.nearby { defaults.devices_per_network } else { 0 },
            counts,
            cluster: config.cluster,
            clock,
            ..defaults
        });
        Self { signaling, relays, turn }
    }

    /// The router with this service at `/socket.io/` and `/relay`.
    pub fn mount(&self, router: Router) -> Router {
        self.signaling.mount(router.merge(self.relays.router()))
    }

    /// Its sockets, on which there may be other namespaces.
    pub fn sockets(&self) -> &Sockets {
        self.signaling.sockets()
    }

    /// Rooms that are open now, on all nodes.
    pub async fn rooms_open(&self) -> usize {
        self.signaling.rooms_open().await
    }

    /// Sockets that are connected to it now, on this node.
    pub fn sockets_open(&self) -> usize {
        self.signaling.sockets_open()
    }

    /// Whether rooms can be reached: not while they are in Redis and that is out of reach.
    pub fn is_ready(&self) -> bool {
        self.signaling.is_ready()
    }

    /// Ends every socket, relay and allocation, and returns when all have ended.
    pub async fn close(&self) {
        let turn = async {
            if let Some(turn) = &self.turn {
                turn.close().await;
            }
        };
        tokio::join!(self.signaling.close(), self.relays.close(), turn);
    }
}

/// What members are told of this node's relays. Among several nodes both sides have to find the one
/// that gave their tickets out, and so its address has to be known.
fn relay_offer(
    relays: &Relays,
    url: Option<String>,
    cluster: Option<&ClusterConfig>,
) -> Option<RelayOffer> {
    match (cluster, url) {
        (Some(_), None) => {
            tracing::warn!("RELAY_URL is not set: this node relays nothing");
            None
        }
        (_, url) => Some(RelayOffer { relays: relays.clone(), url }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> anyhow::Result<ServiceConfig> {
        let var = |name: &str| {
            let given = variables.iter().find(|(variable, _)| *variable == name);
            given.map(|(_, value)| (*value).to_owned())
        };
        ServiceConfig::read(&var, None)
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = read(&[]).unwrap();
        assert!(config.cluster.is_none() && config.relay_url.is_none());
        assert!(config.ice_servers.is_empty());
        assert_eq!(config.sockets_per_client, 64);
        assert_eq!(config.room_join, SignalingConfig::default().entries_per_client);
        assert!(config.nearby);
    }

    #[test]
    fn what_is_set_is_taken() {
        let config = read(&[
            ("STUN_URLS", "stun:a.example, stun:b.example:3478"),
            ("SOCKETS_PER_CLIENT", "1000"),
            ("RATE_LIMIT_ROOM_JOIN", "off"),
            ("NEARBY", "off"),
            ("REDIS_URL", "redis://:secret@redis.example:6380/2"),
            ("RELAY_URL", "wss://one.example/relay"),
        ]);
        let config = config.unwrap();
        assert_eq!(config.ice_servers[0].urls, ["stun:a.example", "stun:b.example:3478"]);
        assert_eq!(config.sockets_per_client, 1000);
        assert!(config.room_join.is_none() && !config.nearby);
        assert_eq!(config.relay_url.as_deref(), Some("wss://one.example/relay"));
        assert!(config.cluster.is_some() && !format!("{config:?}").contains("secret"));
    }

    #[test]
    fn errors_name_the_variable() {
        for (name, value) in [
            ("STUN_URLS", "http://x"),
            ("TURN", "perhaps"),
            ("SOCKETS_PER_CLIENT", "many"),
            ("RATE_LIMIT_ROOM_JOIN", "often"),
            ("NEARBY", "maybe"),
            ("RELAY_URL", "https://one.example/relay"),
        ] {
            let error = format!("{:#}", read(&[(name, value)]).unwrap_err());
            assert!(error.contains(name), "{error}");
            assert!(ServiceConfig::VARIABLES.contains(&name));
        }
    }

    #[tokio::test]
    async fn a_node_among_others_relays_only_where_it_can_be_found() {
        let relays = Relays::new(RelayConfig::default());
        let cluster = ClusterConfig::new("redis://redis.example").unwrap();
        let url = || Some("wss://one.example/relay".to_owned());
        assert!(relay_offer(&relays, None, Some(&cluster)).is_none());
        assert_eq!(relay_offer(&relays, url(), Some(&cluster)).unwrap().url, url());
        assert_eq!(relay_offer(&relays, None, None).unwrap().url, None);
    }
}
