//! Where rooms and neighbourhoods are kept: in this process's memory, or in Redis, where several
//! nodes share them. Which of the two is decided once, at start; `hub` does not see the difference.

mod cluster;
mod memory;

use std::sync::Arc;

use serde::Serialize;
use sharesync_protocol::code::Nameplate;
use sharesync_protocol::signaling::RoomId;
use sharesync_service_kit::client_addr::ClientNetwork;

pub use cluster::ClusterConfig;

use cluster::{Cluster, InRedis};
use memory::{InMemory, Memory};

use crate::SignalingConfig;
use crate::address::{Address, NodeId};
use crate::draft::{Gathering, Moment};
use crate::nearby::Neighbourhood;
use crate::post::{Asker, Post};
use crate::request::RequestError;
use crate::rooms::Room;

/// By what a gathering is known.
pub(crate) trait Key: Clone + Send + Sync {
    /// What it is the key of.
    type Gathering: Gathering;
}

impl Key for RoomId {
    type Gathering = Room;
}

impl Key for ClientNetwork {
    type Gathering = Neighbourhood;
}

/// Every open room, and every neighbourhood.
pub(crate) enum Registry {
    /// In memory: one node. Nothing is ever waited for.
    Memory(Box<Memory>),
    /// In Redis: any number of nodes.
    Cluster(Cluster),
}

impl Registry {
    /// Nothing yet in memory; in Redis, what the other nodes have there.
    pub(crate) fn new(config: &SignalingConfig, post: Arc<Post>) -> Self {
        match &config.cluster {
            None => Self::Memory(Box::new(Memory::new(config, post))),
            Some(cluster) => Self::Cluster(Cluster::start(cluster, config, post)),
        }
    }

    /// Changes a gathering (or makes it, or ends it) as `change` drafts it, tells whom it concerns and
    /// answers who asked, in one step: all who hear of its changes hear of them in the order in which
    /// they happened, and a newcomer hears from nobody before it knows what it came into. `change` may
    /// be called more than once, on the gathering as it is then. Returns what was answered.
    pub(crate) async fn change<K: InMemory + InRedis, T: Serialize>(
        &self,
        key: &K,
        asker: Option<Asker>,
        change: impl FnMut(&mut Option<K::Gathering>, &mut Moment) -> Result<T, RequestError> + Send,
    ) -> Result<(), RequestError> {
        match self {
            Self::Memory(memory) => memory.change(key, asker, change),
            Self::Cluster(cluster) => cluster.change(key, asker, change).await,
        }
    }

    /// Looks into a gathering; none if there is no such.
    pub(crate) async fn look<K: InMemory + InRedis, T>(
        &self,
        key: &K,
        look: impl FnOnce(&K::Gathering) -> T + Send,
    ) -> Result<Option<T>, RequestError> {
        match self {
            Self::Memory(memory) => Ok(memory.look(key, look)),
            Self::Cluster(cluster) => cluster.look(key, look).await,
        }
    }

    /// The room in which a code is open.
    pub(crate) async fn room_of(&self, code: &Nameplate) -> Result<Option<RoomId>, RequestError> {
        match self {
            Self::Memory(memory) => Ok(memory.room_of(code)),
            Self::Cluster(cluster) => cluster.room_of(code).await,
        }
    }

    /// Brings a message to a socket, wherever that is. Refused, it was not brought and will not be.
    pub(crate) async fn deliver(
        &self,
        to: Address,
        event: &str,
        data: &(impl Serialize + Sync),
    ) -> Result<(), RequestError> {
        match self {
            Self::Memory(memory) => memory.deliver(to, event, data),
            Self::Cluster(cluster) => cluster.deliver(to, event, data).await,
        }
    }

    /// Ends the absences that are over by now.
    pub(crate) async fn sweep(&self) {
        match self {
            Self::Memory(memory) => memory.sweep(),
            Self::Cluster(cluster) => cluster.sweep().await,
        }
    }

    /// Rooms that are open now, on all nodes; none that anybody knows of while Redis is out of reach.
    pub(crate) async fn rooms_open(&self) -> usize {
        match self {
            Self::Memory(memory) => memory.rooms_open(),
            Self::Cluster(cluster) => cluster.rooms_open().await,
        }
    }

    /// Whether rooms can be reached.
    pub(crate) fn is_ready(&self) -> bool {
        match self {
            Self::Memory(_) => true,
            Self::Cluster(cluster) => cluster.is_ready(),
        }
    }

    /// As which node new sockets are known.
    pub(crate) fn node(&self) -> NodeId {
        match self {
            Self::Memory(memory) => memory.node(),
            Self::Cluster(cluster) => cluster.node(),
        }
    }

    /// Takes the sockets of this node out of everything, so that nobody waits for them.
    pub(crate) async fn close(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Cluster(cluster) => cluster.close().await,
        }
    }
}
