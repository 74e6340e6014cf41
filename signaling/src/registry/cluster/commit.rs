//! A draft on its way into Redis: written in one step together with the letters that it causes, or
//! not at all.

use std::sync::LazyLock;

use redis::{FromRedisValue, ParsingError, Script, Value};
use serde::Serialize;
use sharesync_protocol::code::Nameplate;

use super::keys::{ABSENCES, CODES, NODES, stream};
use super::letter::{self, Letters};
use super::link::{Failure, Link};
use crate::address::NodeId;
use crate::rooms::Reindexing;

static COMMIT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("commit.lua")));

/// A change of one gathering, to be made true.
pub(super) struct Commit<'a> {
    /// The hash in which its record is.
    pub(super) records: &'a str,
    /// The record's field there.
    pub(super) field: &'a str,
    /// The node that asks for it, which must not have been given up; none for what is done whoever
    /// does it.
    pub(super) asker: Option<NodeId>,
    /// The record as it was read; empty where there was none.
    pub(super) before: &'a str,
    /// The record from now on; empty where it has ended.
    pub(super) after: &'a str,
    /// By what else it is found.
    pub(super) index: &'a Reindexing,
    /// How many of its kind there may be.
    pub(super) most: Option<usize>,
    /// What is to be done about it.
    pub(super) letters: &'a Letters,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Committed {
    /// It is true.
    Made,
    /// It has changed since it was read.
    Outdated,
    /// Another room has a code that it would open.
    CodeTaken,
    /// It would be one room too many.
    TooManyRooms,
    /// The node that asks was given up.
    GivenUp,
}

impl FromRedisValue for Committed {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        match String::from_redis_value(value)?.as_str() {
            "made" => Ok(Self::Made),
            "outdated" => Ok(Self::Outdated),
            "code taken" => Ok(Self::CodeTaken),
            "too many rooms" => Ok(Self::TooManyRooms),
            "given up" => Ok(Self::GivenUp),
            other => Err(format!("commit.lua answered {other:?}").into()),
        }
    }
}

/// What the script is told of a draft.
#[derive(Serialize)]
struct Summary<'a> {
    field: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    asker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<usize>,
    opened: &'a [Nameplate],
    closed: &'a [Nameplate],
    /// As text: numbers of this size are not safe in Lua.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_ms: Option<String>,
}

impl Commit<'_> {
    /// Makes it true, if the record is still as it was read.
    pub(super) async fn make(&self, link: &Link) -> Result<Committed, Failure> {
        let summary = Summary {
            field: self.field,
            asker: self.asker.map(|node| node.to_string()),
            most: self.most,
            opened: &self.index.opened,
            closed: &self.index.closed,
            expires_ms: self.index.expires_ms.map(|expires_ms| expires_ms.to_string()),
        };
        let summary = serde_json::to_string(&summary).expect("a summary is strings and numbers");
        let mut script = COMMIT.prepare_invoke();
        script.key(self.records).key(CODES).key(ABSENCES).key(NODES);
        script.arg(summary).arg(self.before).arg(self.after);
        for (node, letters) in self.letters {
            script.key(stream(*node)).arg(letter::write(letters));
        }
        link.run(&script).await
    }
}
