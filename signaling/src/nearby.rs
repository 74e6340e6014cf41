//! Which devices see each other: pure state. No sockets and no rooms; randomness is passed in.
//!
//! Devices of one client network that wish to be seen see each other, and may knock at each other
//! ([`Talks`]). Whoever is not seen sees nobody, and nobody is found from another network,
//! whatever id is guessed. Called by [`crate::hub`], which knows the sockets by their keys.

mod talks;

use std::collections::HashMap;
use std::hash::Hash;

use rand::CryptoRng;
use sharesync_protocol::nearby::{Appear, Device, DeviceId};
use sharesync_protocol::signaling::RefusalCode;
use sharesync_service_kit::client_addr::ClientNetwork;

pub(crate) use talks::{Ended, Talks};

use crate::rooms::random_id;

/// Why a device is not seen, or sees nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NearbyError {
    #[error("The server does not tell who is nearby.")]
    NoNearby,
    #[error("As many devices of your network can be seen as may be.")]
    TooManyDevices,
    #[error("Let yourself be seen first.")]
    NotAppeared,
    #[error("No such device can be seen from here, or it is gone.")]
    UnknownDevice,
}

impl NearbyError {
    /// What a program is told.
    pub(crate) fn code(self) -> RefusalCode {
        match self {
            Self::NoNearby => RefusalCode::NoNearby,
            Self::TooManyDevices => RefusalCode::TooManyDevices,
            Self::NotAppeared => RefusalCode::NotAppeared,
            Self::UnknownDevice => RefusalCode::UnknownDevice,
        }
    }
}

/// A device can be seen from now on.
#[derive(Debug)]
pub(crate) struct Sighted<K> {
    /// The device.
    pub(crate) me: Device,
    /// The others of its network, longest there first.
    pub(crate) devices: Vec<Device>,
    /// They, to be told.
    pub(crate) tell: Vec<K>,
    /// What it was seen as until now.
    pub(crate) before: Option<Gone<K>>,
}

/// A device can be seen no more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gone<K> {
    /// The device.
    pub(crate) device: Device,
    /// The others of its network, to be told.
    pub(crate) tell: Vec<K>,
}

/// A device's way to another.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<K> {
    /// Who looks.
    pub(crate) from: Device,
    /// Who was found.
    pub(crate) to: K,
}

/// Every device that can be seen.
#[derive(Debug)]
pub(crate) struct Nearby<K> {
    /// Devices of one network that can be seen at one time.
    of_each: usize,
    /// In the order in which they appeared; no list is empty.
    networks: HashMap<ClientNetwork, Vec<Seen<K>>>,
    /// The network of everybody who can be seen.
    whereabouts: HashMap<K, ClientNetwork>,
}

#[derive(Debug)]
struct Seen<K> {
    key: K,
    device: Device,
}

impl<K: Copy + Eq + Hash> Nearby<K> {
    /// Nobody yet; so many of each network at most.
    pub(crate) fn new(of_each: usize) -> Self {
        Self { of_each, networks: HashMap::new(), whereabouts: HashMap::new() }
    }

    /// Lets `key` be seen in its network, by a new id, in place of what it was seen as before.
    pub(crate) fn appear(
        &mut self,
        key: K,
        network: ClientNetwork,
        appear: Appear,
        rng: &mut impl CryptoRng,
    ) -> Result<Sighted<K>, NearbyError> {
        let before = self.disappear(key);
        let others = self.networks.get(&network).map_or(&[][..], Vec::as_slice);
        if others.len() >= self.of_each {
            return Err(NearbyError::TooManyDevices);
        }
        let devices = others.iter().map(|seen| seen.device.clone()).collect();
        let tell = others.iter().map(|seen| seen.key).collect();
        let Appear { name, platform } = appear;
        let me = Device { id: DeviceId(random_id(rng)), name, platform };
        self.networks.entry(network).or_default().push(Seen { key, device: me.clone() });
        self.whereabouts.insert(key, network);
        Ok(Sighted { me, devices, tell, before })
    }

    /// Whether `key` can be seen.
    pub(crate) fn shows(&self, key: K) -> bool {
        self.whereabouts.contains_key(&key)
    }

    /// Lets `key` be seen no more, if it could be.
    pub(crate) fn disappear(&mut self, key: K) -> Option<Gone<K>> {
        let network = self.whereabouts.remove(&key)?;
        let here = self.networks.get_mut(&network)?;
        let at = here.iter().position(|seen| seen.key == key)?;
        let device = here.remove(at).device;
        let tell = here.iter().map(|seen| seen.key).collect();
        if here.is_empty() {
            self.networks.remove(&network);
        }
        Some(Gone { device, tell })
    }

    /// Finds the way from `key` to another device of its network.
    pub(crate) fn find(&self, key: K, device: &DeviceId) -> Result<Found<K>, NearbyError> {
        let network = self.whereabouts.get(&key).ok_or(NearbyError::NotAppeared)?;
        let here = &self.networks[network];
        let own = here.iter().find(|seen| seen.key == key).ok_or(NearbyError::NotAppeared)?;
        let other = here.iter().find(|seen| seen.device.id == *device && seen.key != key);
        let to = other.ok_or(NearbyError::UnknownDevice)?.key;
        Ok(Found { from: own.device.clone(), to })
    }
}

#[cfg(test)]
mod tests;
