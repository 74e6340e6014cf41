//! The types that cross ShareSync's wires: HTTP bodies, signaling events and transfer frames.
//!
//! Shared by the server, the signaling service and the native client; the browser's twins live in
//! `frontend/src`, and both sides read the golden messages in `fixtures/`. Nothing here does I/O,
//! so that a client can depend on it without depending on a server.
//!
//! The rules of the conversations these types take part in are in `docs/PROTOCOL.md`.

pub mod api;
pub mod code;
pub mod events;
mod id;
pub mod nearby;
mod redacted;
pub mod relay;
pub mod report;
pub mod signaling;
pub mod transfer;

pub use id::{
    AddressId, ApiTokenId, ArchiveId, FileId, FolderId, InvitationId, RequestId, RequestSlug,
    SessionId, ShareSlug, TrashId, UploadId, UserId,
};
