//! For how long files are kept: what people may ask for, by their roles, and what comes of it. Asked by every way in, by
//! whoever changes or takes back a file, and by what warns of expiry.

use std::str::FromStr;

use anyhow::bail;
use sharesync_protocol::api::Role;

use crate::error::{Error, Result};

/// The shortest time after which a file may be asked to expire, in seconds: a minute.
const SHORTEST_SECS: u64 = 60;
/// The longest: a year.
const LONGEST_SECS: u64 = 365 * 24 * 3600;
const DAY_MS: i64 = 24 * 3600 * 1000;

/// For how long a file is to be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lifetime {
    /// As long as the server keeps files of which nobody has said anything else.
    #[default]
    Usual,
    /// So many seconds.
    For(u64),
    /// Until somebody deletes it.
    Kept,
}

/// How long files are kept, for whom.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Days that a file is kept of which nobody has said anything else (`FILE_EXPIRY_DAYS`).
    pub usual_days: u32,
    /// Who may say that a file is to be kept, or to expire later than that (`KEEP_ROLES`).
    pub keepers: Keepers,
    /// So many days before a file expires its owner is warned; 0: nobody is (`EXPIRY_WARNING_DAYS`).
    pub warning_days: u32,
}

impl Retention {
    /// What somebody asks for. [`Error::Invalid`] where that is nothing that anybody may; [`Error::KeptTooLong`] where it
    /// is more than their role may.
    pub fn asked(&self, role: Role, expires_in: Option<u64>, keep: bool) -> Result<Lifetime> {
        match (expires_in, keep) {
            (None, false) => Ok(Lifetime::Usual),
            (Some(_), true) => Err(Error::invalid("keep", "what is kept does not expire")),
            (None, true) if self.may_keep(role) => Ok(Lifetime::Kept),
            (None, true) => Err(Error::KeptTooLong { limit: self.longest(role) }),
            (Some(seconds), false) => {
                if !(SHORTEST_SECS..=LONGEST_SECS).contains(&seconds) {
                    let bounds = format!("must be {SHORTEST_SECS} to {LONGEST_SECS}");
                    return Err(Error::invalid("expires_in", bounds));
                }
                let limit = self.longest(role);
                if seconds > limit {
                    Err(Error::KeptTooLong { limit })
                } else {
                    Ok(Lifetime::For(seconds))
                }
            }
        }
    }

    /// Whether somebody may keep files.
    pub fn may_keep(&self, role: Role) -> bool {
        self.keepers.0[place(role)]
    }

    /// The longest time after which somebody may have a file expire, in seconds.
    pub fn longest(&self, role: Role) -> u64 {
        let usual = u64::from(self.usual_days) * 24 * 3600;
        if self.may_keep(role) { LONGEST_SECS } else { LONGEST_SECS.min(usual) }
    }

    /// How long after it was stored somebody's file expires at the latest, in milliseconds; never where they may keep it.
    pub fn bound_ms(&self, role: Role) -> Option<i64> {
        (!self.may_keep(role)).then(|| self.usual_ms())
    }

    /// When a file expires that is stored now; never where it is kept.
    pub fn expiry(&self, lifetime: Lifetime, now: i64) -> Option<i64> {
        match lifetime {
            Lifetime::Usual => Some(now + self.usual_ms()),
            Lifetime::For(seconds) => Some(now.saturating_add_unsigned(seconds * 1000)),
            Lifetime::Kept => None,
        }
    }

    /// How long before a file expires its owner is warned, in milliseconds; none where nobody is.
    pub fn warning_ms(&self) -> Option<i64> {
        (self.warning_days > 0).then(|| i64::from(self.warning_days) * DAY_MS)
    }

    fn usual_ms(&self) -> i64 {
        i64::from(self.usual_days) * DAY_MS
    }
}

fn place(role: Role) -> usize {
    Role::ALL.iter().position(|known| *known == role).expect("these are all roles")
}

/// Roles whose files may be kept: where nothing is said, those that have a library, for whose files a quota is the bound.
/// A `client` could neither see nor delete what it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keepers([bool; Role::ALL.len()]);

impl Default for Keepers {
    fn default() -> Self {
        Self(Role::ALL.map(|role| role != Role::Client))
    }
}

impl FromStr for Keepers {
    type Err = anyhow::Error;

    /// Roles separated by commas, or `none`.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let mut keepers = [false; Role::ALL.len()];
        if text.trim() == "none" {
            return Ok(Self(keepers));
        }
        for name in text.split(',').map(str::trim) {
            match Role::named(name) {
                Some(role) => keepers[place(role)] = true,
                None => bail!("there is no role {name:?}"),
            }
        }
        Ok(Self(keepers))
    }
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::ProblemCode;

    use super::*;

    const DAY: u64 = 24 * 3600;

    fn retention(keepers: &str) -> Retention {
        Retention { usual_days: 7, keepers: keepers.parse().unwrap(), warning_days: 2 }
    }

    #[test]
    fn roles_are_named_and_none_is_nobody() {
        let retention = |keepers: &str| Role::ALL.map(|role| retention(keepers).may_keep(role));
        assert_eq!(retention("none"), [false; 4]);
        assert_eq!(retention("admin, client"), [true, false, true, false]);
        assert!("admin,root".parse::<Keepers>().is_err());
        assert!("".parse::<Keepers>().is_err());
        let usual = Keepers::default();
        assert_eq!(Ok(usual), "admin,standard,ops".parse().map_err(|_| ()));
    }

    #[test]
    fn what_is_asked_for_is_held_against_what_anybody_may_and_what_the_role_may() {
        let retention = retention("admin");
        let asked = |role, expires_in, keep| {
            retention.asked(role, expires_in, keep).map_err(|refused| refused.code())
        };
        let (invalid, too_long) = (Err(ProblemCode::Invalid), Err(ProblemCode::KeptTooLong));
        for (role, expires_in, keep, answer) in [
            (Role::Standard, None, false, Ok(Lifetime::Usual)),
            (Role::Standard, Some(59), false, invalid),
            (Role::Standard, Some(60), false, Ok(Lifetime::For(60))),
            (Role::Standard, Some(7 * DAY), false, Ok(Lifetime::For(7 * DAY))),
            (Role::Standard, Some(7 * DAY + 1), false, too_long),
            (Role::Standard, None, true, too_long),
            (Role::Admin, Some(365 * DAY), false, Ok(Lifetime::For(365 * DAY))),
            (Role::Admin, Some(365 * DAY + 1), false, invalid),
            (Role::Admin, Some(u64::MAX), false, invalid),
            (Role::Admin, None, true, Ok(Lifetime::Kept)),
            (Role::Admin, Some(60), true, invalid),
        ] {
            assert_eq!(asked(role, expires_in, keep), answer, "{role:?} {expires_in:?} {keep}");
        }
    }
}
