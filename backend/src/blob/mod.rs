//! Where bytes lie. Objects are named by ids of our own, so that no name from outside is ever part
//! of a path. Called by the library (writing, removing) and by the content handler (reading).

pub mod disk;
mod object_reader;
mod object_writer;
pub mod part_address;
pub mod presign;
mod seal;

pub use disk::{DiskStore, StoredObject};
pub use object_writer::ObjectWriter;
pub use seal::{Damaged, Object, Sums};
