//! Where a server keeps bytes, as its configuration says, looked at when it starts: nothing may lie where it could not read it.

use anyhow::{Context, bail};
use sharesync_bucket::{Bucket, Settings};

use crate::blob::{DiskStore, Store};
use crate::config::Config;
use crate::db::{Db, object};

/// The region where nothing is said of one: what services of one's own mostly take.
const DEFAULT_REGION: &str = "us-east-1";
/// What the bucket is called unless something else is said.
const DEFAULT_NAME: &str = "sharesync";

/// Opens the store of a server, unless something lies there that it could not read; makes the bucket, where it is missing.
pub async fn open(config: &Config, db: &Db) -> anyhow::Result<Store> {
    if object::unknown_key(db, &config.encryption.names()).await?.is_some() {
        bail!(
            "ENCRYPTION_KEY: files are stored under another key. Set that one, or where it is to be \
             replaced, set it as ENCRYPTION_KEY_PREVIOUS"
        );
    }
    let disk = DiskStore::open(&config.data_dir, config.encryption.clone());
    let bucket = config.bucket.as_ref().map(Bucket::new);
    match (&bucket, object::any_in_bucket(db).await?) {
        (Some(bucket), false) => {
            bucket.ensure().await.context("S3_ENDPOINT: cannot open or make the bucket")?;
        }
        // A new one would have nothing of what is stored.
        (Some(bucket), true) => {
            bucket.check().await.context("S3_ENDPOINT: cannot open the bucket")?;
        }
        (None, true) => bail!("S3_ENDPOINT: files are stored in a bucket. Set it as it was"),
        (None, false) => {}
    }
    Ok(Store::new(disk.context("cannot open the store")?, bucket))
}

/// Reads where the bucket is; none where there is to be none. `MINIO_…` says the same as `S3_…`.
pub fn bucket_settings(var: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Option<Settings>> {
    let given = |what: &str| {
        let mut found = ["S3", "MINIO"].iter().filter_map(|service| {
            let name = format!("{service}_{what}");
            var(&name).map(|value| (name, value))
        });
        match (found.next(), found.next()) {
            (Some((name, value)), Some((other, another))) if value != another => {
                bail!("{other} says something else than {name}: set one of them")
            }
            (first, _) => Ok(first),
        }
    };
    let (endpoint, name) = (given("ENDPOINT")?, given("BUCKET_NAME")?);
    let (access_key, secret_key) = (given("ACCESS_KEY")?, given("SECRET_KEY")?);
    if endpoint.is_none() && name.is_none() {
        if let Some((variable, _)) = access_key.or(secret_key) {
            bail!("{variable} is set without S3_ENDPOINT, and without S3_BUCKET_NAME for Amazon's");
        }
        return Ok(None);
    }
    let needed = |key: Option<(String, String)>, name: &str| {
        key.map(|(_, value)| value).with_context(|| format!("{name}: is needed for the bucket"))
    };
    let endpoint = endpoint.map(|(name, value)| checked_endpoint(&name, &value)).transpose()?;
    let public_endpoint = var("S3_PUBLIC_ENDPOINT")
        .map(|value| checked_endpoint("S3_PUBLIC_ENDPOINT", &value))
        .transpose()?;
    Ok(Some(Settings {
        path_style: flag("S3_PATH_STYLE", var("S3_PATH_STYLE").as_deref(), endpoint.is_some())?,
        endpoint,
        public_endpoint,
        region: var("S3_REGION").unwrap_or_else(|| DEFAULT_REGION.into()),
        name: name.map_or_else(|| DEFAULT_NAME.into(), |(_, name)| name),
        access_key: needed(access_key, "S3_ACCESS_KEY")?,
        secret_key: needed(secret_key, "S3_SECRET_KEY")?.into(),
    }))
}

/// An origin. It becomes part of the pages' policy, so there is to be nothing else in it.
fn checked_endpoint(variable: &str, value: &str) -> anyhow::Result<String> {
    let value = match value.trim_end_matches('/') {
        // As MinIO's own programs take it.
        host if variable.starts_with("MINIO") && !host.contains("://") => format!("http://{host}"),
        url => url.to_owned(),
    };
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    match value.split_once("://") {
        Some(("http" | "https", host)) if !host.is_empty() && host.chars().all(is_allowed) => {
            Ok(value)
        }
        _ => bail!("{variable}: {value:?} must be of the form https://host"),
    }
}

fn flag(name: &str, value: Option<&str>, default: bool) -> anyhow::Result<bool> {
    match value {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(other) => bail!("{name}: {other:?} is neither true nor false"),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> anyhow::Result<Option<Settings>> {
        bucket_settings(&|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    const KEYS: [(&str, &str); 2] = [("S3_ACCESS_KEY", "id"), ("MINIO_SECRET_KEY", "secret")];

    #[test]
    fn a_service_of_ones_own_is_spoken_to_by_path_and_amazons_by_host() {
        assert!(read(&[]).unwrap().is_none());
        let own = read(&[&KEYS[..], &[("MINIO_ENDPOINT", "minio:9000")]].concat());
        let own = own.unwrap().unwrap();
        assert_eq!(own.endpoint.as_deref(), Some("http://minio:9000"));
        assert_eq!((own.name.as_str(), own.path_style), ("sharesync", true));
        assert_eq!((own.access_key.as_str(), own.secret_key.expose_secret()), ("id", "secret"));
        let amazons = [("S3_BUCKET_NAME", "files"), ("S3_REGION", "eu-central-1")];
        let amazons = read(&[&KEYS[..], &amazons].concat()).unwrap().unwrap();
        assert_eq!((amazons.endpoint, amazons.path_style), (None, false));
        assert_eq!((amazons.name.as_str(), amazons.region.as_str()), ("files", "eu-central-1"));
    }

    #[test]
    fn what_contradicts_itself_or_is_not_enough_is_refused() {
        let endpoint = ("S3_ENDPOINT", "https://s3.example.com");
        for (variables, named) in [
            (&[endpoint][..], "S3_ACCESS_KEY"),
            (&[endpoint, KEYS[0]], "S3_SECRET_KEY"),
            (&[endpoint, KEYS[0], KEYS[1], ("S3_SECRET_KEY", "other")], "MINIO_SECRET_KEY"),
            (&[endpoint, KEYS[0], KEYS[1], ("S3_PATH_STYLE", "perhaps")], "S3_PATH_STYLE"),
            (&[endpoint, KEYS[0], KEYS[1], ("S3_PUBLIC_ENDPOINT", "s3")], "S3_PUBLIC_ENDPOINT"),
        ] {
            let refused = read(variables).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(refused.contains(named), "{named}: {refused}");
        }
    }
}
