//! What `send` and `receive` share: the way to a server's signaling service, what is remembered of rooms, and how a transfer
//! is shown. The transfers themselves are `sharesync_peer`'s.

mod follow;
mod memory;
mod service;
mod steer;
mod texts;

pub use follow::follow;
pub use memory::{Memory, Remembered};
pub use service::{Service, close_failure, member_failure, outlives_room};
pub use steer::Wishes;
pub use texts::show_texts;
