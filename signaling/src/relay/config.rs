//! How the relays are set up; the backend fills it from its environment.

use std::time::Duration;

use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::limiter::Rate;
use sharesync_service_kit::origin::AllowedOrigins;

/// What relays may hold, carry and wait for.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// Relays at one time; 256 by default, each with up to 2 MiB of messages in hand and in the
    /// buffers of its two sockets.
    pub max_relays: usize,
    /// How long a ticket may wait to be redeemed, and its holder for the other side; 30 s by
    /// default.
    pub ticket_lifetime: Duration,
    /// How long a new socket may take to show its ticket; 5 s by default.
    pub ticket_patience: Duration,
    /// Bytes that one relay carries, both ways together; 16 MiB at once and 62.5 MB a second by
    /// default: far above what a page can do with them, and it still keeps one pair from taking a
    /// whole server. The burst must hold the largest message.
    pub bytes_per_relay: Rate,
    /// Bytes that one relay carries in all, both ways together; 64 GiB by default.
    pub max_bytes_per_relay: u64,
    /// How long a side may say nothing, not even that it is there, or leave a message untaken;
    /// 60 s by default. It is asked three times in that time.
    pub idle_timeout: Duration,
    /// Sockets that one client network may open; 60 and one a second by default.
    pub entries_per_client: Rate,
    /// Whose pages are let in.
    pub origins: AllowedOrigins,
    /// What tickets and rates are measured by.
    pub clock: Clock,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            max_relays: 256,
            ticket_lifetime: Duration::from_secs(30),
            ticket_patience: Duration::from_secs(5),
            bytes_per_relay: Rate::new(16 << 20, Duration::from_nanos(16)),
            max_bytes_per_relay: 64 << 30,
            idle_timeout: Duration::from_mins(1),
            entries_per_client: Rate::new(60, Duration::from_secs(1)),
            origins: AllowedOrigins::default(),
            clock: Clock::System,
        }
    }
}
