//! Where bytes lie. Objects are named by ids of our own, so that no name from outside is ever part
//! of a path. Called by the library (writing, removing) and by the content handler (reading).

mod bucket_reader;
mod content_hasher;
mod disk;
mod master_key;
mod object;
mod object_reader;
mod object_writer;
pub mod part_address;
pub mod presign;
mod seal;
mod segments;
mod store;

pub use content_hasher::{ContentHasher, Hashed, of_parts};
pub use disk::DiskStore;
pub use master_key::{MasterKeys, WrappedKey};
pub use object::{Damaged, Incoming, Object, Place, Sealing};
pub use object_writer::ObjectWriter;
pub use store::{DirectPart, Store, StoredObject};
