//! Rooms in Redis: the service is two nodes.

use std::time::Duration;

use sharesync_signaling::{ClusterConfig, SignalingConfig};

use crate::node::Node;
use sharesync_test_services::Redis;

/// What the stories are told on.
pub(crate) struct Rung {
    nodes: [Node; 2],
    pub(crate) redis: Redis,
}

impl Rung {
    pub(crate) async fn start(config: SignalingConfig) -> Self {
        let redis = Redis::start();
        let config = sharing(&redis, config);
        let nodes = [Node::start(config.clone()).await, Node::start(config).await];
        for node in &nodes {
            reach(node).await;
        }
        Self { nodes, redis }
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}

/// `config`, with rooms in that Redis, and nodes that are soon missed.
pub(crate) fn sharing(redis: &Redis, config: SignalingConfig) -> SignalingConfig {
    let mut cluster = ClusterConfig::new(&redis.url()).unwrap();
    cluster.lease = Duration::from_secs(2);
    SignalingConfig { cluster: Some(cluster), ..config }
}

/// Returns once a node can reach its rooms.
pub(crate) async fn reach(node: &Node) {
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    while !node.signaling.is_ready() {
        looks.tick().await;
    }
}
