//! Rooms in memory: the service is one node.

use sharesync_signaling::SignalingConfig;

use crate::node::Node;

/// What the stories are told on.
pub(crate) struct Rung([Node; 1]);

impl Rung {
    pub(crate) async fn start(config: SignalingConfig) -> Self {
        Self([Node::start(config).await])
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.0
    }
}
