//! How a signaling service is set up; the backend fills it from its environment.

use std::time::Duration;

use sharesync_protocol::signaling::{IceServer, MAX_PEERS_PER_ROOM};
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::limiter::Rate;

/// What a signaling service may hold and how fast its clients may ask.
#[derive(Clone, Debug)]
pub struct SignalingConfig {
    /// The STUN and TURN servers that members are told of. None by default: on one network none is
    /// needed, and no third party should see addresses unasked.
    pub ice_servers: Vec<IceServer>,
    /// Rooms open at one time; 10,000 by default, at roughly a kilobyte each.
    pub max_rooms: usize,
    /// Members of one room; [`MAX_PEERS_PER_ROOM`] by default.
    pub max_peers_per_room: usize,
    /// Events from one socket; 200 and 50 a second by default: a peer that meets 15 others sends each
    /// an offer and some ten candidates at once.
    pub events_per_socket: Rate,
    /// Bytes of events from one socket; 1 MiB and 64 KiB a second by default, several times what 15
    /// such meetings take. It bounds what a client can make the server hold for one that is slow.
    pub bytes_per_socket: Rate,
    /// Rooms created and joined by one client network; 60 and one a second by default. Guessing a
    /// room's 128 bits at that rate is hopeless, and an office behind one address still fits.
    pub entries_per_client: Rate,
    /// Packets that wait for one client that is slow to read, before its fellow members get
    /// `peer_busy`; 256 by default, so that the acknowledgements of a whole burst fit.
    pub packets_waiting_per_socket: usize,
    /// How often a silent client is asked whether it is there; 25 s by default.
    pub ping_interval: Duration,
    /// How long it may take to answer before its socket is closed; 20 s by default.
    pub ping_timeout: Duration,
    /// How long a connection may take to enter the namespace before it is closed; 10 s by default.
    pub connect_timeout: Duration,
    /// What the rates are measured by.
    pub clock: Clock,
}

impl Default for SignalingConfig {
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            max_rooms: 10_000,
            max_peers_per_room: MAX_PEERS_PER_ROOM,
            events_per_socket: Rate::new(200, Duration::from_millis(20)),
            bytes_per_socket: Rate::new(1 << 20, Duration::from_micros(15)),
            entries_per_client: Rate::new(60, Duration::from_secs(1)),
            packets_waiting_per_socket: 256,
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(10),
            clock: Clock::System,
        }
    }
}
