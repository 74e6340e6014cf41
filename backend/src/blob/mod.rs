//! Where bytes lie. Objects are named by ids of our own, so that no name from outside is ever part
//! of a path. Called by the library (writing, removing) and by the content handler (reading).

pub mod disk;
pub mod object_writer;
pub mod part_address;
pub mod presign;

pub use disk::{DiskStore, StoredObject};
pub use object_writer::{ObjectWriter, Written};
