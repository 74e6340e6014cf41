//! What `send`, `receive` and `listen` share: the way to a server's signaling service, rooms of our own and of others and what
//! is remembered of them, what is sent, where it goes, and how a transfer is shown. The transfers themselves are
//! `sharesync_peer`'s.

mod arriving;
mod folder;
mod follow;
mod guest_room;
mod memory;
mod own_room;
mod service;
mod sources;
mod steer;
mod texts;

pub use arriving::{bytes_of, event_of, name_of, say_offered, say_received};
pub use folder::Folder;
pub use follow::follow;
pub use guest_room::{GuestRoom, Way};
pub use memory::{Memory, Remembered};
pub use own_room::OwnRoom;
pub use service::{Service, close_failure, member_failure, outlives_room};
pub use sources::{find_sources, full};
pub use steer::Wishes;
pub use texts::show_texts;
