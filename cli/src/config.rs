//! Where things are kept on this computer, and what its configuration says. Read once, by [`Context`](crate::Context).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};

/// The folder's name in the platform's folders.
const FOLDER: &str = "sharesync";

/// Where things are kept: in the folders of the XDG Base Directory Specification, or those that Windows has.
#[derive(Clone, Debug)]
pub struct Places {
    config: PathBuf,
    state: PathBuf,
}

impl Places {
    /// This user's.
    pub fn find() -> Result<Self> {
        let strategy = etcetera::choose_base_strategy();
        let strategy = strategy.map_err(|error| Failure::local("find the home folder", error))?;
        let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        Ok(Self { config: strategy.config_dir().join(FOLDER), state: state.join(FOLDER) })
    }

    /// What somebody writes themselves.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.json")
    }

    /// What lets them in at servers.
    pub fn credentials_file(&self) -> PathBuf {
        self.config.join("credentials.json")
    }

    /// A folder for what is remembered of transfers that are not over; it is made where it is missing.
    pub fn state_folder(&self, of: &str) -> Result<PathBuf> {
        let folder = self.state.join(of);
        make_private_folder(&folder)?;
        Ok(folder)
    }
}

/// Makes a folder that nobody else may look into.
pub(crate) fn make_private_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Failure::file("make", folder, &error))
}

/// What `config.json` says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The server that is meant where no other is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

impl Config {
    /// What the file says; nothing, where there is none.
    pub fn read(places: &Places) -> Result<Self> {
        let path = places.config_file();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::file("read", &path, &error)),
        };
        serde_json::from_slice(&text)
            .map_err(|error| Failure::usage(format!("{} is not good: {error}", path.display())))
    }

    /// Writes it.
    pub fn write(&self, places: &Places) -> Result<()> {
        let path = places.config_file();
        make_private_folder(path.parent().unwrap_or(&path))?;
        let mut text = serde_json::to_vec_pretty(self).expect("a configuration is JSON");
        text.push(b'\n');
        fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))
    }
}

/// A server's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server(Url);

impl Server {
    /// Reads one, such as `https://files.example.com`. What is wrong with it is said with where it stands.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let bad = |wrong: &str| Failure::usage(format!("{place} is no server: {wrong}"));
        let url = Url::parse(text)
            .map_err(|_| bad("it has to be an address such as https://files.example.com"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("its address has to begin with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("a name or a password has no place in it; use `sharesync login`"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("nothing may follow the host and its port"));
        }
        Ok(Self(url))
    }

    /// The one that an address is at.
    pub fn of(url: &Url) -> Option<Self> {
        Self::parse(&url.origin().ascii_serialization(), "the link").ok()
    }

    /// An address on it; of a path that begins with `/`, and may have a query.
    pub fn url(&self, path: &str) -> Url {
        self.0.join(path).expect("paths are made of what may stand in one")
    }

    /// What it is called, in messages and files: its origin.
    pub fn name(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether what goes there can be read and changed on the way.
    pub fn is_exposed(&self) -> bool {
        let is_here = self.0.host_str().is_some_and(|host| {
            let host = host.trim_matches(['[', ']']);
            host == "localhost"
                || host.ends_with(".localhost")
                || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        });
        self.0.scheme() == "http" && !is_here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Server::parse(text, "--server").unwrap_err().message
    }

    #[test]
    fn what_is_no_server_is_refused_with_the_reason() {
        assert!(refused("files.example.com").contains("--server is no server: it has to be"));
        assert!(refused("ftp://files.example.com").contains("https://"));
        assert!(refused("https://sam:secret@files.example.com").contains("no place"));
        assert!(!refused("https://sam:secret@files.example.com").contains("secret"));
        for extra in ["/app", "/?a=b", "/#a"] {
            assert!(refused(&format!("https://files.example.com{extra}")).contains("nothing may"));
        }
    }

    #[test]
    fn only_what_leaves_this_computer_is_exposed() {
        let is_exposed = |text: &str| Server::parse(text, "it").unwrap().is_exposed();
        for here in ["http://localhost:5001", "http://127.0.0.1", "http://[::1]:5001"] {
            assert!(!is_exposed(here), "{here}");
        }
        assert!(is_exposed("http://files.example.com") && is_exposed("http://192.168.0.7:5001"));
        assert!(!is_exposed("https://files.example.com"));
    }

    #[test]
    fn a_server_is_called_by_its_origin() {
        let name = |text: &str| Server::parse(text, "it").unwrap().name();
        assert_eq!(name("https://Files.example.com:443/"), "https://files.example.com");
        assert_eq!(name("http://localhost:5001"), "http://localhost:5001");
    }
}
