//! Where bytes lie. Objects are named by ids of our own, so that no name from outside is ever part
//! of a path. Called by the library (writing, removing) and by the content handler (reading).

pub mod disk;
mod master_key;
mod object;
mod object_reader;
mod object_writer;
pub mod part_address;
pub mod presign;
mod seal;
mod segments;

pub use disk::{DiskStore, StoredObject};
pub use master_key::{MasterKeys, WrappedKey};
pub use object::{Damaged, Incoming, Object, Sealed, Sealing, Sums};
pub use object_writer::ObjectWriter;
