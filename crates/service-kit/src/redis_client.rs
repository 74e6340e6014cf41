//! The Redis that nodes share, as the environment names it. Read by whoever keeps something there.

use redis::{Client, ConnectionAddr, TlsCertificates};

/// What is no address of a Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be of the form redis://[[user]:password@]host[:port][/database], or rediss:// for TLS"
)]
pub struct NoRedisUrl;

/// What is wrong with the variables.
#[derive(Debug, thiserror::Error)]
pub enum BadRedis {
    /// The address.
    #[error("REDIS_URL: {0}")]
    Url(#[from] NoRedisUrl),
    /// The authorities cannot be read.
    #[error("REDIS_CA_FILE: {0} cannot be read")]
    Unreadable(String),
    /// There are authorities, and nothing that they would vouch for.
    #[error("REDIS_CA_FILE: there is no REDIS_URL that begins with rediss://")]
    NoTls,
    /// There is no certificate in it, or one that cannot be understood.
    #[error("REDIS_CA_FILE: must be certificates in PEM")]
    NoCertificates,
}

/// The Redis at an address, such as `redis://127.0.0.1:6379`. It need not be up. One at `rediss://…` is spoken to over
/// TLS, and must prove its name by a certificate that this machine believes.
pub fn open(url: &str) -> Result<Client, NoRedisUrl> {
    // The library's own words might repeat the password.
    let client = Client::open(url).map_err(|_| NoRedisUrl)?;
    match client.get_connection_info().addr() {
        // `#insecure`, for the library: whoever answers would be believed.
        ConnectionAddr::TcpTls { insecure: true, .. } => Err(NoRedisUrl),
        _ => Ok(client),
    }
}

/// Reads `REDIS_URL` and `REDIS_CA_FILE`.
pub fn read(var: &dyn Fn(&str) -> Option<String>) -> Result<Option<Client>, BadRedis> {
    let authorities = var("REDIS_CA_FILE")
        .map(|file| std::fs::read_to_string(&file).map_err(|_| BadRedis::Unreadable(file)));
    match (var("REDIS_URL"), authorities.transpose()?) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(BadRedis::NoTls),
        (Some(url), None) => Ok(Some(open(&url)?)),
        (Some(url), Some(authorities)) => trusting(&open(&url)?, &authorities).map(Some),
    }
}

/// Believes certificates that these authorities (PEM) signed, and no others.
fn trusting(client: &Client, authorities: &str) -> Result<Client, BadRedis> {
    let info = client.get_connection_info().clone();
    if !matches!(info.addr(), ConnectionAddr::TcpTls { .. }) {
        return Err(BadRedis::NoTls);
    }
    if !authorities.contains("-----BEGIN CERTIFICATE-----") {
        return Err(BadRedis::NoCertificates);
    }
    let root_cert = Some(authorities.as_bytes().to_vec());
    let certificates = TlsCertificates { client_tls: None, root_cert };
    Client::build_with_tls(info, certificates).map_err(|_| BadRedis::NoCertificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(variables: &[(&str, &str)]) -> String {
        let var = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        read(&var).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_the_variable_and_no_secret() {
        for (name, value) in [
            ("REDIS_URL", "http://:secret@x"),
            ("REDIS_URL", "rediss://:secret@x#insecure"),
            ("REDIS_CA_FILE", "/nowhere"),
        ] {
            let error = refused(&[(name, value)]);
            assert!(error.contains(name) && !error.contains("secret"), "{error}");
        }
        assert!(read(&|_| None).unwrap().is_none());
    }

    #[test]
    fn authorities_are_certificates_and_for_tls() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let path = file.to_str().unwrap();
        let refused = |url: &str, content: &str| {
            std::fs::write(&file, content).unwrap();
            refused(&[("REDIS_URL", url), ("REDIS_CA_FILE", path)])
        };
        let no_certificates = "REDIS_CA_FILE: must be certificates in PEM";
        assert_eq!(refused("rediss://redis.example", "anything"), no_certificates);
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(refused("rediss://redis.example", broken), no_certificates);
        assert!(refused("redis://redis.example", broken).contains("rediss://"));
    }
}
