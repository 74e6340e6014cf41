//! How rooms and neighbourhoods lie in Redis: each a record in the hash of its kind, and a room also
//! where it is found by something else than its id.

use std::net::IpAddr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sharesync_protocol::signaling::RoomId;
use sharesync_service_kit::client_addr::{ClientAddr, ClientNetwork};

use super::keys::{NEIGHBOURHOODS, ROOMS};
use super::link::Failure;
use crate::draft::Limits;
use crate::nearby::Neighbourhood;
use crate::registry::Key;
use crate::rooms::{Reindexing, Room};

/// A key under which something is kept in Redis.
pub(crate) trait InRedis: Key<Gathering: Serialize + DeserializeOwned> {
    /// The hash of all records of its kind.
    const RECORDS: &'static str;

    /// The key, as a field of that.
    fn field(&self) -> String;

    /// The key of a field; none where it is no key's.
    fn of_field(field: &str) -> Option<Self>;

    /// By what else it is found.
    fn reindexing(before: Option<&Self::Gathering>, after: Option<&Self::Gathering>) -> Reindexing;

    /// How many there may be; none where something else bounds that.
    fn most(limits: Limits) -> Option<usize>;
}

impl InRedis for RoomId {
    const RECORDS: &'static str = ROOMS;

    fn field(&self) -> String {
        self.0.clone()
    }

    fn of_field(field: &str) -> Option<Self> {
        Some(Self(field.to_owned()))
    }

    fn reindexing(before: Option<&Room>, after: Option<&Room>) -> Reindexing {
        Reindexing::between(before, after)
    }

    fn most(limits: Limits) -> Option<usize> {
        Some(limits.rooms)
    }
}

impl InRedis for ClientNetwork {
    const RECORDS: &'static str = NEIGHBOURHOODS;

    fn field(&self) -> String {
        self.key()
    }

    fn of_field(field: &str) -> Option<Self> {
        field.parse().ok().map(|address: IpAddr| ClientAddr(address).network())
    }

    fn reindexing(_: Option<&Neighbourhood>, _: Option<&Neighbourhood>) -> Reindexing {
        Reindexing::default()
    }

    fn most(_: Limits) -> Option<usize> {
        None
    }
}

/// The record of a gathering.
pub(super) fn record_of(gathering: &impl Serialize) -> String {
    serde_json::to_string(gathering).expect("it is strings and numbers")
}

/// The gathering of a record; none of an empty one.
pub(super) fn gathering_of<G: DeserializeOwned>(record: &str) -> Result<Option<G>, Failure> {
    if record.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(record).map(Some).map_err(|error| {
        tracing::error!(%error, "a record cannot be read");
        Failure::NotDone
    })
}
