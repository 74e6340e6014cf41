//! Every allocation there is, and how many there may be. Kept by `server`.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use sharesync_service_kit::client_addr::ClientNetwork;

use super::TurnConfig;
use super::allocation::Allocation;

/// Why there is no room for another allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The credential or the client network has as many as it may.
    Quota,
    /// The server has.
    Server,
}

/// Every allocation, found by who uses it from either side.
#[derive(Default)]
pub(super) struct Table {
    by_client: HashMap<SocketAddr, Arc<Allocation>>,
    by_relayed: HashMap<SocketAddr, Arc<Allocation>>,
}

impl Table {
    /// The allocation of a client.
    pub(super) fn of_client(&self, client: SocketAddr, now_ms: i64) -> Option<Arc<Allocation>> {
        self.by_client.get(&client).filter(|allocation| !allocation.is_over(now_ms)).cloned()
    }

    /// The allocation that peers reach at `relayed`.
    pub(super) fn at(&self, relayed: SocketAddr, now_ms: i64) -> Option<Arc<Allocation>> {
        self.by_relayed.get(&relayed).filter(|allocation| !allocation.is_over(now_ms)).cloned()
    }

    /// Whether some allocation is announced under this address.
    pub(super) fn announces(&self, address: IpAddr) -> bool {
        self.by_relayed.keys().any(|relayed| relayed.ip() == address)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_client.len()
    }

    /// Whether there is room for another allocation with this credential from this network.
    pub(super) fn check_room(
        &self,
        username: &str,
        network: ClientNetwork,
        config: &TurnConfig,
    ) -> Result<(), Full> {
        if self.by_client.len() >= config.max_allocations {
            return Err(Full::Server);
        }
        let all = || self.by_client.values().map(|allocation| &allocation.owner);
        let of_credential = all().filter(|owner| owner.username == username).count();
        let of_network = all().filter(|owner| owner.network == network).count();
        if of_credential >= config.max_allocations_per_credential
            || of_network >= config.max_allocations_per_client
        {
            return Err(Full::Quota);
        }
        Ok(())
    }

    /// Takes in an allocation.
    pub(super) fn insert(&mut self, allocation: Arc<Allocation>) {
        self.by_relayed.insert(allocation.relayed, Arc::clone(&allocation));
        self.by_client.insert(allocation.owner.client, allocation);
    }

    /// Ends an allocation.
    pub(super) fn remove(&mut self, allocation: &Allocation) {
        allocation.ended.cancel();
        self.by_relayed.remove(&allocation.relayed);
        self.by_client.remove(&allocation.owner.client);
    }

    /// Ends those that were not refreshed in time.
    pub(super) fn expire(&mut self, now_ms: i64) {
        let over = self.by_client.values().filter(|allocation| allocation.is_over(now_ms));
        let over: Vec<Arc<Allocation>> = over.cloned().collect();
        for allocation in over {
            self.remove(&allocation);
        }
    }
}
