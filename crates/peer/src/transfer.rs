//! Files between two members, as `docs/PROTOCOL.md` says under "Transfer": a [`Sender`] and a [`Receiver`] hold what a
//! transfer has come to, and run one conversation after the other over [`Channels`](crate::Channels) until it is over.
//! The browser's twin is `frontend/src/features/p2p/engine`. Neither trusts the other side.

mod assembler;
mod block_map;
mod content;
mod decision;
mod digest;
mod directory;
mod ending;
mod failure;
mod file_names;
mod folder_tree;
mod frame_writer;
mod journal;
mod line;
mod offer_pages;
mod opened_folder;
mod progress;
mod reading;
mod receiver;
mod receiving;
mod save_paths;
mod sender;
mod sending;
mod source;
mod source_tree;
mod steering;
mod store;
mod stream;
mod taking;
mod talk;
mod work;
mod writing;

pub use decision::{Decide, Decision};
pub use directory::DirectoryStore;
pub use ending::{Ended, Outcome};
pub use failure::Failure;
pub use file_names::printable;
pub use progress::{CarriedBytes, Paused, Progress, Stage};
pub use receiver::Receiver;
pub use save_paths::saved_name;
pub use sender::Sender;
pub use source::{Source, SourceError};
pub use source_tree::{SourceTree, read_tree};
pub use steering::Steering;
pub use store::{Begun, Block, Found, Store, WrittenBlock};
pub use stream::StreamStore;
pub use talk::{CannotSay, News, Talk, TalkLine};
