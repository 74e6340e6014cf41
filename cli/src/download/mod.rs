//! Downloads: a file is fetched into a `.part` beside its place, goes on there after an interruption, and gets its name
//! once its digest is right and nothing else has that name. Called by the command of the same name.

mod claims;
mod fetch;
mod part;
mod source;

pub use claims::Claims;
pub use fetch::{fetch, fetch_to};
pub use source::{Source, Wanted};
