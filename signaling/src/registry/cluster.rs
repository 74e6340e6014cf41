//! Rooms and neighbourhoods in Redis, shared by several nodes. Each is one record there. A change
//! reads it, drafts what it is to be by the same rules as in memory, and writes that, if the record is
//! still the one that was read, in one transaction with the letters that it causes: to each node that
//! is to tell its sockets of it, and to this one, when it is to acknowledge. Each node reads its
//! letters from a stream of its own, in order, and so do its sockets hear of changes in the order in
//! which they happened.
//!
//! - `changing` drafts, `commit` writes, `inbox` reads; `record` is what is written, `letter` what
//!   passes between, `desk` what waits for it. `messages` brings what members say to each other to sockets of other nodes.
//! - `link` is the connection; `keeper` makes it and gives the node's signs of life; `burial` takes
//!   the sockets of nodes that gave none out of everything.
//!
//! Nothing is believed of what cannot be known. A change that Redis may or may not have made when the
//! connection broke costs the asker its socket: it comes back by its secret, and then knows. A
//! message that may or may not have arrived is not acknowledged.

mod burial;
mod changing;
mod commit;
mod config;
mod desk;
mod inbox;
mod keeper;
mod keys;
mod letter;
mod link;
mod messages;
mod record;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;
use sharesync_protocol::code::Nameplate;
use sharesync_protocol::signaling::RoomId;
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::secret::random_bytes;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use config::ClusterConfig;

use desk::Desk;
use link::Link;
pub(crate) use record::InRedis;

use crate::SignalingConfig;
use crate::address::{Address, NodeId};
use crate::draft::{Limits, Moment};
use crate::post::{Asker, Post};
use crate::request::RequestError;

/// How long a node that stops may take to take its sockets out of the rooms; the others do it
/// otherwise.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// This node's part in the cluster; it ends with the service.
pub(crate) struct Cluster {
    node: Arc<Node>,
    stop: DropGuard,
}

/// This node.
struct Node {
    /// What the others know it by; another one after it was given up.
    name: Mutex<NodeId>,
    post: Arc<Post>,
    clock: Clock,
    limits: Limits,
    config: ClusterConfig,
    link: Link,
    desk: Desk,
    /// Held while the letters of one transaction are carried out, so that nobody is told anything
    /// between one and the next of them.
    telling: Mutex<()>,
    rng: Mutex<StdRng>,
}

impl Cluster {
    /// Joins the nodes that share a Redis, as soon as that is reached.
    pub(super) fn start(
        cluster: &ClusterConfig,
        config: &SignalingConfig,
        post: Arc<Post>,
    ) -> Self {
        let node = Arc::new(Node {
            name: Mutex::new(NodeId::draw()),
            post,
            clock: config.clock.clone(),
            limits: config.limits(),
            config: cluster.clone(),
            link: Link::new(),
            desk: Desk::default(),
            telling: Mutex::new(()),
            rng: Mutex::new(StdRng::from_seed(random_bytes())),
        });
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(Arc::clone(&node).keep()));
        tokio::spawn(stop.clone().run_until_cancelled_owned(Arc::clone(&node).bury_the_dead()));
        Self { node, stop: stop.drop_guard() }
    }

    pub(super) async fn change<K: InRedis, T: Serialize>(
        &self,
        key: &K,
        asker: Option<Asker>,
        change: impl FnMut(&mut Option<K::Gathering>, &mut Moment) -> Result<T, RequestError> + Send,
    ) -> Result<(), RequestError> {
        self.node.change(key, asker, change).await
    }

    pub(super) async fn look<K: InRedis, T>(
        &self,
        key: &K,
        look: impl FnOnce(&K::Gathering) -> T + Send,
    ) -> Result<Option<T>, RequestError> {
        let read = self.node.read(key).await.map_err(|_| RequestError::Unavailable)?;
        Ok(read.gathering.as_ref().map(look))
    }

    pub(super) async fn room_of(&self, code: &Nameplate) -> Result<Option<RoomId>, RequestError> {
        let asked = self.node.link.ask(redis::cmd("HGET").arg(keys::CODES).arg(&code.0)).await;
        let id: Option<String> = asked.map_err(|_| RequestError::Unavailable)?;
        Ok(id.map(RoomId))
    }

    pub(super) async fn deliver(
        &self,
        to: Address,
        event: &str,
        data: &(impl Serialize + Sync),
    ) -> Result<(), RequestError> {
        self.node.deliver(to, event, data).await
    }

    pub(super) async fn sweep(&self) {
        self.node.sweep().await;
    }

    pub(super) async fn rooms_open(&self) -> usize {
        let asked = self.node.link.ask(redis::cmd("HLEN").arg(keys::ROOMS)).await;
        asked.unwrap_or_default()
    }

    pub(super) fn is_ready(&self) -> bool {
        self.node.link.is_there()
    }

    pub(super) fn node(&self) -> NodeId {
        self.node.name()
    }

    pub(super) async fn close(&self) {
        self.stop.token().cancel();
        let name = self.node.name();
        let leaving = async {
            self.node.give_up(name).await?;
            self.node.bury(name).await
        };
        if !matches!(timeout(CLOSE_PATIENCE, leaving).await, Ok(Ok(()))) {
            tracing::warn!("Redis was not told of the end of this node; the others will find out");
        }
    }
}

impl Node {
    fn name(&self) -> NodeId {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rename(&self, name: NodeId) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    fn telling(&self) -> MutexGuard<'_, ()> {
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn moment(&self, codes_open: usize) -> Moment {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        let rng = StdRng::from_rng(&mut *rng);
        Moment::new(self.clock.now_ms(), self.limits, codes_open, rng)
    }
}
