//! How nodes share rooms; the programs fill it from their environment.

use std::fmt;
use std::time::Duration;

use sharesync_service_kit::redis_client::{self, NoRedisUrl};

/// The Redis that nodes share, and how long one that is silent is taken for alive.
#[derive(Clone)]
pub struct ClusterConfig {
    /// Where Redis is.
    pub(crate) client: redis::Client,
    /// How long a node may give no sign of life before its sockets are taken for lost; 10 s by
    /// default. It gives five signs in that time.
    pub lease: Duration,
}

impl ClusterConfig {
    /// The Redis at that address.
    pub fn new(redis_url: &str) -> Result<Self, NoRedisUrl> {
        redis_client::open(redis_url).map(Self::of)
    }

    /// That Redis.
    pub fn of(client: redis::Client) -> Self {
        Self { client, lease: Duration::from_secs(10) }
    }
}

impl fmt::Debug for ClusterConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterConfig").field("lease", &self.lease).finish_non_exhaustive()
    }
}
