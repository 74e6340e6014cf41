//! Secrets that lie in files, as container platforms hand them out: `NAME_FILE=/path` in place of `NAME`. Read at start by
//! whoever reads the environment.

use std::collections::HashMap;
use std::fs;
use std::io;

use secrecy::{ExposeSecret, SecretString};

/// What is wrong with a variable, or with the file that it names. Says names and paths, and nothing that is in them.
#[derive(Debug, thiserror::Error)]
pub enum BadSecretFile {
    /// There is the secret, and the file.
    #[error("{0} and {0}_FILE are both set: unset one of them")]
    Twice(String),
    /// The file is missing, forbidden or no text.
    #[error("{name}_FILE: cannot read {path}: {cause}")]
    Unreadable {
        /// The variable in whose place it is.
        name: String,
        /// The file.
        path: String,
        /// What the system says.
        cause: io::Error,
    },
    /// There is nothing in it.
    #[error("{name}_FILE: {path} is empty")]
    Empty {
        /// The variable in whose place it is.
        name: String,
        /// The file.
        path: String,
    },
}

/// What was read from files.
#[derive(Debug, Default)]
pub struct SecretFiles(HashMap<String, SecretString>);

impl SecretFiles {
    /// Reads the file of each of these variables that has one, without what stands before and behind the secret in blanks
    /// and line ends.
    pub fn read<'a>(
        variable: &dyn Fn(&str) -> Option<String>,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, BadSecretFile> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let with_files = names
            .into_iter()
            .filter_map(|name| set(&format!("{name}_FILE")).map(|path| (name.to_owned(), path)));
        let read = with_files.map(|(name, path)| {
            if set(&name).is_some() {
                return Err(BadSecretFile::Twice(name));
            }
            match fs::read_to_string(&path) {
                Ok(content) if content.trim().is_empty() => {
                    Err(BadSecretFile::Empty { name, path })
                }
                Ok(content) => Ok((name, content.trim().into())),
                Err(cause) => Err(BadSecretFile::Unreadable { name, path, cause }),
            }
        });
        read.collect::<Result<_, _>>().map(Self)
    }

    /// What the file of this variable says, if it has one.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|secret| secret.expose_secret().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<SecretFiles, BadSecretFile> {
        let value_of = |name: &str| {
            let given = variables.iter().find(|(variable, _)| *variable == name);
            given.map(|(_, value)| (*value).to_owned())
        };
        SecretFiles::read(&value_of, ["REDIS_URL", "TURN_SECRET"])
    }

    #[test]
    fn a_secret_is_what_its_file_says_less_the_blanks_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("url");
        fs::write(&path, " redis://:a b@host\r\n\n").unwrap();
        let files = read(&[("REDIS_URL_FILE", path.to_str().unwrap())]).unwrap();
        assert_eq!(files.get("REDIS_URL").as_deref(), Some("redis://:a b@host"));
        assert_eq!(files.get("TURN_SECRET"), None);
        assert!(!format!("{files:?}").contains("redis://"));
    }

    #[test]
    fn one_that_is_unset_or_no_secret_is_not_read() {
        assert!(read(&[("TURN_SECRET_FILE", ""), ("PATH_FILE", "/nowhere")]).unwrap().0.is_empty());
    }

    #[test]
    fn what_is_said_twice_or_cannot_be_read_is_refused_by_the_variables_name() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        fs::write(&empty, "\n").unwrap();
        let empty = empty.to_str().unwrap();
        for (variables, said) in [
            (
                &[("TURN_SECRET", "x"), ("TURN_SECRET_FILE", empty)][..],
                "TURN_SECRET and TURN_SECRET_FILE",
            ),
            (&[("TURN_SECRET_FILE", empty)], "TURN_SECRET_FILE:"),
            (
                &[("TURN_SECRET_FILE", "/nowhere/secret")],
                "TURN_SECRET_FILE: cannot read /nowhere/secret",
            ),
        ] {
            let refused = read(variables).unwrap_err().to_string();
            assert!(refused.starts_with(said), "{refused}");
        }
    }
}
