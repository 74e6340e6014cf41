//! What lets somebody in at servers: API tokens, in a file that only its owner can read. One that others could read is not
//! used. Written by `login`, `logout` and `token rotate`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sharesync_protocol::ApiTokenId;

use crate::config::{Places, Server, make_private_folder};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};

/// What lets somebody in at one server.
#[derive(Clone, Deserialize, Serialize)]
pub struct Credential {
    token: String,
    /// The token's id, where `login` made it: then it is this computer's alone, and ends with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ApiTokenId>,
    /// The account's address, so that it need not be asked for again.
    pub email: String,
}

impl Credential {
    /// Of a token.
    pub fn new(token: &SecretString, id: Option<ApiTokenId>, email: &str) -> Self {
        Self { token: token.expose_secret().to_owned(), id, email: email.to_owned() }
    }

    /// What to call with.
    pub fn token(&self) -> SecretString {
        self.token.clone().into()
    }
}

/// What lets somebody in, by servers' names.
pub struct Credentials {
    path: PathBuf,
    by_server: BTreeMap<String, Credential>,
}

impl Credentials {
    /// Reads them; there are none where there is no file.
    pub fn read(places: &Places) -> Result<Self> {
        let path = places.credentials_file();
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { path, by_server: BTreeMap::new() });
            }
            Err(error) => return Err(Failure::file("read", &path, &error)),
        };
        check_mode(&path)?;
        let by_server = serde_json::from_slice(&text).map_err(|_| {
            // What stands there may be a secret, which an error would quote.
            Failure::local("read", format!("{} does not hold credentials", path.display()))
        })?;
        Ok(Self { path, by_server })
    }

    /// What lets somebody in at a server.
    pub fn of(&self, server: &Server) -> Option<&Credential> {
        self.by_server.get(&server.name())
    }

    /// The server, where there is only one.
    pub fn only_server(&self) -> Option<&str> {
        let mut servers = self.by_server.keys();
        servers.next().filter(|_| servers.next().is_none()).map(String::as_str)
    }

    /// Keeps what lets somebody in at a server, in place of what did.
    pub fn keep(&mut self, server: &Server, credential: Credential) -> Result<()> {
        self.by_server.insert(server.name(), credential);
        self.write()
    }

    /// Forgets it.
    pub fn forget(&mut self, server: &Server) -> Result<()> {
        self.by_server.remove(&server.name());
        self.write()
    }

    /// In one step, so that whoever reads sees all of it, and with a mode that lets nobody else do so from the beginning.
    fn write(&self) -> Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make_private_folder(folder)?;
        let text = serde_json::to_vec_pretty(&self.by_server).expect("credentials are JSON");
        let write = || {
            // Made with mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|error: io::Error| Failure::file("write", &self.path, &error))
    }
}

/// Refuses what others can read or write.
#[cfg(unix)]
fn check_mode(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    let mode = metadata.permissions().mode() & 0o777;
    let of_others = 0o077;
    if mode & of_others == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::new(
        ExitCode::LocalFile,
        "credentials_exposed",
        format!(
            "others can read {path} (mode {mode:04o}): `chmod 600 {path}` and, where somebody may have done so, sign out and in again"
        ),
    ))
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<()> {
    Ok(())
}
