//! How nodes share rooms; the programs fill it from their environment.

use std::fmt;
use std::time::Duration;

/// The Redis that nodes share, and how long one that is silent is taken for alive.
#[derive(Clone)]
pub struct ClusterConfig {
    /// Where Redis is.
    pub(crate) client: redis::Client,
    /// How long a node may give no sign of life before its sockets are taken for lost; 10 s by
    /// default. It gives five signs in that time.
    pub lease: Duration,
}

/// What is no address of a Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be of the form redis://[[user]:password@]host[:port][/database]")]
pub struct NoRedisUrl;

impl ClusterConfig {
    /// The Redis at that address, such as `redis://127.0.0.1:6379`. It need not be up.
    pub fn new(redis_url: &str) -> Result<Self, NoRedisUrl> {
        // The library's own words might repeat the password.
        let client = redis::Client::open(redis_url).map_err(|_| NoRedisUrl)?;
        Ok(Self { client, lease: Duration::from_secs(10) })
    }
}

impl fmt::Debug for ClusterConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterConfig").field("lease", &self.lease).finish_non_exhaustive()
    }
}
