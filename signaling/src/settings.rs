//! What the environment says to a signaling service in a process of its own. Read once, by `main`.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use anyhow::{Context, bail};
use sharesync_service_kit::origin::AllowedOrigins;
use sharesync_service_kit::proxies::TrustedProxies;
use sharesync_service_kit::secret::RootSecret;
use sharesync_service_kit::secret_files::SecretFiles;
use sharesync_signaling::service::ServiceConfig;

/// Variables that are secret, or have a secret in them, and may be in a file instead, which `NAME_FILE` names.
const IN_FILES: [&str; 3] = ["SIGNALING_TICKET_KEY", "REDIS_URL", "TURN_SECRET"];

/// Everything the service is told at start.
pub(crate) struct Settings {
    /// Where it listens (`HOST`, `PORT`).
    pub(crate) listen: SocketAddr,
    /// Whose word is taken on where a request comes from (`TRUSTED_PROXIES`).
    pub(crate) trusted_proxies: TrustedProxies,
    /// How it is set up.
    pub(crate) service: ServiceConfig,
    /// Whose pages are let in (`PUBLIC_URL`, `ALLOWED_ORIGINS`).
    pub(crate) origins: AllowedOrigins,
    /// What is shared with the server that gives out tickets, and with the other nodes
    /// (`SIGNALING_TICKET_KEY`).
    pub(crate) secret: Option<RootSecret>,
    /// Whether log lines are JSON objects (`LOG_FORMAT=json`).
    pub(crate) log_json: bool,
}

impl Settings {
    /// Reads variables from wherever they are. Errors name the variable at fault.
    pub(crate) fn read(variable: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let files = SecretFiles::read(variable, IN_FILES)?;
        let var = |name: &str| {
            files.get(name).or_else(|| variable(name)).filter(|value| !value.is_empty())
        };
        let public_url = var("PUBLIC_URL");
        Ok(Self {
            listen: SocketAddr::new(
                parsed(&var, "HOST", IpAddr::V4(Ipv4Addr::UNSPECIFIED))?,
                parsed(&var, "PORT", 5002)?,
            ),
            trusted_proxies: parsed(&var, "TRUSTED_PROXIES", TrustedProxies::default())?,
            service: ServiceConfig::read(&var, None)?,
            origins: origins(public_url.as_deref(), var("ALLOWED_ORIGINS").as_deref())?,
            secret: var("SIGNALING_TICKET_KEY").map(secret).transpose()?,
            log_json: match var("LOG_FORMAT").as_deref() {
                None | Some("text") => false,
                Some("json") => true,
                Some(other) => bail!("LOG_FORMAT: {other:?} is neither text nor json"),
            },
        })
    }
}

fn parsed<T>(var: &dyn Fn(&str) -> Option<String>, name: &str, default: T) -> anyhow::Result<T>
where
    T: FromStr<Err: Display>,
{
    let Some(text) = var(name) else {
        return Ok(default);
    };
    text.parse().map_err(|e| anyhow::anyhow!("{name}: {text:?} does not do: {e}"))
}

fn origins(public_url: Option<&str>, others: Option<&str>) -> anyhow::Result<AllowedOrigins> {
    let named = |name: &'static str, text: &str| {
        let has_scheme = text.starts_with("https://") || text.starts_with("http://");
        if has_scheme {
            Ok(text.to_owned())
        } else {
            bail!("{name}: {text:?} must begin with https:// or http://")
        }
    };
    let public = public_url.map(|url| named("PUBLIC_URL", url));
    let others = others.into_iter().flat_map(|others| others.split(','));
    let others = others.map(|origin| named("ALLOWED_ORIGINS", origin.trim()));
    let all: Vec<String> = public.into_iter().chain(others).collect::<anyhow::Result<_>>()?;
    Ok(AllowedOrigins::new(all))
}

fn secret(text: String) -> anyhow::Result<RootSecret> {
    let too_short =
        || format!("SIGNALING_TICKET_KEY: needs {} bytes or more", RootSecret::MIN_BYTES);
    RootSecret::new(text.into_bytes()).with_context(too_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
        Settings::read(&|name| {
            let given = variables.iter().find(|(variable, _)| *variable == name);
            given.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.listen.port(), 5002);
        assert!(settings.secret.is_none());
        assert!(settings.service.cluster.is_none());
    }

    #[test]
    fn what_is_set_is_taken() {
        let settings = read(&[
            ("HOST", "127.0.0.1"),
            ("PORT", "0"),
            ("SIGNALING_TICKET_KEY", "01234567890123456789012345678901"),
            ("PUBLIC_URL", "https://files.example.com/"),
            ("ALLOWED_ORIGINS", "https://a.example, http://b.example:8080"),
            ("REDIS_URL", "redis://redis.example"),
            ("LOG_FORMAT", "json"),
        ]);
        let Settings { listen, service, origins, secret, log_json, .. } = settings.unwrap();
        assert_eq!(listen, "127.0.0.1:0".parse().unwrap());
        assert!(secret.is_some() && service.cluster.is_some() && log_json);
        for page in ["https://files.example.com", "https://a.example", "http://b.example:8080"] {
            assert!(origins.allow(Some(page), Some("signaling.example")), "{page}");
        }
        assert!(!origins.allow(Some("https://c.example"), Some("signaling.example")));
    }

    #[test]
    fn a_secret_may_be_in_a_file_but_not_in_two_places() {
        for name in IN_FILES {
            let file = format!("{name}_FILE");
            let error = read(&[(name, "x"), (&file, "/nowhere")]).err().expect(name);
            assert!(error.to_string().contains(" are both set"), "{error:#}");
            let error = read(&[(&file, "/nowhere")]).err().expect(name);
            assert!(error.to_string().starts_with(&file), "{error:#}");
        }
        // Any file of 32 bytes or more.
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        assert!(read(&[("SIGNALING_TICKET_KEY_FILE", file)]).unwrap().secret.is_some());
    }

    #[test]
    fn errors_name_the_variable() {
        for (name, value) in [
            ("PORT", "99999"),
            ("HOST", "nowhere"),
            ("SIGNALING_TICKET_KEY", "short"),
            ("PUBLIC_URL", "files.example.com"),
            ("ALLOWED_ORIGINS", "https://a.example,*"),
            ("SOCKETS_PER_CLIENT", "many"),
            ("STUN_URLS", "http://x"),
            ("TRUSTED_PROXIES", "proxy.example"),
            ("REDIS_URL", "nowhere"),
            ("LOG_FORMAT", "xml"),
        ] {
            let error = read(&[(name, value)]).err().expect(name);
            assert!(error.to_string().contains(name), "{name}: {error:#}");
            assert!(!format!("{error:#}").contains("short"), "a secret is not shown");
        }
    }
}
