//! How a signaling service is set up; the backend fills it from its environment.

use std::time::Duration;

use anyhow::Context;
use sharesync_protocol::report::TransferCount;
use sharesync_protocol::signaling::{IceServer, MAX_PEERS_PER_ROOM};
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::limiter::Rate;
use sharesync_service_kit::origin::AllowedOrigins;
use sharesync_service_kit::ticket::TicketKey;
use tokio::sync::mpsc;

use crate::draft::Limits;
use crate::registry::ClusterConfig;

/// What a signaling service may hold and how fast its clients may ask. What one client network may is
/// counted on all nodes together, but for its sockets.
#[derive(Clone, Debug)]
pub struct SignalingConfig {
    /// The STUN and TURN servers that members are told of. None by default: on one network none is
    /// needed, and no third party should see addresses unasked.
    pub ice_servers: Vec<IceServer>,
    /// With what tickets are checked, where the service runs apart from the server that gives them
    /// out. None by default: whoever gets through the door is let in.
    pub ticket_key: Option<TicketKey>,
    /// Whose pages may open sockets here. By default those of the host that a request is sent to;
    /// behind a proxy that changes the `Host` header, the public address has to be among them.
    pub origins: AllowedOrigins,
    /// Sockets that one client network may have open; 64 by default, for an office behind one
    /// address. Behind a proxy all clients are one network.
    pub sockets_per_client: usize,
    /// Rooms open at one time; 10,000 by default, at roughly a kilobyte each.
    pub max_rooms: usize,
    /// Members of one room, those who are away included; [`MAX_PEERS_PER_ROOM`] by default.
    pub max_peers_per_room: usize,
    /// How long a member that lost its socket may be away before it counts as having left; two
    /// minutes by default: a tunnel, a change of networks, a laptop's lid.
    pub grace: Duration,
    /// Events from one socket; 200 and 50 a second by default: a peer that meets 15 others sends each
    /// an offer and some ten candidates at once.
    pub events_per_socket: Rate,
    /// Bytes of events from one socket; 1 MiB and 64 KiB a second by default, several times what 15
    /// such meetings take. It bounds what a client can make the server hold for one that is slow.
    pub bytes_per_socket: Rate,
    /// Rooms created and joined by one client network; 60 a minute by default.
    /// Guessing a room's 128 bits at that rate is hopeless, and an office behind one address still
    /// fits. None: as often as it likes.
    pub entries_per_client: Option<Rate>,
    /// Knocks by one client network; 10 and one in six seconds by default: each
    /// costs somebody a code, whether or not its words were guessed.
    pub knocks_per_client: Rate,
    /// Devices of one client network that may see each other at one time; 32 by default, as many as
    /// one looks through for a face. None: nobody is told who is nearby, as where a proxy that does
    /// not say so stands before the service and makes one network of all.
    pub devices_per_network: usize,
    /// How often the devices of one client network may appear; 60 and one a second by default: each
    /// time all of them are told.
    pub appearances_per_client: Rate,
    /// Knocks of one client network at its own devices; 20 and one in three seconds by default: each
    /// asks somebody for an answer.
    pub nearby_knocks_per_client: Rate,
    /// Reports of transfers by one client network; 60 and one a second by default: a sender with 15
    /// receivers says 15 things at once.
    pub reports_per_client: Rate,
    /// Packets that wait for one client that is slow to read, before its fellow members get
    /// `peer_busy`; 256 by default, so that the acknowledgements of a whole burst fit.
    pub packets_waiting_per_socket: usize,
    /// How often a silent client is asked whether it is there; 25 s by default.
    pub ping_interval: Duration,
    /// How long it may take to answer before its socket is closed; 20 s by default.
    pub ping_timeout: Duration,
    /// How long a connection may take to enter the namespace before it is closed; 10 s by default.
    pub connect_timeout: Duration,
    /// The TURN server that members get credentials for; none by default.
    pub turn: Option<crate::turn::TurnOffer>,
    /// What members' messages are relayed by where no other path connects them; nothing by default.
    pub relays: Option<crate::relay::RelayOffer>,
    /// Where transfers go that both sides reported, of which no more wait than the channel holds; by
    /// default they are counted nowhere.
    pub counts: Option<mpsc::Sender<TransferCount>>,
    /// Where rooms are shared with other nodes; by default they are kept in memory, and this is the
    /// only node.
    pub cluster: Option<ClusterConfig>,
    /// What rates, the grace and tickets are measured by.
    pub clock: Clock,
}

impl SignalingConfig {
    /// What holds for all rooms and neighbourhoods.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            rooms: self.max_rooms,
            peers: self.max_peers_per_room,
            grace: self.grace,
            devices: self.devices_per_network,
        }
    }
}

/// Reads [`SignalingConfig::sockets_per_client`] from `SOCKETS_PER_CLIENT`.
pub fn sockets_per_client(var: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<usize> {
    let Some(number) = var("SOCKETS_PER_CLIENT") else {
        return Ok(SignalingConfig::default().sockets_per_client);
    };
    number.parse().with_context(|| format!("SOCKETS_PER_CLIENT: {number:?} is no number"))
}

/// See [`SignalingConfig::entries_per_client`].
pub(crate) const DEFAULT_ROOM_JOIN: Rate = Rate::per(60, Duration::from_mins(1));

impl Default for SignalingConfig {
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            ticket_key: None,
            origins: AllowedOrigins::default(),
            sockets_per_client: 64,
            max_rooms: 10_000,
            max_peers_per_room: MAX_PEERS_PER_ROOM,
            grace: Duration::from_mins(2),
            events_per_socket: Rate::new(200, Duration::from_millis(20)),
            bytes_per_socket: Rate::new(1 << 20, Duration::from_micros(15)),
            entries_per_client: Some(DEFAULT_ROOM_JOIN),
            knocks_per_client: Rate::new(10, Duration::from_secs(6)),
            devices_per_network: 32,
            appearances_per_client: Rate::new(60, Duration::from_secs(1)),
            nearby_knocks_per_client: Rate::new(20, Duration::from_secs(3)),
            reports_per_client: Rate::new(60, Duration::from_secs(1)),
            packets_waiting_per_socket: 256,
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(10),
            turn: None,
            relays: None,
            counts: None,
            cluster: None,
            clock: Clock::System,
        }
    }
}

/// What is no list of STUN servers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} must begin with stun:")]
pub struct NoStunUrl(String);

/// Reads STUN servers from their URLs (RFC 7064), separated by commas; none from nothing.
pub fn stun_servers(urls: &str) -> Result<Vec<IceServer>, NoStunUrl> {
    if urls.is_empty() {
        return Ok(Vec::new());
    }
    let urls: Vec<String> = urls.split(',').map(|url| url.trim().to_owned()).collect();
    match urls.iter().find(|url| !url.starts_with("stun:")) {
        Some(url) => Err(NoStunUrl(url.clone())),
        None => Ok(vec![IceServer { urls, username: None, credential: None }]),
    }
}
