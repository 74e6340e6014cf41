//! What nodes write to each other, and to themselves: everything that a socket is told of its room
//! or its neighbourhood goes through its node's stream, so that it is told in the order in which it happened.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use socketioxide::socket::Sid;

use crate::address::NodeId;
use crate::news::{News, Notice};
use crate::post::Undelivered;

/// The field of a stream's entry in which its letters stand.
pub(super) const LETTERS: &str = "letters";

/// One thing for a node to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Letter {
    /// Tell a socket.
    News { to: Sid, news: News },
    /// Acknowledge an event, as is laid ready under this number.
    Answer(u64),
    /// Bring a message to a socket, and say to the node that sent it what came of that.
    Message { to: Sid, event: String, data: Value, receipt: Receipt },
    /// What came of a message.
    Received { number: u64, outcome: Result<(), Undelivered> },
}

/// Where it is waited for what comes of a message.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Receipt {
    pub(super) node: NodeId,
    pub(super) number: u64,
}

/// The letters of one transaction, to each node in the order in which they are to be carried out.
pub(super) type Letters = BTreeMap<NodeId, Vec<Letter>>;

/// News, as letters to the nodes that are to tell them.
pub(super) fn by_node(notices: Vec<Notice>) -> Letters {
    let mut letters = Letters::new();
    for Notice { to, news } in notices {
        letters.entry(to.node).or_default().push(Letter::News { to: to.socket, news });
    }
    letters
}

/// Letters as they stand in a stream's entry.
pub(super) fn write(letters: &[Letter]) -> String {
    serde_json::to_string(letters).expect("letters are made of strings and numbers")
}
