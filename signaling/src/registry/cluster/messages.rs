//! What members say to each other: straight to a socket of this node, and through its node's stream
//! to any other. The sender's acknowledgement waits for what came of it there.

use std::time::Duration;

use redis::{Cmd, cmd};
use serde::Serialize;
use tokio::time::timeout;

use super::Node;
use super::keys::stream;
use super::letter::{self, LETTERS, Letter, Receipt};
use super::link::Failure;
use crate::address::{Address, NodeId};
use crate::request::RequestError;
use crate::rooms::RoomError;

/// How long another node may take to say what came of a message.
const RECEIPT_PATIENCE: Duration = Duration::from_secs(5);

impl Node {
    pub(super) async fn deliver(
        &self,
        to: Address,
        event: &str,
        data: &(impl Serialize + Sync),
    ) -> Result<(), RequestError> {
        if to.node == self.name() {
            let _not_between_letters = self.telling();
            return Ok(self.post.emit(to.socket, event, data)?);
        }
        let data = serde_json::to_value(data).map_err(|_| RequestError::Malformed)?;
        let (number, receipt) = self.desk.expect();
        let letter = Letter::Message {
            to: to.socket,
            event: event.to_owned(),
            data,
            receipt: Receipt { node: self.name(), number },
        };
        let outcome = match self.link.ask(&send(to.node, &[letter])).await {
            Ok(None::<String>) => Err(RoomError::UnknownPeer.into()),
            Ok(Some(_)) => match timeout(RECEIPT_PATIENCE, receipt).await {
                Ok(Ok(outcome)) => outcome.map_err(RequestError::from),
                _ => Err(RequestError::Unheard),
            },
            Err(Failure::NotDone) => Err(RequestError::Unavailable),
            Err(Failure::Unknown) => Err(RequestError::Unheard),
        };
        self.desk.forget(number);
        outcome
    }
}

/// Writes letters into a node's stream, unless that node is no more.
pub(super) fn send(node: NodeId, letters: &[Letter]) -> Cmd {
    let mut command = cmd("XADD");
    command.arg(stream(node)).arg("NOMKSTREAM").arg("*").arg(LETTERS).arg(letter::write(letters));
    command
}
