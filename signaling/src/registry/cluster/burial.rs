//! Nodes that are no more: their sockets are taken out of the rooms, as if each had been lost, and
//! then the node is forgotten. Any node may do it, and several may at one time.

use std::sync::Arc;

use redis::{cmd, pipe};
use sharesync_protocol::signaling::RoomId;

use super::Node;
use super::changing::room_of;
use super::keys::{NODES, ROOMS, stream};
use super::link::Failure;
use crate::address::NodeId;
use crate::request::RequestError;

/// Rooms looked into at once.
const ROOMS_AT_ONCE: usize = 100;

impl Node {
    /// Buries whoever was given up, again and again; does not return.
    pub(super) async fn bury_the_dead(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(self.config.lease / 5);
        loop {
            ticks.tick().await;
            let mut given_up = cmd("ZRANGEBYSCORE");
            given_up.arg(NODES).arg(0).arg(0);
            let names: Vec<String> = self.link.ask(&given_up).await.unwrap_or_default();
            for node in names.iter().filter_map(|name| name.parse().ok()) {
                if self.bury(node).await.is_ok() {
                    tracing::info!(%node, "a node is no more");
                }
            }
        }
    }

    /// Lets a node bring no sockets into rooms any more.
    pub(super) async fn give_up(&self, node: NodeId) -> Result<(), Failure> {
        self.link.ask(cmd("ZADD").arg(NODES).arg(0).arg(node.to_string())).await
    }

    /// Takes the sockets of a node that was given up out of the rooms, and forgets it.
    pub(super) async fn bury(&self, node: NodeId) -> Result<(), Failure> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = cmd("HSCAN");
            scan.arg(ROOMS).arg(cursor).arg("COUNT").arg(ROOMS_AT_ONCE);
            let (next, records): (u64, Vec<(String, String)>) = self.link.ask(&scan).await?;
            for (id, record) in records {
                if room_of(&record)?.is_some_and(|room| room.reaches(node)) {
                    self.take_out(&RoomId(id), node).await?;
                }
            }
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        let mut forget = pipe();
        forget.del(stream(node)).zrem(NODES, node.to_string());
        self.link.ask_all(&forget).await
    }

    async fn take_out(&self, id: &RoomId, node: NodeId) -> Result<(), Failure> {
        let taken_out = self.change(id, None, |room, moment| {
            if let Some(room) = room {
                room.lose_node(node, moment);
            }
            Ok(())
        });
        match taken_out.await {
            Err(RequestError::Unavailable) => Err(Failure::NotDone),
            Err(RequestError::Unheard) => Err(Failure::Unknown),
            _ => Ok(()),
        }
    }
}
