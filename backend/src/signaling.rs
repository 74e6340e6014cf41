//! Signaling as the environment wants it: in this process, or in a service of its own, to which this server then gives
//! tickets out. And the sockets of this server, which live updates have to themselves where signaling is apart. Read by
//! `config`, started by [`crate::Server`].

use anyhow::{Context, bail};
use axum::Router;
use sharesync_protocol::api::SignalingAccess;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::RootSecret;
use sharesync_service_kit::ticket::{TICKET_LIFETIME, TicketKey};
use sharesync_signaling::service::{Service, ServiceConfig, Surroundings};
use sharesync_signaling::{SignalingConfig, Sockets, sockets_per_client};

/// Where signaling is to be.
pub enum SignalingPlace {
    /// In this process.
    Here(Box<ServiceConfig>),
    /// Apart (`SIGNALING_URL`, `SIGNALING_TICKET_KEY`).
    Apart(Apart),
}

/// A signaling service of its own.
#[derive(Clone)]
pub struct Apart {
    /// Where it is, without a slash at the end; none where the pages' own address leads to it.
    pub url: Option<String>,
    /// With what tickets into it are made; none where it asks for none.
    ticket_key: Option<TicketKey>,
    /// Sockets of live updates that one client address may have open here (`SOCKETS_PER_CLIENT`).
    sockets_per_client: usize,
}

/// Signaling as it is.
#[derive(Clone)]
pub enum Signaling {
    /// In this process.
    Here(Service),
    /// Apart; what sockets there are here are others'.
    Apart(Apart, Sockets),
}

impl SignalingPlace {
    /// Reads the variables. Errors name the one at fault.
    pub fn read(
        var: &dyn Fn(&str) -> Option<String>,
        public_url: Option<&str>,
    ) -> anyhow::Result<Self> {
        let (url, key) = (var("SIGNALING_URL"), var("SIGNALING_TICKET_KEY"));
        if url.is_none() && key.is_none() {
            return Ok(Self::Here(Box::new(ServiceConfig::read(var, public_url)?)));
        }
        let misplaced = |name: &&&str| **name != "SOCKETS_PER_CLIENT" && var(name).is_some();
        if let Some(name) = ServiceConfig::VARIABLES.iter().find(misplaced) {
            bail!("{name} is set, and signaling runs apart: set it there");
        }
        Ok(Self::Apart(Apart {
            url: url.as_deref().map(checked_url).transpose()?,
            ticket_key: key.map(ticket_key).transpose()?,
            sockets_per_client: sockets_per_client(var)?,
        }))
    }

    /// Starts what is to be started.
    pub fn start(self, surroundings: Surroundings<'_>) -> Signaling {
        match self {
            Self::Here(config) => Signaling::Here(Service::start(*config, surroundings)),
            Self::Apart(apart) => {
                let sockets = Sockets::new(&SignalingConfig {
                    origins: surroundings.origins,
                    sockets_per_client: apart.sockets_per_client,
                    clock: surroundings.clock,
                    ..SignalingConfig::default()
                });
                Signaling::Apart(apart, sockets)
            }
        }
    }
}

impl Signaling {
    /// What a browser has to know to get there: nothing where it is here.
    pub fn access(&self, clock: &Clock) -> SignalingAccess {
        match self {
            Self::Here(_) => SignalingAccess::default(),
            Self::Apart(Apart { url, ticket_key, .. }, _) => SignalingAccess {
                url: url.clone(),
                ticket: ticket_key.as_ref().map(|key| key.mint(clock)),
                expires_in: ticket_key.as_ref().map(|_| TICKET_LIFETIME.as_secs()),
            },
        }
    }

    /// The sockets of this server, on which there may be other namespaces.
    pub fn sockets(&self) -> &Sockets {
        match self {
            Self::Here(service) => service.sockets(),
            Self::Apart(_, sockets) => sockets,
        }
    }

    /// The router with the sockets, and with signaling, if that is here.
    pub fn mount(&self, router: Router) -> Router {
        match self {
            Self::Here(service) => service.mount(router),
            Self::Apart(_, sockets) => sockets.mount(router),
        }
    }

    /// Ends what was started, and returns when that has ended.
    pub async fn close(&self) {
        match self {
            Self::Here(service) => service.close().await,
            Self::Apart(_, sockets) => sockets.close().await,
        }
    }

    /// Where it is, if it is apart: the pages have to be told.
    pub fn apart(&self) -> Option<&Apart> {
        match self {
            Self::Here(_) => None,
            Self::Apart(apart, _) => Some(apart),
        }
    }

    /// Rooms that are open now, on all nodes; not known here where signaling is apart.
    pub async fn rooms_open(&self) -> Option<u64> {
        match self {
            Self::Here(service) => Some(service.rooms_open().await as u64),
            Self::Apart(..) => None,
        }
    }

    /// Sockets that are connected to signaling now, on this node; not known here where signaling is apart.
    pub fn sockets_open(&self) -> Option<u64> {
        match self {
            Self::Here(service) => Some(service.sockets_open() as u64),
            Self::Apart(..) => None,
        }
    }

    /// Whether it can be used, as far as that is this server's affair.
    pub fn is_ready(&self) -> bool {
        match self {
            Self::Here(service) => service.is_ready(),
            Self::Apart(..) => true,
        }
    }
}

fn checked_url(url: &str) -> anyhow::Result<String> {
    let is_origin = url.split_once("://").is_some_and(|(scheme, rest)| {
        let authority = rest.trim_end_matches('/');
        let is_authority = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
        matches!(scheme, "http" | "https")
            && !authority.is_empty()
            && authority.chars().all(is_authority)
    });
    if is_origin {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        bail!("SIGNALING_URL: {url:?} must be of the form https://host or https://host:port")
    }
}

fn ticket_key(secret: String) -> anyhow::Result<TicketKey> {
    let too_short =
        || format!("SIGNALING_TICKET_KEY: needs {} bytes or more", RootSecret::MIN_BYTES);
    Ok(TicketKey::of(&RootSecret::new(secret.into_bytes()).with_context(too_short)?))
}
