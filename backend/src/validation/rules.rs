//! What an operator takes in and what not: media types, by what names claim and by what content is.

use std::fmt;

use anyhow::{Context, bail};

use super::claim::{self, Claim};
use super::media::Content;
use crate::error::{Error, Result};

/// Media types that are allowed (`ALLOWED_TYPES`), all where none are named; and refused ones (`REFUSED_TYPES`).
#[derive(Clone, Debug, Default)]
pub struct TypeRules {
    allowed: Vec<Pattern>,
    refused: Vec<Pattern>,
}

impl TypeRules {
    /// Reads the variables. Errors name the one at fault.
    pub fn read(var: &dyn Fn(&str) -> Option<String>) -> anyhow::Result<Self> {
        let list = |name: &'static str| {
            let text = var(name).unwrap_or_default();
            let patterns = text.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
            patterns.map(Pattern::read).collect::<anyhow::Result<Vec<_>>>().context(name)
        };
        let (allowed, refused) = (list("ALLOWED_TYPES")?, list("REFUSED_TYPES")?);
        if let Some(pattern) = allowed.iter().find(|pattern| refused.contains(pattern)) {
            bail!("REFUSED_TYPES: {pattern} is in ALLOWED_TYPES as well");
        }
        Ok(Self { allowed, refused })
    }

    /// Those that allow these types, or all where none are named. [`Error::Invalid`] where one is no type.
    pub fn allowing(types: &[String]) -> Result<Self> {
        let allowed: anyhow::Result<Vec<_>> =
            types.iter().map(|named| Pattern::read(named.trim())).collect();
        let allowed = allowed.map_err(|cause| Error::invalid("types", cause.to_string()))?;
        Ok(Self { allowed, refused: vec![] })
    }

    /// These, of which those are taken only that the others take, too.
    pub fn endings_with(&self, asked: &Self) -> (Vec<String>, Vec<String>) {
        if asked.allowed.is_empty() {
            return self.endings();
        }
        let (taken, _) = asked.endings();
        let is_taken = |ending: &String| self.check_name(&format!("a.{ending}")).is_ok();
        (taken.into_iter().filter(is_taken).collect(), vec![])
    }

    /// The allowed ones, as they were written; all types are where there are none.
    pub fn allowed(&self) -> Vec<String> {
        self.allowed.iter().map(ToString::to_string).collect()
    }

    /// The refused ones, as they were written.
    pub fn refused(&self) -> Vec<String> {
        self.refused.iter().map(ToString::to_string).collect()
    }

    /// The endings of names that are taken, where only some are; those of names that are not, where only some are not.
    pub fn endings(&self) -> (Vec<String>, Vec<String>) {
        let known = || claim::endings().map(str::to_owned);
        let is_taken = |ending: &String| self.check_name(&format!("a.{ending}")).is_ok();
        if self.allowed.is_empty() {
            (vec![], known().filter(|ending| !is_taken(ending)).collect())
        } else {
            (known().filter(is_taken).collect(), vec![])
        }
    }

    /// [`Error::TypeRefused`] where files of this name are not taken.
    pub fn check_name(&self, name: &str) -> Result<()> {
        self.check_types(&claim::media_types(name))
    }

    /// The media type that a file goes by: what its sender says, unless that is not taken, and else what its name says.
    /// [`Error::TypeRefused`] where files of this name are not taken.
    pub fn media_type(&self, name: &str, said: Option<String>) -> Result<String> {
        self.check_name(name)?;
        let taken = said.filter(|said| {
            let essence = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            self.check_types(&[essence]).is_ok()
        });
        Ok(taken.unwrap_or_else(|| crate::names::media_type(name)))
    }

    /// [`Error::TypeRefused`] where content of this kind is not taken under such a name. Where only some types are, what is
    /// always recognised has to be.
    pub fn check_content(&self, claim: Claim, content: Option<&Content>) -> Result<()> {
        let Some(Content { media_types, .. }) = content else {
            let may_be = self.allowed.is_empty() || !claim.is_always_recognised();
            return if may_be { Ok(()) } else { Err(refused(UNKNOWN)) };
        };
        if matches!(claim, Claim::Picture | Claim::Pdf | Claim::Open) {
            return self.check_types(media_types);
        }
        // The others go by names too many to list: their family, which agrees, is enough.
        let is_refused = matches_any(&self.refused, media_types);
        if is_refused { Err(refused(&media_types[0])) } else { Ok(()) }
    }

    fn check_types(&self, types: &[String]) -> Result<()> {
        let unknown = [UNKNOWN.to_owned()];
        let types = if types.is_empty() { &unknown } else { types };
        let is_allowed = self.allowed.is_empty() || matches_any(&self.allowed, types);
        if is_allowed && !matches_any(&self.refused, types) {
            Ok(())
        } else {
            Err(refused(&types[0]))
        }
    }
}

/// The type of what is not known.
const UNKNOWN: &str = "application/octet-stream";

fn refused(media_type: impl Into<String>) -> Error {
    Error::TypeRefused(media_type.into())
}

fn matches_any(patterns: &[Pattern], types: &[String]) -> bool {
    types.iter().any(|media_type| patterns.iter().any(|pattern| pattern.matches(media_type)))
}

/// `image/png`, or `image/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    top: String,
    /// None for all of them.
    sub: Option<String>,
}

impl Pattern {
    fn read(text: &str) -> anyhow::Result<Self> {
        let is_token = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        let lower = text.to_ascii_lowercase();
        match lower.split_once('/') {
            Some((top, "*")) if is_token(top) => Ok(Self { top: top.into(), sub: None }),
            Some((top, sub)) if is_token(top) && is_token(sub) => {
                Ok(Self { top: top.into(), sub: Some(sub.into()) })
            }
            _ => {
                bail!("{text:?} is no media type such as image/png, and no pattern such as image/*")
            }
        }
    }

    fn matches(&self, media_type: &str) -> bool {
        media_type.split_once('/').is_some_and(|(top, sub)| {
            top == self.top && self.sub.as_deref().is_none_or(|wanted| wanted == sub)
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.top, self.sub.as_deref().unwrap_or("*"))
    }
}

#[cfg(test)]
mod tests;
