//! Providers of identities: signing in with Google, or with any other OpenID Connect provider that the environment
//! names. This is the protocol only (OpenID Connect Core 1.0, with PKCE, RFC 7636); whose account an identity is, `auth::
//! federation` decides.

mod id_token;
mod provider;

use anyhow::{Context, bail};
use secrecy::SecretString;

pub use id_token::Identity;
pub use provider::{Provider, ProviderError};

const GOOGLE: &str = "https://accounts.google.com";

/// A provider as the environment has it.
pub struct ProviderConfig {
    /// What paths call it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its identifier, which is where it is discovered (OpenID Connect Discovery 1.0 §4).
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What we show it.
    pub client_secret: SecretString,
}

/// Reads `GOOGLE_CLIENT_ID`, `GOOGLE_CLIENT_SECRET` and `OIDC_<NAME>_…`. Errors name the variable at fault. `names` are
/// those of all variables that are set.
pub fn read(
    var: &dyn Fn(&str) -> Option<String>,
    names: &[String],
) -> anyhow::Result<Vec<ProviderConfig>> {
    let mut providers: Vec<_> = google(var)?.into_iter().collect();
    let mut others: Vec<_> = names
        .iter()
        .filter_map(|name| name.strip_prefix("OIDC_")?.strip_suffix("_ISSUER"))
        .collect();
    others.sort_unstable();
    for name in others {
        let provider = other(var, name)?;
        if providers.iter().any(|known| known.name == provider.name) {
            bail!("OIDC_{name}_ISSUER: there is a provider of that name already");
        }
        providers.push(provider);
    }
    for name in names {
        let Some(rest) = name.strip_prefix("OIDC_") else { continue };
        let is_known = |suffix: &str| {
            rest.strip_suffix(suffix)
                .is_some_and(|name| var(&format!("OIDC_{name}_ISSUER")).is_some())
        };
        let suffixes = ["_ISSUER", "_CLIENT_ID", "_CLIENT_SECRET", "_CLIENT_SECRET_FILE", "_LABEL"];
        if !suffixes.into_iter().any(is_known) {
            bail!(
                "{name}: belongs to no provider: set OIDC_<NAME>_ISSUER, _CLIENT_ID, _CLIENT_SECRET"
            );
        }
    }
    Ok(providers)
}

fn google(var: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Option<ProviderConfig>> {
    let (id, secret) = (var("GOOGLE_CLIENT_ID"), var("GOOGLE_CLIENT_SECRET"));
    let issuer = var("GOOGLE_ISSUER").unwrap_or_else(|| GOOGLE.into());
    match (id, secret) {
        (None, None) => Ok(None),
        (None, Some(_)) => bail!("GOOGLE_CLIENT_SECRET is set without GOOGLE_CLIENT_ID"),
        (Some(_), None) => bail!("GOOGLE_CLIENT_ID is set without GOOGLE_CLIENT_SECRET"),
        (Some(client_id), Some(secret)) => Ok(Some(ProviderConfig {
            name: "google".into(),
            label: "Google".into(),
            issuer: checked_issuer("GOOGLE_ISSUER", issuer)?,
            client_id,
            client_secret: secret.into(),
        })),
    }
}

fn other(var: &dyn Fn(&str) -> Option<String>, name: &str) -> anyhow::Result<ProviderConfig> {
    let variable = |what: &str| format!("OIDC_{name}_{what}");
    let needed =
        |what: &str| var(&variable(what)).with_context(|| format!("{} is not set", variable(what)));
    let path = name.to_ascii_lowercase().replace('_', "-");
    if path.is_empty() || !path.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        bail!("{}: the name may hold letters, digits and underscores", variable("ISSUER"));
    }
    Ok(ProviderConfig {
        label: var(&variable("LABEL")).unwrap_or_else(|| capitalised(&path)),
        name: path,
        issuer: checked_issuer(&variable("ISSUER"), needed("ISSUER")?)?,
        client_id: needed("CLIENT_ID")?,
        client_secret: needed("CLIENT_SECRET")?.into(),
    })
}

fn capitalised(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Only over TLS can it be believed, except on this machine.
fn checked_issuer(variable: &str, issuer: String) -> anyhow::Result<String> {
    let is_here = |host: &str| {
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|here| {
            host.strip_prefix(here)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        })
    };
    let is_good = match issuer.split_once("://") {
        Some(("https", host)) => !host.is_empty(),
        Some(("http", host)) => is_here(host),
        _ => false,
    };
    if is_good { Ok(issuer) } else { bail!("{variable}: {issuer:?} must begin with https://") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(variables: &[(&str, &str)]) -> anyhow::Result<Vec<ProviderConfig>> {
        let names: Vec<_> = variables.iter().map(|(name, _)| (*name).to_owned()).collect();
        let var = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
        };
        read(&var, &names)
    }

    #[test]
    fn google_and_any_number_of_others_are_read() {
        assert!(read_all(&[]).unwrap().is_empty());
        let providers = read_all(&[
            ("GOOGLE_CLIENT_ID", "id"),
            ("GOOGLE_CLIENT_SECRET", "secret"),
            ("OIDC_MY_HOUSE_ISSUER", "https://id.example.com/realms/a"),
            ("OIDC_MY_HOUSE_CLIENT_ID", "id"),
            ("OIDC_MY_HOUSE_CLIENT_SECRET", "secret"),
            ("OIDC_TEST_ISSUER", "http://127.0.0.1:9000"),
            ("OIDC_TEST_CLIENT_ID", "id"),
            ("OIDC_TEST_CLIENT_SECRET", "secret"),
            ("OIDC_TEST_LABEL", "The lab"),
        ]);
        let providers = providers.unwrap();
        let told: Vec<_> = providers.iter().map(|p| (&*p.name, &*p.label, &*p.issuer)).collect();
        assert_eq!(
            told,
            [
                ("google", "Google", "https://accounts.google.com"),
                ("my-house", "My-house", "https://id.example.com/realms/a"),
                ("test", "The lab", "http://127.0.0.1:9000"),
            ]
        );
    }

    #[test]
    fn what_is_missing_or_not_to_be_believed_is_named() {
        let whole = |issuer| {
            [("OIDC_A_ISSUER", issuer), ("OIDC_A_CLIENT_ID", "x"), ("OIDC_A_CLIENT_SECRET", "x")]
        };
        for (variables, name) in [
            (&[("GOOGLE_CLIENT_ID", "id")][..], "GOOGLE_CLIENT_ID"),
            (&[("GOOGLE_CLIENT_SECRET", "x")], "GOOGLE_CLIENT_SECRET"),
            (&[("OIDC_A_ISSUER", "https://a.example")], "OIDC_A_CLIENT_ID"),
            (&[("OIDC_A_CLIENT_ID", "x")], "OIDC_A_CLIENT_ID"),
            (&whole("http://id.example.com"), "OIDC_A_ISSUER"),
            (&whole("http://localhost.example.com"), "OIDC_A_ISSUER"),
            (&whole("id.example.com"), "OIDC_A_ISSUER"),
        ] {
            let error = read_all(variables).err().unwrap().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
