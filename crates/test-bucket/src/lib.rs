//! The S3 server that tests start, in their own process ([`BucketServer`]), and browser tests and benchmarks as the
//! program of the same name.
//!
//! It is [s3s], which reads requests and refuses those that are not rightly signed, forged and expired and altered
//! presigned URLs among them, over [s3s-fs], which keeps objects as files in a folder. Ours is what those two lack and
//! the real services do (`store`):
//!
//! - parts and objects whose SHA-256 is not the announced one are refused (`BadDigest`), and nothing of them is kept;
//!   s3s-fs looks at no part's digest, and at an object's when it has replaced the former one;
//! - parts are listed with size, `ETag` and digest, in order and in pages, and uploads can be listed;
//! - an upload is known by its key; one that is completed or aborted is gone (`NoSuchUpload`), where s3s-fs says
//!   `AccessDenied`;
//! - what completes an upload is compared with the parts before s3s-fs begins to put them together, which an error
//!   leaves in pieces: other `ETag`s or digests, parts left out, in the wrong order or too small are refused, and the
//!   upload is as before;
//! - parts are put together to the end also where whoever asked for that has left, as by a server that is killed;
//! - browsers of any origin are let in, as by MinIO.
//!
//! What differs from a real service: parts are numbered from 1 without gaps; a key that is the folder of another one is
//! no object; objects that overwrite others may be told with the digest of the former; the record of uploads is in
//! memory, so a program that is started again knows none; there is no list of versions, no lifecycle, no policy.
//!
//! [s3s]: https://docs.rs/s3s
//! [s3s-fs]: https://docs.rs/s3s-fs

mod announced;
mod server;
mod store;
mod uploads;

pub use server::{BucketServer, Opening};
