//! Downloads: a file is fetched into a `.part` beside its place, goes on there after an interruption, and gets its name
//! once its digest is right and nothing else has that name. Called by the command of the same name, and by `listen`.

mod claims;
mod fetch;
mod part;
mod source;

pub use claims::Claims;
pub use fetch::{Whole, fetch, fetch_to, fetch_whole};
pub use part::{abandon, has_got_name, length_so_far};
pub use source::{Source, Wanted};

/// Files on their way at the same time.
pub const AT_ONCE: usize = 2;
