//! Where a bucket is, and what opens it.

use secrecy::SecretString;

/// Where a bucket is, and what opens it. From the server's configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The service's address, `https://s3.example.com`; Amazon's of the region where there is none.
    pub endpoint: Option<String>,
    /// The service's address as browsers reach it, where that is another one: presigned requests go there.
    pub public_endpoint: Option<String>,
    /// The region, which signatures name. Services with one region mostly take `us-east-1`.
    pub region: String,
    /// The bucket.
    pub name: String,
    /// Which key signs.
    pub access_key: String,
    /// The key that signs.
    pub secret_key: SecretString,
    /// Whether the bucket's name comes first in the path, not in the host's name.
    pub path_style: bool,
}
