//! How many sockets each client network has open. Taken by `door` before a socket exists, given
//! back by itself when the last of it is gone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sharesync_service_kit::client_addr::ClientNetwork;

/// The places of all networks; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    of_each: usize,
    /// Networks with a place taken.
    taken: Mutex<HashMap<ClientNetwork, usize>>,
}

/// One network's place; its end makes room for another. A request carries it to the socket that it
/// opens, for as long as that lives.
#[derive(Clone, Debug)]
pub(crate) struct Place(
    #[expect(dead_code, reason = "what counts is how long it lives")] Arc<Taken>,
);

#[derive(Debug)]
struct Taken {
    counts: Arc<Counts>,
    network: ClientNetwork,
}

impl Places {
    /// So many places for each network.
    pub(crate) fn new(of_each: usize) -> Self {
        Self(Arc::new(Counts { of_each, taken: Mutex::default() }))
    }

    /// Takes a place, if the network has one left.
    pub(crate) fn take(&self, network: ClientNetwork) -> Option<Place> {
        let mut taken = self.0.taken();
        let count = taken.entry(network).or_default();
        if *count >= self.0.of_each {
            return None;
        }
        *count += 1;
        Some(Place(Arc::new(Taken { counts: Arc::clone(&self.0), network })))
    }
}

impl Counts {
    fn taken(&self) -> MutexGuard<'_, HashMap<ClientNetwork, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut taken = self.counts.taken();
        if let Some(count) = taken.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use sharesync_service_kit::client_addr::ClientAddr;

    use super::*;

    fn network(last: u8) -> ClientNetwork {
        ClientAddr([192, 0, 2, last].into()).network()
    }

    #[test]
    fn each_network_has_so_many_places() {
        let places = Places::new(2);
        let first = places.take(network(1)).unwrap();
        let _second = places.take(network(1)).unwrap();
        assert!(places.take(network(1)).is_none());
        let _other = places.take(network(2)).unwrap();

        let copy = first.clone();
        drop(first);
        assert!(places.take(network(1)).is_none(), "a copy keeps the place");
        drop(copy);
        let _third = places.take(network(1)).unwrap();
        assert!(places.take(network(1)).is_none());
    }

    #[test]
    fn networks_that_have_none_are_forgotten() {
        let places = Places::new(1);
        drop(places.take(network(1)));
        assert!(places.0.taken().is_empty());
    }
}
