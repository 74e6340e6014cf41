//! What the environment says, read once at start into values that cannot contradict each other.

use std::fmt::Display;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use secrecy::{ExposeSecret, SecretString};
use sharesync_bucket::Settings as BucketSettings;
use sharesync_service_kit::proxies::TrustedProxies;
use sharesync_service_kit::secret::{RootSecret, random_token};
use sharesync_service_kit::secret_files::SecretFiles;

use crate::auth::registration::Registration;
use crate::blob::MasterKeys;
use crate::db::DatabasePlace;
use crate::limits::LimitRates;
use crate::mail::MailPlace;
use crate::oidc::{self, ProviderConfig};
use crate::retention::{Keepers, Retention};
use crate::scanning::ClamdPlace;
use crate::signaling::SignalingPlace;
use crate::storage;
use crate::validation::{self, TypeRules, UploadSizes};

/// Where the server listens unless told otherwise.
pub const DEFAULT_PORT: u16 = 5001;

/// Variables of rungs of the ladder that this version does not have: better refused than ignored.
const NOT_YET: [&str; 1] = ["NATS_URL"];

/// Variables that are secret, or have a secret in them, and may be in a file instead, which `NAME_FILE` names. So may every
/// `OIDC_<NAME>_CLIENT_SECRET`.
const IN_FILES: [&str; 15] = [
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "SECRET_KEY_PREVIOUS",
    "ENCRYPTION_KEY",
    "ENCRYPTION_KEY_PREVIOUS",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
    "MINIO_ACCESS_KEY",
    "MINIO_SECRET_KEY",
    "ADMIN_PASSWORD",
    "SMTP_URL",
    "GOOGLE_CLIENT_SECRET",
    "TURN_SECRET",
    "SIGNALING_TICKET_KEY",
];

/// Everything a server is told at start.
pub struct Config {
    /// Where it listens (`HOST`, `PORT`).
    pub listen: SocketAddr,
    /// Whose word is taken on where a request comes from (`TRUSTED_PROXIES`).
    pub trusted_proxies: TrustedProxies,
    /// Where it keeps what it keeps (`SHARESYNC_DATA_DIR`).
    pub data_dir: PathBuf,
    /// Where the database is (`DATABASE_URL`).
    pub database: DatabasePlace,
    /// From which all keys are derived (`SECRET_KEY`, or a file in the data folder).
    pub secret: RootSecret,
    /// What that was before, whose access tokens are still believed (`SECRET_KEY_PREVIOUS`).
    pub previous_secret: Option<RootSecret>,
    /// What objects are encrypted with at rest (`ENCRYPTION_KEY`, `ENCRYPTION_KEY_PREVIOUS`).
    pub encryption: MasterKeys,
    /// The bucket that new objects go to, where there is one (`S3_ENDPOINT` and its siblings).
    pub bucket: Option<BucketSettings>,
    /// The ClamAV that looks at what is uploaded, where there is one (`CLAMD_ADDRESS`).
    pub clamd: Option<ClamdPlace>,
    /// How people reach it, without a slash at the end (`PUBLIC_URL`); where unset, the address
    /// that a request came to.
    pub public_url: Option<String>,
    /// Largest file an upload may carry (`MAX_CONTENT_LENGTH` and its siblings).
    pub upload_sizes: UploadSizes,
    /// What is held against what comes (`ALLOWED_TYPES`, `REFUSED_TYPES`, `MAX_IMAGE_PIXELS`, `MAX_ARCHIVE_EXPANSION`).
    pub validation: validation::Limits,
    /// Bytes a new account may store (`USER_QUOTA`).
    pub user_quota: u64,
    /// For how long files are kept, for whom (`FILE_EXPIRY_DAYS`, `KEEP_ROLES`, `EXPIRY_WARNING_DAYS`).
    pub retention: Retention,
    /// Days that what was deleted, or has expired, can be taken back (`TRASH_DAYS`).
    pub trash_days: u32,
    /// The first administrator (`ADMIN_EMAIL`, `ADMIN_PASSWORD`).
    pub admin: Option<(String, SecretString)>,
    /// How mail leaves (`SMTP_URL`, `MAIL_FROM`).
    pub mail: MailPlace,
    /// Who may make an account (`REGISTRATION` and its siblings).
    pub registration: Registration,
    /// Providers of identities (`GOOGLE_…`, `OIDC_<NAME>_…`).
    pub providers: Vec<ProviderConfig>,
    /// How often people may do what (`RATE_LIMIT_…`, `REDIS_URL`).
    pub limits: LimitRates,
    /// Where signaling is, and how it is set up (`SIGNALING_URL` and its siblings).
    pub signaling: SignalingPlace,
    /// Origins besides their own that pages may connect to for relays (`RELAY_ORIGINS`, separated by
    /// commas).
    pub relay_origins: Vec<String>,
    /// Whether log lines are JSON objects (`LOG_FORMAT=json`).
    pub log_json: bool,
}

impl Config {
    /// Reads the process's environment.
    pub fn from_env() -> anyhow::Result<Self> {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        Self::read(&|name| std::env::var(name).ok(), &names.collect::<Vec<_>>())
    }

    /// Reads variables from wherever they are; `names` are those that are set. Errors name the variable at fault.
    pub fn read(
        variable: &dyn Fn(&str) -> Option<String>,
        names: &[String],
    ) -> anyhow::Result<Self> {
        let files = secret_files(variable, names)?;
        let var = |name: &str| {
            files.get(name).or_else(|| variable(name)).filter(|value| !value.is_empty())
        };
        if let Some(name) = NOT_YET.iter().find(|name| var(name).is_some()) {
            bail!("{name} is set, but this version has nothing for it: unset it");
        }
        let data_dir = PathBuf::from(var("SHARESYNC_DATA_DIR").unwrap_or_else(|| "data".into()));
        fs::create_dir_all(&data_dir)
            .with_context(|| format!("SHARESYNC_DATA_DIR: cannot make {}", data_dir.display()))?;
        let public_url = var("PUBLIC_URL").map(|url| checked_url(&url)).transpose()?;
        let mail = MailPlace::read(&var, &data_dir, public_url.clone())?;
        Ok(Self {
            listen: listen(&var)?,
            registration: Registration::read(&var, mail.reaches_people())?,
            mail,
            providers: oidc::read(&var, names)?,
            limits: LimitRates::read(&var)?,
            trusted_proxies: parsed(&var, "TRUSTED_PROXIES", TrustedProxies::default())?,
            database: database(var("DATABASE_URL"), &data_dir)?,
            secret: secret(var("SECRET_KEY").map(Into::into), &data_dir)?,
            previous_secret: optional_secret(&var, "SECRET_KEY_PREVIOUS")?,
            encryption: MasterKeys::new(
                optional_secret(&var, "ENCRYPTION_KEY")?.as_ref(),
                optional_secret(&var, "ENCRYPTION_KEY_PREVIOUS")?.as_ref(),
            ),
            bucket: storage::bucket_settings(&var)?,
            clamd: optional(&var, "CLAMD_ADDRESS")?,
            signaling: SignalingPlace::read(&var, public_url.as_deref())?,
            relay_origins: relay_origins(var("RELAY_ORIGINS").as_deref())?,
            public_url,
            upload_sizes: UploadSizes::read(
                parsed(&var, "MAX_CONTENT_LENGTH", 500 << 20)?,
                |name| optional(&var, name),
            )?,
            validation: validation::Limits::new(
                TypeRules::read(&var)?,
                parsed(&var, "MAX_IMAGE_PIXELS", validation::MAX_IMAGE_PIXELS)?,
                parsed(&var, "MAX_ARCHIVE_EXPANSION", validation::MAX_ARCHIVE_EXPANSION)?,
            ),
            user_quota: parsed(&var, "USER_QUOTA", 1 << 30)?,
            retention: Retention {
                usual_days: parsed(&var, "FILE_EXPIRY_DAYS", 7)?,
                keepers: parsed(&var, "KEEP_ROLES", Keepers::default())?,
                warning_days: parsed(&var, "EXPIRY_WARNING_DAYS", 2)?,
            },
            trash_days: parsed(&var, "TRASH_DAYS", 7)?,
            admin: admin(var("ADMIN_EMAIL"), var("ADMIN_PASSWORD").map(Into::into))?,
            log_json: log_json(var("LOG_FORMAT").as_deref())?,
            data_dir,
        })
    }
}

/// Where a server listens that is given this process's environment.
pub fn listen_from_env() -> anyhow::Result<SocketAddr> {
    listen(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn listen(var: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<SocketAddr> {
    Ok(SocketAddr::new(
        parsed(var, "HOST", IpAddr::V4(Ipv4Addr::UNSPECIFIED))?,
        parsed(var, "PORT", DEFAULT_PORT)?,
    ))
}

fn secret_files(
    variable: &dyn Fn(&str) -> Option<String>,
    names: &[String],
) -> anyhow::Result<SecretFiles> {
    let providers = names
        .iter()
        .filter_map(|name| name.strip_suffix("_FILE"))
        .filter(|name| name.starts_with("OIDC_") && name.ends_with("_CLIENT_SECRET"));
    let names = IN_FILES.into_iter().chain(providers);
    Ok(SecretFiles::read(variable, names)?)
}

fn parsed<T>(var: &dyn Fn(&str) -> Option<String>, name: &str, default: T) -> anyhow::Result<T>
where
    T: FromStr<Err: Display>,
{
    Ok(optional(var, name)?.unwrap_or(default))
}

fn optional<T>(var: &dyn Fn(&str) -> Option<String>, name: &str) -> anyhow::Result<Option<T>>
where
    T: FromStr<Err: Display>,
{
    let parsed = var(name)
        .map(|text| text.parse().map_err(|e| anyhow::anyhow!("{name}: {text:?} does not do: {e}")));
    parsed.transpose()
}

/// Where the database is: a file in the data folder unless the URL says otherwise.
fn database(url: Option<String>, data_dir: &Path) -> anyhow::Result<DatabasePlace> {
    let Some(url) = url else {
        return Ok(DatabasePlace::File(data_dir.join("sharesync.db")));
    };
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Ok(DatabasePlace::File(path.strip_prefix("//").unwrap_or(path).into()));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(DatabasePlace::Postgres(url.into()));
    }
    // Not said back: there may be a password in it.
    bail!("DATABASE_URL: must begin with sqlite: or postgres://")
}

/// The secret that was given; or the one in the data folder, made at the first start. Never one
/// that stands in the program.
fn secret(given: Option<SecretString>, data_dir: &Path) -> anyhow::Result<RootSecret> {
    if let Some(secret) = given {
        return given_secret("SECRET_KEY", &secret);
    }
    let path = data_dir.join("secret_key");
    if !path.exists() {
        write_privately(&path, random_token::<32>().as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let kept = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    RootSecret::new(kept).with_context(|| format!("{} is too short", path.display()))
}

fn optional_secret(
    var: &dyn Fn(&str) -> Option<String>,
    name: &str,
) -> anyhow::Result<Option<RootSecret>> {
    var(name).map(|secret| given_secret(name, &secret.into())).transpose()
}

fn given_secret(name: &str, secret: &SecretString) -> anyhow::Result<RootSecret> {
    RootSecret::new(secret.expose_secret().as_bytes().to_vec())
        .with_context(|| format!("{name}: needs {} bytes or more", RootSecret::MIN_BYTES))
}

/// Writes a file that only its owner can read, whole or not at all.
fn write_privately(path: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let draft = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(draft, path)
}

fn checked_url(url: &str) -> anyhow::Result<String> {
    let url = url.trim_end_matches('/');
    if !url.starts_with("https://") && !url.starts_with("http://") {
        bail!("PUBLIC_URL: {url:?} must begin with https:// or http://");
    }
    Ok(url.to_owned())
}

/// Each as a source of a content security policy (CSP Level 3 §2.3.1), such as
/// `wss://*.signaling.example.com`.
fn relay_origins(text: Option<&str>) -> anyhow::Result<Vec<String>> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-.:*[]".contains(c);
    let origins = text.into_iter().flat_map(|text| text.split(',')).map(str::trim);
    let checked = origins.map(|origin| match origin.split_once("://") {
        Some(("wss" | "ws", host)) if !host.is_empty() && host.chars().all(is_allowed) => {
            Ok(origin.to_owned())
        }
        _ => bail!("RELAY_ORIGINS: {origin:?} must be of the form wss://host"),
    });
    checked.collect()
}

fn admin(
    email: Option<String>,
    password: Option<SecretString>,
) -> anyhow::Result<Option<(String, SecretString)>> {
    match (email, password) {
        (Some(email), Some(password)) => Ok(Some((email, password))),
        (None, None) => Ok(None),
        (Some(_), None) => bail!("ADMIN_EMAIL is set without ADMIN_PASSWORD"),
        (None, Some(_)) => bail!("ADMIN_PASSWORD is set without ADMIN_EMAIL"),
    }
}

fn log_json(format: Option<&str>) -> anyhow::Result<bool> {
    match format {
        None | Some("text") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => bail!("LOG_FORMAT: {other:?} is neither text nor json"),
    }
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::Role;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> (tempfile::TempDir, anyhow::Result<Config>) {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().to_str().unwrap().to_owned();
        let names: Vec<_> = variables.iter().map(|(name, _)| (*name).to_owned()).collect();
        let value_of = |name: &str| {
            let given = variables.iter().find(|(variable, _)| *variable == name);
            let value = given.map(|(_, value)| (*value).to_owned());
            value.or_else(|| (name == "SHARESYNC_DATA_DIR").then(|| data_dir.clone()))
        };
        let config = Config::read(&value_of, &names);
        (folder, config)
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let (folder, config) = read(&[]);
        let config = config.unwrap();
        assert_eq!(config.listen.port(), 5001);
        assert!(Role::ALL.iter().all(|role| config.upload_sizes.of(*role) == 524_288_000));
        assert_eq!((config.retention.usual_days, config.retention.warning_days), (7, 2));
        assert_eq!(config.retention.keepers, Keepers::default());
        let DatabasePlace::File(database) = config.database else { panic!("no file") };
        assert_eq!(database, folder.path().join("sharesync.db"));
    }

    #[test]
    fn the_secret_is_made_once_kept_and_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let sign = || secret(None, folder.path()).unwrap().key_for("x").sign(&[]);
        assert_eq!(sign(), sign());
        let mode = fs::metadata(folder.path().join("secret_key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn errors_name_the_variable() {
        for (name, value) in [
            ("PORT", "99999"),
            ("HOST", "nowhere"),
            ("SECRET_KEY", "short"),
            ("SECRET_KEY_PREVIOUS", "short"),
            ("ENCRYPTION_KEY", "short"),
            ("ENCRYPTION_KEY_PREVIOUS", "short"),
            ("DATABASE_URL", "mysql://db"),
            ("PUBLIC_URL", "files.example.com"),
            ("ADMIN_EMAIL", "a@example.com"),
            ("STUN_URLS", "http://x"),
            ("SOCKETS_PER_CLIENT", "many"),
            ("TRUSTED_PROXIES", "proxy.example"),
            ("LOG_FORMAT", "xml"),
            ("REDIS_URL", "nowhere"),
            ("SIGNALING_URL", "signaling.example.com"),
            ("SIGNALING_URL", "https://signaling.example.com/; script-src *"),
            ("SIGNALING_TICKET_KEY", "short"),
            ("RELAY_ORIGINS", "https://one.example.com"),
            ("RELAY_ORIGINS", "wss://one.example.com; script-src *"),
            ("S3_ENDPOINT", "s3.example.com"),
            ("S3_ENDPOINT", "https://s3.example.com; script-src *"),
            ("S3_ACCESS_KEY", "without an endpoint"),
            ("MINIO_SECRET_KEY", "without an endpoint"),
            ("CLAMD_ADDRESS", "127.0.0.1"),
            ("SMTP_URL", "mail.example.com"),
            ("MAIL_FROM", "nobody"),
            ("REGISTRATION", "maybe"),
            ("GOOGLE_CLIENT_ID", "id"),
            ("OIDC_A_LABEL", "A"),
            ("RATE_LIMIT_UPLOAD", "often"),
            ("FILE_EXPIRY_DAYS", "long"),
            ("KEEP_ROLES", "admin, everybody"),
            ("EXPIRY_WARNING_DAYS", "-1"),
            ("MAX_CONTENT_LENGTH", "much"),
            ("MAX_CONTENT_LENGTH_CLIENT", "little"),
            ("MAX_IMAGE_PIXELS", "-1"),
            ("MAX_ARCHIVE_EXPANSION", "100 GiB"),
            ("ALLOWED_TYPES", "image/png,pictures"),
            ("ALLOWED_TYPES", "*/*"),
            ("REFUSED_TYPES", "image/"),
        ] {
            let error = read(&[(name, value)]).1.err().expect(name).to_string();
            assert!(error.contains(name), "{name}: {error}");
        }
        let both = [("ALLOWED_TYPES", "image/*"), ("REFUSED_TYPES", "text/html, image/*")];
        let error = read(&both).1.err().unwrap().to_string();
        assert!(error.starts_with("REFUSED_TYPES: image/*"), "{error}");
    }

    #[test]
    fn a_role_may_have_a_limit_of_its_own() {
        let variables = [("MAX_CONTENT_LENGTH", "1000"), ("MAX_CONTENT_LENGTH_OPS", "5000")];
        let sizes = read(&variables).1.unwrap().upload_sizes;
        assert_eq!(Role::ALL.map(|role| sizes.of(role)), [1000, 1000, 1000, 5000]);
        assert_eq!((sizes.general, sizes.largest()), (1000, 5000));
    }

    #[test]
    fn a_secret_may_be_in_a_file_but_not_in_two_places() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "postgres://of-a-file\n").unwrap();
        let path = path.to_str().unwrap();
        let config = read(&[("DATABASE_URL_FILE", path)]).1.unwrap();
        let DatabasePlace::Postgres(url) = config.database else { panic!("no PostgreSQL") };
        assert_eq!(url.expose_secret(), "postgres://of-a-file");
        for name in IN_FILES {
            let file = format!("{name}_FILE");
            let error = read(&[(name, "x"), (&file, path)]).1.err().expect(name).to_string();
            assert_eq!(error, format!("{name} and {file} are both set: unset one of them"));
            let error = read(&[(&file, "/nowhere")]).1.err().expect(name).to_string();
            assert!(error.starts_with(&file), "{error}");
        }
    }

    #[test]
    fn so_may_a_providers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "of a file").unwrap();
        let config = read(&[
            ("OIDC_A_ISSUER", "https://a.example"),
            ("OIDC_A_CLIENT_ID", "id"),
            ("OIDC_A_CLIENT_SECRET_FILE", path.to_str().unwrap()),
        ]);
        assert_eq!(config.1.unwrap().providers[0].client_secret.expose_secret(), "of a file");
    }

    #[test]
    fn what_is_the_signaling_services_affair_is_not_set_here_where_that_runs_apart() {
        let key = ("SIGNALING_TICKET_KEY", "01234567890123456789012345678901");
        let apart = read(&[key]).1.unwrap();
        assert!(matches!(apart.signaling, SignalingPlace::Apart(_)));
        for name in ["NEARBY", "TURN", "STUN_URLS", "RELAY_URL"] {
            let error = read(&[key, (name, "x")]).1.err().expect(name).to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }
}
