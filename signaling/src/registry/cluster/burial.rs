//! Nodes that are no more: their sockets are taken out of everything, as if each had been lost, and
//! then the node is forgotten. Any node may do it, and several may at one time.

use std::sync::Arc;

use redis::{cmd, pipe};
use sharesync_protocol::signaling::RoomId;
use sharesync_service_kit::client_addr::ClientNetwork;

use super::Node;
use super::keys::{NODES, stream};
use super::link::Failure;
use super::record::{InRedis, gathering_of};
use crate::address::NodeId;
use crate::draft::Gathering;
use crate::request::RequestError;

/// Records looked into at once.
const RECORDS_AT_ONCE: usize = 100;

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

    /// Lets a node bring no sockets into anything any more.
    pub(super) async fn give_up(&self, node: NodeId) -> Result<(), Failure> {
        self.link.ask(cmd("ZADD").arg(NODES).arg(0).arg(node.to_string())).await
    }

    /// Takes the sockets of a node that was given up out of everything, and forgets it.
    pub(super) async fn bury(&self, node: NodeId) -> Result<(), Failure> {
        self.take_out_of_all::<RoomId>(node).await?;
        self.take_out_of_all::<ClientNetwork>(node).await?;
        let mut forget = pipe();
        forget.del(stream(node)).zrem(NODES, node.to_string());
        self.link.ask_all(&forget).await
    }

    async fn take_out_of_all<K: InRedis>(&self, node: NodeId) -> Result<(), Failure> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = cmd("HSCAN");
            scan.arg(K::RECORDS).arg(cursor).arg("COUNT").arg(RECORDS_AT_ONCE);
            let (next, records): (u64, Vec<(String, String)>) = self.link.ask(&scan).await?;
            for (field, record) in records {
                let gathering: Option<K::Gathering> = gathering_of(&record)?;
                let concerned = gathering.is_some_and(|gathering| gathering.reaches(node));
                if let Some(key) = K::of_field(&field).filter(|_| concerned) {
                    self.take_out(&key, node).await?;
                }
            }
            cursor = next;
            if cursor == 0 {
                return Ok(());
            }
        }
    }

    async fn take_out<K: InRedis>(&self, key: &K, node: NodeId) -> Result<(), Failure> {
        let taken_out = self.change(key, None, |gathering, moment| {
            if let Some(gathering) = gathering {
                gathering.lose_node(node, moment);
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
