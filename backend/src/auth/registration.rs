//! Who may make an account, and what it is then: `REGISTRATION`, `REGISTRATION_DOMAINS`, `DEFAULT_ROLE`,
//! `REQUIRE_EMAIL_VERIFICATION`.

use anyhow::bail;
use sharesync_protocol::api::Role;

use super::accounts::comparable;
use crate::error::{Error, Result};

/// Who may make an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Anybody.
    Open,
    /// Whoever has an address of one of these domains, as compared.
    Domains(Vec<String>),
    /// Whoever an administrator has invited.
    Invited,
    /// Nobody: administrators make accounts.
    Closed,
}

/// The rules of registration.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Who may.
    pub admission: Admission,
    /// What a new account is for.
    pub role: Role,
    /// Whether an address is to be proven before anybody can sign in with it.
    pub verified: bool,
}

impl Registration {
    /// Reads the variables. `mail_reaches_people` decides whether addresses are to be proven where that is not said.
    pub fn read(
        var: &dyn Fn(&str) -> Option<String>,
        mail_reaches_people: bool,
    ) -> anyhow::Result<Self> {
        let domains = domains(var("REGISTRATION_DOMAINS").as_deref())?;
        let admission = match (var("REGISTRATION").as_deref(), domains) {
            (None | Some("open"), None) => Admission::Open,
            (None | Some("domains"), Some(domains)) => Admission::Domains(domains),
            (Some("domains"), None) => bail!("REGISTRATION is domains: set REGISTRATION_DOMAINS"),
            (Some("invited"), None) => Admission::Invited,
            (Some("closed"), None) => Admission::Closed,
            (Some("open" | "invited" | "closed"), Some(_)) => {
                bail!("REGISTRATION_DOMAINS is set, and REGISTRATION says something else")
            }
            (Some(other), _) => {
                bail!("REGISTRATION: {other:?} is none of open, invited, domains, closed")
            }
        };
        let role = match var("DEFAULT_ROLE").as_deref() {
            None => Role::Standard,
            Some(name) => match Role::named(name) {
                Some(role @ (Role::Standard | Role::Client)) => role,
                _ => bail!("DEFAULT_ROLE: {name:?} is neither standard nor client"),
            },
        };
        let verified = match var("REQUIRE_EMAIL_VERIFICATION").as_deref() {
            None => mail_reaches_people,
            Some("true" | "1" | "on" | "yes") => true,
            Some("false" | "0" | "off" | "no") => false,
            Some(other) => {
                bail!("REQUIRE_EMAIL_VERIFICATION: {other:?} is neither true nor false")
            }
        };
        if matches!(admission, Admission::Domains(_)) && !verified {
            // Anybody can claim an address of any domain.
            bail!("REGISTRATION_DOMAINS needs REQUIRE_EMAIL_VERIFICATION");
        }
        Ok(Self { admission, role, verified })
    }

    /// Whether an address may be registered without an invitation. [`Error::RegistrationClosed`] where nobody's may, [`Error::Invalid`]
    /// where this one may not.
    pub fn admit(&self, email: &str) -> Result<()> {
        match &self.admission {
            Admission::Open => Ok(()),
            Admission::Invited | Admission::Closed => Err(Error::RegistrationClosed),
            Admission::Domains(domains) => {
                let email = comparable(email);
                let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
                if domains.iter().any(|allowed| allowed == domain) {
                    Ok(())
                } else {
                    Err(Error::invalid("email", "must be an address of this organisation"))
                }
            }
        }
    }
}

fn domains(text: Option<&str>) -> anyhow::Result<Option<Vec<String>>> {
    let Some(text) = text else { return Ok(None) };
    let domains = text.split(',').map(comparable).filter(|domain| !domain.is_empty());
    let domains: Vec<_> = domains.collect();
    match domains.iter().find(|domain| domain.contains('@') || !domain.contains('.')) {
        Some(other) => bail!("REGISTRATION_DOMAINS: {other:?} is no domain"),
        None if domains.is_empty() => bail!("REGISTRATION_DOMAINS: names no domain"),
        None => Ok(Some(domains)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], mail: bool) -> anyhow::Result<Registration> {
        let var = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
        };
        Registration::read(&var, mail)
    }

    #[test]
    fn addresses_are_proven_exactly_where_mail_reaches_people_unless_said_otherwise() {
        assert!(!read(&[], false).unwrap().verified);
        assert!(read(&[], true).unwrap().verified);
        assert!(!read(&[("REQUIRE_EMAIL_VERIFICATION", "false")], true).unwrap().verified);
        assert!(read(&[("REQUIRE_EMAIL_VERIFICATION", "true")], false).unwrap().verified);
    }

    #[test]
    fn a_domain_is_the_whole_of_what_follows_the_last_at() {
        let rules = read(&[("REGISTRATION_DOMAINS", " Example.com, b.example")], true).unwrap();
        rules.admit("sam@EXAMPLE.com").unwrap();
        rules.admit("\"a@b\"@b.example").unwrap();
        for email in ["sam@evil-example.com", "sam@sub.example.com", "sam@example.com@evil.org"] {
            assert!(matches!(rules.admit(email), Err(Error::Invalid { .. })), "{email}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused_by_name() {
        for (variables, name) in [
            (&[("REGISTRATION", "maybe")][..], "REGISTRATION"),
            (&[("REGISTRATION", "domains")], "REGISTRATION_DOMAINS"),
            (&[("REGISTRATION", "closed"), ("REGISTRATION_DOMAINS", "a.org")], "REGISTRATION"),
            (&[("REGISTRATION_DOMAINS", "a@b.org")], "REGISTRATION_DOMAINS"),
            (&[("REGISTRATION_DOMAINS", ",")], "REGISTRATION_DOMAINS"),
            (&[("DEFAULT_ROLE", "admin")], "DEFAULT_ROLE"),
            (&[("REQUIRE_EMAIL_VERIFICATION", "perhaps")], "REQUIRE_EMAIL_VERIFICATION"),
        ] {
            let error = read(variables, true).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
        let error = read(&[("REGISTRATION_DOMAINS", "a.org")], false).unwrap_err().to_string();
        assert!(error.contains("REQUIRE_EMAIL_VERIFICATION"), "{error}");
    }
}
