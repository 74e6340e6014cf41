//! docker-compose.yml, held to its word without a container: what every service has to have, and that the settings, the
//! secrets and the files beside it fit together.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use sharesync_server::config::Config;
use tempfile::TempDir;
use yaml_serde::Value;

/// Where the container of a service has the folder that the generator wrote.
const SECRETS: &str = "/secrets";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn beside(file: &str) -> String {
    fs::read_to_string(repository().join("infra/compose").join(file)).unwrap()
}

fn compose() -> Value {
    let text = fs::read_to_string(repository().join("docker-compose.yml")).unwrap();
    let mut compose: Value = yaml_serde::from_str(&text).unwrap();
    compose.apply_merge().unwrap();
    compose
}

fn services(compose: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let services = compose["services"].as_mapping().unwrap();
    services.iter().map(|(name, service)| (name.as_str().unwrap(), service))
}

/// The texts of a list, or the keys of a mapping.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Sequence(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::Mapping(mapping) => mapping.keys().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn environment(service: &Value) -> BTreeMap<&str, &str> {
    let variables = service["environment"].as_mapping().into_iter().flatten();
    variables.map(|(name, value)| (name.as_str().unwrap(), value.as_str().unwrap())).collect()
}

/// Whether it does its work and ends.
fn is_one_shot(service: &Value) -> bool {
    service["restart"] == "no"
}

/// A value with `${NAME:-default}` put in, as Compose does it: the innermost first.
fn expanded(text: &str, variables: &[(&str, &str)]) -> String {
    let Some(start) = text.rfind("${") else { return text.to_owned() };
    let end = start + text[start..].find('}').unwrap();
    let (name, default) = text[start + 2..end].split_once(":-").unwrap();
    let set = variables.iter().find(|(variable, _)| *variable == name);
    let value = set.map_or(default, |(_, value)| value);
    expanded(&format!("{}{value}{}", &text[..start], &text[end + 1..]), variables)
}

/// Runs the generator, which is to say nothing.
fn make_secrets(folder: &Path) {
    let script = repository().join("infra/compose/secrets.sh");
    let ran = Command::new("sh").arg(script).arg(folder).output().unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&said));
    assert_eq!(String::from_utf8_lossy(&said), "");
}

fn secrets() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    make_secrets(folder.path());
    folder
}

/// What the generator wrote, by its place.
fn contents(folder: &Path) -> BTreeMap<String, String> {
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files =
        folders.flat_map(|path| fs::read_dir(path).unwrap()).map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let place = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (place, fs::read_to_string(path).unwrap().trim().to_owned())
        })
        .collect()
}

#[test]
fn every_service_is_pinned_confined_and_watched() {
    let compose = compose();
    for (name, service) in services(&compose) {
        match service["image"].as_str() {
            Some(image) => {
                let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
                assert!(tag.matches('.').count() >= 1, "{name}: {image} is of no certain version");
            }
            None => assert!(service["build"].is_mapping(), "{name} has no image"),
        }
        assert_eq!(words(&service["cap_drop"]), ["ALL"], "{name}");
        assert_eq!(words(&service["security_opt"]), ["no-new-privileges:true"], "{name}");
        assert!(service["privileged"].is_null(), "{name}");
        let writes_its_own = name == "clamav";
        assert_eq!(service["read_only"].as_bool(), Some(!writes_its_own), "{name}");
        if is_one_shot(service) {
            let is_waited_for = services(&compose).any(|(_, other)| {
                other["depends_on"][name]["condition"] == "service_completed_successfully"
            });
            assert!(is_waited_for, "nobody waits for {name}");
        } else {
            assert_eq!(service["restart"], "unless-stopped", "{name}");
            assert!(words(&service["healthcheck"]["test"]).len() > 1, "{name} is not watched");
            assert!(service["stop_grace_period"].is_string(), "{name}");
        }
    }
}

#[test]
fn only_the_proxy_is_open_to_other_machines() {
    for (name, service) in services(&compose()) {
        for port in words(&service["ports"]) {
            assert!(name == "caddy" || port.starts_with("127.0.0.1:"), "{name}: {port}");
        }
        let is_on_the_host = service["network_mode"] == "host";
        assert_eq!(is_on_the_host, name == "coturn", "{name}");
    }
}

#[tokio::test]
async fn the_server_believes_its_proxy_alone() {
    let (compose, secrets) = (compose(), secrets());
    for dotenv in [&[][..], &[("FRONT_PREFIX", "10.9.8")]] {
        let address = |service: &str| {
            let networks = &compose["services"][service]["networks"];
            let address = expanded(networks["front"]["ipv4_address"].as_str().unwrap(), dotenv);
            address.parse::<IpAddr>().unwrap()
        };
        let proxies = told(secrets.path(), dotenv).0.trusted_proxies;
        let visitor: IpAddr = "1.2.3.4".parse().unwrap();
        let seen = ["caddy", "server"].map(|service| {
            let mut headers = HeaderMap::from_iter([(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_static("1.2.3.4"),
            )]);
            proxies.client(address(service), &mut headers).0
        });
        assert_eq!(seen, [visitor, address("server")]);
    }
}

#[test]
fn what_a_service_names_is_there() {
    let compose = compose();
    let is_declared = |what: &str, name: &str| compose[what].get(name).is_some();
    for (name, service) in services(&compose) {
        for volume in words(&service["volumes"]) {
            let source = volume.split(':').next().unwrap();
            match source.strip_prefix("./") {
                Some(path) => assert!(repository().join(path).is_file(), "{name}: {path}"),
                None => assert!(is_declared("volumes", source), "{name}: {source}"),
            }
        }
        for network in words(&service["networks"]) {
            assert!(is_declared("networks", network), "{name}: {network}");
        }
        for other in words(&service["depends_on"]) {
            let condition = service["depends_on"][other]["condition"].as_str().unwrap();
            let other_one = &compose["services"][other];
            assert!(other_one.is_mapping(), "{name}: {other}");
            let ends = condition == "service_completed_successfully";
            assert_eq!(ends, is_one_shot(other_one), "{name} waits for {other} in vain");
        }
    }
}

#[test]
fn no_secret_stands_in_it_and_each_reader_is_made_its_own() {
    let folder = secrets();
    let is_root = folder.path().metadata().unwrap().uid() == 0;
    for (name, service) in services(&compose()) {
        for (variable, value) in environment(service) {
            let is_secret =
                ["PASSWORD", "SECRET", "TOKEN", "_KEY"].iter().any(|word| variable.contains(word));
            assert!(!is_secret || variable.ends_with("_FILE"), "{name}: {variable}");
            let has_password = value.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
            assert!(!has_password, "{name}: {variable}");
            let Some(place) = value.strip_prefix(SECRETS) else { continue };
            let file = folder.path().join(place.trim_start_matches('/'));
            let metadata = file.metadata().unwrap_or_else(|_| panic!("nobody makes {value}"));
            let user =
                service["user"].as_str().and_then(|user| user.split(':').next()).unwrap_or("0");
            assert!(!is_root || metadata.uid().to_string() == user, "{name} cannot read {value}");
        }
    }
    let made = contents(folder.path());
    for file in ["garage.toml", "redis.conf", "coturn.sh", "../../docker-compose.yml"] {
        let text = beside(file);
        for rest in text.split("/secrets/").skip(1) {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_/.".contains(c));
            let place = &rest[..end.unwrap_or(rest.len())];
            assert!(made.contains_key(place), "{file}: nobody makes {place}");
        }
    }
}

#[test]
fn secrets_are_made_once_and_for_their_readers_alone() {
    let folder = secrets();
    let made = contents(folder.path());
    make_secrets(folder.path());
    assert_eq!(contents(folder.path()), made);
    for place in made.keys() {
        let path = folder.path().join(place);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700), "{place}");
    }
}

#[test]
fn each_secret_has_256_bits_that_are_in_no_other_and_no_other_installation() {
    let [made, elsewhere] = [secrets(), secrets()].map(|folder| contents(folder.path()));
    let independent = [
        "postgres/password",
        "redis/password",
        "garage/rpc_secret",
        "garage/admin_token",
        "garage/secret_key",
        "coturn/secret",
        "server/secret_key",
        "server/admin_password",
    ];
    let all: BTreeSet<_> = [&made, &elsewhere]
        .into_iter()
        .flat_map(|made| independent.map(|place| &made[place]))
        .collect();
    assert_eq!(all.len(), 2 * independent.len());
    assert!(
        all.iter()
            .all(|secret| secret.len() == 64 && secret.chars().all(|c| c.is_ascii_hexdigit()))
    );
}

#[test]
fn a_secret_that_was_lost_is_made_anew_for_all_who_share_it() {
    let folder = secrets();
    let before = contents(folder.path());
    fs::remove_file(folder.path().join("coturn/secret")).unwrap();
    make_secrets(folder.path());
    let after = contents(folder.path());
    assert_eq!(after["coturn/secret"], after["server/turn_secret"]);
    let changed = after.iter().filter(|(place, secret)| before[*place] != **secret);
    let changed: Vec<_> = changed.map(|(place, _)| place).collect();
    assert_eq!(changed, ["coturn/secret", "server/turn_secret"]);
}

/// What the server makes of what it is told, with the variables of a `.env`; and the names that it asks for. To be called
/// where there is a runtime, which the sending of mail wants.
fn told(secrets: &Path, dotenv: &[(&str, &str)]) -> (Config, BTreeSet<String>) {
    let compose = compose();
    let data = tempfile::tempdir().unwrap();
    let at = |value: String| match value.strip_prefix(SECRETS) {
        Some(place) => format!("{}{place}", secrets.display()),
        None => value,
    };
    let variables = environment(&compose["services"]["server"]).into_iter();
    let mut variables: BTreeMap<_, _> =
        variables.map(|(name, value)| (name, at(expanded(value, dotenv)))).collect();
    variables.insert("SHARESYNC_DATA_DIR", data.path().to_str().unwrap().into());
    let asked = RefCell::new(BTreeSet::new());
    let value_of = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        variables.get(name).cloned()
    };
    let names: Vec<_> = variables.keys().map(|name| (*name).to_owned()).collect();
    (Config::read(&value_of, &names).unwrap(), asked.into_inner())
}

#[tokio::test]
async fn the_server_knows_every_variable_that_it_is_given() {
    let secrets = secrets();
    let (_, asked) = told(secrets.path(), &[]);
    for name in environment(&compose()["services"]["server"]).keys() {
        assert!(asked.contains(*name), "{name} is nothing that the server asks for");
    }
}

#[tokio::test]
async fn one_name_says_where_everything_is() {
    let secrets = secrets();
    let addresses = |dotenv: &[(&str, &str)]| {
        let (config, _) = told(secrets.path(), dotenv);
        let bucket = config.bucket.unwrap();
        [config.public_url, bucket.public_endpoint, bucket.endpoint].map(Option::unwrap)
    };
    assert_eq!(
        addresses(&[]),
        ["https://localhost", "https://localhost:8443", "http://garage:3900"]
    );
    assert_eq!(
        addresses(&[("DOMAIN", "files.example.com")]),
        ["https://files.example.com", "https://files.example.com:8443", "http://garage:3900"]
    );
    let own = [("DOMAIN", "files.example.com"), ("S3_PUBLIC_ENDPOINT", "https://s3.example.com")];
    assert_eq!(addresses(&own)[1], "https://s3.example.com");
}

#[tokio::test]
async fn clamav_takes_what_the_server_takes() {
    let clamd = beside("clamd.conf");
    let secrets = secrets();
    let largest = told(secrets.path(), &[]).0.upload_sizes.largest();
    for option in ["StreamMaxLength", "MaxFileSize"] {
        let size = clamd.lines().find_map(|line| line.strip_prefix(option)).unwrap().trim();
        let mebibytes: u64 = size.strip_suffix('M').unwrap().parse().unwrap();
        assert_eq!(mebibytes << 20, largest, "{option}");
    }
    assert!(clamd.lines().any(|line| line == "AlertExceedsMax yes"));
}

#[test]
fn coturn_reaches_no_address_that_is_not_of_the_internet() {
    let conf = beside("coturn.conf");
    let ranges =
        conf.lines().filter_map(|line| line.strip_prefix("denied-peer-ip=")).map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            (first.parse::<IpAddr>().unwrap(), last.parse::<IpAddr>().unwrap())
        });
    let ranges: Vec<_> = ranges.collect();
    let is_denied = |address: &str| {
        let address: IpAddr = address.parse().unwrap();
        // IPv4 is before IPv6 in this order.
        ranges.iter().any(|(first, last)| *first <= address && address <= *last)
    };
    for address in [
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.17.0.2",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "fd00::1",
        "fe80::1",
        "ff02::1",
        "2002:7f00:1::",
        "2001::1",
    ] {
        assert!(is_denied(address), "{address}");
    }
    for address in
        ["1.1.1.1", "11.0.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1111", "2a00::1"]
    {
        assert!(!is_denied(address), "{address}");
    }
    // To coturn a range that begins there holds every IPv4 address.
    assert!(ranges.iter().all(|(first, _)| !(first.is_ipv6() && first.is_unspecified())));
    for line in ["use-auth-secret", "no-tcp-relay", "no-multicast-peers"] {
        assert!(conf.lines().any(|set| set == line), "{line}");
    }
}
