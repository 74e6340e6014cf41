//! How nodes share rooms; the programs fill it from their environment.

use std::fmt;
use std::time::Duration;

use redis::{ConnectionAddr, TlsCertificates};

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
#[error(
    "must be of the form redis://[[user]:password@]host[:port][/database], or rediss:// for TLS"
)]
pub struct NoRedisUrl;

/// What makes no certificate of a Redis believable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAuthority {
    /// The address asks for no TLS.
    #[error("says nothing of a Redis whose address does not begin with rediss://")]
    NoTls,
    /// There is no certificate in it, or one that cannot be read.
    #[error("must be certificates in PEM")]
    NoCertificates,
}

impl ClusterConfig {
    /// The Redis at that address, such as `redis://127.0.0.1:6379`. It need not be up. One at
    /// `rediss://…` is spoken to over TLS, and must prove its name by a certificate that this machine
    /// believes.
    pub fn new(redis_url: &str) -> Result<Self, NoRedisUrl> {
        // The library's own words might repeat the password.
        let client = redis::Client::open(redis_url).map_err(|_| NoRedisUrl)?;
        // `#insecure`, for the library: whoever answers would be believed.
        if matches!(
            client.get_connection_info().addr(),
            ConnectionAddr::TcpTls { insecure: true, .. }
        ) {
            return Err(NoRedisUrl);
        }
        Ok(Self { client, lease: Duration::from_secs(10) })
    }

    /// Believes certificates that these authorities (PEM) signed, and no others.
    pub fn trusting(self, authorities: &str) -> Result<Self, NoAuthority> {
        let info = self.client.get_connection_info().clone();
        if !matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
            return Err(NoAuthority::NoTls);
        }
        if !authorities.contains("-----BEGIN CERTIFICATE-----") {
            return Err(NoAuthority::NoCertificates);
        }
        let root_cert = Some(authorities.as_bytes().to_vec());
        let certificates = TlsCertificates { client_tls: None, root_cert };
        let client = redis::Client::build_with_tls(info, certificates);
        Ok(Self { client: client.map_err(|_| NoAuthority::NoCertificates)?, ..self })
    }
}

impl fmt::Debug for ClusterConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterConfig").field("lease", &self.lease).finish_non_exhaustive()
    }
}
