//! Where rooms are kept: in this process's memory.

mod memory;

use std::sync::Arc;

use serde::Serialize;
use sharesync_protocol::signaling::{Nameplate, RoomId};

use memory::Memory;

use crate::SignalingConfig;
use crate::address::{Address, NodeId};
use crate::post::{Asker, Post};
use crate::request::RequestError;
use crate::rooms::{Moment, Room};

/// Every open room.
pub(crate) enum Registry {
    /// In memory: one node. Nothing is ever waited for.
    Memory(Memory),
}

impl Registry {
    /// No rooms yet.
    pub(crate) fn new(config: &SignalingConfig, post: Arc<Post>) -> Self {
        Self::Memory(Memory::new(config, post))
    }

    /// Changes a room (or makes it, or ends it) as `change` drafts it, tells whom it concerns and
    /// answers who asked, in one step: all who hear of changes of a room hear of them in the order in
    /// which they happened, and a member hears from nobody before it knows its own room. `change` may
    /// be called more than once, on the room as it is then. Returns what was answered.
    pub(crate) async fn change<T: Serialize>(
        &self,
        room: &RoomId,
        asker: Option<Asker>,
        change: impl FnMut(&mut Option<Room>, &mut Moment) -> Result<T, RequestError> + Send,
    ) -> Result<(), RequestError> {
        match self {
            Self::Memory(memory) => memory.change(room, asker, change),
        }
    }

    /// Looks into a room; none if there is no such room.
    pub(crate) async fn look<T>(
        &self,
        room: &RoomId,
        look: impl FnOnce(&Room) -> T + Send,
    ) -> Result<Option<T>, RequestError> {
        match self {
            Self::Memory(memory) => Ok(memory.look(room, look)),
        }
    }

    /// The room in which a code is open.
    pub(crate) async fn room_of(&self, code: &Nameplate) -> Result<Option<RoomId>, RequestError> {
        match self {
            Self::Memory(memory) => Ok(memory.room_of(code)),
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
        }
    }

    /// Ends the absences that are over by now.
    pub(crate) async fn sweep(&self) {
        match self {
            Self::Memory(memory) => memory.sweep(),
        }
    }

    /// Rooms that are open now.
    pub(crate) async fn rooms_open(&self) -> usize {
        match self {
            Self::Memory(memory) => memory.rooms_open(),
        }
    }

    /// As which node new sockets are known.
    pub(crate) fn node(&self) -> NodeId {
        match self {
            Self::Memory(memory) => memory.node(),
        }
    }
}
